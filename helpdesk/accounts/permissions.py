"""Who may do what: every permission and the relations to a thing that give it. Pure."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """The seven roles that the permission matrix is written for; a person may hold several."""

    ANONYMOUS = "anonymous"
    LINE_1 = "line_1"
    LINE_2 = "line_2"
    LINE_3 = "line_3"
    LEAD = "lead"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Relation(StrEnum):
    """How a person stands to a thing, or, in the last group, to the desk as a whole."""

    HOLDING_TEAM = (
        "holding_team"  # line 1: in the ticket's team; lines 2 and 3: in a team on the ticket's line
    )
    ASSIGNEE = "assignee"
    OWNER_TEAM = "owner_team"
    PARTICIPANT = "participant"
    LEADS = "leads"  # leads the ticket's team or its owner team
    MANAGES = "manages"  # the ticket is in the manager's scope
    READS = "reads"  # all staff read all tickets (staff visibility "open")
    SPEAKS = "speaks"  # works on the ticket in a team that answers clients
    OWN = "own"  # the thing is the person's own session, or a question put to him
    DRAFTS = "drafts"  # writes instructions, and this one is not published yet

    AGENT = "agent"
    LINE_1 = "line_1"
    LINE_2 = "line_2"
    LINE_3 = "line_3"
    LEAD = "lead"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route asks for. PUBLIC asks nothing; SIGNED_IN asks only who it is."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    OWN_SESSION = "own_session"
    TICKET_READ = "ticket_read"
    TICKET_REPLY = "ticket_reply"
    TICKET_NOTE = "ticket_note"
    TICKET_CHANGE = "ticket_change"
    TICKET_HAND_OVER = "ticket_hand_over"
    TICKET_DISCARD = "ticket_discard"
    TICKET_LINK = "ticket_link"
    TICKET_MERGE = "ticket_merge"
    BREACH_EXPLAIN = "breach_explain"
    BREACH_ASKED = "breach_asked"
    VIEW_CHANGE = "view_change"
    CALL_LOG = "call_log"
    CONTACT_SEARCH = "contact_search"
    CLIENT_READ = "client_read"
    CLIENT_CHANGE = "client_change"
    ARTICLE_READ = "article_read"
    ARTICLE_WRITE = "article_write"
    ARTICLE_EDIT = "article_edit"
    ARTICLE_PUBLISH = "article_publish"
    REPORT_READ = "report_read"
    MAIL_HELD = "mail_held"
    CANNED_READ = "canned_read"
    CANNED_WRITE = "canned_write"
    CANNED_EDIT = "canned_edit"
    SETTINGS_READ = "settings_read"
    SETTINGS_CHANGE = "settings_change"


_R = Relation
_ON_TICKET = frozenset(
    {
        _R.HOLDING_TEAM,
        _R.ASSIGNEE,
        _R.OWNER_TEAM,
        _R.PARTICIPANT,
        _R.LEADS,
        _R.MANAGES,
        _R.READS,
        _R.SPEAKS,
    }
)

GRANTS: dict[Permission, frozenset[Relation]] = {
    Permission.OWN_SESSION: frozenset({_R.OWN}),
    Permission.TICKET_READ: _ON_TICKET,
    Permission.TICKET_REPLY: frozenset({_R.SPEAKS}),
    Permission.TICKET_NOTE: frozenset(
        {_R.HOLDING_TEAM, _R.ASSIGNEE, _R.OWNER_TEAM, _R.PARTICIPANT, _R.LEADS}
    ),
    Permission.TICKET_CHANGE: frozenset({_R.HOLDING_TEAM, _R.ASSIGNEE, _R.OWNER_TEAM, _R.LEADS}),
    Permission.TICKET_HAND_OVER: frozenset({_R.HOLDING_TEAM, _R.ASSIGNEE, _R.LEADS}),
    Permission.TICKET_LINK: frozenset(
        {_R.HOLDING_TEAM, _R.ASSIGNEE, _R.OWNER_TEAM, _R.PARTICIPANT, _R.LEADS}
    ),
    Permission.TICKET_MERGE: frozenset({_R.HOLDING_TEAM, _R.ASSIGNEE, _R.OWNER_TEAM, _R.LEADS}),
    Permission.BREACH_EXPLAIN: frozenset({_R.OWN, _R.ASSIGNEE, _R.LEADS}),
    Permission.BREACH_ASKED: frozenset({_R.AGENT}),
    Permission.TICKET_DISCARD: frozenset({_R.HOLDING_TEAM, _R.OWNER_TEAM, _R.LEADS}),
    Permission.VIEW_CHANGE: frozenset({_R.OWN, _R.LEADS, _R.ADMINISTRATOR}),
    Permission.CALL_LOG: frozenset({_R.AGENT}),
    Permission.CONTACT_SEARCH: frozenset({_R.AGENT}),
    Permission.CLIENT_READ: frozenset({_R.AGENT, _R.MANAGER, _R.ADMINISTRATOR}),
    Permission.CLIENT_CHANGE: frozenset({_R.LINE_1, _R.LEAD, _R.ADMINISTRATOR}),
    Permission.ARTICLE_READ: frozenset({_R.AGENT, _R.MANAGER, _R.ADMINISTRATOR}),
    Permission.ARTICLE_WRITE: frozenset({_R.AGENT}),
    Permission.ARTICLE_EDIT: frozenset({_R.DRAFTS, _R.LEAD}),
    Permission.ARTICLE_PUBLISH: frozenset({_R.LEAD}),
    Permission.REPORT_READ: frozenset({_R.LEAD, _R.MANAGER}),
    Permission.MAIL_HELD: frozenset({_R.LINE_1, _R.LEAD, _R.ADMINISTRATOR}),
    Permission.CANNED_READ: frozenset({_R.LEAD, _R.ADMINISTRATOR}),
    Permission.CANNED_WRITE: frozenset({_R.LEAD, _R.ADMINISTRATOR}),
    Permission.CANNED_EDIT: frozenset({_R.LEADS, _R.ADMINISTRATOR}),
    Permission.SETTINGS_READ: frozenset({_R.ADMINISTRATOR}),
    Permission.SETTINGS_CHANGE: frozenset({_R.ADMINISTRATOR}),
}


def may(relations: Iterable[Relation], permission: Permission) -> bool:
    """Whether somebody who stands like this has the permission.

    PUBLIC and SIGNED_IN ask nothing of a relation: whether somebody is signed in is judged at the door.
    """
    if permission in (Permission.PUBLIC, Permission.SIGNED_IN):
        return True
    return not GRANTS[permission].isdisjoint(relations)
