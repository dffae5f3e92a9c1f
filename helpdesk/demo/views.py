"""The demo's post office: write to the desk as a client, read what the desk sent, and answer it."""

from pathlib import Path

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Person
from helpdesk.accounts.permissions import Permission
from helpdesk.clients.models import Company, CompanyKind, Contact, ContactAddress
from helpdesk.clients.rules import is_address
from helpdesk.config import settings
from helpdesk.db import db, end_read
from helpdesk.demo.letters import Caught, Letter, caught, caught_one, post
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext as _
from helpdesk.i18n import told
from helpdesk.mail.models import Mailbox
from helpdesk.setting_kinds import is_loopback

blueprint = Blueprint("demo", __name__)

WRITERS = 100
OTHER = "other"


@blueprint.get("/demo/mail")
@policy(Permission.PUBLIC)
def mail() -> ResponseReturnValue:
    """Write on the left, read on the right."""
    _only_here()
    return _page({})


@blueprint.get("/demo/mail/<key>")
@policy(Permission.PUBLIC)
def letter(key: str) -> ResponseReturnValue:
    """One caught mail open, and an answer to it begun."""
    _only_here()
    opened = caught_one(_folder(), key)
    if opened is None:
        abort(404)
    return _page(_answer_begun(opened), opened=opened)


@blueprint.post("/demo/mail")
@policy(Permission.PUBLIC)
def send() -> ResponseReturnValue:
    """Really send it by SMTP to the desk's own door."""
    _only_here()
    try:
        written = _letter()
        end_read()
        post(written, (settings().smtp_door_host, settings().smtp_door_port))
    except BadInput as problem:
        flash(told(problem), "bad")
        return _page(dict(request.form)), 422
    flash(_("Sent. The desk has it; in a moment it is a ticket."), "good")
    return web.see_other(url_for(".mail"))


def _page(values: dict[str, str], *, opened: Caught | None = None) -> str:
    return web.render(
        "demo/mail.html",
        letters=caught(_folder()),
        opened=opened,
        values=values,
        writers=_writers(),
        other=OTHER,
        desks=[(address, address) for address in _desks()],
        door_port=settings().smtp_door_port,
    )


def _writers() -> list[tuple[str, str]]:
    """Addresses of known clients with their names, one for each, by company."""
    rows = db.session.execute(
        select(ContactAddress.email, Person.name, Company.name)
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .join(Company, Company.id == Contact.company_id)
        .where(Company.kind == CompanyKind.CLIENT, Contact.verified_at.is_not(None))
        .order_by(Company.sort_key, Person.sort_key, ContactAddress.id)
        .limit(WRITERS)
    )
    return [(email, f"{name}, {company}") for email, name, company in rows]


def _letter() -> Letter:
    """What the form says. Raises BadInput."""
    form = request.form
    chosen = form.get("writer", "")
    sender = form.get("address", "").strip() if chosen in {OTHER, ""} else chosen
    if not is_address(sender):
        raise BadInput(_("Choose who writes, or type an address."))
    if not form.get("text", "").strip():
        raise BadInput(_("Write something first."))
    file = request.files.get("file")
    answered = caught_one(_folder(), form.get("answers", ""))
    return Letter(
        sender=sender.lower(),
        name=_name_of(sender.lower()) or form.get("name", "").strip(),
        to=answered.answer_to if answered else _desk(form.get("to", "")),
        subject=form.get("subject", "").strip(),
        text=form["text"].replace("\r\n", "\n"),
        file_name=Path(file.filename or "").name if file else "",
        file=file.read() if file else b"",
        answers=answered.message_id if answered else "",
        references=answered.references if answered else (),
    )


def _desk(address: str) -> str:
    """The mailbox written to: one of ours, the first unless chosen."""
    known = _desks()
    if not known:
        raise BadInput(_("The desk has no mailbox yet."))
    return address if address in known else known[0]


def _desks() -> list[str]:
    return list(db.session.scalars(select(Mailbox.address).where(Mailbox.active).order_by(Mailbox.id)))


def _name_of(email: str) -> str:
    found = db.session.scalar(
        select(Person.name)
        .join(Contact, Contact.person_id == Person.id)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(ContactAddress.email == email)
    )
    return found or ""


def _answer_begun(opened: Caught) -> dict[str, str]:
    """The form filled as a mail program fills an answer."""
    subject = opened.subject
    quoted = "\n".join(f"> {line}" for line in opened.text.strip().splitlines())
    return {
        "answers": opened.key,
        "writer": opened.recipients[0] if opened.recipients else "",
        "address": opened.recipients[0] if opened.recipients else "",
        "subject": subject if subject.lower().startswith("re:") else f"Re: {subject}",
        "text": f"\n\n{opened.sender}:\n{quoted}\n",
    }


def _folder() -> Path:
    return settings().data_dir / "caught"


def _only_here() -> None:
    """Strangers from elsewhere find nothing here."""
    if not is_loopback(request.remote_addr or ""):
        abort(404)
