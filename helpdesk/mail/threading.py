"""Which ticket a mail belongs to: the evidence in its order, and what each piece is worth."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.tokens import Keys, Token, read_markers, read_message_id, read_token

REFERENCES_LOOKED_AT = 50


class Proof(StrEnum):
    """Kinds of evidence, strongest first."""

    REPLY_ADDRESS = "reply_address"
    OWN_MESSAGE_ID = "own_message_id"
    STORED_MESSAGE_ID = "stored_message_id"
    MARKER = "marker"
    SUBJECT_NUMBER = "subject_number"


SIGNED = frozenset({Proof.REPLY_ADDRESS, Proof.OWN_MESSAGE_ID, Proof.MARKER})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One pointer to a ticket: a valid token, a foreign Message-ID to look up, or a ticket number."""

    kind: Proof
    token: Token | None = None
    message_id: str = ""
    number: int = 0

    @property
    def is_signed(self) -> bool:
        return self.kind in SIGNED

    @property
    def ticket_id(self) -> int | None:
        """Known without a look-up only from a token."""
        return self.token.ticket_id if self.token else None


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket a mail goes to (None: a new one); `mentions` it names without the right to them."""

    ticket_id: int | None
    evidence: Evidence | None
    sender_is_known: bool
    mentions: tuple[int, ...] = ()


def evidence(parsed: ParsedMail, keys: Keys, prefix: str) -> tuple[Evidence, ...]:
    """All pointers in the order of trust; wrong tokens are passed over."""
    found = (
        *_from_addresses(parsed, keys),
        *_from_own_ids(parsed, keys),
        *_from_stored_ids(parsed, keys),
        *(Evidence(Proof.MARKER, token) for token in read_markers(f"{parsed.text}\n{parsed.html}", keys)),
        *(Evidence(Proof.SUBJECT_NUMBER, number=one) for one in subject_numbers(parsed.subject, prefix)),
    )
    return tuple(dict.fromkeys(found))


def choose(
    found: tuple[Evidence, ...], tickets: Mapping[Evidence, int], may_append: Callable[[int], bool]
) -> Match:
    """The first evidence whose ticket exists; an unsigned one counts only if the sender is on the ticket.

    `tickets` holds the ids of the tickets that exist (merges already followed); `may_append` says whether
    the sender is requester, watcher, copied earlier, an operator with access, or of a company that sees it.
    """
    mentions: list[int] = []
    for one in found:
        ticket_id = tickets.get(one)
        if ticket_id is None:
            continue
        is_known = may_append(ticket_id)
        if is_known or one.is_signed:
            return Match(ticket_id, one, is_known, tuple(dict.fromkeys(mentions)))
        mentions.append(ticket_id)
    return Match(None, None, sender_is_known=False, mentions=tuple(dict.fromkeys(mentions)))


def subject_tag(prefix: str, number: int) -> str:
    return f"[{prefix}#{number}]"


def with_subject_tag(subject: str, prefix: str, number: int) -> str:
    """The subject with exactly one tag of ours."""
    bare = re.sub(rf"\s*\[{re.escape(prefix)}#\d+\]\s*", " ", subject, flags=re.IGNORECASE).strip()
    return f"{subject_tag(prefix, number)} {bare}".strip()


def subject_numbers(subject: str, prefix: str) -> tuple[int, ...]:
    found = re.findall(rf"\[{re.escape(prefix)}\s*#\s*([0-9]{{1,12}})\]", subject, re.IGNORECASE)
    return tuple(dict.fromkeys(int(number) for number in found))


def _from_addresses(parsed: ParsedMail, keys: Keys) -> Iterator[Evidence]:
    addresses = (*(one.email for one in (*parsed.to, *parsed.cc)), *parsed.delivered_to)
    for address in addresses:
        token = read_token(address, keys)
        if token:
            yield Evidence(Proof.REPLY_ADDRESS, token)


def _referred(parsed: ParsedMail) -> tuple[str, ...]:
    """In-Reply-To, then References from the newest back."""
    newest_first = tuple(reversed(parsed.references))[:REFERENCES_LOOKED_AT]
    return tuple(dict.fromkeys((*parsed.in_reply_to[:REFERENCES_LOOKED_AT], *newest_first)))


def _from_own_ids(parsed: ParsedMail, keys: Keys) -> Iterator[Evidence]:
    for message_id in _referred(parsed):
        token = read_message_id(message_id, keys)
        if token:
            yield Evidence(Proof.OWN_MESSAGE_ID, token)


def _from_stored_ids(parsed: ParsedMail, keys: Keys) -> Iterator[Evidence]:
    for message_id in _referred(parsed):
        if read_message_id(message_id, keys) is None:
            yield Evidence(Proof.STORED_MESSAGE_ID, message_id=message_id)
