"""Every table in one import, for migrations and for whoever starts the program."""

from helpdesk import events, firm, heartbeat, history
from helpdesk.accounts import models as accounts
from helpdesk.calendars import models as calendars
from helpdesk.canned import models as canned
from helpdesk.carriage import models as carriage
from helpdesk.clients import models as clients
from helpdesk.kb import models as kb
from helpdesk.mail import models as mail
from helpdesk.notifications import models as notifications
from helpdesk.routing import models as routing
from helpdesk.sla import models as sla
from helpdesk.sla.what_if import models as what_if
from helpdesk.telephony import models as telephony
from helpdesk.tickets import draft_models as drafts
from helpdesk.tickets import models as tickets
from helpdesk.tickets import saved as saved_views
from helpdesk.tickets import wait_models as waits

__all__ = [
    "accounts",
    "calendars",
    "canned",
    "carriage",
    "clients",
    "drafts",
    "events",
    "firm",
    "heartbeat",
    "history",
    "kb",
    "mail",
    "notifications",
    "routing",
    "saved_views",
    "sla",
    "telephony",
    "tickets",
    "waits",
    "what_if",
]
