"""Agents come in as accounts that wait; the mail that asks them in leaves only when it was wanted."""

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.invitations import account_with
from helpdesk.accounts.models import AccountToken, TeamRole
from helpdesk.accounts.rights import rights_of
from helpdesk.carriage.cargo import Cargo
from helpdesk.db import db
from tests.admin.telling import history_of
from tests.carriage.carrying import a_csv, brought_in, checked, faults
from tests.conftest import NOON
from tests.factories import a_mailbox, a_person, an_account, an_agent, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")
HEADS = ("E-mail", "Name", "Teams", "Leads teams", "Language")
ROW = ("Vera@Firm.example", "Вера Орлова", "service desk", "Developers", "Russian")


def links() -> int:
    return db.session.scalar(select(func.count(AccountToken.id))) or 0


def test_new_agents_wait_with_their_teams_and_nothing_is_mailed() -> None:
    line_1, _, line_3 = three_lines()
    brought_in(Cargo.AGENTS, a_csv(HEADS, ROW))
    account = account_with("vera@firm.example")
    assert account is not None
    assert account.invited_at is not None
    assert (account.person.name, account.person.language) == ("Вера Орлова", "ru")
    assert rights_of(account.person_id).teams == {line_1.id: TeamRole.MEMBER, line_3.id: TeamRole.LEAD}
    assert links() == 0
    assert checked(Cargo.AGENTS, a_csv(HEADS, ROW)).counts["same"] == 1


def test_with_the_tick_each_new_one_gets_a_link() -> None:
    three_lines()
    brought_in(Cargo.AGENTS, a_csv(HEADS, ROW), invites=True)
    assert links() == 1


def test_somebody_who_works_here_gets_the_teams_of_the_file() -> None:
    line_1, line_2, _ = three_lines()
    mira = an_agent("Mira", team=line_1)
    content = a_csv(HEADS, (f"person{mira.id}@fernhill.example", "Mira Sato", "Administrators", "", ""))
    brought_in(Cargo.AGENTS, content)
    assert rights_of(mira.id).teams == {line_2.id: TeamRole.MEMBER}
    assert mira.name == "Mira Sato"
    assert history_of("person", mira.id), "rights stand in the history one by one"


def test_an_unknown_team_is_wrong_and_those_there_are_are_named() -> None:
    three_lines()
    run = checked(Cargo.AGENTS, a_csv(HEADS, ("a@firm.example", "A", "Service dsk", "", "")))
    assert faults(run) == [
        "Row 2: There is no team called “Service dsk”. There are: Service desk, Administrators, Developers."
    ]


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody", "“nobody” is no e-mail address."),
        (
            "shut@firm.example",
            "shut@firm.example had an account that was shut. Open it again on its page first.",
        ),
        ("A@firm.example", "Row 2 says the same thing already: A@firm.example."),
    ],
)
def test_a_wrong_row_gets_its_sentence(email: str, sentence: str) -> None:
    three_lines()
    an_account(a_person("Shut"), "shut@firm.example").disabled_at = NOON
    db.session.flush()
    run = checked(Cargo.AGENTS, a_csv(HEADS, ("a@firm.example", "A", "", "", ""), (email, "B", "", "", "")))
    assert faults(run) == [f"Row 3: {sentence}"]
    assert account_with("a@firm.example") is None


def test_no_agent_signs_in_with_a_mailbox_of_the_desk() -> None:
    three_lines()
    a_mailbox("vera@firm.example")
    assert "is a mailbox of this desk" in faults(checked(Cargo.AGENTS, a_csv(HEADS, ROW)))[0]
