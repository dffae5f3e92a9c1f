"""What is odd about a mailbox's address, though it is allowed."""

from sqlalchemy import select

from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.db import db
from helpdesk.i18n import gettext
from helpdesk.mail.models import Mailbox


def warnings(mailbox: Mailbox) -> list[str]:
    """What is odd about the mailbox's address, though it is allowed."""
    found = []
    account = db.session.scalar(
        select(Person.name)
        .join(Account, Account.person_id == Person.id)
        .where(Account.email == mailbox.address)
    )
    if account:
        found.append(
            gettext("%(name)s signs in with this address: mail to the person becomes tickets.", name=account)
        )
    contact = db.session.scalar(
        select(Person.name)
        .join(Contact, Contact.person_id == Person.id)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(ContactAddress.email == mailbox.address)
        .limit(1)
    )
    if contact:
        found.append(
            gettext(
                "%(name)s is a contact with this address: mail to the contact would come back here.",
                name=contact,
            )
        )
    return found
