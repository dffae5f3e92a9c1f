"""How a mail is opened in the child process: the parser first, a plainer way when it fails, then raw text."""

from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.plainly import read_plainly, read_raw
from helpdesk.mail.winmail import with_winmail_opened

SECOND = "read in a second, plainer way"
THIRD = "shown as raw text"


def open_mail(raw: bytes) -> ParsedMail:
    """What the mail says, whatever its state: a mail that one way cannot read is read in another."""
    try:
        return with_winmail_opened(parse(raw))
    except Exception as trouble:  # noqa: BLE001 - whatever it is, the words must not be lost
        cause = type(trouble).__name__
    try:
        return read_plainly(raw, f"{SECOND}: {cause}")
    except Exception as trouble:  # noqa: BLE001 - the library raises for many kinds of damage
        return read_raw(raw, f"{THIRD}: {cause}, {type(trouble).__name__}")
