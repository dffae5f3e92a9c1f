"""Who can sign in and run the desk, and who receives what arrives."""

from helpdesk.doctor.finding import Fault, Finding, Patient, judged

LINES = (1, 2, 3)
CAN_SIGN_IN = "a.disabled_at is null and a.password_hash is not null and a.invited_at is null"
ADMINISTRATORS = f"""
select count(*) from "grant" g join account a on a.person_id = g.person_id
where g.kind = 'administrator' and g.since <= now() and (g.until is null or g.until > now()) and {CAN_SIGN_IN}
"""  # noqa: S608  no value of anybody in it
EMPTY_TEAMS = f"""
select t.name, t.line from team t where t.retired_at is null and t.is_default and not exists (
    select 1 from membership m join account a on a.person_id = m.person_id
    where m.team_id = t.id and m.since <= now() and (m.until is null or m.until > now()) and {CAN_SIGN_IN})
order by t.line
"""  # noqa: S608


def administrators(patient: Patient) -> list[Finding]:
    count = patient.value(ADMINISTRATORS)
    faults = [] if count else [Fault("No administrator can sign in.", "Make one: helpdesk create-admin")]
    if patient.settings.demo:
        faults = []  # the cast signs in with one click
    return judged(f"Administrators who can sign in: {count}.", faults)


def default_teams(patient: Patient) -> list[Finding]:
    rows = patient.rows("select line from team where is_default and retired_at is null")
    have = {row.line for row in rows}
    faults = [
        Fault(
            f"Line {line} has no default team.",
            f"Under Settings, Teams and lines, make a team of line {line} the default: it gets what no rule "
            "placed.",
        )
        for line in LINES
        if line not in have
    ]
    return judged("3 of 3 lines have a default team.", faults)


def members(patient: Patient) -> list[Finding]:
    if patient.settings.demo:
        return []
    faults = [
        Fault(
            f"Nobody who can sign in is in the team {row.name}, the default of line {row.line}.",
            f"Under Settings, Teams and lines, open {row.name} and add somebody, or make another team the "
            "default.",
        )
        for row in patient.rows(EMPTY_TEAMS)
    ]
    return judged("Every default team has somebody in it.", faults)
