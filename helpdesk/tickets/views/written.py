"""What the composer was sent, as a value: which kind of message, to whom, with what, and what comes after."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.models import Person
from helpdesk.clients.models import ContactAddress
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.i18n import full_moment
from helpdesk.mail.mailboxes import bare, own_addresses
from helpdesk.rich.cleaning import clean, is_plain, pictures_in
from helpdesk.rich.plain import plain
from helpdesk.tickets.actions import NewFile
from helpdesk.tickets.actions.drafts import Desk, Unsent, staged_by_id
from helpdesk.tickets.addressed import addressed_in
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.queries.watching import watching
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.composer import QUOTABLE
from helpdesk.tickets.views.forms import CC_LIMIT, HEAD, addresses_of, text_of

Form = MultiDict[str, str]
KIND_OF = {"internal": MessageKind.NOTE, "third": MessageKind.FORWARD, "public": MessageKind.REPLY}
LIMIT = 100
DRAFTED = ("visibility", "text", "html", "cc", "third_party", "pick", "pick_file", "addressed")
ASIDE = ("href", "files", "upload", "mention", "note")  # beside the words; `href` is the editor's own
BUTTONS = ("then", "wait_until", "only_files", "go_on", "agreed", "send_anyway")
FIELDS = (*HEAD, *DRAFTED, *ASIDE, *BUTTONS)


@dataclass(frozen=True)
class Words:
    """What was written: plainly, and with its form where lines of words do not say it all."""

    text: str
    html: str | None = None

    @property
    def pictures(self) -> frozenset[UUID]:
        return pictures_in(self.html)


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a forward says of the ticket: the words of these messages, and files of it."""

    text: str = ""
    messages: tuple[int, ...] = ()
    files: tuple[NewFile, ...] = ()


def kind_of(form: Form, usual: MessageKind) -> MessageKind:
    """Which side of the switch; a door that only takes notes never gives a public answer."""
    wanted = KIND_OF.get(form.get("visibility", ""), usual)
    return MessageKind.NOTE if usual is MessageKind.NOTE and wanted is MessageKind.REPLY else wanted


def words_of(form: Form) -> Words:
    """The editor's words, made harmless; without the editor those of the plain field."""
    html = clean(form.get("html", ""))
    if not html:
        return Words(text_of(form, "text"))
    text = plain(html, picture=gettext("[picture]"))
    return Words(text) if is_plain(html) else Words(text, html)


def unsent_of(form: Form, usual: MessageKind) -> Unsent:
    """Everything typed, as it was typed."""
    words = words_of(form)
    return Unsent(
        kind=kind_of(form, usual),
        text=words.text,
        html=words.html,
        cc=form["cc"].strip() if "cc" in form else None,
        third_party=form.get("third_party", "").strip(),
        picked={"messages": list(_numbers(form)), "files": [str(one) for one in _ids(form, "pick_file")]},
        addressed=addressed_in(form.get("addressed", "")),
    )


def copied_to(form: Form, ticket: Ticket) -> tuple[str, ...]:
    """Whom an answer is copied to: whoever watches, and some more. Raises BadInput for what is no address, or
    one of our own.
    """
    most = CC_LIMIT + len(watching(ticket.id))
    return _checked(addresses_of(form, "cc", most), "cc")


def third_parties(form: Form, ticket: Ticket) -> tuple[str, ...]:
    """To whom a forward goes: never to the client, who would learn of it."""
    found = _checked(addresses_of(form, "third_party"), "third_party")
    if not found:
        raise BadInput(gettext("Say to whom it goes."), "third_party")
    of_client = select(ContactAddress.email).where(ContactAddress.contact_id == ticket.contact_id)
    for email in db.session.scalars(of_client.where(ContactAddress.email.in_(found))):
        words = gettext("%(email)s is the client: write a public reply instead.", email=email)
        raise BadInput(words, "third_party")
    return found


def _checked(found: tuple[str, ...], field: str) -> tuple[str, ...]:
    """An own mailbox among the recipients would answer itself."""
    ours = own_addresses() if found else frozenset()
    for email in found:
        if bare(email) in ours:
            words = gettext("%(email)s is a mailbox of this desk and gets it anyway.", email=email)
            raise BadInput(words, field)
    return found


def files_of(desk: Desk, form: Form, fresh: Iterable[UUID], words: Words) -> tuple[NewFile, ...]:
    """The waiting files that are ticked, those that came with the form, and the pictures between the words.

    A picture that was taken out of the words stays behind; where words have no form, pictures are files.
    """
    given, shown = {*_ids(form, "upload"), *fresh}, words.pictures
    return tuple(
        replace(file, content_id=str(name) if name in shown else None, inline=name in shown)
        for name, file in staged_by_id(desk)
        if name in shown or name in given
    )


def quote_of(form: Form, ticket: Ticket) -> Quote:
    """The picked messages in their order, and the picked files; what is not on this ticket is passed over."""
    on_ticket = (Message.ticket_id == ticket.id) & Message.kind.in_(QUOTABLE)
    rows = db.session.execute(
        select(Message.id, Person.name, Message.created_at, Message.text, Message.reply_until)
        .join(Person, Person.id == Message.author_id)
        .where(on_ticket, Message.id.in_(_numbers(form)))
        .order_by(Message.id)
    ).all()
    files = db.session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(on_ticket, Attachment.public_id.in_(_ids(form, "pick_file")))
        .order_by(Attachment.id)
    )
    parts = [
        "\n".join(
            (
                gettext("%(name)s wrote on %(moment)s:", name=name, moment=full_moment(at)),
                *_marked(text[:until]),
            )
        )
        for _, name, at, text, until in rows
    ]
    return Quote(
        text="\n\n".join(parts),
        messages=tuple(row[0] for row in rows),
        files=tuple(
            NewFile(sha256=file.sha256, name=file.name, content_type=file.content_type, size=file.size)
            for file in files
        ),
    )


def _marked(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.strip().splitlines()]


def _numbers(form: Form) -> tuple[int, ...]:
    values = form.getlist("pick")[:LIMIT]
    return tuple(int(one) for one in values if one.isascii() and one.isdecimal() and len(one) < 16)


def _ids(form: Form, name: str) -> tuple[UUID, ...]:
    found = []
    for one in form.getlist(name)[:LIMIT]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return tuple(found)
