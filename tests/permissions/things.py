"""What the routes of the matrix are about, placed in a relation to the person who asks.

A thing is a function (relation, person) -> Placed; person is None for anonymous. Register it in THINGS with
all the relations it knows. Every text of a thing holds CANARY, so that a leak is seen.
"""

import itertools
from datetime import timedelta

from sqlalchemy import select

from helpdesk import standstill
from helpdesk.accounts import sessions
from helpdesk.accounts.models import Account, Person, Team, TokenPurpose
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.standstill import Reason
from helpdesk.tickets.actions import saved as views
from helpdesk.tickets.rules import State
from tests.conftest import NOON
from tests.factories import (
    a_person,
    a_team,
    an_account,
    an_agent,
    the_system,
    the_team,
)
from tests.permissions.account_things import a_link, a_small_team, invited, somebody
from tests.permissions.client_things import a_client, an_unknown_sender
from tests.permissions.desk_things import a_category, a_desk, a_rule, a_tag
from tests.permissions.import_things import a_checked_import
from tests.permissions.machine_things import unreachable
from tests.permissions.mail_things import (
    a_caught_letter,
    a_held_mail,
    a_logo,
    a_mail_on_a_ticket,
    a_mail_text,
    a_placed_mailbox,
)
from tests.permissions.pairs import linked, paired
from tests.permissions.people_things import a_sender_rule, marked, passed_on, watched
from tests.permissions.placed import CANARY, Placed, Thing
from tests.permissions.promise_things import (
    a_calendar,
    a_draft,
    a_placed_contract,
    a_placed_policy,
    a_planned_calendar,
    a_planned_policy,
    a_recompute,
    an_agreement,
    missed,
    promised,
    targets,
)
from tests.permissions.stray_things import strayed
from tests.permissions.ticket_things import (
    OTHER_LINE,
    TICKET_RELATIONS,
    a_discarded_ticket,
    a_placed_ticket,
    a_ticket_and_an_article,
    an_answer,
    an_article,
    an_attachment,
    an_html_mail,
    in_state,
    line_of,
)
from tests.permissions.told import a_notice
from tests.permissions.writing_things import a_canned_answer, lost, with_canned_answer, with_file

_count = itertools.count(1)


def a_session(relation: str, person: Person | None) -> Placed:
    """Another session of the person, a session of somebody else, or none at all."""
    if relation == "missing":
        return Placed({"session_id": 999_999})
    owner = person if relation == "own" and person else an_agent(CANARY)
    account_id = db.session.scalars(select(Account.id).where(Account.person_id == owner.id)).one()
    begun = sessions.begin(
        account_id,
        state={},
        user_agent=CANARY,
        address=None,
        now=process_time(),
        lifetime=timedelta(hours=1),
    )
    return Placed({"session_id": begun.row.id})


def a_persona(relation: str, person: Person | None) -> Placed:
    """Somebody of the demo's cast, or nobody."""
    if relation == "missing":
        return Placed({}, {"person_id": 999_999})
    member = a_person("Hanna Bell")
    an_account(member)
    return Placed({}, {"person_id": member.id})


def a_placed_team(relation: str, person: Person | None) -> Placed:
    """The person's team, a team of another line, or none."""
    line = line_of(person)
    team_id = {"own": the_team(line).id, "foreign": the_team(OTHER_LINE[line]).id}.get(relation, 999_999)
    return Placed({"team_id": team_id})


def a_still_desk(relation: str, person: Person | None) -> Placed:
    """A restored copy in which mail stands still, or a desk in which it goes."""
    if relation == "still":
        standstill.begin(Reason.RESTORED, now=NOON, backup_made_at=NOON)
    return Placed({})


def a_saved_view(relation: str, person: Person | None) -> Placed:
    """A view of the person, of the team he is in, of everybody, of somebody else or another team, or none."""
    if relation == "missing":
        return Placed({"view_id": 999_999})
    owner = {"own": person, "foreign": an_agent(CANARY)}.get(relation)
    team = {"team": the_team(line_of(person)), "foreign_team": _canary_team()}.get(relation)
    audience = views.Audience(owner.id if owner else None, team.id if team else None)
    if relation == "own" and person is None:
        audience = views.Audience(an_agent(CANARY).id)
    made = views.save_view(f"{CANARY} {next(_count)}", "state=open", audience, by=the_system().id, now=NOON)
    return Placed({"view_id": made.id})


def _canary_team() -> Team:
    return db.session.scalar(select(Team).where(Team.name == CANARY)) or a_team(1, CANARY)


THINGS: dict[str, Thing] = {
    "invitation": Thing(a_link(TokenPurpose.INVITATION), ("live", "gone")),
    "link for a password": Thing(a_link(TokenPurpose.RESET), ("live", "gone")),
    "colleague": Thing(somebody(), ("known", "missing")),
    "invited colleague": Thing(somebody(invited), ("known", "missing")),
    "small team": Thing(a_small_team, ("known", "missing")),
    "link for an address": Thing(a_link(TokenPurpose.ADDRESS), ("live", "gone")),
    "import_run": Thing(a_checked_import, ("there", "missing")),
    "session": Thing(a_session, ("own", "foreign", "missing")),
    "persona": Thing(a_persona, ("cast", "missing")),
    "client": Thing(a_client, ("known", "missing")),
    "known client": Thing(a_client, ("known",)),
    "unknown sender": Thing(an_unknown_sender, ("known", "missing")),
    "team": Thing(a_placed_team, ("own", "foreign", "missing")),
    "article": Thing(an_article, ("draft", "published", "missing")),
    "ticket": Thing(a_placed_ticket, TICKET_RELATIONS),
    "promised ticket": Thing(promised(a_placed_ticket), TICKET_RELATIONS),
    "late ticket": Thing(missed(a_placed_ticket), TICKET_RELATIONS),
    "waiting ticket": Thing(in_state(State.WAITING_CLIENT), TICKET_RELATIONS),
    "ticket whose mail comes back": Thing(unreachable(a_placed_ticket), TICKET_RELATIONS),
    "resolved ticket": Thing(in_state(State.RESOLVED), TICKET_RELATIONS),
    "discarded ticket": Thing(a_discarded_ticket, TICKET_RELATIONS),
    "html mail": Thing(an_html_mail, TICKET_RELATIONS),
    "ticket and own answer": Thing(an_answer, TICKET_RELATIONS),
    "ticket and lost answer": Thing(lost(an_answer), TICKET_RELATIONS),
    "ticket and waiting file": Thing(with_file(a_placed_ticket), TICKET_RELATIONS),
    "ticket and waiting picture": Thing(with_file(a_placed_ticket, inline=True), TICKET_RELATIONS),
    "ticket and canned answer": Thing(with_canned_answer(a_placed_ticket), TICKET_RELATIONS),
    "canned answer": Thing(a_canned_answer, ("own_team", "every_team", "missing")),
    "ticket and article": Thing(a_ticket_and_an_article, TICKET_RELATIONS),
    "attachment": Thing(an_attachment, TICKET_RELATIONS),
    "two tickets": Thing(paired(a_placed_ticket), TICKET_RELATIONS),
    "linked tickets": Thing(linked(a_placed_ticket), TICKET_RELATIONS),
    "notice": Thing(a_notice, ("own", "foreign", "missing")),
    "held mail": Thing(a_held_mail, ("held", "missing")),
    "spam": Thing(marked(a_held_mail), ("held", "missing")),
    "sender rule": Thing(a_sender_rule, ("there", "missing")),
    "watched ticket": Thing(watched(a_placed_ticket), TICKET_RELATIONS),
    "passed on ticket": Thing(passed_on(a_placed_ticket), TICKET_RELATIONS),
    "ticket with a stranger": Thing(strayed(a_placed_ticket), TICKET_RELATIONS),
    "mail on a ticket": Thing(a_mail_on_a_ticket, TICKET_RELATIONS),
    "logo": Thing(a_logo, ("own", "missing")),
    "mail text": Thing(a_mail_text, ("known", "missing")),
    "mailbox": Thing(a_placed_mailbox, ("known", "missing")),
    "desk": Thing(a_desk, ("unclaimed", "claimed")),
    "rule": Thing(a_rule, ("there", "missing")),
    "category": Thing(a_category, ("there", "missing")),
    "tag": Thing(a_tag, ("there", "missing")),
    "calendar": Thing(a_calendar, ("there", "missing")),
    "draft": Thing(a_draft, ("there", "missing")),
    "recompute": Thing(a_recompute, ("there", "missing")),
    "planned calendar": Thing(a_planned_calendar, ("there", "missing")),
    "policy": Thing(a_placed_policy, ("there", "missing")),
    "planned policy": Thing(a_planned_policy, ("there", "missing")),
    "targets": Thing(targets, ("there",)),
    "agreement": Thing(an_agreement, ("there",)),
    "contract": Thing(a_placed_contract, ("there", "missing")),
    "still desk": Thing(a_still_desk, ("still", "going")),
    "view": Thing(a_saved_view, ("own", "team", "everybody", "foreign", "foreign_team", "missing")),
    "letter": Thing(a_caught_letter, ("caught", "missing")),
}
