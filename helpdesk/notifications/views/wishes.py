"""The page on which a person says what he wants to hear, where and when."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, told, viewer_zone
from helpdesk.notifications import preferences
from helpdesk.notifications.preferences import Wishes
from helpdesk.notifications.rules import DEFAULTS, MailWhen, Topic
from helpdesk.notifications.views.blueprint import blueprint
from helpdesk.notifications.views.choosing import Rest, clock_words, hours_in, rest_of, ways_in
from helpdesk.notifications.words import MAIL_WHEN, TOPICS

RESTS = {
    Rest.NONE: (lazy_gettext("No quiet hours"), lazy_gettext("Everything comes when it happens.")),
    Rest.BETWEEN: (
        lazy_gettext("Between two times"),
        lazy_gettext("On the chosen days from one to the other, over midnight too."),
    ),
    Rest.OUTSIDE: (
        lazy_gettext("Whenever I do not work"),
        lazy_gettext("The two times and the days say when you work; all else is quiet."),
    ),
}
MORNING_H = 8
LONGEST_MUTE = timedelta(days=366)


@blueprint.get("/profile/notices")
@policy(Permission.SIGNED_IN)
def wishes() -> ResponseReturnValue:
    """Everything as it stands."""
    return _page(preferences.wishes_of(current_actor().person_id))


@blueprint.post("/profile/notices")
@policy(Permission.SIGNED_IN)
def keep_wishes() -> ResponseReturnValue:
    """Keep what the page says."""
    actor, form = current_actor(), request.form
    known = preferences.hours_of(actor.person_id)
    ways = ways_in(form)
    try:
        hours = hours_in(form, muted_until=known.muted_until)
    except BadInput as problem:
        return make_response(_page(Wishes(ways=ways, hours=known), typed=form, problem=problem), 422)
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        preferences.keep(actor.person_id, Wishes(ways=ways, hours=hours))
        guard.remember(actor, url_for(".wishes"))
    flash(gettext("Saved."), "good")
    return web.see_other(url_for(".wishes"))


@blueprint.post("/profile/notices/muting")
@policy(Permission.SIGNED_IN)
def mute() -> ResponseReturnValue:
    """Send no mail for a while; an empty choice ends it."""
    actor = current_actor()
    try:
        until = _until(request.form.get("until", ""), request.form.get("moment", ""), process_time())
    except BadInput as problem:
        known = preferences.wishes_of(actor.person_id)
        return make_response(_page(known, typed={}, problem=problem), 422)
    with transaction():
        preferences.mute(actor.person_id, until)
    words = gettext("No mail until then; the bell goes on.") if until else gettext("Mail goes out again.")
    flash(words, "good")
    return web.see_other(url_for(".wishes"))


def _until(choice: str, moment: str, now: datetime) -> datetime | None:
    """The end of the rest: an hour, tomorrow morning, a week, or a moment in the person's own zone."""
    here = now.astimezone(viewer_zone())
    morning = here.replace(hour=MORNING_H, minute=0, second=0, microsecond=0)
    choices = {
        "": None,
        "hour": now + timedelta(hours=1),
        "morning": morning + timedelta(days=1),
        "week": morning + timedelta(days=7),
    }
    return _moment(moment, now) if choice not in choices else choices[choice]


def _moment(typed: str, now: datetime) -> datetime:
    try:
        until = datetime.fromisoformat(typed).replace(tzinfo=viewer_zone())
    except ValueError:
        raise BadInput("Say until when: a day and a time.", "moment") from None
    if not now < until < now + LONGEST_MUTE:
        raise BadInput("Choose a moment that is still to come, within a year.", "moment")
    return until


def _page(chosen: Wishes, *, typed: Any = None, problem: BadInput | None = None) -> str:
    hours = chosen.hours
    days = get_locale().days["stand-alone"]["abbreviated"]  # type: ignore[union-attr]
    is_muted = hours.muted_until is not None and hours.muted_until > clock.now(db.session)
    return web.render(
        "notifications/wishes.html",
        rows=[(topic, *TOPICS[topic], chosen.ways[topic], DEFAULTS[topic]) for topic in Topic],
        whens=[(when.value, *MAIL_WHEN[when], None) for when in MailWhen],
        hours=hours,
        rests=[(rest.value, *RESTS[rest], None) for rest in Rest],
        rest=rest_of(hours).value,
        quiet=(clock_words(hours.quiet_from, "20:00"), clock_words(hours.quiet_until, "07:00")),
        days=[(number, days[number]) for number in range(7)],
        is_muted=is_muted,
        typed=typed,
        problem=problem.field if problem else None,
        sentence=told(problem) if problem else "",
        zone=str(viewer_zone()),
    )
