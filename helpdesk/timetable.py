"""What the worker does and how often: the one table of jobs."""

from helpdesk.accounts.jobs import tidy
from helpdesk.accounts.resets import CHANNEL as RESETS
from helpdesk.accounts.resets import answer_requests
from helpdesk.carriage.jobs import carry
from helpdesk.carriage.runs import CHANNEL as IMPORTS
from helpdesk.config import Settings
from helpdesk.mail.jobs import (
    ask_relays,
    listen_to_mailboxes,
    poll_mailboxes,
    probe_mailboxes,
    process_inbound,
    send_outbox,
    watch_mailboxes,
)
from helpdesk.mail.listening import CHANNEL as MAILBOXES
from helpdesk.notifications.jobs import mail_notices, tidy_notices
from helpdesk.sla.nightly import verify_clocks
from helpdesk.sla.rows import CHANNEL as SWEEP
from helpdesk.sla.sweep import seconds_to_next, sweep
from helpdesk.sla.what_if.drafts import CHANNEL as TRIALS
from helpdesk.sla.what_if.following import CHANNEL as RECOMPUTES
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.sla.what_if.renewing import renew
from helpdesk.sla.what_if.trials import try_drafts
from helpdesk.tickets.jobs import close_resolved, tidy_uploads, wake_waiting
from helpdesk.worker import Job

LOOK_FOR_MAILBOXES = 5.0  # each mailbox says itself when it wants to be polled


def timetable(settings: Settings) -> tuple[Job, ...]:
    """Every job with the longest wait between two runs, in seconds."""
    return (
        Job(
            "poll_mailboxes",
            poll_mailboxes,
            every=min(LOOK_FOR_MAILBOXES, settings.poll_interval_seconds),
            channel=MAILBOXES,
        ),
        Job("listen_to_mailboxes", listen_to_mailboxes, every=15),
        Job("watch_mailboxes", watch_mailboxes, every=60),
        Job("probe_mailboxes", probe_mailboxes, every=60),
        Job("process_inbound", process_inbound, every=10, channel="inbound"),
        Job("send_outbox", send_outbox, every=2, channel="outbox"),
        Job("ask_relays", ask_relays, every=5),
        Job("answer_resets", answer_requests, every=10, channel=RESETS),
        Job(
            "sweep",
            sweep,
            every=settings.sweep_interval_seconds,
            channel=SWEEP,
            seconds_to_next=seconds_to_next,
        ),
        Job("recompute", recompute, every=10, channel=RECOMPUTES),
        Job("renew_zones", renew, every=3600),
        Job("try_drafts", try_drafts, every=30, channel=TRIALS),
        Job("verify_clocks", verify_clocks, every=900),
        Job("wake_waiting", wake_waiting, every=60),
        Job("close_resolved", close_resolved, every=300),
        Job("carry_imports", carry, every=30, channel=IMPORTS),
        Job("tidy", tidy, every=3600),
        Job("tidy_uploads", tidy_uploads, every=3600),
        Job("mail_notices", mail_notices, every=60),
        Job("tidy_notices", tidy_notices, every=3600),
    )
