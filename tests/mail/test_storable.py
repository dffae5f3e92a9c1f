"""What PostgreSQL cannot keep never reaches it, and what a server's outline says is understood."""

import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.storable import storable, storable_text
from helpdesk.mail.structure import boundary_of, leaves_of
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import arrive

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.eml"))


@dataclass(frozen=True)
class Nested:
    name: str
    more: tuple["Nested", ...] = ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("a\x00b", "ab"),
        ("half \ud83d one", "half \ufffd one"),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_texts_lose_what_cannot_be_kept(text: str, kept: str) -> None:
    assert storable_text(text) == kept
    kept_text = kept.encode()
    assert storable(Nested("x", (Nested(text),))).more[0].name.encode() == kept_text


def test_a_value_that_can_be_kept_is_the_same_value() -> None:
    value = Nested("x", (Nested("y"),))
    assert storable(value) is value


WORDS = (b"text", b"plain", (b"charset", b"utf-8"), None, None, b"7bit", 120, 4)
FILM = (b"video", b"mp4", (b"name", b"=?utf-8?q?f=C3=BCr_uns.mp4?="), None, None, b"base64", 4000, None,
        (b"attachment", (b"filename", b"f.mp4")))  # fmt: skip


def test_the_outline_of_a_message_names_its_words_and_files() -> None:
    inner = (
        [WORDS, (b"text", b"html", None, None, None, b"7bit", 90, 2)],
        b"alternative",
        (b"boundary", b"in"),
    )
    outer = ([inner, FILM], b"mixed", (b"boundary", b"out"), None)
    leaves = leaves_of(outer)
    assert [(leaf.path, leaf.content_type, leaf.is_words) for leaf in leaves] == [
        ("1.1", "text/plain", True),
        ("1.2", "text/html", True),
        ("2", "video/mp4", False),
    ]
    assert leaves[2].described == {"name": "f.mp4", "content_type": "video/mp4", "size": 3000}
    assert (boundary_of(outer), boundary_of(WORDS), leaves_of(None)) == (b"out", b"", [])


def test_an_endless_outline_ends() -> None:
    deep: object = WORDS
    for _ in range(10_000):
        deep = ([deep], b"mixed", (b"boundary", b"x"))
    assert leaves_of(deep) == []
    assert len(leaves_of(([WORDS] * 10_000, b"mixed", (b"boundary", b"x")))) == 500


def damaged(seed: int) -> bytes:
    """A sample with some of its bytes exchanged, some of them for what nobody can store."""
    dice = random.Random(seed)
    raw = bytearray(dice.choice(SAMPLES).read_bytes())
    for _ in range(dice.randint(0, 40)):
        raw[dice.randrange(len(raw))] = dice.choice((0, 0xED, 0xA0, 0xFF, 10, dice.randrange(256)))
    return bytes(raw)


def test_whatever_comes_is_kept_byte_for_byte_and_taken_in_once(session: object, now: datetime) -> None:
    three_lines()
    mailbox = a_mailbox()
    raws = [damaged(seed) for seed in range(12)]
    stored = [arrive(raw, mailbox, now=now) for raw in raws]
    process_inbound()
    again = [process_inbound(), process_inbound()]
    rows = db.session.scalars(
        select(InboundMail).where(InboundMail.id.in_(stored)).order_by(InboundMail.id)
    ).all()
    assert [row.raw for row in rows] == raws
    assert again == [0, 0]
    assert {row.state for row in rows} <= {InboundState.PROCESSED, InboundState.IGNORED}
