"""The table of rights, written down a second time by hand: changing one place alone is red."""

import pytest

from helpdesk.accounts.permissions import GRANTS, Permission, Relation, may

RIGHTS = {
    "own_session": "own",
    "ticket_read": "holding_team assignee owner_team participant leads manages reads speaks",
    "ticket_reply": "speaks",
    "ticket_note": "holding_team assignee owner_team participant leads",
    "ticket_change": "holding_team assignee owner_team leads",
    "ticket_hand_over": "holding_team assignee leads",
    "ticket_discard": "holding_team owner_team leads",
    "ticket_link": "holding_team assignee owner_team participant leads",
    "ticket_merge": "holding_team assignee owner_team leads",
    "view_change": "leads own administrator",
    "call_log": "agent",
    "contact_search": "agent",
    "client_read": "agent manager administrator",
    "client_change": "line_1 lead administrator",
    "article_read": "agent manager administrator",
    "article_write": "agent",
    "article_edit": "drafts lead",
    "breach_explain": "own assignee leads",
    "breach_asked": "agent",
    "article_publish": "lead",
    "report_read": "lead manager",
    "mail_held": "line_1 lead administrator",
    "canned_read": "lead administrator",
    "canned_write": "lead administrator",
    "canned_edit": "leads administrator",
    "settings_read": "administrator",
    "settings_change": "administrator",
}
CELLS = [(permission, relation) for permission in RIGHTS for relation in Relation]


@pytest.mark.parametrize(("permission", "relation"), CELLS)
def test_a_relation_gives_what_the_table_says(permission: str, relation: Relation) -> None:
    assert may({relation}, Permission(permission)) == (relation.value in RIGHTS[permission].split())


@pytest.mark.parametrize("permission", sorted(GRANTS))
def test_without_any_relation_there_is_no_right(permission: Permission) -> None:
    assert not may((), permission)


def test_every_permission_but_the_open_two_is_in_both_tables() -> None:
    assert set(GRANTS) == {Permission(name) for name in RIGHTS}
    assert set(Permission) - set(GRANTS) == {Permission.PUBLIC, Permission.SIGNED_IN}


@pytest.mark.parametrize("permission", [Permission.PUBLIC, Permission.SIGNED_IN])
def test_the_open_two_ask_for_no_relation(permission: Permission) -> None:
    assert may((), permission)
