"""The installation itself: firm, looks, carrying in and out, history."""

from flask_babel import lazy_gettext

from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import NAME

SECTIONS: tuple[Section, ...] = (
    Section(
        "firm",
        "system",
        "admin.firm",
        lazy_gettext("Firm"),
        lazy_gettext("Name, language, time zone and country of the firm, and the mark in mail subjects."),
        {
            "firm": Kind(
                lazy_gettext("Firm"),
                {
                    "name": NAME,
                    "ticket_prefix": lazy_gettext("Mark in mail subjects"),
                    "language": lazy_gettext("Language"),
                    "zone": lazy_gettext("Time zone"),
                    "country": lazy_gettext("Country"),
                },
                "admin.firm",
            )
        },
    ),
    Section(
        "branding",
        "system",
        "admin.branding",
        lazy_gettext("Logo and colour"),
        lazy_gettext("How the desk and its sign-in page look: the firm's logo and colour."),
        {
            "branding": Kind(
                lazy_gettext("Looks"),
                {"accent": lazy_gettext("Colour"), "logo": lazy_gettext("Logo")},
                "admin.branding",
            )
        },
    ),
    Section(
        "imports",
        "system",
        "admin.imports",
        lazy_gettext("Import and export"),
        lazy_gettext("Bring companies, contacts, agents and instructions in from a file, or take them out."),
        {
            "import": Kind(
                lazy_gettext("Import"),
                {
                    "what": lazy_gettext("What"),
                    "new": lazy_gettext("New"),
                    "changed": lazy_gettext("Changed"),
                    "same": lazy_gettext("The same as before"),
                },
                "admin.import_run",
                "run_id",
            ),
            "export": Kind(
                lazy_gettext("Export"),
                {
                    "what": lazy_gettext("What"),
                    "rows": lazy_gettext("Rows"),
                    "form": lazy_gettext("Format"),
                },
                "admin.imports",
            ),
        },
    ),
    Section(
        "changes",
        "system",
        "admin.changes",
        lazy_gettext("History"),
        lazy_gettext("Who changed which setting, when, and what it was before."),
        {
            "standstill": Kind(
                lazy_gettext("Mail of this copy"),
                {
                    "goes": lazy_gettext("Fetched and sent"),
                    "waiting_sent": lazy_gettext("Waiting mails sent"),
                    "waiting_dropped": lazy_gettext("Waiting mails dropped"),
                },
                "admin.changes",
            )
        },
    ),
    Section(
        "in_force",
        "system",
        "admin.in_force",
        lazy_gettext("All in force"),
        lazy_gettext("Mailboxes, teams, rules, policies and calendars on one page, to read or to print."),
    ),
)
