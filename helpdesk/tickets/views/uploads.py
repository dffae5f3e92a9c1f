"""Doors to the files that wait beside a text: taken at once, one by one, and taken away again."""

from uuid import UUID

from flask import abort, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from helpdesk import blobs, clock, web
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput
from helpdesk.headers import as_download
from helpdesk.i18n import gettext, told
from helpdesk.mail.filenames import clean_name
from helpdesk.tickets.actions import NewFile
from helpdesk.tickets.actions.drafts import Desk, check_size, stage, unstage, waiting_picture
from helpdesk.tickets.draft_models import Upload
from helpdesk.tickets.file_types import PICTURES, type_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations, visibility
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.composer import Waiting
from helpdesk.tickets.views.sizes import size_of

FIELD = "files"
NAMELESS = "file"
# Writing beside a ticket changes nothing of it, so nobody has to wait for anybody.
beside_ticket = Loader(visibility.fetch, relations)


@blueprint.post("/tickets/<int:number>/uploads")
@policy(Permission.TICKET_NOTE, load=beside_ticket)
@takes("files", "inline")
def uploads(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Keep one file for the text that is being written; the answer is its row in the composer, or the sign
    of a picture that stands between the words, `inline`.
    """
    file = request.files.get(FIELD)
    if file is None:
        return make_response(gettext("Choose a file first."), 422)
    desk = Desk(number, current_actor().person_id)
    try:
        upload = _take(desk, file, is_inline=bool(request.form.get("inline")))
    except BadInput as error:
        return make_response(told(error), 422)
    row = Waiting(
        public_id=str(upload.public_id),
        name=upload.name,
        size=size_of(upload.size),
        is_inline=upload.inline,
    )
    return make_response(web.render("tickets/_upload.html", number=number, file=row), 201)


@blueprint.get("/tickets/<int:number>/uploads/<uuid:public_id>")
@policy(Permission.TICKET_NOTE, load=beside_ticket)
def upload(ticket: Ticket, number: int, public_id: UUID) -> ResponseReturnValue:
    """A picture of one's own that waits between the words, for the editor."""
    found = waiting_picture(Desk(number, current_actor().person_id), public_id)
    if found is None or found.content_type not in PICTURES or not blobs.path_of(found.sha256).is_file():
        abort(404)
    response = make_response(blobs.path_of(found.sha256).read_bytes())
    response.headers["Content-Type"] = found.content_type
    return as_download(response)


@blueprint.post("/tickets/<int:number>/uploads/<uuid:public_id>/removal")
@policy(Permission.TICKET_NOTE, load=beside_ticket)
@takes()
def upload_removal(ticket: Ticket, number: int, public_id: UUID) -> ResponseReturnValue:
    """Take a waiting file of one's own away."""
    with transaction():
        if not unstage(Desk(number, current_actor().person_id), public_id):
            abort(404)
    if web.is_htmx():
        return "", 204
    return web.see_other(url_for("tickets.page", number=number, _anchor="composer"))


def take_files(desk: Desk) -> tuple[UUID, ...]:
    """Keep every file that came with a form, each by itself, so that a refused one loses no other.

    Raises BadInput for the first that was refused, after keeping the rest.
    """
    kept, refused = list[UUID](), list[BadInput]()
    for file in request.files.getlist(FIELD):
        if not file.filename:
            continue
        try:
            kept.append(_take(desk, file).public_id)
        except BadInput as error:
            refused.append(error)
    if refused:
        raise refused[0]
    return tuple(kept)


def _take(desk: Desk, file: FileStorage, *, is_inline: bool = False) -> Upload:
    """What is no picture that every browser shows is a file, whatever was wished."""
    name, content = clean_name(file.filename or "") or NAMELESS, file.stream.read()
    check_size(name, len(content))
    kind = type_of(content, name)
    new = NewFile(
        sha256=blobs.store(content),
        name=name,
        content_type=kind,
        size=len(content),
        inline=is_inline and kind in PICTURES,
    )
    with transaction():
        upload = stage(desk, new, now=clock.now(db.session))
        db.session.expunge(upload)
    return upload
