"""How mail comes in and goes out."""

from flask_babel import lazy_gettext

from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import SENT

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
                },
                "admin.mailbox",
                "mailbox_id",
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
