"""What a person is still writing: kept on the server, there on every device, gone once it is sent."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from helpdesk.config import MIB, settings
from helpdesk.db import db
from helpdesk.errors import BadInput, StaleChange
from helpdesk.mail.linking import text_to_html
from helpdesk.rich.cleaning import clean, pictures_in
from helpdesk.tickets.actions.conversation import NewFile
from helpdesk.tickets.actions.third_party import QUOTED
from helpdesk.tickets.addressed import UNSAID, Addressed, addressed_from
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.models import Attachment, Message
from helpdesk.tickets.rules import MessageKind

ENCODED = 1.37  # what base64 and its line ends make of a byte
FILES = 20
A_MOMENT = timedelta(seconds=20)


@dataclass(frozen=True)
class Desk:
    """The place where something is written: one person at one ticket."""

    ticket_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """Everything in the composer but the files; `cc` None: nobody touched what the desk suggests. `html` is
    the form of the words, None: they have none. `addressed` is to whom the page said that it goes.
    """

    kind: MessageKind
    text: str
    html: str | None = None
    cc: str | None = None
    third_party: str = ""
    picked: Mapping[str, list[Any]] = field(default_factory=dict)
    addressed: Addressed = UNSAID

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.third_party.strip())


def keep_draft(desk: Desk, unsent: Unsent, *, now: datetime) -> uuid.UUID:
    """Keep it whatever was there before; the new revision."""
    row = _row(unsent, now)
    statement = insert(Draft).values(ticket_id=desk.ticket_id, person_id=desk.person_id, **row)
    kept = statement.on_conflict_do_update(index_elements=[Draft.ticket_id, Draft.person_id], set_=row)
    db.session.execute(kept)
    return uuid.UUID(str(row["revision"]))


def save_draft(desk: Desk, unsent: Unsent, *, base: uuid.UUID | None, now: datetime) -> uuid.UUID:
    """Keep it if nothing newer was kept since `base` (None: there was none); the new revision.

    Raises StaleChange when another window or device saved, sent or emptied it meanwhile.
    """
    row = _row(unsent, now)
    if base is None:
        start = insert(Draft).values(ticket_id=desk.ticket_id, person_id=desk.person_id, **row)
        done = db.session.execute(start.on_conflict_do_nothing().returning(Draft.id))
    else:
        here = update(Draft).where(_of(desk), Draft.revision == base)
        done = db.session.execute(here.values(**row).returning(Draft.id))
    if done.one_or_none() is None:
        raise StaleChange("You went on writing this in another window.")
    return uuid.UUID(str(row["revision"]))


def add_to_draft(desk: Desk, text: str, *, html: str = "", now: datetime) -> None:
    """Put a text behind what is already kept, for browsers without scripts; `html` is its form, "": none."""
    before = draft_of(desk)
    whole = f"{before.text}\n\n{text}" if before and before.text else text
    form = _joined(before, text, html)
    kind = before.kind if before else MessageKind.REPLY
    keep_draft(
        desk,
        Unsent(
            kind=kind,
            text=whole,
            html=form,
            cc=before.cc if before else None,
            third_party=before.third_party if before else "",
            picked=before.picked if before else {},
            addressed=addressed_from(before.addressed if before else {}),
        ),
        now=now,
    )


def _joined(before: Draft | None, text: str, html: str) -> str | None:
    """The form of both together; None while neither has one."""
    kept = (before.html or "") if before else ""
    if not kept and not html:
        return None
    parts = (kept or text_to_html(before.text if before else ""), html or text_to_html(text))
    return "<br>".join(part for part in parts if part)


def bring_back(desk: Desk, message: Message, *, now: datetime) -> None:
    """What was taken back stands in the composer again: words, recipients, quotes and files."""
    people = message.recipients
    is_forward = message.kind is MessageKind.FORWARD
    text = message.text[: message.reply_until] if is_forward else message.text
    unsent = Unsent(
        kind=message.kind,
        text=text,
        html=message.html,
        cc=None if is_forward else ", ".join(people.get("cc", [])),
        third_party=", ".join(people.get("to", [])) if is_forward else "",
        picked={"messages": people.get(QUOTED, []), "files": []},
        addressed=UNSAID if is_forward else Addressed(to=next(iter(people.get("to", [])), "")),
    )
    forget_draft(desk)
    keep_draft(desk, unsent, now=now)
    for file in db.session.scalars(select(Attachment).where(Attachment.message_id == message.id)):
        new = NewFile(
            sha256=file.sha256,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            inline=file.inline,
        )
        stage(desk, new, now=now, public_id=uuid.UUID(file.content_id) if file.inline else None)


def draft_of(desk: Desk) -> Draft | None:
    """What is kept there now."""
    return db.session.scalars(
        select(Draft).where(_of(desk)).execution_options(populate_existing=True)
    ).first()


def was_just_sent(desk: Desk, text: str, *, now: datetime) -> bool:
    """Whether the person has said exactly this here a moment ago."""
    own = (Message.ticket_id == desk.ticket_id) & (Message.author_id == desk.person_id)
    lately = select(Message.id).where(own, Message.created_at > now - A_MOMENT, Message.text == text.strip())
    return bool(text.strip()) and (db.session.scalar(select(lately.exists())) or False)


def drop_draft(desk: Desk) -> None:
    """The text is gone; files stay."""
    db.session.execute(delete(Draft).where(_of(desk)))


def forget_draft(desk: Desk) -> None:
    """It was sent or thrown away, with its files."""
    drop_draft(desk)
    db.session.execute(delete(Upload).where(_uploads_of(desk)))


def stage(desk: Desk, file: NewFile, *, now: datetime, public_id: uuid.UUID | None = None) -> Upload:
    """Let a file wait beside the text, or between its words. Raises BadInput when it, or all together, are
    too large to be sent.
    """
    check_size(file.name, file.size)
    count, total = _waiting(desk)
    if _is_full(count, total + file.size):
        _let_go_of_pictures(desk)
        count, total = _waiting(desk)
    if count >= FILES:
        raise BadInput("One message takes %(most)s files at most.", "files", most=FILES)
    if _is_full(0, total + file.size):
        raise BadInput(
            "With %(name)s the mail would be larger than %(most)s MB, which many servers refuse.",
            "files",
            name=file.name,
            most=settings().mail_limit_mib,
        )
    upload = Upload(
        public_id=public_id or uuid.uuid4(),
        ticket_id=desk.ticket_id,
        person_id=desk.person_id,
        sha256=file.sha256,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        inline=file.inline,
        created_at=now,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def _waiting(desk: Desk) -> tuple[int, int]:
    """How many files wait, and how large they are together."""
    held = select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(_uploads_of(desk))
    count, total = db.session.execute(held).one()
    return int(count), int(total)


def _is_full(count: int, total: int) -> bool:
    return count >= FILES or total * ENCODED > settings().mail_limit_bytes


def _let_go_of_pictures(desk: Desk) -> None:
    """Pictures that were taken out of the words are kept only while there is room: somebody may undo it."""
    draft = draft_of(desk)
    unnamed = Upload.public_id.not_in(pictures_in(draft.html if draft else None))
    db.session.execute(delete(Upload).where(_uploads_of(desk), Upload.inline, unnamed))


def check_size(name: str, size: int) -> None:
    """Refuse what is larger than one file may be, and what is empty. Raises BadInput."""
    if not size:
        raise BadInput("%(name)s is empty.", "files", name=name)
    if size > settings().attachment_limit_bytes:
        raise BadInput(
            "%(name)s has %(size)s MB; one file may have %(most)s.",
            "files",
            name=name,
            size=round(size / MIB, 1),
            most=settings().attachment_limit_mib,
        )


def waiting_picture(desk: Desk, public_id: uuid.UUID) -> Upload | None:
    """A picture that waits between the words."""
    own = select(Upload).where(_uploads_of(desk), Upload.public_id == public_id, Upload.inline)
    return db.session.scalars(own).one_or_none()


def unstage(desk: Desk, public_id: uuid.UUID) -> bool:
    """Take a waiting file away; False when there is none of that name."""
    gone = delete(Upload).where(_uploads_of(desk), Upload.public_id == public_id).returning(Upload.id)
    return db.session.execute(gone).one_or_none() is not None


def staged(desk: Desk, only: Collection[uuid.UUID] | None = None) -> tuple[NewFile, ...]:
    """The waiting files as they go into a message; `only` those, None: all."""
    return tuple(file for public_id, file in staged_by_id(desk) if only is None or public_id in only)


def staged_by_id(desk: Desk) -> list[tuple[uuid.UUID, NewFile]]:
    """Every waiting file with the name under which the composer knows it, in the order they came."""
    rows = db.session.scalars(select(Upload).where(_uploads_of(desk)).order_by(Upload.id))
    return [
        (
            row.public_id,
            NewFile(
                sha256=row.sha256,
                name=row.name,
                content_type=row.content_type,
                size=row.size,
                inline=row.inline,
            ),
        )
        for row in rows
    ]


def _row(unsent: Unsent, now: datetime) -> dict[str, Any]:
    return {
        "kind": unsent.kind,
        "text": unsent.text,
        "html": clean(unsent.html or "") or None,
        "cc": unsent.cc,
        "third_party": unsent.third_party,
        "picked": dict(unsent.picked),
        "addressed": unsent.addressed.stored,
        "revision": uuid.uuid4(),
        "saved_at": now,
    }


def _of(desk: Desk) -> Any:
    return (Draft.ticket_id == desk.ticket_id) & (Draft.person_id == desk.person_id)


def _uploads_of(desk: Desk) -> Any:
    return (Upload.ticket_id == desk.ticket_id) & (Upload.person_id == desk.person_id)
