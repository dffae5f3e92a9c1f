"""One person for each role of the matrix; anonymous is nobody."""

from collections.abc import Callable

from helpdesk.accounts.models import Person
from helpdesk.accounts.permissions import Role
from tests.factories import a_lead, a_manager, an_administrator, an_agent, three_lines

_MAKERS: dict[Role, Callable[[], Person]] = {
    Role.LINE_1: lambda: an_agent("Ada Lind", line=1),
    Role.LINE_2: lambda: an_agent("Lev Orlov", line=2),
    Role.LINE_3: lambda: an_agent("Jonas Weber", line=3),
    Role.LEAD: lambda: a_lead("Mira Sato", line=1),
    Role.MANAGER: lambda: a_manager("Grace Moreau", lines=[1]),
    Role.ADMINISTRATOR: lambda: an_administrator("Sam Ito"),
}


def person_of(role: Role) -> Person | None:
    """Somebody new who has this role and no other; None for anonymous."""
    three_lines()
    return None if role is Role.ANONYMOUS else _MAKERS[role]()
