"""Which signs of life are well, by the very bounds of /readyz."""

from datetime import datetime

from helpdesk import readiness
from helpdesk.admin.queries import Health


def signs_of(health: Health, now: datetime) -> dict[str, bool]:
    """By name: worker, mail, jobs, migrations."""
    worker, mail = health.last_beat, health.oldest_unsent
    return {
        "worker": worker is not None and now - worker <= readiness.WORKER_SILENT,
        "mail": health.relay_away_since is None and (mail is None or now - mail <= readiness.MAIL_LATE),
        "jobs": not health.failing_jobs,
        "migrations": readiness.migrations(now).is_ok,
    }
