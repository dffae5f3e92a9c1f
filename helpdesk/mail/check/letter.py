"""The short letter with which an administrator sees that a mailbox really sends."""

import secrets
from datetime import datetime

from helpdesk.i18n import gettext
from helpdesk.mail.compose import Kind, Outgoing, build
from helpdesk.mail.headers import Address
from helpdesk.notifications.signing import id_domain, instance_id


def trial_letter(sender: Address, to: str, *, now: datetime) -> bytes:
    """A machine's letter: whoever gets it back by accident makes no ticket of it."""
    return build(
        Outgoing(
            from_name=sender.name,
            from_email=sender.email,
            to=(Address("", to),),
            subject=gettext("The desk can send mail"),
            text=gettext(
                "You asked for this letter while setting up %(address)s. If you read it, sending works.",
                address=sender.email,
            ),
            message_id=f"<{secrets.token_hex(16)}@{id_domain()}>",
            sent_at=now,
            instance_id=instance_id(),
            kind=Kind.NOTICE,
        )
    )
