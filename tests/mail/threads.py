"""How mail programs file what they get, written down: RFC 5256, Gmail, and Outlook; and how they answer."""

import re
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from itertools import pairwise

from helpdesk.db import db
from helpdesk.mail.compose import build
from helpdesk.mail.letters import outgoing_of
from helpdesk.mail.models import Mailbox
from helpdesk.mail.remembering import remember_sent
from helpdesk.notifications.models import Outbox
from tests.mail.letters import SUPPORT, a_mail, read

Mails = Sequence[EmailMessage]
ID = re.compile(r"<[^<>\s]+>")
REPLY = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg)\s*(?:\[\d+\])?\s*:\s*)", re.IGNORECASE)
TAG = re.compile(r"^\s*\[[^\]]*\]\s*(?=\S)")


def ids(mail: EmailMessage, name: str) -> list[str]:
    return ID.findall(str(mail[name] or ""))


def base_subject(mail: EmailMessage) -> str:
    """RFC 5256, 2.1: without answers' prefixes and leading blobs in brackets, in any order."""
    subject, before = " ".join(str(mail["Subject"] or "").split()), None
    while subject != before:
        before = subject
        subject = TAG.sub("", REPLY.sub("", subject))
    return subject.lower()


def rfc_5256(mails: Mails, *, by_subject: bool) -> int:
    """How many threads the REFERENCES algorithm makes (RFC 5256, 3); `by_subject` with its fifth step."""
    parents: dict[str, str | None] = {}
    for mail in mails:
        own, refs = ids(mail, "Message-ID")[0], ids(mail, "References") or ids(mail, "In-Reply-To")[:1]
        for one in (*refs, own):
            parents.setdefault(one, None)
        for older, newer in pairwise(refs):  # 1 A: existing links stay, no loops
            if parents[newer] is None and newer not in _line(parents, older):
                parents[newer] = older
        parents[own] = None  # 1 B: its own last reference wins
        if refs and own not in _line(parents, refs[-1]):
            parents[own] = refs[-1]
    roots = {_line(parents, ids(mail, "Message-ID")[0])[-1]: base_subject(mail) for mail in reversed(mails)}
    return len(set(roots.values())) if by_subject else len(roots)


def _line(parents: dict[str, str | None], one: str) -> list[str]:
    found = [one]
    while (parent := parents[found[-1]]) is not None:
        found.append(parent)
    return found


def gmail(mails: Mails) -> int:
    """It joins a conversation whose ids it names, or that names one it names, if the subject is the same."""
    threads: list[tuple[set[str], str]] = []
    for mail in mails:
        named = {*ids(mail, "Message-ID"), *ids(mail, "References"), *ids(mail, "In-Reply-To")}
        subject = base_subject(mail)
        same = [thread for thread in threads if thread[0] & named and thread[1] == subject]
        merged = named.union(*(thread[0] for thread in same))
        threads = [thread for thread in threads if thread not in same]
        threads.append((merged, subject))
    return len(threads)


def outlook(mails: Mails) -> int:
    """Its oldest way: the topic alone, which is the header, else the subject without one short prefix."""
    short = re.compile(r"^[^\s:\[\]]{1,3}:\s*")
    return len({str(mail["Thread-Topic"] or short.sub("", str(mail["Subject"] or ""))) for mail in mails})


def goes_out(number: int, mailbox: Mailbox, *, rewritten: str = "") -> EmailMessage:
    """The ticket's newest mail as it arrives; `rewritten`: the relay puts its own Message-ID there."""
    row = db.session.query(Outbox).filter_by(ticket_id=number).order_by(Outbox.id.desc()).first()
    assert row is not None
    row.attempts = 1
    raw = build(outgoing_of(row, mailbox, now=row.created_at))
    remember_sent(row)
    mail = read(raw)
    if rewritten:
        mail.replace_header("Message-ID", rewritten)
    return mail


def _quoted(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return "".join(f"> {line}\n" for line in body.get_content().splitlines())


def _answer(mail: EmailMessage, words: str, *, quotes: bool = False, **headers: str) -> EmailMessage:
    """To where answers go and with the subject of an answer, unless the headers say otherwise."""
    to = headers.pop("To", str(mail["Reply-To"] or mail["From"]))
    subject = headers.pop("Subject", f"Re: {mail['Subject']}")
    return a_mail(f"{words}\n\n{_quoted(mail) if quotes else ''}", to=to, subject=subject, **headers)


def thunderbird(to: EmailMessage, words: str) -> EmailMessage:
    """The whole chain and its end, as RFC 5322 asks; Gmail and Apple Mail do the same."""
    chain = " ".join([*ids(to, "References"), *ids(to, "Message-ID")])
    return _answer(to, words, In_Reply_To=ids(to, "Message-ID")[0], References=chain, quotes=True)


def outlook_answer(to: EmailMessage, words: str) -> EmailMessage:
    """Only the mail that is answered, and a topic and an index of its own."""
    own = ids(to, "Message-ID")[0]
    topic = str(to["Thread-Topic"] or "")
    headers = {"Thread_Topic": topic} if topic else {}
    return _answer(
        to, words, In_Reply_To=own, References=own, Thread_Index="AdxQ1w0Yb3Rlc3Q=", quotes=True, **headers
    )


def in_reply_to_only(to: EmailMessage, words: str) -> EmailMessage:
    return _answer(to, words, In_Reply_To=ids(to, "Message-ID")[0], To=SUPPORT)


def references_only(to: EmailMessage, words: str) -> EmailMessage:
    chain = " ".join([*ids(to, "References"), *ids(to, "Message-ID")])
    return _answer(to, words, References=chain, To=SUPPORT)


def subject_only(to: EmailMessage, words: str) -> EmailMessage:
    return _answer(to, words, To=SUPPORT)


def address_only(to: EmailMessage, words: str) -> EmailMessage:
    return _answer(to, words, Subject="hm")


def quote_only(to: EmailMessage, words: str) -> EmailMessage:
    """A helpdesk of the client's that strips every header and writes its own subject."""
    return _answer(to, words, Subject="Your request", To=SUPPORT, quotes=True)


Habit = Callable[[EmailMessage, str], EmailMessage]
