"""Doors to drafts of calendars and policies: what they would change, publishing them, discarding them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Person
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import what_if as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.day_form import since_in
from helpdesk.admin.pages import render_section
from helpdesk.admin.recomputes import lines
from helpdesk.admin.staleness import news_in, refuse_unseen, seen_now
from helpdesk.calendars import actions as calendars
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, told
from helpdesk.sla.actions import policies
from helpdesk.sla.days import day_of, last_day
from helpdesk.sla.what_if import drafts, publishing
from helpdesk.sla.what_if.drafts import Sheet
from helpdesk.sla.what_if.models import DraftKind, DraftState, Effect, SlaDraft, TrialBasis, TrialState
from helpdesk.sla.what_if.publishing import Publication, Saved, Whom

KINDS = {DraftKind.CALENDAR: calendars.KIND, DraftKind.POLICY: policies.KIND}
SHOWN_FIRST = (Effect.COME, Effect.GO)
UNDER_WAY = (TrialState.WAITING, TrialState.RUNNING)


def _lock(draft: SlaDraft) -> None:
    db.session.refresh(draft, with_for_update={"key_share": True})


def _found(_actor: Actor, draft_id: int) -> SlaDraft | None:
    return db.session.get(SlaDraft, draft_id)


LOADER = Loader(_found, lambda _actor, _draft: frozenset(), _lock)


def put_aside(
    sheet: Sheet, subject_id: int, *, seen: str, since: datetime | None, why: str
) -> ResponseReturnValue:
    """Keep what was typed in an editor as a draft, look at last month with it, and show that.

    `seen` is the last change that the editor's form knew of.
    """
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0

    def write(by: int, now: datetime) -> str:
        draft = drafts.keep(sheet, subject_id, seen_event_id=known, since=since, why=why, by=by, now=now)
        first, last = queries.period("month", now)
        drafts.try_on(draft, TrialBasis.OPENED, first, last, by=by, now=now)
        return url_for("admin.draft", draft_id=draft.id)

    return write_once(write)


@blueprint.get("/settings/drafts")
@policy(Permission.SETTINGS_CHANGE)
def drafts_page() -> str:
    """Drafts that wait, and how far open tickets have followed what was published."""
    return render_section(
        "admin/drafts.html", "drafts", drafts=_draft_lines(), recomputes=lines(), history=None
    )


@blueprint.get("/settings/drafts/<int:draft_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def draft(draft: SlaDraft, draft_id: int) -> ResponseReturnValue:
    """What it says, what it would have changed, and how to let it hold."""
    return _page(draft)


@blueprint.get("/settings/drafts/<int:draft_id>/progress")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def draft_progress(draft: SlaDraft, draft_id: int) -> ResponseReturnValue:
    """How far the look at past tickets is; the whole page when it is over."""
    trial = drafts.last_trial(draft_id)
    if trial is None or trial.state not in UNDER_WAY:
        return web.see_other(url_for(".draft", draft_id=draft_id))
    return web.render("admin/_draft_progress.html", draft=draft, trial=trial)


@blueprint.post("/settings/drafts/<int:draft_id>/trials")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def try_draft(draft: SlaDraft, draft_id: int) -> ResponseReturnValue:
    """Look at the tickets of another period."""
    chosen = request.form.get("basis", "")
    basis = TrialBasis(chosen) if chosen in set(TrialBasis) else TrialBasis.OPENED

    def verb(by: int, now: datetime) -> None:
        _lock(draft)
        first, last = queries.period(request.form.get("period", ""), now)
        drafts.try_on(draft, basis, first, last, by=by, now=now)

    return _done(draft_id, verb)


@blueprint.post("/settings/drafts/<int:draft_id>/publication")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def publish_draft(draft: SlaDraft, draft_id: int) -> ResponseReturnValue:
    """Let it hold, for whom and from when the form says."""
    form, errors = request.form, dict[str, str]()
    whom, since = (
        whom_in(form.get("open_tickets", ""), Whom.NEW, anew=True),
        since_in(form.get("since", ""), process_time(), errors),
    )
    if errors:
        return _page(draft, errors=errors), 422
    why = " ".join(form.get("why", "").split())[:300]
    how = Publication(whom, since, why, form.get("typed", ""))
    kind, subject_id, saved = draft.kind, draft.subject_id, list[Saved]()

    def verb(by: int, now: datetime) -> None:
        _lock(draft)
        subject = drafts.subject_of(draft)
        db.session.refresh(subject, with_for_update={"key_share": True})
        refuse_unseen(KINDS[kind], subject_id, str(draft.seen_event_id))
        saved.append(publishing.publish(draft, how, by=by, now=now))

    there = _subject_url(draft) if whom is Whom.NEW else url_for(".drafts_page")
    return write_once(
        leading_to(there, verb),
        refused=lambda refusal: _refused(draft_id, refusal),
        said=lambda: published_words(saved[0], whom, since),
    )


@blueprint.post("/settings/drafts/<int:draft_id>/discarding")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def discard_draft(draft: SlaDraft, draft_id: int) -> ResponseReturnValue:
    """Put it away."""

    def verb(_by: int, now: datetime) -> None:
        _lock(draft)
        drafts.discard(draft, now=now)

    return write_once(
        leading_to(url_for(".drafts_page"), verb),
        refused=lambda refusal: _refused(draft_id, refusal),
        said=gettext("The draft is put away. Nothing has changed."),
    )


def whom_in(chosen: str, otherwise: Whom, *, anew: bool = False) -> Whom:
    """Whom a change is to reach, as the form says; counting anew only where the figures were seen."""
    offered = set(Whom) if anew else {Whom.NEW, Whom.ONWARD}
    return Whom(chosen) if chosen in offered else otherwise


def published_words(saved: Saved, whom: Whom, since: datetime | None) -> str:
    """What is told after something was let hold."""
    if saved is Saved.NOTHING:
        return gettext("Nothing was different.")
    if saved is Saved.NAME:
        return gettext("Saved. The new name holds at once.")
    if whom is Whom.NEW:
        if since is not None:
            return gettext("Saved. It holds for tickets that are opened from that day on.")
        return gettext("Saved. It holds for tickets that are opened from now on.")
    if since is not None:
        return gettext("Saved. Open tickets follow on that day.")
    return gettext("Saved. Open tickets follow now, in the background.")


def _done(draft_id: int, verb: Callable[[int, datetime], None]) -> ResponseReturnValue:
    there = url_for(".draft", draft_id=draft_id)
    return write_once(leading_to(there, verb), refused=lambda refusal: _refused(draft_id, refusal))


def _refused(draft_id: int, refusal: DomainError) -> ResponseReturnValue:
    draft = db.session.get_one(SlaDraft, draft_id)
    errors = {}
    if isinstance(refusal, BadInput) and refusal.field:
        errors[refusal.field] = told(refusal)
    return _page(draft, errors=errors, refusal=refusal), status_of(refusal)


def _page(
    draft: SlaDraft, *, errors: dict[str, str] | None = None, refusal: DomainError | None = None
) -> str:
    now, actor, form = process_time(), guard.current_actor(), request.form
    subject = drafts.subject_of(draft)
    kind = KINDS[draft.kind]
    trial = drafts.last_trial(draft.id)
    readable, differing = _differing(draft, now)
    is_stale = seen_now(kind, draft.subject_id) > draft.seen_event_id
    return render_section(
        "admin/draft.html",
        "drafts",
        thing_name=subject.name,
        history=None,
        draft=draft,
        subject=subject,
        subject_url=_subject_url(draft),
        is_open=draft.state is DraftState.OPEN and readable,
        is_stale=is_stale,
        readable=readable,
        differing=differing,
        trial=trial,
        is_under_way=trial is not None and trial.state in UNDER_WAY,
        periods=queries.PERIODS,
        last_day=last_day(trial.until_at) if trial else None,
        period=queries.period_of(trial) if trial else "month",
        whom=form.get("open_tickets") or _usually(draft, readable).value,
        typed=form,
        since=form.get("since") or (day_of(draft.since).isoformat() if draft.since else ""),
        errors=errors or {},
        refused=told(refusal) if refusal and not errors and not news_in(refusal) else "",
        news=news_in(refusal) if refusal else [],
        **_results(actor, trial),
    )


def _subject_url(draft: SlaDraft) -> str:
    if draft.kind is DraftKind.CALENDAR:
        return url_for(".calendar", calendar_id=draft.subject_id)
    return url_for(".sla_policy", policy_id=draft.subject_id)


def _results(actor: Actor, trial: Any) -> dict[str, Any]:
    """The list and the tables of a trial that is done."""
    if trial is None or trial.state is not TrialState.DONE:
        return {"found": [], "shares": [], "companies": [], "effect": "", "older": None, "effects": ()}
    counts = trial.counts
    first = next((effect.value for effect in SHOWN_FIRST if counts.get(effect)), "all")
    effect = request.args.get("effect", first)
    after = request.args.get("after", 0, type=int)
    found = queries.findings(actor, trial, effect=effect, after=after, size=queries.PAGE)
    here = found[: queries.PAGE]
    older = None
    if len(found) > queries.PAGE:
        older = url_for(".draft", draft_id=trial.draft_id, effect=effect, after=here[-1].id, _anchor="list")
    return {
        "found": here,
        "effect": effect,
        "older": older,
        "after": after,
        "effects": [(code, words) for code, words in queries.EFFECTS.items() if counts.get(code)],
        "shares": queries.by_priority(trial),
        "companies": queries.by_company(trial),
    }


def _differing(draft: SlaDraft, now: datetime) -> tuple[bool, Any]:
    try:
        return True, queries.differing(draft, now)
    except DomainError:
        return False, ()


def _usually(draft: SlaDraft, readable: bool) -> Whom:
    return publishing.usually(drafts.sheet_of(draft)) if readable else Whom.NEW


def _draft_lines() -> list[tuple[SlaDraft, str, str]]:
    """Each open draft with the name of what it changes and of who wrote it."""
    waiting = drafts.open_drafts()
    people = select(Person.id, Person.name).where(Person.id.in_({draft.author_id for draft in waiting}))
    names = {row.id: row.name for row in db.session.execute(people)}
    return [(draft, drafts.subject_of(draft).name, names[draft.author_id]) for draft in waiting]
