"""What our own receiving server says about the sender; everybody else's verdict is only a claim."""

import re
from collections.abc import Iterable
from enum import StrEnum

NOISE = re.compile(r"\([^()]*\)|\"[^\"]*\"")
DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)", re.IGNORECASE)


class SenderCheck(StrEnum):
    """Whether the From domain was confirmed; unknown when the server is silent or not named."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


def dmarc(results: Iterable[str], authserv_id: str) -> SenderCheck:
    """The verdict of that server's topmost Authentication-Results (RFC 8601); lower ones may be forged."""
    wanted = authserv_id.strip().lower()
    for result in results:
        server, _, verdicts = NOISE.sub(" ", result).partition(";")
        if wanted and server.lower().split()[:1] == [wanted]:
            return _verdict(verdicts)
    return SenderCheck.UNKNOWN


def _verdict(verdicts: str) -> SenderCheck:
    found = DMARC.search(verdicts)
    if found is None:
        return SenderCheck.UNKNOWN
    known = {"pass": SenderCheck.PASSED, "fail": SenderCheck.FAILED}
    return known.get(found[1].lower(), SenderCheck.UNKNOWN)
