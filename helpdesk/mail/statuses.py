"""What the codes of a delivery report mean for the address they are about."""

import re

from helpdesk.clients.rules import ReturnKind

NO_SUCH = re.compile(r"^5\.(?:1\.\d+|2\.1|4\.4)$")
POLICY = re.compile(r"^5\.7\.\d+$")
FULL = re.compile(r"^5\.2\.2$")
VAGUE = re.compile(r"^5\.[035]\.0$")
SAYS_NO_SUCH = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|person|address)|"
    r"user (?:doesn.t|does not|not) (?:exist|found)|"
    r"(?:mailbox|address|recipient|account) (?:not found|unknown|does not exist|is disabled|inactive)|"
    r"unknown (?:recipient|address|local)|unknown in|invalid (?:recipient|mailbox)|"
    r"(?:no|not a) valid (?:recipient|mailbox)|host (?:unknown|not found)|unrouteable|"
    r"domain (?:not found|does not exist)|not listed in",
    re.IGNORECASE,
)
SAYS_POLICY = re.compile(
    r"spam|blocked|black ?list|block ?list|reputation|policy|denied|dmarc|\bspf\b|dkim|not authori[sz]ed|"
    r"relaying|content rejected|banned",
    re.IGNORECASE,
)
SAYS_FULL = re.compile(r"quota|mailbox (?:is )?full|over ?limit|insufficient (?:disk )?space", re.IGNORECASE)


def return_kind(status: str, words: str, *, hard: bool) -> ReturnKind:
    """Hard, soft, policy or delayed, by class and subject of the code (RFC 3463), else by what was said.

    5.1.x, 5.2.1 and 5.4.4: there is no such address. 5.7.x: a rule of the other side. 5.2.2: the box is full.
    What else failed for good says little of the address and counts as soft. 4.x.x counts for nothing, even
    when the other side gave up.
    """
    if not hard or status.startswith("4"):
        return ReturnKind.DELAYED
    by_code = next((kind for code, _, kind in MEANINGS if code.match(status)), None)
    if by_code is not None or _says_what(status):
        return by_code or ReturnKind.SOFT
    return next((kind for _, said, kind in MEANINGS if said.search(words)), ReturnKind.SOFT)


def _says_what(status: str) -> bool:
    """5.0.0 and 5.3.0 are what servers write that know no better; an empty status says nothing either."""
    return bool(status) and not VAGUE.match(status)


MEANINGS = (
    (POLICY, SAYS_POLICY, ReturnKind.POLICY),
    (FULL, SAYS_FULL, ReturnKind.SOFT),
    (NO_SUCH, SAYS_NO_SUCH, ReturnKind.HARD),
)
