"""A mail that somebody passed on to us: what he says to it, who wrote it, and its own words and files."""

import re
from dataclasses import dataclass

from helpdesk.mail.attachments import ParsedAttachment, read_attachments, take_uuencoded
from helpdesk.mail.body import read_body
from helpdesk.mail.charset import clean_text
from helpdesk.mail.forwards import LINES, SUBJECT
from helpdesk.mail.headers import Address, read_addresses
from helpdesk.mail.mime import Part
from helpdesk.mail.quote_marks import HEADER_LABEL, ORIGINAL, RULE, SENDER_LABEL

NOBODY = Address("", "")
BEGINS = re.compile(
    r"^\s*(?:>\s?)*(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-?Mail)|"
    r"Начало переадресованного сообщения|Début du message (?:réexpédié|transféré)|Inizio messaggio inoltrato|"
    r"Inicio del mensaje reenviado)\s*:\s*$",
    re.IGNORECASE,
)
SUBJECT_LABEL = re.compile(
    r"^\s*\*?(?:Subject|Betreff|Тема|Objet|Sujet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Temat|Předmět|"
    r"Predmet|Tárgy|Konu|Aihe|主题|件名)\s*:\*?\s*(.*)$",
    re.IGNORECASE,
)
LABELS_WANTED, WINDOW = 3, 8
QUOTE = re.compile(r"^\s?>\s?")


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The outermost mail inside; `sender` may be empty. `is_sure`: where it begins and who wrote it is plain.

    `comment` are the words above it. `files` are those of an enclosed mail; what a quoted one had with it
    stands among the files of the mail around.
    """

    sender: Address
    subject: str
    text: str
    html: str
    comment: str
    files: tuple[ParsedAttachment, ...]
    is_enclosed: bool
    is_sure: bool


def read_passed_on(tree: Part, text: str) -> PassedOn | None:
    """The mail that this one passes on; None when it passes nothing on."""
    if tree.content_type == "multipart/report":
        return None
    enclosed = _enclosed(tree)
    if enclosed:
        return _unwrapped(enclosed, text)
    subject = tree.headers.text("subject")
    if not SUBJECT.match(subject):
        return None
    return _quoted(text, bare_subject(subject))


def bare_subject(subject: str) -> str:
    """Without the signs of answers and of passing on before it."""
    while found := SUBJECT.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def _enclosed(part: Part) -> list[Part]:
    """The outermost whole mails inside, not those inside of them."""
    if part.content_type == "message/rfc822" and part.children:
        return [part.children[0]]
    return [found for child in part.children for found in _enclosed(child)]


def _unwrapped(mails: list[Part], comment: str) -> PassedOn:
    """Several mails by several people leave open for whom we are asked."""
    first = mails[0]
    senders = [(mail.headers.addresses("from") or (NOBODY,))[0] for mail in mails]
    body = read_body(first)
    text, uuencoded = take_uuencoded(body.text)
    return PassedOn(
        sender=senders[0],
        subject=first.headers.text("subject"),
        text=clean_text(text),
        html=body.html,
        comment=comment,
        files=read_attachments(body.files, body.html) + uuencoded,
        is_enclosed=True,
        is_sure=bool(senders[0].email) and len({one.email.lower() for one in senders}) == 1,
    )


def _quoted(text: str, subject: str) -> PassedOn:
    lines = text.split("\n")
    start = _block_at(lines)
    if start is None:
        return PassedOn(NOBODY, subject, "", "", text, (), is_enclosed=False, is_sure=False)
    lines = lines[:start] + _without_quotes(lines[start:])
    end = _block_end(lines, start)
    sender = _sender_in(lines[start])
    own_words = "\n".join(lines[end:]).strip("\n")
    return PassedOn(
        sender=sender,
        subject=_subject_in(lines[start:end]) or subject,
        text=own_words,
        html="",
        comment="\n".join(_above(lines[:start])).strip(),
        files=(),
        is_enclosed=False,
        is_sure=bool(sender.email) and bool(own_words.strip()),
    )


def _block_at(lines: list[str]) -> int | None:
    """Where the first block of From, Sent, To and Subject begins, within the first lines with words."""
    said = [number for number, line in enumerate(lines) if line.strip()]
    for place, number in enumerate(said[:LINES]):
        near = said[place : place + WINDOW]
        if SENDER_LABEL.match(lines[number]) and _labels(lines, near) >= LABELS_WANTED:
            return number
    return None


def _labels(lines: list[str], numbers: list[int]) -> int:
    return sum(bool(HEADER_LABEL.match(lines[number])) for number in numbers)


def _block_end(lines: list[str], start: int) -> int:
    """Behind the last line of the block; a long one may go on in the line below."""
    end, blanks = start, 0
    for number in range(start, min(start + 2 * WINDOW, len(lines))):
        line = lines[number]
        if not line.strip():
            blanks += 1
            if blanks > 1:
                break
        elif HEADER_LABEL.match(line):
            end, blanks = number + 1, 0
        elif blanks:
            break
        elif number == end and re.match(r"^\s*[^:]*@", line):
            end = number + 1
    return end


def _without_quotes(lines: list[str]) -> list[str]:
    """Some programs put a mark of quotation before each line of what they pass on."""
    return [QUOTE.sub("", line) for line in lines] if QUOTE.match(lines[0]) else lines


def _sender_in(line: str) -> Address:
    named = line.partition(":")[2].strip(" *").replace("[mailto:", "<").replace("]", ">")
    found = read_addresses(named)
    return found[0] if found else Address(named[:200], "")


def _subject_in(block: list[str]) -> str:
    found = next((match for line in block if (match := SUBJECT_LABEL.match(line))), None)
    return found[1].strip(" *") if found else ""


def _above(lines: list[str]) -> list[str]:
    """What stands above the block, without the line that announces it."""
    while lines and (not lines[-1].strip() or _announces(lines[-1])):
        lines = lines[:-1]
    return lines


def _announces(line: str) -> bool:
    return any(sign.match(line) for sign in (ORIGINAL, RULE, BEGINS))
