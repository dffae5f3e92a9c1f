"""Links, people and teams of the matrix."""

from helpdesk.accounts import tokens
from helpdesk.accounts.models import Person, TokenPurpose
from helpdesk.clock import process_time
from tests.factories import a_person, an_account, the_system
from tests.permissions.placed import CANARY, Maker, Placed


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
