"""The cast of the demo: everybody with an account, by line, as the sign-in page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.accounts import actor as actors
from helpdesk.accounts import faces
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Account, Person
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.i18n import gettext


@dataclass(frozen=True)
class Persona:
    """One card. `note` says what they do all day, `hint` how much is on their desk."""

    id: int
    name: str
    initials: str
    tint: int
    role: str
    note: str
    hint: str


Troupe = tuple[int | None, str, str, list[Persona]]


def cast(hints: Mapping[int, str]) -> list[Troupe]:
    """Lines 1 to 3, then those around them, with the hint of each person; empty troupes are left out."""
    people = _people()
    titles = {
        1: (gettext("Line 1"), gettext("Service desk: mail and phone, solves by instruction")),
        2: (gettext("Line 2"), gettext("Administrators, who know the client's systems")),
        3: (gettext("Line 3"), gettext("Developers and consultants")),
    }
    troupes: list[Troupe] = [
        (line, title, note, _cards(people, line, hints)) for line, (title, note) in titles.items()
    ]
    troupes.append((None, gettext("Around the lines"), "", _cards(people, None, hints)))
    return [troupe for troupe in troupes if troupe[3]]


def _people() -> list[Actor]:
    inside = Account.disabled_at.is_(None), Account.invited_at.is_(None)
    statement = actors.selected(process_time()).where(*inside).order_by(Person.id)
    return [actors.from_row(row) for row in db.session.execute(statement)]


def _cards(people: Iterable[Actor], line: int | None, hints: Mapping[int, str]) -> list[Persona]:
    return [_card(person, hints) for person in people if _home(person) == line]


def _home(person: Actor) -> int | None:
    """The line a person is shown on; a manager or administrator stands beside the lines."""
    if person.is_manager or person.is_administrator or not person.lines:
        return None
    return min(person.lines)


def _card(person: Actor, hints: Mapping[int, str]) -> Persona:
    return Persona(
        id=person.person_id,
        name=person.name,
        initials=faces.initials(person.name),
        tint=faces.tint(person.person_id),
        role=_role(person),
        note=_note(person),
        hint=hints.get(person.person_id, ""),
    )


def _role(person: Actor) -> str:
    if person.is_manager:
        return gettext("Manager")
    if person.is_administrator:
        return gettext("System administrator")
    if person.is_lead:
        return gettext("Lead of line %(line)s", line=_home(person))
    return {1: gettext("Operator"), 2: gettext("Administrator"), 3: gettext("Developer")}[_home(person) or 1]


def _note(person: Actor) -> str:
    if person.is_manager:
        return gettext("Dashboard, figures and the tickets behind them")
    if person.is_administrator:
        return gettext("Settings, mailboxes, people")
    return ", ".join(seat.name for seat in person.teams)
