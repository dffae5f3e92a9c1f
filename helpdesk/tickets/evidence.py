"""What a message carries as evidence, by code: why it is here, and what speaks for its sender. Pure."""

from collections.abc import Sequence
from typing import Any

UNPROVED = "dmarc=fail"  # our own mail server says that the sender is somebody else
ASIDE = "aside"  # we got a blind copy
BEHALF = "behalf:"  # and the contact who passed it on; the author wrote what he passed on
PASSED_ON = "passed_on:"  # and the address of whose mail it seems to be, "" where nobody can tell


def is_unproved(evidence: Sequence[Any]) -> bool:
    """Whether the sender was found to be somebody else than he says."""
    return UNPROVED in evidence


def waits_for_receipt(evidence: Sequence[Any]) -> bool:
    """Whether somebody who wrote to us himself waits for a word that it came in.

    Where our own server says that it is not he, the word would go to a stranger's victim.
    """
    return ASIDE not in evidence and not is_unproved(evidence) and passed_on_by(evidence) is None


def passed_on_by(evidence: Sequence[Any]) -> int | None:
    """The contact of whoever passed on what stands here as the client's words; None: nobody did."""
    found = _after(evidence, BEHALF)
    return int(found) if found and found.isdecimal() else None


def passed_on_from(evidence: Sequence[Any]) -> str | None:
    """Whose mail was passed on in it, as far as one can tell ("": one cannot); None: nothing was."""
    return _after(evidence, PASSED_ON)


def _after(evidence: Sequence[Any], code: str) -> str | None:
    return next((str(one).removeprefix(code) for one in evidence if str(one).startswith(code)), None)
