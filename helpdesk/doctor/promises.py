"""Policies, their targets, and the working hours in which they count."""

from zoneinfo import available_timezones

from helpdesk.doctor.finding import Fault, Finding, Patient, judged

NEWEST_POLICIES = """
select distinct on (p.id) p.id, p.name, v.id as version_id,
    (select count(*) from sla_target t where t.policy_version_id = v.id) as targets
from sla_policy p left join sla_policy_version v on v.policy_id = p.id and v.valid_from <= now()
where p.retired_at is null order by p.id, v.valid_from desc, v.n desc
"""
IN_FORCE = """
select distinct on (p.id) p.id, p.name, v.id as version_id
from sla_policy p join sla_policy_version v on v.policy_id = p.id and v.valid_from <= now()
where p.retired_at is null order by p.id, v.valid_from desc, v.n desc
"""
PUT_AWAY = f"""
select distinct p.name as policy, c.name as calendar from ({IN_FORCE}) p
join sla_target t on t.policy_version_id = p.version_id
join calendar c on c.id = t.calendar_id where c.retired_at is not null order by 1, 2
"""  # noqa: S608
SILENT = f"""
select p.name from ({IN_FORCE}) p where not exists (select 1 from sla_policy_step s
    where s.policy_version_id = p.version_id and s.scope = 'client' and s.percent = 100
    and s.act like 'tell%') order by 1
"""  # noqa: S608
CALENDARS = """
select distinct on (c.id) c.name, coalesce(v.zone, c.zone) as zone, v.id as version_id,
    exists (select 1 from calendar_window w where w.version_id = v.id) as has_hours,
    exists (select 1 from sla_target t join sla_policy_version pv on pv.id = t.policy_version_id
        join sla_policy p on p.id = pv.policy_id
        where t.calendar_id = c.id and p.retired_at is null) as is_used
from calendar c left join calendar_version v on v.calendar_id = c.id and v.effective_from <= now()
where c.retired_at is null order by c.id, v.effective_from desc, v.n desc
"""


VERIFIED = """
select effective_at, (payload->>'tickets')::int as tickets, (payload->>'differences')::int as differences,
    clock_timestamp() - effective_at > interval '3 days' as is_old
from event where kind = 'sla.clocks_verified' order by recorded_at desc, id desc limit 1
"""


UNCOMPUTED = """
select ticket_id, failure, count(*) over () as together from ticket_sla
where failing_since is not null order by failing_since, ticket_id limit 5
"""


def default_policy(patient: Patient) -> list[Finding]:
    count = patient.value("select count(*) from sla_policy where is_default and retired_at is null")
    cure = (
        "Under Settings, SLA policies, make one the default: without it tickets of clients without a "
        "contract have no deadlines."
    )
    faults = [] if count else [Fault("There is no default SLA policy.", cure)]
    return judged("There is a default SLA policy.", faults)


def targets(patient: Patient) -> list[Finding]:
    faults = [
        Fault(
            f"The policy {row.name} has no targets in force, so its tickets have no deadlines.",
            f"Under Settings, SLA policies, open {row.name} and give it times per priority, or retire it.",
        )
        for row in patient.rows(NEWEST_POLICIES)
        if not row.targets
    ]
    return judged("Every policy has targets.", faults)


def calendars_of_targets(patient: Patient) -> list[Finding]:
    faults = [
        Fault(
            f"The policy {row.policy} counts in the calendar {row.calendar}, which is out of use.",
            f"Under Settings, SLA policies, open {row.policy} and choose another calendar.",
        )
        for row in patient.rows(PUT_AWAY)
    ]
    return judged("Policies count in calendars that are in use.", faults)


def breaches_told(patient: Patient) -> list[Finding]:
    faults = [
        Fault(
            f"Under the policy {row.name} nobody is told when a client's deadline is missed.",
            f"Under Settings, SLA policies, open {row.name} and choose whom to tell at 100 percent.",
        )
        for row in patient.rows(SILENT)
    ]
    return judged("Under every policy somebody hears of a missed deadline.", faults)


def hours(patient: Patient) -> list[Finding]:
    zones, faults = available_timezones(), []
    for row in patient.rows(CALENDARS):
        where = f"Under Settings, Calendars, open {row.name}"
        if row.zone not in zones:
            faults.append(Fault(
                f"The calendar {row.name} has a time zone that nobody knows: {row.zone}.",
                f"{where} and choose a zone from the list; if it is right, update the package tzdata.",
            ))  # fmt: skip
        elif row.is_used and not (row.version_id and row.has_hours):
            faults.append(Fault(
                f"The calendar {row.name} is never open, so clocks that count in it stand still for ever.",
                f"{where} and enter its opening hours.",
            ))  # fmt: skip
    return judged("Every calendar has hours and a known zone.", faults)


def verified(patient: Patient) -> list[Finding]:
    """What the nightly look at the clocks found."""
    row = next(iter(patient.rows(VERIFIED)), None)
    if row is None:
        return judged("The clocks were not verified yet; the worker does so every night.", [])
    when, tickets = f"{row.effective_at:%Y-%m-%d %H:%M} UTC", f"{row.tickets} tickets"
    faults = []
    if row.differences:
        what = f"Clocks that are not what the log says: {row.differences} differences, found {when}."
        faults.append(Fault(what, "See which: helpdesk sla verify --all; mend them: add --rebuild"))
    elif row.is_old:
        what = f"The clocks were last verified {when}."
        faults.append(Fault(what, "See that a worker runs all night, or do it: helpdesk sla verify"))
    return judged(f"Clocks last verified {when}, {tickets}, no difference.", faults)


def computed(patient: Patient) -> list[Finding]:
    """Tickets that the sweep has put off, the longest waiting first."""
    rows = list(patient.rows(UNCOMPUTED))
    faults = []
    if rows:
        named = ", ".join(f"#{row.ticket_id} ({row.failure})" for row in rows)
        more = rows[0].together - len(rows)
        beside = f" and {more} more" if more else ""
        what = "The clocks of some tickets cannot be computed, so nobody hears of their deadlines:"
        cure = "The worker's log says why, ticket by ticket; it tries each of them again every hour."
        faults.append(Fault(f"{what} {named}{beside}.", cure))
    return judged("The clocks of every ticket can be computed.", faults)
