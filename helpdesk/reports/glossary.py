"""What each figure means, in one sentence; the only place where definitions are written."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

DEFINITIONS: Mapping[str, Any] = {
    "at_risk": lazy_gettext(
        "Open tickets whose nearest running deadline lies within the next hour or has passed. Paused tickets "
        "do not count."
    ),
    "in_time": lazy_gettext(
        "Of the tickets solved in the period that had a deadline, those that kept every one, the "
        "first answer included. One missed deadline counts, even if a later change moved it, unless the "
        "policy forgives."
    ),
    "first_contact": lazy_gettext(
        "Of the tickets solved in the period, those that line 1 solved without a hand-over and before the "
        "client wrote a second time."
    ),
    "first_answer": lazy_gettext(
        "Open hours from the client's first message to the first answer by a person. Half of the first "
        "answers in the period came faster, half slower. Automatic receipts do not count."
    ),
    "returned": lazy_gettext(
        "Tickets given back in the period for any reason but “answered”, for each hundred handed up in it. A "
        "ticket counts once."
    ),
    "open": lazy_gettext(
        "Tickets that are neither resolved nor closed, waiting ones included. The change is against the "
        "beginning of the period."
    ),
    "pressing": lazy_gettext(
        "The ten that are due first; the bar on the left says which deadline is nearest."
    ),
    "attainment": lazy_gettext(
        "Tickets solved in the period by the highest line they reached. They count as kept when no deadline "
        "was missed, unless the policy forgives. Below 95 in a hundred is amber, below 90 red."
    ),
    "flow": lazy_gettext("Tickets that came in, and tickets that were solved, whenever they had come in."),
    "ages": lazy_gettext(
        "Open tickets by the line that holds them and by the civil day on which they came in."
    ),
    "handovers": lazy_gettext(
        "Tickets handed up in the period, each once for each pair of lines, and why tickets came back. A "
        "return with the answer is a success and stands apart."
    ),
}
