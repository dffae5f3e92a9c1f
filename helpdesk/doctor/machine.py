"""The machine itself: room, the folder of files, the clock, the database's role."""

import getpass
import shutil
import tempfile
from datetime import timedelta

from helpdesk import assets
from helpdesk.clock import process_time
from helpdesk.config import Settings
from helpdesk.doctor.finding import Fault, Finding, Patient, judged

LEAST_FREE_BYTES = 1024**3
MOST_SKEW = timedelta(minutes=1)
NEWEST_FILES = 500


def disk(settings: Settings) -> list[Finding]:
    free = shutil.disk_usage(settings.data_dir).free
    what = f"{free / 1024**3:.1f} GiB are free in the data folder."
    cure = f"Make room on the disk of {settings.data_dir}: mails and files are kept there."
    return judged(what, [Fault(what, cure)] if free < LEAST_FREE_BYTES else [])


def blob_folder(settings: Settings) -> list[Finding]:
    """Whether an attachment could be stored now."""
    folder = settings.data_dir / "blobs"
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a try")
    except OSError as problem:
        cure = (
            f"See that {folder} is a folder, that its disk is there and not read-only, and that it belongs "
            f"to the user of the service: chown -R {getpass.getuser()} {folder}"
        )
        return judged("", [Fault(f"Attachments cannot be stored in {folder}: {problem.strerror}.", cure)])
    return judged("Attachments can be stored.", [])


def browser_files() -> list[Finding]:
    there = (assets.folder("static") / "vendor").is_dir()
    faults = [] if there else [Fault("The browser's files are missing.", "Run make install.")]
    return judged("The browser's files are built.", faults)


def clock(patient: Patient) -> list[Finding]:
    """This machine against the database's: sign-ins and links run out by the one, deadlines by the other."""
    ahead = process_time() - patient.value("select clock_timestamp()")
    faults = []
    if abs(ahead) > MOST_SKEW:
        minutes, way = abs(ahead).total_seconds() / 60, "ahead of" if ahead > timedelta() else "behind"
        what = f"The clock of this machine is {minutes:.0f} minutes {way} that of the database."
        faults = [Fault(what, "Switch time synchronisation on, on both: timedatectl set-ntp true")]
    return judged("The clocks of this machine and the database agree.", faults)


def rights(patient: Patient) -> list[Finding]:
    superuser = patient.value("select usesuper from pg_user where usename = current_user")
    cure = "Name a role without superuser rights in DATABASE_URL."
    faults = [Fault("The program is a database superuser.", cure)] if superuser else []
    return judged("The program works without superuser rights.", faults)


def stored_files(patient: Patient) -> list[Finding]:
    """The newest attachments lie where their rows say."""
    newest = patient.rows("select sha256 from attachment order by id desc limit :count", count=NEWEST_FILES)
    folder = patient.settings.data_dir / "blobs"
    missing = [row.sha256 for row in newest if not (folder / row.sha256[:2] / row.sha256).is_file()]
    faults = []
    if missing:
        what = f"Of the {len(newest)} newest attachments {len(missing)} are not in the folder."
        cure = (
            f"Put the folder back: {folder} has to be the one that all machines "
            "share; or take the files out of a backup, where they lie under blobs/."
        )
        faults = [Fault(what, cure)]
    return judged("The newest attachments are where they belong.", faults)
