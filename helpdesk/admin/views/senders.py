"""Doors to what the desk was told about senders: the list, saying something new, taking it back, trying."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, told
from helpdesk.mail import expressions, senders
from helpdesk.mail.sender_models import SenderAct, SenderRule

SECTION = "senders"
RULE = ("sender", "act", "expression", "subject")
ACTS = {
    SenderAct.TRUST_REPLY_TO: (
        lazy_gettext("A form or scanner that sends for others"),
        lazy_gettext("The ticket is opened for the address in Reply-To, not for the one that sent it."),
    ),
    SenderAct.NOT_SPAM: (
        lazy_gettext("Never spam"),
        lazy_gettext("Its mail comes in even when the mail server marked it as spam."),
    ),
    SenderAct.EXTERNAL_ID: (
        lazy_gettext("Another ticket system"),
        lazy_gettext("Its number in the subject leads to our ticket, once a mail with it came in."),
    ),
}


@dataclass(frozen=True)
class Trial:
    """What the expression found in a subject; None: nothing."""

    number: str | None


@blueprint.get("/settings/senders", endpoint="senders")
@policy(Permission.SETTINGS_READ)
def listed() -> str:
    """All of them by what is done, and the form for another one."""
    return _page()


@blueprint.post("/settings/senders")
@policy(Permission.SETTINGS_CHANGE)
@takes(*RULE)
def add_sender() -> ResponseReturnValue:
    """Remember something about a sender."""

    def verb(by: int, now: datetime) -> None:
        expression = request.form.get("expression", "")
        senders.add_rule(request.form.get("sender", ""), _act(), by=by, now=now, expression=expression)

    said = gettext("Saved. It holds for mail that comes in from now on.")
    return write_once(leading_to(url_for(".senders"), verb), refused=_again, said=said)


@blueprint.post("/settings/senders/<int:rule_id>/removal")
@policy(Permission.SETTINGS_CHANGE)
@takes()
def remove_sender(rule_id: int) -> ResponseReturnValue:
    """Forget it."""
    rule = db.session.get(SenderRule, rule_id) or abort(404)
    verb = leading_to(url_for(".senders"), lambda by, now: senders.remove_rule(rule, by=by, now=now))
    return write_once(verb, said=gettext("Taken back. Mail that came in by it stays where it is."))


@blueprint.post("/settings/senders/trial")
@policy(Permission.SETTINGS_READ)
@takes(*RULE)
def try_sender() -> ResponseReturnValue:
    """What an expression finds in a subject; nothing is kept."""
    expression = request.form.get("expression", "").strip()
    try:
        expressions.check(expression, "expression")
    except BadInput as problem:
        return _again(problem)
    found = expressions.number_in(expression, request.form.get("subject", ""))
    return _page(trial=Trial(found))


def _act() -> SenderAct:
    try:
        return SenderAct(request.form.get("act", ""))
    except ValueError:
        raise BadInput(gettext("Choose one of the answers first."), "act") from None


def _again(problem: DomainError) -> ResponseReturnValue:
    field = problem.field if isinstance(problem, BadInput) else None
    return _page({field or "sender": told(problem)}), status_of(problem)


def _page(errors: dict[str, str] | None = None, trial: Trial | None = None) -> str:
    rules = senders.all_rules()
    return render_section(
        "admin/senders.html",
        SECTION,
        groups_of=[(act, words, [one for one in rules if one.act is act]) for act, words in ACTS.items()],
        cards=[(act.value, *words, None) for act, words in ACTS.items()],
        example=expressions.EXAMPLE,
        sheet=request.form,
        errors=errors or {},
        trial=trial,
    )
