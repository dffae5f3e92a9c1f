"""What was known when a change was published, as the history of calendars and policies says it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

SEEN: Mapping[str, Any] = {
    "seen_tickets": lazy_gettext("Past tickets looked at"),
    "seen_changed": lazy_gettext("Their clocks that would be different"),
    "seen_come": lazy_gettext("Their deadlines that would be missed"),
    "seen_go": lazy_gettext("Their deadlines that would be kept"),
}
