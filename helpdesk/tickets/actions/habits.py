"""What a sender repeats with every mail is known as his signature: its pictures and its lines."""

import re

from sqlalchemy import distinct, func, select, update

from helpdesk.beforehand import Asked, surely_not
from helpdesk.db import db
from helpdesk.tickets.models import Attachment, Message

TIMES = 3
LOOKED_AT = 10
LOOKED_INTO = 20_000
MOST_LINES, MOST_LETTERS = 15, 1_000


def mark_repeated_pictures(message: Message) -> None:
    """Pictures that this sender sent with three messages or more are his signature's, in old ones too."""
    same = select(Attachment.sha256).where(
        Attachment.message_id == message.id, Attachment.content_type.like("image/%")
    )
    by_sender = select(Message.id).where(Message.author_id == message.author_id)
    often = (
        select(Attachment.sha256)
        .where(Attachment.sha256.in_(same), Attachment.message_id.in_(by_sender))
        .group_by(Attachment.sha256)
        .having(func.count(distinct(Attachment.message_id)) >= TIMES)
    )
    db.session.execute(
        update(Attachment)
        .where(Attachment.sha256.in_(often), Attachment.message_id.in_(by_sender))
        .where(~Attachment.is_repeated)
        .values(is_repeated=True)
        .execution_options(synchronize_session=False)
    )


def new_words_of(author_id: int, text: str, until: int | None) -> int | None:
    """Where the new words of this sender end, his usual last lines left out; None: nowhere before the end."""
    if surely_not(Asked.WROTE, author_id):
        return until
    earlier = db.session.scalars(
        select(func.left(Message.text, LOOKED_INTO))
        .where(Message.author_id == author_id, ~Message.is_machine)
        .order_by(Message.id.desc())
        .limit(LOOKED_AT)
    ).all()
    reply = text[:until]
    start = repeated_from(reply, list(earlier))
    return start if start < len(reply) else until


def repeated_from(reply: str, earlier: list[str]) -> int:
    """Where a block at the end begins that stood in at least two earlier texts; the length if none does."""
    if len(earlier) < TIMES - 1:
        return len(reply)
    known = [_squeezed(text) for text in earlier]
    for start in _block_starts(reply):
        block = _squeezed(reply[start:])
        if sum(block in text for text in known) >= TIMES - 1:
            return start
    return len(reply)


def _block_starts(reply: str) -> list[int]:
    """Beginnings of the last paragraphs that may be a signature, the longest first; never the whole."""
    starts = [found.end() for found in re.finditer(r"\n[ \t]*\n+(?=\S)", reply)]
    return [
        start
        for start in starts
        if reply[:start].strip() and _may_be_signature(reply[start:]) and len(reply) - start <= MOST_LETTERS
    ]


def _may_be_signature(block: str) -> bool:
    lines = [line for line in block.split("\n") if line.strip()]
    return 2 <= len(lines) <= MOST_LINES and "?" not in block


def _squeezed(text: str) -> str:
    return "\n".join(line for one in text.split("\n") if (line := " ".join(one.split())))
