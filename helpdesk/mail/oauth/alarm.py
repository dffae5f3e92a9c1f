"""Who hears that a mailbox needs a sign-in, and how: at the bell, and by mail through another mailbox."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select, true

from helpdesk.accounts import seats
from helpdesk.accounts.models import Account, Person
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.models import Mailbox
from helpdesk.mail.oauth.standing import is_shut_out
from helpdesk.mail.watchers import watchers
from helpdesk.notifications import digest
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.letters import LANGUAGES, Letter

NEWS = "mail.needs_sign_in"


def announce(mailbox_id: int, *, now: datetime) -> None:
    """Tell whoever runs the desk that nothing comes or goes here until somebody signs in."""
    tell(watchers(), News(kind=NEWS, ticket_id=None, at=now, payload={"mailbox_id": mailbox_id}))
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    way_out = _another(mailbox_id)
    if way_out is None:
        return
    people = select(Person.id, Person.name, Person.language, Account.email).join(
        Account, Account.person_id == Person.id
    )
    for one in db.session.execute(people.where(Person.id.in_(seats.administrator_ids()))):
        letter = _letter(mailbox, name=one.name, language=one.language)
        key = f"{NEWS}:{mailbox_id}:{int(now.timestamp())}:{one.id}"
        digest.queue(letter, one.email, key=key, now=now).mailbox_id = way_out.id


def _another(mailbox_id: int) -> Mailbox | None:
    """A mailbox that can send; this one itself when it sends without the provider."""
    has_relay = Mailbox.smtp_host.is_not(None) if settings().smtp_url is None else true()
    statement = select(Mailbox).where(Mailbox.active, has_relay, ~is_shut_out())
    order = ((Mailbox.id == mailbox_id).asc(), Mailbox.is_default.desc(), Mailbox.id)
    return db.session.scalar(statement.order_by(*order).limit(1))


def _letter(mailbox: Mailbox, *, name: str, language: str | None) -> Letter:
    wanted = (language, settings().default_language, *LANGUAGES)
    spoken = next(one for one in wanted if one in LANGUAGES)
    template = current_app.jinja_env.get_template(f"outgoing/{spoken}/desk/needs_sign_in.txt")
    url = f"{settings().base_url}/settings/mailboxes/{mailbox.id}"
    text = template.render(firm=settings().firm_name, name=name, address=mailbox.address, url=url)
    subject, _, body = text.strip().partition("\n")
    return Letter(subject=subject, body=body.strip() + "\n", language=spoken)
