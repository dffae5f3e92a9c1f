"""What the composer shows before anything is sent: to whom, what waits in it, what a forward may quote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from markupsafe import Markup

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.clients.words import known_as
from helpdesk.i18n import viewer_zone
from helpdesk.notifications.letters import Signature, signature_from
from helpdesk.rich.cleaning import clean, with_pictures
from helpdesk.tickets.addressed import Addressed, addressed_from, turned
from helpdesk.tickets.evidence import is_unproved
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.addresses import ANSWER_TO, WRITTEN_FROM
from helpdesk.tickets.rules import Channel, MessageKind
from helpdesk.tickets.views import addressing
from helpdesk.tickets.views.around import Around
from helpdesk.tickets.views.reading import Facts, Said
from helpdesk.tickets.views.sizes import size_of
from helpdesk.tickets.views.watchers import shut_emails, watching_emails

QUOTABLE = (MessageKind.CLIENT, MessageKind.REPLY, MessageKind.THIRD_PARTY)
PREVIEW = 200
KINDS = {MessageKind.NOTE: "internal", MessageKind.FORWARD: "third", MessageKind.REPLY: "public"}


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A file that waits beside the text, or a picture between its words."""

    public_id: str
    name: str
    size: str
    is_inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Quotable:
    """A message that a forward may quote, with its files as (public id, name, size, picked)."""

    id: int
    author: str
    at: datetime
    preview: str
    is_picked: bool
    files: Sequence[tuple[str, str, str, bool]]


@dataclass(frozen=True, kw_only=True)
class Composer:
    """Values of the composer; `kind` is public, internal or third. `saved` is a time of day, "" without a
    draft. Mail to the `shut` addresses comes back; `dead` are the client's, when none is left that works.
    `addressed` is what the page says of to whom it goes; `turned` are sentences on what changed of that since
    the draft was begun.
    """

    kind: str
    text: str
    html: str
    to: str
    cc: str
    third_party: str
    revision: str
    saved: str
    files: Sequence[Waiting]
    quotable: Sequence[Quotable]
    signature: Sequence[str]
    signature_form: Markup | None
    dead: Sequence[str]
    shut: Sequence[str]
    addressed: str
    turned: Sequence[str]

    @property
    def picked(self) -> int:
        return sum(one.is_picked for one in self.quotable)


def composer_of(ticket: Ticket, actor: Actor, around: Around, said: Mapping[int, Said]) -> Composer:
    """From what the page has read already."""
    unsent = around.unsent
    draft: Facts = unsent["draft"] or {}
    to = _answer_to(ticket, around, said)
    typed = draft.get("cc")
    kind = MessageKind(draft["kind"]) if draft else None
    copies = ", ".join(_reply_all(around, to)) if typed is None else typed
    addressed, says = _addressed(ticket, around, to, copies)
    below = _signature(unsent, actor)
    return Composer(
        kind=KINDS[kind] if kind else "",
        text=draft.get("text", ""),
        html=in_editor(ticket.id, draft.get("html")),
        to=to,
        cc=copies,
        third_party=draft.get("third_party", ""),
        revision=draft.get("revision", ""),
        saved=clock_time(datetime.fromisoformat(draft["saved_at"])) if draft else "",
        files=[
            Waiting(
                public_id=file["public_id"],
                name=file["name"],
                size=size_of(int(file["size"])),
                is_inline=file["inline"],
            )
            for file in unsent["uploads"]
        ],
        quotable=_quotable(said, draft),
        signature=below.text.splitlines(),
        signature_form=web.formed(below.html, {}) if below.html else None,
        dead=_dead(around),
        shut=_shut(around),
        addressed=addressed,
        turned=says,
    )


def _signature(unsent: Facts, actor: Actor) -> Signature:
    own, shared = (Signature(unsent[name], unsent[f"{name}_html"]) for name in ("own", "shared"))
    return signature_from(own, actor.name, shared, phone=unsent["phone"])


def _addressed(ticket: Ticket, around: Around, to: str, cc: str) -> tuple[str, tuple[str, ...]]:
    """What the form carries of to whom it goes, and what is no longer so since the draft was begun; its
    writer agrees here, or is asked before it is sent.
    """
    draft: Facts = around.unsent["draft"] or {}
    now = Addressed(
        contact_id=ticket.contact_id,
        to=to,
        watching=frozenset(_reply_all(around, to)),
        shut=frozenset(_shut(around)),
    )
    begun = addressed_from(draft.get("addressed"))
    known, before = known_as(ticket.contact.person.name), known_as(draft.get("begun_for") or "")
    change = turned(begun, now, addressing.typed(cc))
    says = addressing.sentences(change, begun, now, before=before, name=known)
    return begun.filled(now).written, says


def in_editor(number: int, html: str | None) -> str:
    """The words as the editor loads them: pictures under the addresses of their uploads; "" without form."""

    def address(public_id: UUID) -> str:
        return url_for("tickets.upload", number=number, public_id=public_id)

    return with_pictures(clean(html or ""), address)


def clock_time(at: datetime) -> str:
    """Hours, minutes and seconds as the reader's clock shows them."""
    return at.astimezone(viewer_zone()).strftime("%H:%M:%S")


def _answer_to(ticket: Ticket, around: Around, said: Mapping[int, Said]) -> str:
    """As queries.addresses says, from what is loaded already: where the client's last mail asks for it, else
    the address last written from, else the first.
    """
    person_id = ticket.contact.person_id
    mails = [one for one in said.values() if one.author_id == person_id and _may_wish(one)]
    wished = mails[-1].recipients.get(ANSWER_TO) if mails else None
    if wished:
        return str(wished[0])
    good = [row["email"] for row in around.addresses if not row["undeliverable_at"]]
    used = [one.recipients.get(WRITTEN_FROM) for one in said.values() if one.kind is MessageKind.CLIENT]
    return str(next((email for email in reversed(used) if email in good), next(iter(good), "")))


def _reply_all(around: Around, to: str) -> list[str]:
    """Whoever watches; those whom a mail only proposed are not written to before somebody accepts them."""
    own = {to, *(row["email"] for row in around.addresses)}
    return [email for email in watching_emails(around.watchers) if email not in own]


def _may_wish(one: Said) -> bool:
    is_talk = one.kind is MessageKind.CLIENT and one.channel is Channel.MAIL
    return is_talk and not (one.is_machine or one.is_unverified or is_unproved(one.evidence))


def _quotable(said: Mapping[int, Said], draft: Facts) -> list[Quotable]:
    """What may be shown outside, newest first; without a choice yet, the client's last words."""
    found = [one for one in said.values() if one.kind in QUOTABLE]
    last = next((one.id for one in reversed(found) if one.kind is MessageKind.CLIENT), None)
    is_chosen = draft.get("kind") == MessageKind.FORWARD
    picked = draft.get("picked") or {}
    messages = set(picked.get("messages", [])) if is_chosen else {last}
    files = set(picked.get("files", []))
    return [
        Quotable(
            id=one.id,
            author=one.author,
            at=one.created_at,
            preview=" ".join(one.new_words.split())[:PREVIEW],
            is_picked=one.id in messages,
            files=[
                (file["public_id"], file["name"], size_of(int(file["size"])), file["public_id"] in files)
                for file in one.files
                if not file["inline"]
            ],
        )
        for one in reversed(found)
    ]


def _dead(around: Around) -> list[str]:
    """The client's addresses that mail comes back from, when none is left that works."""
    dead = [row["email"] for row in around.addresses if row["undeliverable_at"]]
    return dead if len(dead) == len(around.addresses) else []


def _shut(around: Around) -> list[str]:
    """Addresses that stand or may be put into the copy, though mail to them comes back."""
    own = [row["email"] for row in around.addresses if row["undeliverable_at"]]
    return [*own, *shut_emails(around.watchers)]
