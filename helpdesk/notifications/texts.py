"""The words of a letter to a client: the administrator's own where there are some, else the original."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlalchemy import select

from helpdesk import assets
from helpdesk.db import asked_once, db
from helpdesk.notifications.models import MailOccasionOff, MailText
from helpdesk.notifications.wording import Occasion, fill


@cache
def original(occasion: Occasion, language: str) -> str:
    """The text that comes with the program."""
    return _file(language, occasion)


@cache
def phrases(language: str) -> Mapping[str, str]:
    """Short phrases of a language by name: greetings, thanks, and what a preview is made of."""
    pairs = (line.partition(": ") for line in _file(language, "phrases").splitlines() if line.strip())
    return {name: words for name, _, words in pairs}


def _file(language: str, name: str) -> str:
    path = Path(assets.folder("templates")) / "outgoing" / language / f"{name}.txt"
    return path.read_text(encoding="utf-8")


@asked_once
def worded(occasion: Occasion, language: str, mailbox_id: int | None) -> str:
    """What holds: the mailbox's own text, else the one for all, else the original. One statement."""
    own = db.session.scalar(
        select(MailText.body)
        .where(MailText.occasion == occasion, MailText.language == language)
        .where(MailText.mailbox_id.is_(None) | (MailText.mailbox_id == mailbox_id))
        .order_by(MailText.mailbox_id.asc().nulls_last())
        .limit(1)
    )
    return original(occasion, language) if own is None else own


@asked_once
def is_silent(occasion: Occasion) -> bool:
    """Whether the desk writes nothing on this occasion."""
    return db.session.get(MailOccasionOff, occasion.value) is not None


def filled(body: str, language: str, known: Mapping[str, str], *, by_phone: bool = False) -> str:
    """The text with what is known of the ticket; the greeting names a person only when `name` is known."""
    words = phrases(language)
    greeting = words["hello_name"] if known.get("name") else words["hello"]
    made = {
        "greeting": greeting.replace("{name}", known.get("name", "")),
        "thanks": words["thanks_phone" if by_phone else "thanks_mail"],
    }
    return fill(body, {**made, **known})
