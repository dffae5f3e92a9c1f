"""Every verb that changes a ticket: ask the rule, change the row, keep the words, publish one event; never
commit.
"""

from helpdesk.tickets.actions.articles import article_outcome, link_article
from helpdesk.tickets.actions.assignment import assign, assign_by_policy, take
from helpdesk.tickets.actions.client import identify_client
from helpdesk.tickets.actions.conversation import (
    ClientMessage,
    NewFile,
    Reply,
    accepts_answers,
    add_client_message,
    add_note,
    check_last_message,
    reply,
)
from helpdesk.tickets.actions.escalation import escalate, move, return_ticket
from helpdesk.tickets.actions.ledger import check_version, lock
from helpdesk.tickets.actions.opening import Opening, open_ticket
from helpdesk.tickets.actions.participation import add_participant, join_call
from helpdesk.tickets.actions.properties import change_priority, change_properties, change_type
from helpdesk.tickets.actions.state import close, discard, reopen, resolve, resume, wait
from helpdesk.tickets.actions.withdrawal import withdraw_reply

__all__ = [
    "ClientMessage",
    "NewFile",
    "Opening",
    "Reply",
    "accepts_answers",
    "add_client_message",
    "add_note",
    "add_participant",
    "article_outcome",
    "assign",
    "assign_by_policy",
    "change_priority",
    "change_properties",
    "change_type",
    "check_last_message",
    "check_version",
    "close",
    "discard",
    "escalate",
    "identify_client",
    "join_call",
    "link_article",
    "lock",
    "move",
    "open_ticket",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "return_ticket",
    "take",
    "wait",
    "withdraw_reply",
]
