"""The table of settings screens: where each stands, what it is for, and what its fields are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext

from helpdesk.accounts.permissions import Permission
from helpdesk.admin import policy_words

GROUPS: Mapping[str, Any] = {
    "service": lazy_gettext("Service"),
    "desk": lazy_gettext("Desk"),
    "channels": lazy_gettext("Channels"),
    "people": lazy_gettext("People"),
    "system": lazy_gettext("This installation"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of thing that has a history: its name, its fields in words, and the route that shows one.

    `endpoint` takes the thing's id as `argument`; without an argument it stands for the only one there is.
    """

    name: Any
    fields: Mapping[str, Any]
    endpoint: str
    argument: str | None = None

    def url(self, thing_id: int) -> str | None:
        """Where the thing is shown; None where this desk has no such place."""
        if self.endpoint not in current_app.view_functions:
            return None
        values: dict[str, Any] = {self.argument: thing_id} if self.argument else {}
        return url_for(self.endpoint, **values)


@dataclass(frozen=True)
class Section:
    """One entry of the settings' navigation; `says` is one sentence on what it is for, searched as well."""

    code: str
    group: str
    endpoint: str
    name: Any
    says: Any
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    permission: Permission = Permission.SETTINGS_READ


POLICY = Kind(lazy_gettext("SLA policy"), policy_words.history_fields(), "admin.sla_policy", "policy_id")
CONTRACT = Kind(
    lazy_gettext("Contract"),
    {
        "name": lazy_gettext("Name"),
        "company": lazy_gettext("Company"),
        "policy": lazy_gettext("Policy"),
        "from": lazy_gettext("First day"),
        "until": lazy_gettext("Last day"),
        "why": lazy_gettext("Why"),
    },
    "admin.contract",
    "contract_id",
)
CALENDAR = Kind(
    lazy_gettext("Calendar"),
    {
        "name": lazy_gettext("Name"),
        "zone": lazy_gettext("Time zone"),
        "mon": lazy_gettext("Monday"),
        "tue": lazy_gettext("Tuesday"),
        "wed": lazy_gettext("Wednesday"),
        "thu": lazy_gettext("Thursday"),
        "fri": lazy_gettext("Friday"),
        "sat": lazy_gettext("Saturday"),
        "sun": lazy_gettext("Sunday"),
        "others": lazy_gettext("Dates with other hours"),
        "holidays": lazy_gettext("Holidays"),
        "since": lazy_gettext("Holds from"),
        "planned": lazy_gettext("Planned version"),
        "in_use": lazy_gettext("In use"),
        "why": lazy_gettext("Why"),
    },
    "admin.calendar",
    "calendar_id",
)

SECTIONS: tuple[Section, ...] = (
    Section(
        "policies",
        "service",
        "admin.policies",
        lazy_gettext("SLA policies"),
        lazy_gettext(
            "How soon clients hear from you and are helped, by priority, and what each line may use."
        ),
        {"policy": POLICY},
    ),
    Section(
        "calendars",
        "service",
        "admin.calendars",
        lazy_gettext("Calendars"),
        lazy_gettext("When your desk is open: the week, holidays, and single dates with other hours."),
        {"calendar": CALENDAR},
    ),
    Section(
        "contracts",
        "service",
        "admin.contracts",
        lazy_gettext("Contracts"),
        lazy_gettext("Which company has which policy, from when until when."),
        {"contract": CONTRACT},
    ),
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
                    "name": lazy_gettext("Name"),
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
                {"name": lazy_gettext("Name"), "offered": lazy_gettext("Offered")},
                "admin.categories",
            ),
            "tag": Kind(
                lazy_gettext("Tag"),
                {"name": lazy_gettext("Name"), "offered": lazy_gettext("Offered")},
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
                    "name": lazy_gettext("Name"),
                    "shortcut": lazy_gettext("Shortcut"),
                    "language": lazy_gettext("Language"),
                    "text": lazy_gettext("Text"),
                    "team": lazy_gettext("For"),
                    "in_use": lazy_gettext("In use"),
                },
                "admin.canned_answer",
                "answer_id",
            )
        },
        Permission.CANNED_READ,
    ),
    Section(
        "clients",
        "people",
        "clients.companies",
        lazy_gettext("Clients"),
        lazy_gettext(
            "Client companies and their people: phones, addresses, mail domains, who is unknown yet."
        ),
        {
            "company": Kind(
                lazy_gettext("Company"),
                {
                    "name": lazy_gettext("Name"),
                    "vip": lazy_gettext("Very important"),
                    "main_phone": lazy_gettext("Main number"),
                    "domains": lazy_gettext("Mail domains"),
                    "zone": lazy_gettext("Time zone"),
                    "language": lazy_gettext("Language"),
                    "systems": lazy_gettext("Systems"),
                    "note": lazy_gettext("Note"),
                    "confirmed": lazy_gettext("Confirmed"),
                    "retired": lazy_gettext("No longer a client"),
                },
                "clients.company",
                "company_id",
            ),
            "contact": Kind(
                lazy_gettext("Contact"),
                {
                    "name": lazy_gettext("Name"),
                    "position": lazy_gettext("What they do there"),
                    "vip": lazy_gettext("Very important"),
                    "company": lazy_gettext("Company"),
                    "emails": lazy_gettext("Mail addresses"),
                    "phones": lazy_gettext("Numbers"),
                    "language": lazy_gettext("Language"),
                    "zone": lazy_gettext("Time zone"),
                    "note": lazy_gettext("Note"),
                    "confirmed": lazy_gettext("Confirmed"),
                    "retired": lazy_gettext("No longer there"),
                },
                "clients.contact",
                "contact_id",
            ),
        },
    ),
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
                    "name": lazy_gettext("Name"),
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
                    "is_sent": lazy_gettext("Sent"),
                },
                "admin.mail_text",
                "number",
            )
        },
    ),
    Section(
        "people",
        "people",
        "admin.people_list",
        lazy_gettext("People"),
        lazy_gettext("Who may come in, in which teams they sit, and who runs the desk."),
        {
            "person": Kind(
                lazy_gettext("Person"),
                {
                    "name": lazy_gettext("Name"),
                    "email": lazy_gettext("E-mail"),
                    "teams": lazy_gettext("Teams"),
                    "manager": lazy_gettext("Manager"),
                    "manager_lines": lazy_gettext("Manages lines"),
                    "manager_companies": lazy_gettext("Manages clients"),
                    "administrator": lazy_gettext("Administrator"),
                    "active": lazy_gettext("May come in"),
                },
                "admin.person",
                "person_id",
            )
        },
    ),
    Section(
        "teams",
        "people",
        "admin.teams_list",
        lazy_gettext("Teams and lines"),
        lazy_gettext("The three lines, their teams, who answers clients, and how tickets are shared out."),
        {
            "team": Kind(
                lazy_gettext("Team"),
                {
                    "name": lazy_gettext("Name"),
                    "line": lazy_gettext("Line"),
                    "default": lazy_gettext("Takes what nobody placed"),
                    "answers_client": lazy_gettext("Answers clients"),
                    "assignment": lazy_gettext("New tickets"),
                },
                "admin.team",
                "team_id",
            )
        },
    ),
    Section(
        "changes",
        "system",
        "admin.changes",
        lazy_gettext("History"),
        lazy_gettext("Who changed which setting, when, and what it was before."),
    ),
    Section(
        "in_force",
        "system",
        "admin.in_force",
        lazy_gettext("All in force"),
        lazy_gettext("Mailboxes, teams, rules, policies and calendars on one page, to read or to print."),
    ),
)


def kinds() -> dict[str, Kind]:
    """Every kind of thing that has a history, by its code."""
    return {code: kind for section in SECTIONS for code, kind in section.kinds.items()}
