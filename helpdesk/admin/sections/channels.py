"""How mail comes in and goes out."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from helpdesk.accounts.permissions import Permission
from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import SENT

ACTS = {
    "trust_reply_to": lazy_gettext("Asks for whom Reply-To names"),
    "not_spam": lazy_gettext("Never spam"),
    "external_id": lazy_gettext("Its number leads to our ticket"),
}
MAIL_STATES = {
    "received": lazy_gettext("on its way in"),
    "processed": lazy_gettext("taken in"),
    "ignored": lazy_gettext("left aside"),
    "quarantined": lazy_gettext("held"),
    "discarded": lazy_gettext("discarded"),
}

SIGN_INS = {"password": lazy_gettext("a password"), "oauth": lazy_gettext("a token")}
MAILBOX: Mapping[str, Mapping[str, Any]] = {
    "imap_sign_in": SIGN_INS,
    "smtp_sign_in": SIGN_INS,
    "list_mail": {
        "ticket": lazy_gettext("becomes a ticket, without an automatic answer"),
        "ignore": lazy_gettext("is kept aside under “Held mail”"),
    },
    "provider": {
        "microsoft": "Microsoft 365",
        "google": "Google",
        "other": lazy_gettext("Another one (OAuth 2.0)"),
    },
    "flow": {
        "person": lazy_gettext("a person, once, in the browser"),
        "desk": lazy_gettext("the desk by itself (client credentials)"),
    },
}
BARE = " (none)"


def _mailbox(field: str, value: Any) -> Any:
    """A server that nothing is encrypted to says so; the other words are those of the form."""
    if field in {"imap", "smtp"} and str(value).endswith(BARE):
        return gettext("%(server)s, nothing encrypted", server=str(value).removesuffix(BARE))
    words = MAILBOX.get(field)
    return words.get(value, value) if words else value


def _mail_state(field: str, value: Any) -> Any:
    return MAIL_STATES.get(value, value) if field == "state" else value


def _act(field: str, value: Any) -> Any:
    return ACTS.get(value, value) if field == "act" else value


SECTIONS: tuple[Section, ...] = (
    Section(
        "mailboxes",
        "channels",
        "admin.mailboxes",
        lazy_gettext("Mailboxes"),
        lazy_gettext("Addresses that clients write to, and the servers that fetch and send their mail."),
        {
            "mailbox": Kind(
                lazy_gettext("Mailbox"),
                {
                    "address": lazy_gettext("Address"),
                    "name": lazy_gettext("Sender's name"),
                    "language": lazy_gettext("Language"),
                    "team": lazy_gettext("What arrives goes to"),
                    "plus_addressing": lazy_gettext("Answers with a plus sign"),
                    "signature": lazy_gettext("Signature"),
                    "active": lazy_gettext("Switched on"),
                    "is_default": lazy_gettext("Default mailbox"),
                    "imap": lazy_gettext("IMAP server"),
                    "imap_user": lazy_gettext("IMAP name"),
                    "imap_secret": lazy_gettext("IMAP password"),
                    "folder": lazy_gettext("Folder"),
                    "smtp": lazy_gettext("SMTP server"),
                    "smtp_user": lazy_gettext("SMTP name"),
                    "smtp_secret": lazy_gettext("SMTP password"),
                    "imap_sign_in": lazy_gettext("IMAP sign-in"),
                    "smtp_sign_in": lazy_gettext("SMTP sign-in"),
                    "addresses": lazy_gettext("Further addresses"),
                    "authserv_id": lazy_gettext("Server whose verdict counts"),
                    "list_mail": lazy_gettext("Mail from lists"),
                    "rate_per_minute": lazy_gettext("Mails a minute"),
                    "names_agent": lazy_gettext("Agent's name as sender"),
                    "move_to": lazy_gettext("Folder for fetched mail"),
                    "probes_daily": lazy_gettext("Writes to itself once a day"),
                    "provider": lazy_gettext("Sign-in page"),
                    "flow": lazy_gettext("Who signs in"),
                    "tenant": lazy_gettext("Tenant"),
                    "client_id": lazy_gettext("Client ID"),
                    "client_secret": lazy_gettext("Client secret"),
                    "authorize_url": lazy_gettext("Address of the sign-in page"),
                    "token_url": lazy_gettext("Address of the token endpoint"),
                    "scope": lazy_gettext("Scope"),
                    "access": lazy_gettext("Sign-in at the provider"),
                },
                "admin.mailbox",
                "mailbox_id",
                say=_mailbox,
                forms={"signature_html": "signature"},
            )
        },
    ),
    Section(
        "incoming",
        "channels",
        "admin.incoming",
        lazy_gettext("Incoming mail"),
        lazy_gettext("Every message that came in, what became of it and why, and trying it again."),
        {
            "inbound_mail": Kind(
                lazy_gettext("Message"),
                {"state": lazy_gettext("State"), "reason": lazy_gettext("Reason")},
                "admin.incoming_mail",
                "mail_id",
                say=_mail_state,
            )
        },
        Permission.SETTINGS_CHANGE,
    ),
    Section(
        "outbox",
        "channels",
        "admin.outbox",
        lazy_gettext("Outgoing mail"),
        lazy_gettext("What waits to be sent, what did not arrive, and trying it again."),
        {
            "outbox": Kind(
                lazy_gettext("Outgoing mail"),
                {
                    "hurried": lazy_gettext("Mails tried at once"),
                    "given_up": lazy_gettext("Mails given up"),
                },
                "admin.outbox",
            )
        },
        Permission.SETTINGS_CHANGE,
    ),
    Section(
        "returned",
        "channels",
        "admin.returned",
        lazy_gettext("Loops and returned mail"),
        lazy_gettext("What limits hold back, addresses that get no mail, and reports that match nothing."),
        {},
        Permission.SETTINGS_CHANGE,
    ),
    Section(
        "senders",
        "channels",
        "admin.senders",
        lazy_gettext("Senders"),
        lazy_gettext(
            "Forms and scanners that send for others, senders that are no spam, other systems' numbers."
        ),
        {
            "sender_rule": Kind(
                lazy_gettext("Sender"),
                {
                    "pattern": lazy_gettext("Sender"),
                    "act": lazy_gettext("What is different"),
                    "expression": lazy_gettext("Expression"),
                },
                "admin.senders",
                say=_act,
            )
        },
    ),
    Section(
        "mail_texts",
        "channels",
        "admin.mail_texts",
        lazy_gettext("Mail texts"),
        lazy_gettext("What the desk writes to clients by itself, in each language, and around every answer."),
        {
            "mail_text": Kind(
                lazy_gettext("Mail text"),
                {
                    "en": lazy_gettext("English"),
                    "ru": lazy_gettext("Russian"),
                    "is_sent": SENT,
                },
                "admin.mail_text",
                "number",
            )
        },
    ),
)
