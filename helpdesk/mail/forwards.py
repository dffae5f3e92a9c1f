"""Whose mail was forwarded inside this one."""

import re

from helpdesk.mail.headers import read_addresses
from helpdesk.mail.mime import Part
from helpdesk.mail.quote_marks import HEADER_LABEL, SENDER_LABEL

SUBJECT = re.compile(
    r"^\s*(?:(?:re|aw|sv|odp|ha|отв)\s*:\s*)*\[?(?:fwd?|wg|tr|rv|vs|vb|doorst|enc|пер|пересл\w*|i)\s*:",
    re.IGNORECASE,
)
LINES = 30


def forwarded_from(tree: Part, text: str) -> str:
    """The address of the outermost forwarded mail, enclosed or quoted; empty if there is none."""
    if tree.content_type == "multipart/report":
        return ""
    enclosed = (part for part in tree.walk() if part.content_type == "message/rfc822" and part.children)
    first = next(enclosed, None)
    if first is not None:
        found = first.children[0].headers.addresses("from")
        return found[0].email if found else ""
    return _quoted_sender(text) if SUBJECT.match(tree.headers.text("subject")) else ""


def _quoted_sender(text: str) -> str:
    lines = [line for line in text.split("\n") if line.strip()][:LINES]
    for number, line in enumerate(lines):
        if (
            SENDER_LABEL.match(line)
            and sum(bool(HEADER_LABEL.match(one)) for one in lines[number : number + 6]) >= 3
        ):
            found = read_addresses(
                line.partition(":")[2].strip(" *").replace("[mailto:", "<").replace("]", ">")
            )
            return found[0].email if found else ""
    return ""
