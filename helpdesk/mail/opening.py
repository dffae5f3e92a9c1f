"""How a mail is opened in the child process: the parser first, a plainer way when it fails, then raw text."""

import os
import subprocess
import sys
from dataclasses import replace

from helpdesk.mail.frame_height import heights_of
from helpdesk.mail.indexable import is_hard_to_index
from helpdesk.mail.mime import TOO_COMPLEX
from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.plainly import read_plainly, read_raw
from helpdesk.mail.winmail import with_winmail_opened

TOO_HEAVY = "the HTML cannot be cleaned in time"
TRIED_FROM = 100_000
CLEANING_SECONDS = 10
SECOND = "read in a second, plainer way"
THIRD = "shown as raw text"


def open_mail(raw: bytes) -> ParsedMail:
    """What the mail says, whatever its state: a mail that one way cannot read is read in another."""
    try:
        mail = with_words_to_find(with_html_in_time(with_winmail_opened(parse(raw))))
        return replace(mail, heights=heights_of(mail.html, mail.attachments))
    except Exception as trouble:  # noqa: BLE001 - whatever it is, the words must not be lost
        cause = type(trouble).__name__
    try:
        return read_plainly(raw, f"{SECOND}: {cause}")
    except Exception as trouble:  # noqa: BLE001 - the library raises for many kinds of damage
        return read_raw(raw, f"{THIRD}: {cause}, {type(trouble).__name__}")


def with_words_to_find(mail: ParsedMail) -> ParsedMail:
    """As too complex to be shown, if its words would hold up the database."""
    inside = mail.passed_on
    if inside is not None and is_hard_to_index(inside.text):
        mail = replace(mail, passed_on=None)
    if not is_hard_to_index(mail.text):
        return mail
    return replace(mail, defects=(*mail.defects, f"{TOO_COMPLEX}: words"))


def with_html_in_time(mail: ParsedMail) -> ParsedMail:
    """Without its HTML, if cleaning that takes longer than ten seconds; the text stays, with a defect."""
    inside = mail.passed_on
    if inside is not None and not _can_be_cleaned(inside.html):
        mail = replace(mail, passed_on=replace(inside, html=""))
    if _can_be_cleaned(mail.html):
        return mail
    return replace(mail, html="", defects=(*mail.defects, TOO_HEAVY))


def _can_be_cleaned(html: str) -> bool:
    if len(html) < TRIED_FROM:
        return True
    command = [sys.executable, "-m", "helpdesk.mail.cleaning_child"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    source = html.encode("utf-8", "replace")
    try:
        subprocess.run(
            command, input=source, env=environment, capture_output=True, timeout=CLEANING_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return False
    return True
