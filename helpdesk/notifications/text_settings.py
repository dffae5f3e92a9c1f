"""What an administrator does to mail texts: own words, back to the original, silence."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from helpdesk import history
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation, StaleChange
from helpdesk.notifications.models import MailOccasionOff, MailText
from helpdesk.notifications.wording import MAY_BE_SILENT, Occasion, checked

OCCASIONS = tuple(Occasion)
KIND = "mail_text"
CHANGED_MEANWHILE = N_("Somebody else changed this text meanwhile. Look at what is new, then save again.")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a text holds; `mailbox` is (id, address), None for all. `name` is the occasion in words."""

    occasion: Occasion
    language: str
    mailbox: tuple[int, str] | None
    name: str

    @property
    def field(self) -> str:
        return f"{self.language} {self.mailbox[1]}" if self.mailbox else self.language

    @property
    def thing(self) -> tuple[str, int, str]:
        return KIND, number_of(self.occasion), self.name


def number_of(occasion: Occasion) -> int:
    """The occasion's number in addresses and in the history."""
    return OCCASIONS.index(occasion) + 1


def occasion_of(number: int) -> Occasion | None:
    return OCCASIONS[number - 1] if 1 <= number <= len(OCCASIONS) else None


def own_text(place: Place) -> MailText | None:
    """The administrator's words at exactly this place."""
    return db.session.scalar(_at(place))


def mark(text: MailText | None) -> str:
    """Changes with the text; forms carry it."""
    return hashlib.sha256(text.body.encode()).hexdigest()[:24] if text else "original"


def reword(place: Place, body: str, *, seen: str, by: int, now: datetime) -> None:
    """Let these words hold. Raises BadInput for what cannot be, StaleChange unless `seen` is the mark."""
    body, text = checked(place.occasion, body), _locked(place)
    _check(text, seen)
    before = text.body if text else None
    if text is None:
        text = MailText(occasion=place.occasion, language=place.language)
        text.mailbox_id = place.mailbox[0] if place.mailbox else None
        db.session.add(text)
    text.body, text.changed_at = body, now
    db.session.flush()
    history.changed(place.thing, {place.field: before}, {place.field: body}, by=by, now=now)


def restore(place: Place, *, by: int, now: datetime) -> None:
    """Take the own words away; the text for all mailboxes holds again, or the original."""
    text = _locked(place)
    if text is None:
        return
    before = text.body
    db.session.delete(text)
    db.session.flush()
    history.changed(place.thing, {place.field: before}, {place.field: None}, by=by, now=now)


def silence(occasion: Occasion, name: str, *, is_sent: bool, by: int, now: datetime) -> None:
    """Write on this occasion, or not. Raises RuleViolation where silence would hide an answer."""
    if occasion not in MAY_BE_SILENT:
        raise RuleViolation(N_("This mail carries what a person wrote; it is always sent."))
    off = db.session.get(MailOccasionOff, occasion.value)
    if (off is None) is is_sent:
        return
    if off is None:
        db.session.add(MailOccasionOff(occasion=occasion.value, since=now))
    else:
        db.session.delete(off)
    db.session.flush()
    thing = (KIND, number_of(occasion), name)
    history.changed(thing, {"is_sent": not is_sent}, {"is_sent": is_sent}, by=by, now=now)


def _check(text: MailText | None, seen: str) -> None:
    if seen != mark(text):
        raise StaleChange(CHANGED_MEANWHILE)


def _locked(place: Place) -> MailText | None:
    return db.session.scalar(_at(place).with_for_update(key_share=True))


def _at(place: Place) -> Select[MailText]:
    mailbox_id = place.mailbox[0] if place.mailbox else None
    return select(MailText).where(
        MailText.occasion == place.occasion,
        MailText.language == place.language,
        MailText.mailbox_id.is_not_distinct_from(mailbox_id),
    )
