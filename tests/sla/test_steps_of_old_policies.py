"""Policies from before the steps: whoever was told goes on being told, at the percents there were."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from helpdesk import schema
from helpdesk.postgres import Urls

A_POLICY = """
    insert into sla_policy (id, name, created_at) values (900, 'Old', now());
    insert into sla_policy_version (id, policy_id, n, valid_from, pause_states, thresholds, created_by_id)
    select 900, 900, 1, now(), '{}', '{60,80}', id from person where kind = 'system'
"""
STEPS = """
    select scope, percent, string_agg(act, ' ' order by act) from sla_policy_step
    where policy_version_id = 900 group by 1, 2 order by 1, 2
"""
EVERYBODY = "tell_assignee tell_lead tell_owner"


def test_nobody_who_was_told_before_falls_silent(own_database: Urls) -> None:
    schema.downgrade(own_database.owner, "0020")
    engine = create_engine(own_database.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(A_POLICY))
    schema.upgrade(own_database.owner, app_url=own_database.app)
    with engine.connect() as connection:
        steps = [tuple(row) for row in connection.execute(text(STEPS))]
        version = connection.execute(
            text("select thresholds, longest_wait_s from sla_policy_version where id = 900")
        ).one()
    engine.dispose()
    assert steps == [
        ("client", 60, EVERYBODY),
        ("client", 80, EVERYBODY),
        ("client", 100, f"ask_reason {EVERYBODY}"),
        ("line", 60, EVERYBODY),
        ("line", 80, EVERYBODY),
        ("line", 100, EVERYBODY),
    ]
    # Another percent would be one that every ticket of the past has crossed and nobody has written down.
    assert tuple(version) == ([60, 80, 100], 30 * 86_400)
