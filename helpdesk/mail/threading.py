"""Which ticket a mail belongs to: the evidence in its order, and what each piece is worth."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.tokens import (
    Keys,
    Token,
    has_address_shape,
    has_id_shape,
    marker_shapes,
    read_markers,
    read_message_id,
    read_token,
)

REFERENCES_LOOKED_AT = 50
REPLIED = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|antw|tr|rv|sv|vs|vb|rif|odp|pd|отв|на|пер)\s*(?:\[\d{1,3}\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)


class Proof(StrEnum):
    """Kinds of evidence, strongest first."""

    REPLY_ADDRESS = "reply_address"
    OWN_MESSAGE_ID = "own_message_id"
    STORED_MESSAGE_ID = "stored_message_id"
    MARKER = "marker"
    EXTERNAL_NUMBER = "external_number"
    SUBJECT_NUMBER = "subject_number"


@dataclass(frozen=True, slots=True)
class External:
    """A number that another system gave; `sender` is the pattern of the rule that found it."""

    sender: str
    number: str


SIGNED = frozenset({Proof.REPLY_ADDRESS, Proof.OWN_MESSAGE_ID, Proof.MARKER})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One pointer to a ticket: a valid token, a foreign Message-ID or another system's number to look up, or
    a ticket number.
    """

    kind: Proof
    token: Token | None = None
    message_id: str = ""
    external: External | None = None
    number: int = 0

    @property
    def is_signed(self) -> bool:
        return self.kind in SIGNED


def evidence(
    parsed: ParsedMail, keys: Keys, prefixes: Collection[str], externals: Collection[External] = ()
) -> tuple[Evidence, ...]:
    """All pointers in the order of trust; wrong tokens are passed over."""
    found = (
        *_from_addresses(parsed, keys),
        *_from_own_ids(parsed, keys),
        *_from_stored_ids(parsed, keys),
        *(Evidence(Proof.MARKER, token) for token in read_markers(_words(parsed), keys)),
        *(Evidence(Proof.EXTERNAL_NUMBER, external=one) for one in externals),
        *(Evidence(Proof.SUBJECT_NUMBER, number=one) for one in subject_numbers(parsed.subject, prefixes)),
    )
    return tuple(dict.fromkeys(found))


def wrong_tokens(parsed: ParsedMail, keys: Keys) -> tuple[Proof, ...]:
    """Where the mail carries what looks like a token of ours and is none; worth a note, never a refusal."""
    ids = [one for one in _referred(parsed) if has_id_shape(one)]
    found = {
        Proof.REPLY_ADDRESS: any(
            has_address_shape(one) and read_token(one, keys) is None for one in _addresses(parsed)
        ),
        Proof.OWN_MESSAGE_ID: any(read_message_id(one, keys) is None for one in ids),
        Proof.MARKER: marker_shapes(_words(parsed)) > 0 and not read_markers(_words(parsed), keys),
    }
    return tuple(proof for proof, is_wrong in found.items() if is_wrong)


def subject_tag(prefix: str, number: int) -> str:
    return f"[{prefix}#{number}]"


def with_subject_tag(subject: str, prefix: str, number: int) -> str:
    """The subject with exactly one tag of ours; one of the same ticket goes even if its letters are old."""
    return f"{subject_tag(prefix, number)} {without_subject_tag(subject, prefix, number)}".strip()


def without_subject_tag(subject: str, prefix: str, number: int) -> str:
    ours = rf"\s*\[(?:{re.escape(prefix)}#\d+|[a-z0-9]{{1,8}}#{number})\]\s*"
    return re.sub(ours, " ", subject, flags=re.IGNORECASE).strip()


def base_subject(subject: str) -> str:
    """The subject without what mail programs put before it when they answer or pass on."""
    return REPLIED.sub("", " ".join(subject.split()))


def prefix_of(subject: str) -> str | None:
    """The letters of the tag that a subject of ours begins with."""
    found = re.match(r"\[([a-z0-9]{1,8})#[0-9]{1,12}\]", subject, re.IGNORECASE)
    return found[1].upper() if found else None


def subject_numbers(subject: str, prefixes: Collection[str]) -> tuple[int, ...]:
    """Ticket numbers behind any of the letters that we use or ever used."""
    if not prefixes:
        return ()
    letters = "|".join(re.escape(prefix) for prefix in prefixes)
    found = re.findall(rf"\[(?:{letters})\s*#\s*([0-9]{{1,12}})\]", subject, re.IGNORECASE)
    return tuple(dict.fromkeys(int(number) for number in found))


def _addresses(parsed: ParsedMail) -> tuple[str, ...]:
    return (*(one.email for one in (*parsed.to, *parsed.cc)), *parsed.delivered_to)


def _words(parsed: ParsedMail) -> str:
    return f"{parsed.text}\n{parsed.html}"


def _from_addresses(parsed: ParsedMail, keys: Keys) -> Iterator[Evidence]:
    for address in _addresses(parsed):
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
