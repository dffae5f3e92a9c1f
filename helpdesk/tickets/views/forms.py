"""What the small forms of a ticket say, read from the request; rules judge the sense later."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext

from helpdesk.errors import BadInput
from helpdesk.i18n import viewer_zone
from helpdesk.mail.compose import ascii_address
from helpdesk.tickets.filters import YEARS

Word = TypeVar("Word", bound=StrEnum)
Form = Mapping[str, str]
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
CC_LIMIT = 10
HEAD = ("walk", "last_message_id", "seen_seq")  # what each form of a ticket carries


def text_of(form: Form, name: str) -> str:
    """What was written, with one kind of line end and nothing that the database refuses."""
    return form.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()


def number_of(form: Form, name: str) -> int | None:
    """A number or None when the field is empty. Raises BadInput for anything else."""
    value = form.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 16):
        raise BadInput(gettext("That is no choice of this form."), name)
    return int(value)


def word_of(form: Form, name: str, kind: type[Word]) -> Word | None:
    """One of the words of a choice, None when nothing was chosen. Raises BadInput for anything else."""
    value = form.get(name, "").strip()
    try:
        return kind(value) if value else None
    except ValueError:
        raise BadInput(gettext("That is no choice of this form."), name) from None


def chosen(form: Form, name: str, kind: type[Word]) -> Word:
    """The same where something has to be chosen."""
    value = word_of(form, name, kind)
    if value is None:
        raise BadInput(gettext("Choose one of the answers first."), name)
    return value


def moment_of(form: Form, name: str) -> datetime | None:
    """A day and time in the viewer's zone, None when empty. Raises BadInput when it is none."""
    value = form.get(name, "").strip()
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise BadInput(gettext("That is no day and time."), name) from None
    if moment is not None and moment.year not in YEARS:
        raise BadInput(gettext("That is no day and time."), name)
    return moment.replace(tzinfo=viewer_zone()) if moment else None


def addresses_of(form: Form, name: str, most: int = CC_LIMIT) -> tuple[str, ...]:
    """Mail addresses between commas, lower-case. Raises BadInput for what is none, or for too many."""
    found = tuple(dict.fromkeys(one.lower() for one in re.split(r"[,;\s]+", form.get(name, "")) if one))
    if len(found) > most:
        raise BadInput(gettext("%(most)s addresses at most.", most=most), name)
    return tuple(_address(one, name) for one in found)


def _address(email: str, field: str) -> str:
    try:
        written = ascii_address(email)
    except BadInput:
        written = ""
    if not written or not ADDRESS.fullmatch(email):
        raise BadInput(gettext("“%(email)s” is no mail address.", email=email), field)
    return written
