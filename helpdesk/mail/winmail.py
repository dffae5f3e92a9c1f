"""Outlook's winmail.dat is opened in a process of its own, which may break without harm to the mail."""

import base64
import binascii
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helpdesk.mail.attachments import ParsedAttachment
from helpdesk.mail.charset import clean_text
from helpdesk.mail.filenames import clean_name
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.plaintext import html_to_text
from helpdesk.mail.quotes import fold

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
NAME = "winmail.dat"
SECONDS = 10
FILES = 500
UNOPENED = "winmail.dat could not be opened"
Opened = Mapping[str, Any]


def with_winmail_opened(mail: ParsedMail) -> ParsedMail:
    """The mail with the files and, if it has none itself, the words of its winmail.dat in place of it.

    One that cannot be opened stays as it is, with a defect.
    """
    for sealed in [one for one in mail.attachments if _is_winmail(one)]:
        opened = _open(sealed.content)
        if opened is None:
            mail = replace(mail, defects=(*mail.defects, UNOPENED))
            continue
        others = tuple(one for one in mail.attachments if one is not sealed)
        mail = _with_words(replace(mail, attachments=others + _files_of(opened)), opened)
    return mail


def _is_winmail(one: ParsedAttachment) -> bool:
    is_named = one.name.lower() == NAME or one.content_type in TYPES
    return is_named and one.content[:4] == b"\x78\x9f\x3e\x22"


def _open(content: bytes) -> Opened | None:
    """What the other process found; None if it failed, said nothing sensible or took too long."""
    command = [sys.executable, "-m", "helpdesk.mail.winmail_child"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(
            command, input=content, env=environment, capture_output=True, timeout=SECONDS, check=True
        )
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _files_of(opened: Opened) -> tuple[ParsedAttachment, ...]:
    return tuple(_file(one, number) for number, one in enumerate(opened["files"][:FILES], start=1))


def _file(one: Opened, number: int) -> ParsedAttachment:
    content = _bytes(one["content"])
    return ParsedAttachment(
        name=clean_name(str(one["name"])) or f"part-{number}.bin",
        content_type=str(one["type"]),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        content_id=clean_text(str(one["content_id"]))[:300],
        inline=False,
    )


def _bytes(letters: str) -> bytes:
    try:
        return base64.b64decode(letters)
    except binascii.Error:
        return b""


def _with_words(mail: ParsedMail, opened: Opened) -> ParsedMail:
    """Words of the mail itself come first; else those that Outlook put inside."""
    if mail.text.strip() or mail.html:
        return mail
    html = clean_text(str(opened["html"]))
    text = clean_text(str(opened["text"])) or html_to_text(html)
    folded = fold(text)
    shown = html.lower()
    files = tuple(
        replace(one, inline=bool(one.content_id) and f"cid:{one.content_id.lower()}" in shown)
        for one in mail.attachments
    )
    return replace(mail, text=text, html=html, reply=folded.reply, quoted=folded.quoted, attachments=files)
