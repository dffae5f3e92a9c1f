"""Doors to what a ticket carries: files as downloads, and mails as they were sent, in a frame of their
own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote
from uuid import UUID

from flask import Response, abort, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk import blobs
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.db import db
from helpdesk.headers import as_download, as_mail_body
from helpdesk.i18n import page_language
from helpdesk.mail.cleaning import clean_html, mail_document
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.queries import relations, ticket_loader, visible_to
from helpdesk.tickets.views.blueprint import blueprint

# What a browser may be told a file is; everything else is a stream of bytes.
KNOWN_TYPES = {
    "application/pdf", "application/zip", "audio/mpeg", "image/gif", "image/jpeg", "image/png", "image/webp",
    "text/csv", "text/plain", "video/mp4",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Held:
    """A file together with the ticket through which it may be seen."""

    file: Attachment
    ticket: Ticket


def _fetch(actor: Actor, public_id: UUID) -> Held | None:
    row = db.session.execute(
        select(Attachment, Ticket)
        .join(Message, Message.id == Attachment.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Attachment.public_id == public_id, visible_to(actor))
    ).one_or_none()
    return Held(*row) if row else None


def _relations(actor: Actor, held: Held) -> frozenset[Relation]:
    return relations(actor, held.ticket)


@blueprint.get("/attachments/<uuid:public_id>")
@policy(Permission.TICKET_READ, load=Loader(_fetch, _relations))
def attachment(held: Held, public_id: UUID) -> ResponseReturnValue:
    """The file as a download, never shown by the browser itself."""
    file = held.file
    path = blobs.path_of(file.sha256)
    if not path.is_file():
        abort(404)
    response = Response(path.read_bytes())
    response.headers["Content-Type"] = file.content_type if file.content_type in KNOWN_TYPES else BYTES
    response.headers["Content-Disposition"] = disposition(file.name)
    return as_download(response)


def disposition(name: str) -> str:
    """A download under that name (RFC 6266): a plain form for old programs, the true one in UTF-8."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@blueprint.get("/tickets/<int:number>/messages/<int:message_id>/body")
@policy(Permission.TICKET_READ, load=ticket_loader)
def message_body(ticket: Ticket, number: int, message_id: int) -> ResponseReturnValue:
    """The mail's own HTML, cleaned, with its own pictures, for the sandboxed frame."""
    return answer_with(letter_of(ticket, message_id), {})


@dataclass(frozen=True)
class Letter:
    """The HTML of a mail as it came, what it brought along, and the subject of its ticket."""

    html: str
    pictures: Mapping[str, tuple[str, bytes]]
    title: str


def letter_of(ticket: Ticket, message_id: int) -> Letter:
    """Answers 404 for a message without HTML."""
    message = db.session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.ticket_id == ticket.id, Message.has_html)
        .options(undefer(Message.html))
    ).one_or_none()
    if message is None:
        abort(404)
    return Letter(message.html or "", _pictures(message.id), ticket.subject)


def answer_with(letter: Letter, fetched: Mapping[str, tuple[str, bytes]]) -> Response:
    """The page for the frame; `fetched` are pictures from elsewhere, all others stay blocked."""
    cleaned = clean_html(letter.html, letter.pictures, fetched)
    notice = gettext("This mail is shown without its form, which is too big.") if cleaned.is_text_only else ""
    body = f"<p><i>{escape(notice)}</i></p>{cleaned.html}" if notice else cleaned.html
    document = mail_document(body, language=page_language(), title=letter.title)
    return as_mail_body(make_response(document))


def _pictures(message_id: int) -> dict[str, tuple[str, bytes]]:
    """The pictures that the mail brought along, by Content-ID."""
    files = db.session.scalars(
        select(Attachment).where(Attachment.message_id == message_id, Attachment.content_id.isnot(None))
    )
    return {
        file.content_id: (file.content_type, blobs.path_of(file.sha256).read_bytes())
        for file in files
        if file.content_id and blobs.path_of(file.sha256).is_file()
    }
