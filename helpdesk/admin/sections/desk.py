"""How work is shared out and said: rules, categories, canned answers."""

from flask_babel import lazy_gettext

from helpdesk.accounts.permissions import Permission
from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import NAME

SECTIONS: tuple[Section, ...] = (
    Section(
        "rules",
        "desk",
        "admin.rules",
        lazy_gettext("Routing rules"),
        lazy_gettext("Where a new request goes: the first rule that fits decides."),
        {
            "rule": Kind(
                lazy_gettext("Rule"),
                {
                    "name": NAME,
                    "asked": lazy_gettext("When"),
                    "placed": lazy_gettext("Then"),
                    "active": lazy_gettext("In use"),
                },
                "admin.rule",
                "rule_id",
            ),
            "rules": Kind(lazy_gettext("Rules"), {"order": lazy_gettext("Order")}, "admin.rules"),
        },
    ),
    Section(
        "categories",
        "desk",
        "admin.categories",
        lazy_gettext("Categories and tags"),
        lazy_gettext("What tickets are about, and the words that mark them."),
        {
            "category": Kind(
                lazy_gettext("Category"),
                {"name": NAME, "offered": lazy_gettext("Offered")},
                "admin.categories",
            ),
            "tag": Kind(
                lazy_gettext("Tag"),
                {"name": NAME, "offered": lazy_gettext("Offered")},
                "admin.categories",
            ),
            "categories": Kind(
                lazy_gettext("Categories"), {"order": lazy_gettext("Order")}, "admin.categories"
            ),
        },
    ),
    Section(
        "canned_answers",
        "desk",
        "admin.canned_answers",
        lazy_gettext("Canned answers"),
        lazy_gettext("Texts that are written once and inserted into replies by :: and a shortcut."),
        {
            "canned_answer": Kind(
                lazy_gettext("Canned answer"),
                {
                    "name": NAME,
                    "shortcut": lazy_gettext("Shortcut"),
                    "language": lazy_gettext("Language"),
                    "text": lazy_gettext("Text"),
                    "team": lazy_gettext("For"),
                    "in_use": lazy_gettext("In use"),
                },
                "admin.canned_answer",
                "answer_id",
                forms={"html": "text"},
            )
        },
        Permission.CANNED_READ,
    ),
)
