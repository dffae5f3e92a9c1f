"""The demo's outgoing mail as the catcher kept it, and letters of clients that go in by SMTP."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from helpdesk.clock import process_time
from helpdesk.errors import BadInput
from helpdesk.mail.catcher import ENVELOPE, SUFFIX
from helpdesk.mail.parsing import parse
from helpdesk.mail.posting import hand_over

NAME = re.compile(r"^\d{8}-\d{6}-\d{6}-\d{4,9}$")
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Caught:
    """One mail that the desk sent; `key` names its file, `caught_at` is aware."""

    key: str
    caught_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    answer_to: str
    message_id: str
    references: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a visitor writes as a client; `answers` and `references` are ids of the mail he answers."""

    sender: str
    name: str
    to: str
    subject: str
    text: str
    file_name: str = ""
    file: bytes = b""
    answers: str = ""
    references: tuple[str, ...] = ()


def caught(folder: Path) -> list[Caught]:
    """The newest caught mails, newest first."""
    files = sorted(folder.glob(f"*{SUFFIX}"), reverse=True) if folder.is_dir() else []
    return [_read(file) for file in files[:SHOWN]]


def caught_one(folder: Path, key: str) -> Caught | None:
    """The mail of that name; None if there is none, or it is no name of ours."""
    file = folder / f"{key}{SUFFIX}"
    return _read(file) if NAME.match(key) and file.is_file() else None


def _read(file: Path) -> Caught:
    raw = file.read_bytes()
    first, _, rest = raw.partition(b"\r\n")
    recipients = first.decode("utf-8", "replace").removeprefix(f"{ENVELOPE}: ")
    mail = parse(rest)
    day, time, micro, _number = file.stem.split("-")
    return Caught(
        key=file.stem,
        caught_at=datetime.strptime(f"{day}{time}{micro}", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC),
        sender=mail.from_name or mail.from_email,
        recipients=tuple(one.strip() for one in recipients.split(",")),
        subject=mail.subject,
        text=mail.text,
        answer_to=mail.reply_to[0].email if mail.reply_to else mail.from_email,
        message_id=mail.message_id,
        references=mail.references,
        files=tuple(one.name for one in mail.attachments),
    )


def post(letter: Letter, door: tuple[str, int]) -> None:
    """Hand the letter over at the desk's SMTP door (host, port). Raises BadInput when it refuses."""
    hand_over(written(letter), letter.sender, letter.to, door)


def written(letter: Letter) -> EmailMessage:
    """The letter as a mail program would write it. Raises BadInput for what breaks a header."""
    message = EmailMessage()
    domain = letter.sender.rpartition("@")[2] or "client.example"
    try:
        message["From"] = f"{letter.name} <{letter.sender}>" if letter.name else letter.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
    except (ValueError, IndexError) as problem:
        raise BadInput("Names, addresses and subject each stand in one line.") from problem
    message["Date"] = format_datetime(process_time())
    message["Message-ID"] = make_msgid(domain=domain)
    if letter.answers:
        message["In-Reply-To"] = letter.answers
        message["References"] = " ".join((*letter.references, letter.answers))
    message.set_content(letter.text)
    if letter.file:
        message.add_attachment(
            letter.file, maintype="application", subtype="octet-stream", filename=letter.file_name or "file"
        )
    return message
