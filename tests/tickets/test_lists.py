"""Lists stay on their indexes, filters read and write addresses."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, create_engine, select, text

from helpdesk.accounts.actor import actor_of
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.postgres import Urls
from helpdesk.tickets import filters
from helpdesk.tickets.filters import Filters, Holder, Order, Risk
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import orders, visible_to
from helpdesk.tickets.queries.counts import is_open, open_counts
from helpdesk.tickets.queries.lists import PAGE
from helpdesk.tickets.rules import OPEN_STATES, Priority, State
from tests.conftest import settings_for
from tests.factories import a_team, a_ticket, an_agent, the_team

MANY = 6000
OWN = {"id", "public_id", "stems", "words", "sort_due"}
COPIED = [c.name for c in Ticket.__table__.columns if c.name not in OWN]


def copies_of(ticket: Ticket, **changed: str) -> None:
    """The same ticket many times over with spread deadlines; `changed` are SQL expressions over n."""
    columns = ", ".join(COPIED)
    values = ", ".join(changed.get(name, f"ticket.{name}") for name in COPIED)
    db.session.execute(
        text(
            f"insert into ticket (public_id, sort_due, {columns})"  # noqa: S608  (our own names)
            f" select gen_random_uuid(), ticket.created_at + n * interval '1 minute', {values}"
            f" from ticket, generate_series(1, {MANY}) n where ticket.id = :ticket"
        ),
        {"ticket": ticket.id},
    )


@pytest.fixture
def big_desk(own_database: Urls, tmp_path: Path) -> Iterator[tuple[list[int], list[int]]]:
    """A desk with thousands of open tickets whose table has been analysed, as a server in use does by itself.

    The ids of its teams and agents.
    """
    app = create_app(load_settings(settings_for(own_database, tmp_path)))
    with app.app_context():
        agents, teams = [an_agent().id for _ in range(10)], [a_team().id for _ in range(10)]
        copies_of(
            a_ticket(),
            line="1 + n % 3",
            team_id=f"(array{teams})[1 + n % 10]",
            assignee_id=f"(array{agents})[1 + n % 10]",
        )
        db.session.commit()
        owner = create_engine(own_database.owner, isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            connection.execute(text("analyze"))
        owner.dispose()
        yield teams, agents
        db.session.remove()
        db.engine.dispose()


def test_a_list_walks_an_index_in_the_order_of_time_left(big_desk: tuple[list[int], list[int]]) -> None:
    teams, agents = big_desk
    actor = actor_of(agents[3])
    plans = {
        "line": plan_of(Ticket.line == 1, visible_to(actor)),
        "team": plan_of(Ticket.team_id == teams[3], visible_to(actor)),
        "assignee": plan_of(Ticket.assignee_id == agents[3], visible_to(actor)),
    }
    ordered = re.compile(r"Index Scan using ix_ticket_(\w+_)?due_open on ticket")
    assert [place for place, plan in plans.items() if not ordered.search(plan)] == []
    assert [place for place, plan in plans.items() if "Sort" in plan or "Seq Scan on ticket" in plan] == []


def test_the_other_orders_walk_an_index_too(big_desk: tuple[list[int], list[int]]) -> None:
    actor = actor_of(big_desk[1][3])
    plans = {
        Order.ACTIVE: plan_of(visible_to(actor), order=Order.ACTIVE),
        Order.NEWEST: plan_of(visible_to(actor), order=Order.NEWEST),
        Order.OLDEST: plan_of(visible_to(actor), order=Order.OLDEST),
    }
    assert [order for order, plan in plans.items() if "Sort" in plan or "Seq Scan on ticket" in plan] == []
    assert "using ix_ticket_active_at" in plans[Order.ACTIVE]


def test_a_page_further_down_begins_at_its_cursor(big_desk: tuple[list[int], list[int]]) -> None:
    behind = "2026-03-04T11:00:00+00:00~2000"
    plan = plan_of(Ticket.line == 1, orders.after(Order.DUE, behind))
    assert re.search(r"Index Cond: .*ROW\(sort_due, id\) > ROW", plan), plan


def plan_of(*conditions: ColumnElement[bool], order: Order = Order.DUE) -> str:
    """How the server would find one page of open tickets."""
    statement = (
        select(Ticket.id, Ticket.subject)
        .where(*conditions, is_open())
        .order_by(*orders.forwards(order))
        .limit(PAGE)
    )
    sql = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return "\n".join(db.session.scalars(text("explain " + sql.replace(":", r"\:"))))


@pytest.mark.usefixtures("session")
def test_the_side_column_counts_in_one_statement(now: datetime) -> None:
    ada = an_agent()
    a_ticket(assignee=ada)
    a_ticket(team=the_team(2))
    counts = open_counts(actor_of(ada.id), now)
    assert (counts.mine, counts.followed) == (1, 0)
    assert [(line.line, line.count) for line in counts.lines] == [(1, 1)]


def test_filters_come_back_from_their_address() -> None:
    wanted = Filters(
        state=(State.OPEN,),
        priority=(Priority.P1, Priority.P2),
        assignee=Holder.NOBODY,
        risk=Risk.AT_RISK,
        created_from=datetime(2026, 3, 1, tzinfo=UTC),
        q="till",
    )
    args: dict[str, list[str]] = {}
    for name, value in filters.written(wanted):
        args.setdefault(name, []).append(value)
    assert filters.read(args, UTC) == wanted


def test_a_day_includes_itself() -> None:
    found = filters.read({"created_from": ["2026-03-04"], "created_to": ["2026-03-04"]}, UTC)
    assert found.created_from == datetime(2026, 3, 4, tzinfo=UTC)
    assert found.created_to == datetime(2026, 3, 5, tzinfo=UTC)


def test_unfinished_is_a_word_for_all_open_states() -> None:
    assert set(filters.read({"state": ["unfinished"]}, UTC).state) == OPEN_STATES


@pytest.mark.parametrize("name", ["colour", "limit"])
def test_a_name_that_is_no_filter_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        filters.read({name: ["1"]}, UTC)
