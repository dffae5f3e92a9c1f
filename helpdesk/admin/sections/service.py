"""What is promised to clients: policies, calendars, contracts."""

from flask_babel import lazy_gettext

from helpdesk.accounts.permissions import Permission
from helpdesk.admin import contract_words, policy_words
from helpdesk.admin.reach_words import SEEN
from helpdesk.admin.sections.shape import Kind, Section
from helpdesk.admin.words import NAME

OPEN_TICKETS = lazy_gettext("Open tickets")
POLICY = Kind(
    lazy_gettext("SLA policy"),
    policy_words.history_fields(),
    "admin.sla_policy",
    "policy_id",
    policy_words.said,
)
CONTRACT = Kind(
    lazy_gettext("Contract"),
    {
        "name": NAME,
        "company": lazy_gettext("Company"),
        "policy": lazy_gettext("Policy"),
        "from": lazy_gettext("First day"),
        "until": lazy_gettext("Last day"),
        "why": lazy_gettext("Why"),
        "open_tickets": OPEN_TICKETS,
    },
    "admin.contract",
    "contract_id",
    contract_words.said,
)
CALENDAR = Kind(
    lazy_gettext("Calendar"),
    {
        "name": NAME,
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
        "tz_database": lazy_gettext("Rules of the time zone"),
        "why": lazy_gettext("Why"),
        "open_tickets": OPEN_TICKETS,
        **SEEN,
    },
    "admin.calendar",
    "calendar_id",
    contract_words.said,
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
        "drafts",
        "service",
        "admin.drafts_page",
        lazy_gettext("Drafts and recomputes"),
        lazy_gettext("See what a change would do before it holds, and how far open tickets have followed."),
        {},
        Permission.SETTINGS_CHANGE,
    ),
)
