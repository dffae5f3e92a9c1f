"""Why a message is on its ticket, as codes among its evidence: by what it came, and how its sender stands.

Pure.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

JOINED = "joined:"
SENDER = "sender:"
MENTIONS = "mentions:"  # and the number of a ticket that the mail names without a right to it
APART = "apart:"  # and the number of the ticket beside which this one was opened for another mailbox
WRONG = "wrong:"  # and where it carries a mark that looks like ours and is none


class Standing(StrEnum):
    """How whoever wrote stands to the ticket, strongest first."""

    REQUESTER = "requester"
    COLLEAGUE = "colleague"  # of the same firm
    WATCHER = "watcher"
    WRITTEN_TO = "written_to"  # we sent him mail about it
    ASKED = "asked"  # an agent asked him behind the client's back
    STAFF = "staff"  # an agent who may read it
    COPIED = "copied"  # the client copied him; nobody has accepted him yet
    EXTERNAL = "external"  # another system, by a number that it gave itself
    NOBODY = "nobody"


NO_PART = frozenset({Standing.COPIED, Standing.EXTERNAL, Standing.NOBODY})  # who may be let in
CLIENT_SIDE = frozenset({Standing.REQUESTER, Standing.COLLEAGUE, Standing.WATCHER, Standing.WRITTEN_TO})


def joined_by(evidence: Sequence[Any]) -> str | None:
    """The code of what led the message here; None: it opened the ticket, or is not known."""
    return _after(evidence, JOINED)


def standing_of(evidence: Sequence[Any]) -> str | None:
    return _after(evidence, SENDER)


def mentioned_in(evidence: Sequence[Any]) -> tuple[int, ...]:
    """The tickets that the mail names without a right to them."""
    found = (str(one).removeprefix(MENTIONS) for one in evidence if str(one).startswith(MENTIONS))
    return tuple(int(number) for number in found if number.isdecimal())


def wrong_marks(evidence: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(one).removeprefix(WRONG) for one in evidence if str(one).startswith(WRONG))


def _after(evidence: Sequence[Any], code: str) -> str | None:
    return next((str(one).removeprefix(code) for one in evidence if str(one).startswith(code)), None)
