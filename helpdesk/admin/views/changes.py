"""Door to the history of all settings."""

from flask import request, url_for

from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.admin import changes as history
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section


@blueprint.get("/settings/history")
@policy(Permission.SETTINGS_READ)
def changes() -> str:
    """What was changed, newest first, fifty on a page."""
    before = request.args.get("before", type=int)
    found = history.all_changes(before=before, limit=history.PAGE + 1)
    older = found[history.PAGE - 1].event_id if len(found) > history.PAGE else None
    return render_section(
        "admin/changes.html",
        "changes",
        history=(),
        changes=found[: history.PAGE],
        older_url=url_for(".changes", before=older) if older else None,
        newer_url=url_for(".changes") if before else None,
    )
