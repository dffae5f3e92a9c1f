"""Every verb that changes a ticket: ask the rule, change the row, keep the words, publish one event; never
commit.
"""

from helpdesk.tickets.actions.articles import article_outcome, link_article
from helpdesk.tickets.actions.assignment import assign, assign_by_policy, take
from helpdesk.tickets.actions.client import (
    change_requester,
    identify_client,
    identify_sender,
    unite_contacts,
)
from helpdesk.tickets.actions.conversation import (
    ClientMessage,
    NewFile,
    Reply,
    accepts_answers,
    add_client_message,
    add_note,
    add_note_by_mail,
    check_last_message,
    reply,
)
from helpdesk.tickets.actions.escalation import escalate, move, return_ticket
from helpdesk.tickets.actions.habits import new_words_of
from helpdesk.tickets.actions.late import join_past_call
from helpdesk.tickets.actions.ledger import check_version, lock, lock_both
from helpdesk.tickets.actions.linking import link, tie, unlink
from helpdesk.tickets.actions.mentioning import mention
from helpdesk.tickets.actions.merging import merge
from helpdesk.tickets.actions.opening import Opening, open_ticket
from helpdesk.tickets.actions.ownership import change_owner
from helpdesk.tickets.actions.participation import add_participant, join_call
from helpdesk.tickets.actions.properties import (
    change_category,
    change_priority,
    change_properties,
    change_type,
)
from helpdesk.tickets.actions.rejoining import undo_split
from helpdesk.tickets.actions.restoring import restore
from helpdesk.tickets.actions.state import close, discard, reopen, resolve, resume, wait, wake
from helpdesk.tickets.actions.strays import accept_stray, check_stray, note_split
from helpdesk.tickets.actions.third_party import Forward, add_third_party_answer, forward
from helpdesk.tickets.actions.waits import Party
from helpdesk.tickets.actions.watching import (
    accept_watcher,
    decline_watcher,
    name_watchers,
    remove_watcher,
    watch,
)
from helpdesk.tickets.actions.withdrawal import withdraw_reply

__all__ = [
    "ClientMessage",
    "Forward",
    "NewFile",
    "Opening",
    "Party",
    "Reply",
    "accept_stray",
    "accept_watcher",
    "accepts_answers",
    "add_client_message",
    "add_note",
    "add_note_by_mail",
    "add_participant",
    "add_third_party_answer",
    "article_outcome",
    "assign",
    "assign_by_policy",
    "change_category",
    "change_owner",
    "change_priority",
    "change_properties",
    "change_requester",
    "change_type",
    "check_last_message",
    "check_stray",
    "check_version",
    "close",
    "decline_watcher",
    "discard",
    "escalate",
    "forward",
    "identify_client",
    "identify_sender",
    "join_call",
    "join_past_call",
    "link",
    "link_article",
    "lock",
    "lock_both",
    "mention",
    "merge",
    "move",
    "name_watchers",
    "new_words_of",
    "note_split",
    "open_ticket",
    "remove_watcher",
    "reopen",
    "reply",
    "resolve",
    "restore",
    "resume",
    "return_ticket",
    "take",
    "tie",
    "undo_split",
    "unite_contacts",
    "unlink",
    "wait",
    "wake",
    "watch",
    "withdraw_reply",
]
