"""Links, people and teams of the matrix."""

import itertools
from collections.abc import Callable

from sqlalchemy import select

from helpdesk.accounts import tokens
from helpdesk.accounts.models import Account, Person, TokenPurpose
from helpdesk.admin import people, teams
from helpdesk.clock import process_time
from helpdesk.db import db
from tests.factories import a_person, a_team, an_account, an_agent, the_system
from tests.permissions.placed import CANARY, Maker, Placed

_count = itertools.count(1)


def a_link(purpose: TokenPurpose) -> Maker:
    """Makes links for this purpose: one that works, or one that was never sent."""

    def make(relation: str, person: Person | None) -> Placed:
        if relation == "gone":
            return Placed({"secret": "nobody-ever-got-this-link"})
        account = an_account(a_person(CANARY))
        now = process_time()
        account.invited_at = now if purpose is TokenPurpose.INVITATION else None
        email = f"new-{account.id}@fernhill.example"
        issued = tokens.issue(account.id, purpose, email=email, by=the_system().id, now=now)
        return Placed({"secret": issued.path.rpartition("/")[2]})

    return make


def somebody(change: Callable[[Account], None] = lambda account: None) -> Maker:
    """Makes a colleague for the settings, in the state that `change` leaves the account in."""

    def make(relation: str, person: Person | None) -> Placed:
        if relation == "missing":
            return Placed({"person_id": 999_999}, {"seen": "nobody"})
        colleague = an_agent(CANARY, line=2)
        change(db.session.scalars(select(Account).where(Account.person_id == colleague.id)).one())
        db.session.flush()
        return Placed({"person_id": colleague.id}, {"seen": people.fingerprint(colleague)})

    return make


def invited(account: Account) -> None:
    """It waits for its person."""
    account.invited_at = process_time()


def a_small_team(relation: str, person: Person | None) -> Placed:
    """A team for the settings, or none."""
    if relation == "missing":
        return Placed({"team_id": 999_999}, {"seen": "nothing"})
    team = a_team(2, f"{CANARY} {next(_count)}")
    return Placed({"team_id": team.id}, {"seen": teams.fingerprint(team)})
