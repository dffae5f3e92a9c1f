"""Every table in one import, for migrations and for whoever starts the program."""

from helpdesk import events, firm, heartbeat, history
from helpdesk.accounts import models as accounts
from helpdesk.calendars import models as calendars
from helpdesk.canned import models as canned
from helpdesk.carriage import models as carriage
from helpdesk.clients import models as clients
from helpdesk.clients import return_models as returns
from helpdesk.kb import models as kb
from helpdesk.mail import grant_models as mail_grants
from helpdesk.mail import models as mail
from helpdesk.mail import probe_models as probes
from helpdesk.mail import relay_models as relays
from helpdesk.mail import sender_models as senders
from helpdesk.mail import thread_models as threads
from helpdesk.notifications import cap_models as caps
from helpdesk.notifications import models as notifications
from helpdesk.routing import models as routing
from helpdesk.sla import models as sla
from helpdesk.sla.what_if import models as what_if
from helpdesk.telephony import models as telephony
from helpdesk.tickets import alert_models as alerts
from helpdesk.tickets import draft_models as drafts
from helpdesk.tickets import models as tickets
from helpdesk.tickets import picture_models as pictures
from helpdesk.tickets import saved as saved_views
from helpdesk.tickets import wait_models as waits
from helpdesk.tickets import watch_models as watchers

__all__ = [
    "accounts",
    "alerts",
    "calendars",
    "canned",
    "caps",
    "carriage",
    "clients",
    "drafts",
    "events",
    "firm",
    "heartbeat",
    "history",
    "kb",
    "mail",
    "mail_grants",
    "notifications",
    "pictures",
    "probes",
    "relays",
    "returns",
    "routing",
    "saved_views",
    "senders",
    "sla",
    "telephony",
    "threads",
    "tickets",
    "waits",
    "watchers",
    "what_if",
]
