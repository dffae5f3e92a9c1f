"""What was found out for a whole batch at once, so that nobody asks it again for each piece of work."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from helpdesk.db import db

FOUND = "found_beforehand"


class Asked(StrEnum):
    """The questions, and in brackets what they are asked about."""

    HELD_BY_ANOTHER = "held_by_another"  # whether another worker may have a copy of it (Message-ID)
    OURS = "ours"  # whether that id is one of ours (Message-ID)
    SAME_ID = "same_id"  # whether another mail here carries it (Message-ID)
    MADE = "made"  # whether a message was made from it already (number of the mail)
    FLOOD = "flood"  # whether its sender may be near the limit of new tickets (address)
    CAME_BACK = "came_back"  # whether mail to it ever came back (address)
    STAFF = "staff"  # whether one of the desk's own people has it (address)
    WROTE = "wrote"  # whether he has written before (number of the person)


@contextmanager
def knowing(no: Mapping[Asked, AbstractSet[Any]]) -> Iterator[None]:
    """Inside, the answer to these questions is no for these things; about all others nothing is known."""
    db.session.info[FOUND] = no
    try:
        yield
    finally:
        db.session.info.pop(FOUND, None)


def surely_not(asked: Asked, about: Any) -> bool:
    """Whether the answer is known to be no; False: it has to be asked."""
    return about in db.session.info.get(FOUND, {}).get(asked, ())
