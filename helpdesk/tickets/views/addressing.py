"""Nothing goes to whom its writer was not shown: what is compared before sending, and what is said then."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext, ngettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.errors import StaleChange
from helpdesk.tickets.addressed import (
    Addressed,
    Turned,
    addressed_in,
    copies_now,
    to_third_parties,
    turned,
)
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.addresses import addressed_now
from helpdesk.tickets.rules import MessageKind

Form = MultiDict[str, str]
BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Whom a stopped mail would reach now: for its form, and as sentences about what changed. `name` is the
    client's when an answer would go elsewhere than shown; one that reaches nobody cannot be sent.
    """

    to: str = ""
    can_send: bool = True
    cc: tuple[str, ...] = ()
    written: str = ""
    says: tuple[str, ...] = ()
    name: str = ""


def check_answer(ticket: Ticket, form: Form, cc: Iterable[str]) -> tuple[str, ...]:
    """Where an answer goes, "nowhere" included, while it is where its writer saw it go; the ticket is locked.

    Raises StaleChange otherwise.
    """
    shown = _shown(form)
    now = _now(ticket, shown, cc)
    _check(turned(shown, now, cc))
    return (now.to,) if now.to else ()


def check_forward(ticket: Ticket, form: Form, to: Iterable[str]) -> None:
    """Refuse a mail to somebody outside from whom mail comes back by now. Raises StaleChange."""
    shown = to_third_parties(_shown(form))
    _check(turned(shown, _now(ticket, shown, to), to))


def recipients_of(ticket: Ticket, form: Form, kind: MessageKind) -> Recipients:
    """Whom what was stopped would reach now."""
    if kind is MessageKind.NOTE:
        return Recipients()
    is_answer = kind is MessageKind.REPLY
    copied = typed(form.get("cc" if is_answer else "third_party", ""))
    shown = _shown(form)
    now = _now(ticket, shown, copied)
    counts = shown if is_answer else to_third_parties(shown)
    change = turned(counts, now, copied)
    return Recipients(
        to=now.to or "",
        can_send=bool(now.to) or not (is_answer and change),
        cc=copies_now(counts, now, copied) if is_answer else (),
        written=seen_by_now(shown, now).written,
        says=sentences(change, counts, now, before=_name_of(shown), name=_client(ticket)),
        name=_client(ticket) if change.has_moved and now.to else "",
    )


def readdressed(ticket: Ticket, form: Form) -> Form:
    """The form of somebody who has seen to whom it would go now, and wants that."""
    copied, shown = typed(form.get("cc", "")), _shown(form)
    now = _now(ticket, shown, copied)
    agreed = Form(form)
    agreed["cc"] = ", ".join(copies_now(shown, now, copied))
    agreed["addressed"] = seen_by_now(shown, now).written
    return agreed


def typed(words: str) -> tuple[str, ...]:
    """Addresses as typed, right or wrong."""
    return tuple(dict.fromkeys(one.lower() for one in BETWEEN.split(words) if one))


def seen_by_now(shown: Addressed, now: Addressed) -> Addressed:
    """What a page says that tells of the change; what was known of shut addresses stays known."""
    return replace(now, shut=(now.shut or frozenset()) | (shown.shut or frozenset()))


def sentences(change: Turned, shown: Addressed, now: Addressed, *, before: str, name: str) -> tuple[str, ...]:
    """What changed, for whoever wrote meanwhile. He saw `before` as the client, who is `name` now."""
    said = [
        _moved(shown, now, before=before, name=name) if change.has_moved else "",
        ngettext(
            "%(emails)s gets the answers too by now.",
            "%(emails)s get the answers too by now.",
            len(change.added),
            emails=", ".join(change.added),
        )
        if change.added
        else "",
        ngettext(
            "%(emails)s gets the answers no more, so not this one either.",
            "%(emails)s get the answers no more, so not this one either.",
            len(change.removed),
            emails=", ".join(change.removed),
        )
        if change.removed
        else "",
        gettext("Mail to %(emails)s comes back by now.", emails=", ".join(change.shut))
        if change.shut
        else "",
    ]
    return tuple(one for one in said if one)


def _moved(shown: Addressed, now: Addressed, *, before: str, name: str) -> str:
    is_other = bool(before) and shown.contact_id != now.contact_id
    if not is_other:
        return _another_address(shown, now, name)
    was = _who(before, shown.to)
    if not now.to:
        return gettext(
            "You were writing to %(before)s. The client is %(name)s now, who has no mail address that works.",
            before=was,
            name=name,
        )
    return gettext(
        "You were writing to %(before)s. The client is %(name)s now, and the answer would go to %(email)s.",
        before=was,
        name=name,
        email=now.to,
    )


def _another_address(shown: Addressed, now: Addressed, name: str) -> str:
    comes_back = bool(shown.to) and str(shown.to).lower() in (now.shut or ())
    if not now.to:
        return gettext(
            "Mail to %(before)s comes back by now, and %(name)s has no other address.",
            before=shown.to or name,
            name=name,
        )
    if comes_back:
        return gettext(
            "Mail to %(before)s comes back by now. The answer would go to %(email)s.",
            before=shown.to,
            email=now.to,
        )
    return gettext(
        "You were writing to %(before)s. The answer would go to %(email)s now.",
        before=shown.to or name,
        email=now.to,
    )


def _who(name: str, email: str | None) -> str:
    return f"{name} ({email})" if email else name


def _check(change: Turned) -> None:
    if change:
        raise StaleChange("This would go to other people than you were shown.")


def _now(ticket: Ticket, shown: Addressed, copied: Iterable[str]) -> Addressed:
    return addressed_now(ticket, (*copied, shown.to or ""))


def _shown(form: Form) -> Addressed:
    return addressed_in(form.get("addressed", ""))


def _name_of(shown: Addressed) -> str:
    """The name of whom the page showed as the client; "" when it did not say."""
    name = select(Person.name).join(Contact, Contact.person_id == Person.id)
    return known_as(db.session.scalar(name.where(Contact.id == shown.contact_id)) or "")


def _client(ticket: Ticket) -> str:
    return known_as(ticket.contact.person.name)
