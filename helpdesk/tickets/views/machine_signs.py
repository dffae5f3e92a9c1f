"""Which of a message's evidence says that a machine wrote it. Pure."""

import re
from collections.abc import Sequence
from typing import Any

SIGN = re.compile(r"^(?:[A-Z][\w-]*: |[a-z-]+: present$|away: |delivery report$)")
SIGNS_SHOWN = 3


def signs_in(evidence: Sequence[Any]) -> tuple[str, ...]:
    """What said that a machine wrote it, as it stood in the mail."""
    return tuple(str(one) for one in evidence if SIGN.match(str(one)))[:SIGNS_SHOWN]
