"""What was said and what happened on one ticket, read in few statements whatever its length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, case, cast, func, select
from sqlalchemy.orm import aliased

from helpdesk.accounts.models import Person, Team
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.mail.kinds import MailKind
from helpdesk.tickets.models import Attachment, EventText, Handover, Message
from helpdesk.tickets.picture_models import PicturesShown
from helpdesk.tickets.rules import LEFT_BEHIND, Channel, HandoverKind, MessageKind, ReturnReason
from helpdesk.tickets.views.copies import copies_of_message
from helpdesk.tickets.views.elsewhere import elsewhere_of_message
from helpdesk.tickets.views.jsonb import listed, object_of

Facts = Mapping[str, Any]
OURS = (MessageKind.REPLY, MessageKind.NOTE, MessageKind.FORWARD)


@dataclass(frozen=True)
class Said:
    """A message with its author, files and what became of each copy; `files` and `copies` as the rows say.

    `html` is the form of what one of us wrote; a stranger's mail is never part of the page.
    """

    id: int
    kind: MessageKind
    author_id: int
    author: str
    channel: Channel
    text: str
    reply_until: int | None
    has_html: bool
    html: str | None
    recipients: Facts
    is_machine: bool
    is_unverified: bool
    mail_kind: MailKind | None
    evidence: Sequence[Any]
    inbound_mail_id: int | None
    created_at: datetime
    files: Sequence[Facts]
    copies: Sequence[Facts]
    remarks: Sequence[Facts]
    pictures_for: Sequence[int]
    elsewhere: Sequence[Facts]

    @property
    def new_words(self) -> str:
        return self.text[: self.reply_until].strip()

    @property
    def quoted(self) -> str:
        return self.text[self.reply_until :].strip() if self.reply_until is not None else ""

    @property
    def left_behind(self) -> list[str]:
        """The files of a huge mail that were not fetched, with their sizes."""
        return [
            str(one).partition(LEFT_BEHIND)[2] for one in self.evidence if str(one).startswith(LEFT_BEHIND)
        ]


@dataclass(frozen=True)
class Passed:
    """A hand-over with the names of both teams."""

    kind: HandoverKind
    from_line: int
    from_team: str
    to_line: int
    to_team: str
    held_s: int
    symptom: str
    asked: str
    tried: str
    configuration: str
    reason_code: ReturnReason | None
    reason: str


@dataclass(frozen=True)
class Happened:
    """One event with its actor, its words, the person it is about, and the hand-over it made."""

    seq: int
    kind: str
    at: datetime
    actor_id: int
    actor: str
    payload: Facts
    words: str
    about: str | None
    passed: Passed | None


def said_on(ticket_id: int, *, after: int = 0, only: int | None = None) -> dict[int, Said]:
    """The messages by id, oldest first, or that one alone; one statement."""
    wanted = Message.id > after if only is None else Message.id == only
    rows = db.session.execute(
        select(
            Message.id,
            Message.kind,
            Message.author_id,
            Person.name.label("author"),
            Message.channel,
            Message.text,
            Message.reply_until,
            Message.has_html,
            case((Message.kind.in_(OURS) & Message.inbound_mail_id.is_(None), Message.html)),
            Message.recipients,
            Message.is_machine,
            Message.is_unverified,
            Message.mail_kind,
            Message.evidence,
            Message.inbound_mail_id,
            Message.created_at,
            _files(),
            copies_of_message(),
            Message.remarks,
            _pictures_for(),
            elsewhere_of_message(),
        )
        .join(Person, Person.id == Message.author_id)
        .where(Message.ticket_id == ticket_id, wanted)
        .order_by(Message.id)
    )
    return {row.id: replace(Said(*row), author=known_as(row.author)) for row in rows}


def happened_on(ticket_id: int, *, after: int = 0) -> list[Happened]:
    """The history in order; one statement."""
    actor, about = aliased(Person), aliased(Person)
    source, target = aliased(Team), aliased(Team)
    about_id = cast(
        func.coalesce(EventRow.payload["assignee_id"].astext, EventRow.payload["person_id"].astext),
        BigInteger,
    )
    rows = db.session.execute(
        select(EventRow, actor.name, func.coalesce(EventText.text, ""), about.name, Handover)
        .add_columns(source.name, target.name)
        .join(actor, actor.id == EventRow.actor_id)
        .outerjoin(EventText, EventText.event_id == EventRow.id)
        .outerjoin(about, about.id == about_id)
        .outerjoin(Handover, Handover.event_id == EventRow.id)
        .outerjoin(source, source.id == Handover.from_team_id)
        .outerjoin(target, target.id == Handover.to_team_id)
        .where(EventRow.ticket_id == ticket_id, EventRow.seq > after)
        .order_by(EventRow.seq)
    )
    return [
        Happened(
            seq=event.seq or 0,
            kind=event.kind,
            at=event.effective_at,
            actor_id=event.actor_id,
            actor=known_as(actor_name),
            payload=event.payload,
            words=words,
            about=about_name,
            passed=_passed(handover, from_team, to_team) if handover else None,
        )
        for event, actor_name, words, about_name, handover, from_team, to_team in rows
    ]


def _passed(row: Handover, from_team: str, to_team: str) -> Passed:
    return Passed(
        kind=row.kind,
        from_line=row.from_line,
        from_team=from_team,
        to_line=row.to_line,
        to_team=to_team,
        held_s=row.held_s,
        symptom=row.symptom,
        asked=row.asked,
        tried=row.tried,
        configuration=row.configuration,
        reason_code=row.reason_code,
        reason=row.reason,
    )


def _pictures_for() -> ColumnElement[Any]:
    """Who asked to see the remote pictures of the mail."""
    asked = select(PicturesShown.person_id).where(PicturesShown.message_id == Message.id)
    return func.array(asked.correlate(Message).scalar_subquery())


def _files() -> ScalarSelect[Any]:
    names = ("name", "size", "inline", "content_id", "content_type", "is_repeated")
    file = object_of(Attachment, names).op("||")(
        func.jsonb_build_object("public_id", func.cast(Attachment.public_id, Message.text.type))
    )
    return (
        select(listed(file, Attachment.id))
        .where(Attachment.message_id == Message.id)
        .correlate(Message)
        .scalar_subquery()
    )
