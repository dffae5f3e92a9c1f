"""Every check in order; those that need the database are left out when it is away or not up to date."""

from collections.abc import Iterable

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from helpdesk import schema, secrets_box
from helpdesk.config import Settings
from helpdesk.doctor import asking, letters, machine, people, promises, work
from helpdesk.doctor.finding import Check, Fault, Finding, Patient, judged

CHECKS: tuple[Check, ...] = (
    machine.clock,
    machine.rights,
    machine.stored_files,
    people.administrators,
    people.default_teams,
    people.members,
    promises.default_policy,
    promises.targets,
    promises.calendars_of_targets,
    promises.breaches_told,
    promises.hours,
    promises.verified,
    promises.computed,
    work.rules,
    letters.address_of_links,
    letters.boxes,
    letters.secrets,
    letters.loops,
    letters.way_out,
    asking.mail_servers,
    work.standstill,
    work.worker,
    work.jobs,
    work.unsent,
    work.held,
)
_DATABASE_CURE = "Check DATABASE_URL, that PostgreSQL runs, and that this machine may reach it."


def examine(settings: Settings) -> list[Finding]:
    """Everything that was found; the settings carry a database's address."""
    secrets_box.configure(settings.secret_key)
    findings = [*machine.disk(settings), *machine.blob_folder(settings), *machine.browser_files()]
    engine = create_engine(settings.database_url or "", connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            findings.append(Finding("The database answers.", fine=True))
            findings.extend(_database(settings, connection))
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        findings.append(Finding(f"The database does not answer: {reason}", fine=False, cure=_DATABASE_CURE))
    finally:
        engine.dispose()
    return findings


def _database(settings: Settings, connection: Connection) -> Iterable[Finding]:
    yield from _version(connection)
    migrated = _migrations(connection)
    yield from migrated
    if all(one.fine for one in migrated):
        patient = Patient(settings, connection)
        for check in CHECKS:
            yield from check(patient)


def _version(connection: Connection) -> list[Finding]:
    number = int(connection.execute(text("show server_version_num")).scalar_one())
    what = f"PostgreSQL is version {number // 10000}."
    too_old = number < schema.OLDEST_SERVER
    return judged(what, [Fault(what, "Use PostgreSQL 15 or newer.")] if too_old else [])


def _migrations(connection: Connection) -> list[Finding]:
    have = schema.current(connection)
    if have == schema.head():
        return judged("The tables are up to date.", [])
    if have is not None and not schema.knows(have):
        cure = "Start the program that was used last, or a newer one."
        return judged("", [Fault(f"The tables are newer ({have}) than this program.", cure)])
    return judged("", [Fault("The tables are not up to date.", "Run: helpdesk db upgrade")])
