"""Ledger, policies and working hours in; clocks, deadlines, blame and explanations out. Pure."""

from helpdesk.sla.rules.explanation import Explanation, Pause, explain
from helpdesk.sla.rules.replay import replay
from helpdesk.sla.rules.values import (
    Author,
    Blame,
    ClockState,
    Crossing,
    Cycle,
    Held,
    Key,
    Kind,
    LedgerEntry,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    Resumption,
    Step,
    Target,
    TicketClocks,
    TicketState,
)

__all__ = [
    "Author",
    "Blame",
    "ClockState",
    "Crossing",
    "Cycle",
    "Explanation",
    "Held",
    "Key",
    "Kind",
    "LedgerEntry",
    "Metric",
    "OnChange",
    "Pause",
    "Phase",
    "PolicyVersion",
    "Resumption",
    "Step",
    "Target",
    "TicketClocks",
    "TicketState",
    "explain",
    "replay",
]
