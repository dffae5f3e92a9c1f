"""Door to the settings: where everything is, whether the desk is well, and what was changed last."""

from flask import request

from helpdesk import __version__, web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.admin import changes, finding, queries, words
from helpdesk.admin.assistant import steps
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import groups
from helpdesk.admin.signs import signs_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.mail.queries import mailbox_states
from helpdesk.sla.nightly import last_verified

RECENT = 6
ILL = frozenset({"failing", "silent", "signed_out"})


@blueprint.get("/settings")
@policy(Permission.SETTINGS_READ)
def overview() -> str:
    """All sections; with `q` only what fits: sections, fields and things by name."""
    now, health, typed = process_time(), queries.health(), request.args.get("q", "").strip()
    return web.render(
        "admin/overview.html",
        now=now,
        words=words,
        typed=typed,
        found=finding.find(typed) if typed else (),
        groups=groups(),
        health=health,
        signs=signs_of(health, now),
        ill=[one for one in mailbox_states(now) if one.condition in ILL],
        conditions=words.CONDITIONS,
        verified=last_verified(),
        changes=changes.all_changes(limit=RECENT),
        assistant=None if settings().demo or steps.is_over() else steps.reached(),
        has_policy=steps.has_policy(),
        zone=settings().default_timezone,
        version=__version__,
    )
