"""Doors to the mailboxes: connect, try, change, switch off and on."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk import standstill, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Team
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rates import Limit, Rate
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import mailbox_provider, mailbox_signing, mailbox_warnings, words
from helpdesk.admin import mailboxes as forms
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.mailbox_typed import Typed
from helpdesk.admin.pages import render_section
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db, end_read
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, told
from helpdesk.mail import settings as actions
from helpdesk.mail.check.findings import Finding, Outcome, Step, collected
from helpdesk.mail.check.imap import imap_steps
from helpdesk.mail.check.letter import trial_letter
from helpdesk.mail.check.reach import Server
from helpdesk.mail.check.smtp import smtp_steps
from helpdesk.mail.check.tokens import token_steps
from helpdesk.mail.grant_models import Flow
from helpdesk.mail.headers import Address
from helpdesk.mail.models import Mailbox
from helpdesk.mail.queries import default_mailbox, mailbox_states
from helpdesk.mail.settings import Sheet

TRIES = Rate("mailbox test", (Limit(20, 300), Limit(100, 3600)))


def _mailbox(_actor: Actor, mailbox_id: int) -> Mailbox | None:
    secrets = undefer(Mailbox.imap_secret), undefer(Mailbox.smtp_secret)
    return db.session.scalar(select(Mailbox).where(Mailbox.id == mailbox_id).options(*secrets))


def _lock(mailbox: Mailbox) -> None:
    actions.locked(mailbox.id)


LOADER = Loader(_mailbox, lambda _actor, _mailbox: frozenset(), _lock)


@blueprint.get("/settings/mailboxes")
@policy(Permission.SETTINGS_READ)
def mailboxes() -> str:
    """All mailboxes with how they fare; those switched off at the end."""
    now = process_time()
    states = sorted(mailbox_states(now), key=lambda one: one.condition == "off")
    first = default_mailbox()
    return render_section(
        "admin/mailboxes.html",
        "mailboxes",
        states=states,
        conditions=words.CONDITIONS,
        default_id=first.id if first else None,
    )


@blueprint.get("/settings/mailboxes/new")
@policy(Permission.SETTINGS_CHANGE)
def new_mailbox() -> str:
    """An empty form."""
    return _page(forms.empty(), None)


@blueprint.post("/settings/mailboxes")
@policy(Permission.SETTINGS_CHANGE)
@takes(*forms.SENT)
def create_mailbox() -> ResponseReturnValue:
    """Connect it; the worker looks into it within a minute."""
    typed = forms.typed(request.form)
    sheet = forms.sheet_of(typed, None)
    if sheet is None:
        return _page(typed, None), 422

    def write(by: int, now: datetime) -> str:
        return url_for(".mailbox", mailbox_id=actions.connect(sheet, by=by, now=now).id)

    return write_once(
        write,
        refused=lambda problem: _refused(typed, None, problem),
        said=_connected(sheet),
    )


def _connected(sheet: Sheet) -> str:
    if sheet.grant is not None and sheet.grant.flow is Flow.PERSON:
        return gettext("Saved. One step is left: sign in.")
    return gettext("The mailbox is connected. The desk looks into it within a minute.")


@blueprint.get("/settings/mailboxes/<int:mailbox_id>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def mailbox(mailbox: Mailbox, mailbox_id: int) -> str:
    """One mailbox as a form."""
    return _page(forms.of(mailbox), mailbox)


@blueprint.post("/settings/mailboxes/<int:mailbox_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes(*forms.SENT)
def change_mailbox(mailbox: Mailbox, mailbox_id: int) -> ResponseReturnValue:
    """Let the sheet hold from the next mail on."""
    actor, typed = guard.current_actor(), forms.typed(request.form)
    sheet = forms.sheet_of(typed, mailbox)
    if sheet is None:
        return _page(typed, mailbox), 422
    seen = request.form.get("version", "")

    def verb(by: int, now: datetime) -> None:
        actions.change(mailbox, sheet, seen=seen, by=by, now=now)

    return write_once(
        leading_to(url_for(".mailbox", mailbox_id=mailbox_id), verb),
        refused=lambda problem: _refused(typed, _mailbox(actor, mailbox_id), problem),
        said=gettext("Saved. It holds from the next mail on."),
    )


@blueprint.post("/settings/mailboxes/<int:mailbox_id>/retirement")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes()
def retire_mailbox(mailbox: Mailbox, mailbox_id: int) -> ResponseReturnValue:
    """Switch it off; its tickets are answered from the default mailbox."""
    return _done(mailbox, actions.retire, gettext("Switched off. Nothing that came in is lost."))


@blueprint.post("/settings/mailboxes/<int:mailbox_id>/return")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes()
def return_mailbox(mailbox: Mailbox, mailbox_id: int) -> ResponseReturnValue:
    """Switch it on again; what came meanwhile is fetched."""
    return _done(mailbox, actions.bring_back, gettext("Switched on. What came meanwhile is fetched now."))


@blueprint.post("/settings/mailboxes/<int:mailbox_id>/precedence")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
@takes()
def prefer_mailbox(mailbox: Mailbox, mailbox_id: int) -> ResponseReturnValue:
    """Send from it what belongs to no ticket."""
    return _done(mailbox, actions.make_default, gettext("Invitations and notices leave from here now."))


@blueprint.post("/settings/mailboxes/proposal")
@policy(Permission.SETTINGS_CHANGE)
@takes(*forms.SENT)
def propose_servers() -> str:
    """The same form with the servers that belong to the address."""
    typed = forms.typed(request.form)
    forms.propose(typed)
    return _page(typed, _of_form())


@blueprint.post("/settings/mailboxes/test")
@policy(Permission.SETTINGS_CHANGE, rate=TRIES)
@takes(*forms.SENT)
def try_mailbox() -> str:
    """Go through both servers step by step with what is typed; nothing is saved."""
    actor, typed, mailbox = guard.current_actor(), forms.typed(request.form), _of_form()
    servers = {side: forms.server_of(typed, side, mailbox) for side in forms.SIDES}
    letter = _letter(typed, actor) if request.form.get("letter") and not standstill.is_on() else None
    now_mailbox_id = mailbox.id if mailbox else None
    token = _token_steps(typed, mailbox)
    end_read()
    tried = _tried(servers, typed, letter, actor.email, token)
    if web.is_htmx():
        return render_template(
            "admin/_mailbox_findings.html", tried=tried, errors=typed.errors, outcomes=Outcome
        )
    return _page(typed, _mailbox(actor, now_mailbox_id) if now_mailbox_id else None, tried=tried)


def _token_steps(typed: Typed, mailbox: Mailbox | None) -> Iterator[Finding] | None:
    """The try of the provider; None when both servers take passwords."""
    if not mailbox_signing.is_wanted(typed):
        return None
    is_saved = forms.is_place_saved(typed, mailbox) and mailbox_signing.is_saved(typed, mailbox)
    return token_steps(mailbox.id if mailbox else None, is_saved=is_saved)


def _tried(
    servers: dict[str, Server | None],
    typed: Typed,
    letter: bytes | None,
    to: str,
    token: Iterator[Finding] | None,
) -> dict[str, tuple[Finding, ...]]:
    """The findings of each server that is given; without a token nothing is said to those that want one."""
    tried: dict[str, tuple[Finding, ...]] = {}
    sender = typed.values["address"].lower()
    has_token = True
    if token is not None:
        tried["oauth"] = collected(token)
        has_token = tried["oauth"][-1].outcome is not Outcome.BAD
    imap, smtp = (one if has_token or not mailbox_signing.is_wanted(typed, side) else None
                  for side, one in servers.items())  # fmt: skip
    if imap is not None:
        move_to = typed.values["move_to"] or None
        tried["imap"] = collected(imap_steps(imap, typed.values["imap_folder"] or "INBOX", move_to=move_to))
    if smtp is not None:
        tried["smtp"] = collected(smtp_steps(smtp, sender, letter=letter, to=to))
    for side in forms.SIDES:
        wrong = [sentence for name, sentence in typed.errors.items() if name.startswith(f"{side}_")]
        if wrong:
            tried[side] = tuple(
                Finding(step=Step.NAME, outcome=Outcome.BAD, words=sentence) for sentence in wrong
            )
    return tried


def _letter(typed: Typed, actor: Actor) -> bytes | None:
    sender = Address(typed.values["name"], typed.values["address"].lower())
    try:
        return trial_letter(sender, actor.email, now=process_time())
    except BadInput as problem:
        typed.errors["address"] = told(problem)
        return None


def _of_form() -> Mailbox | None:
    """The mailbox whose form was sent; None for a new one."""
    written = request.form.get("mailbox_id", "")
    is_number = written.isascii() and written.isdigit() and len(written) < 18
    return _mailbox(guard.current_actor(), int(written)) if is_number else None


def _done(mailbox: Mailbox, verb: Any, sentence: str) -> ResponseReturnValue:
    there = url_for(".mailbox", mailbox_id=mailbox.id)

    def refused(problem: DomainError) -> ResponseReturnValue:
        flash(told(problem), "bad")
        return web.see_other(there)

    write = leading_to(there, lambda by, now: verb(mailbox, by=by, now=now))
    return write_once(write, refused=refused, said=sentence)


def _refused(typed: Typed, mailbox: Mailbox | None, problem: DomainError) -> ResponseReturnValue:
    if isinstance(problem, BadInput):
        typed.errors[problem.field or "address"] = told(problem)
    else:
        flash(told(problem), "bad")
    return _page(typed, mailbox), status_of(problem)


def _page(typed: Typed, mailbox: Mailbox | None, *, tried: Any = None) -> str:
    in_use = Team.retired_at.is_(None) | (Team.id == (mailbox.team_id if mailbox else None))
    order = (Team.line, Team.position, Team.name)
    teams = db.session.execute(select(Team.id, Team.name).where(in_use).order_by(*order)).all()
    state = next((one for one in mailbox_states(process_time()) if mailbox and one.id == mailbox.id), None)
    return render_section(
        "admin/mailbox.html",
        "mailboxes",
        thing=("mailbox", mailbox.id) if mailbox else None,
        thing_name=mailbox.address if mailbox else gettext("New mailbox"),
        **({} if mailbox else {"history": None}),
        mailbox=mailbox,
        is_default=mailbox is not None and (mailbox.is_default or default_mailbox() is mailbox),
        state=state,
        conditions=words.CONDITIONS,
        version=actions.mark(mailbox) if mailbox else "",
        kept={side: bool(mailbox and getattr(mailbox, f"{side}_secret")) for side in forms.SIDES}
        | {"oauth": mailbox_provider.has_secret(mailbox)},
        odd=mailbox_warnings.warnings(mailbox) if mailbox else (),
        signing=mailbox_signing.signing_of(mailbox) if mailbox else None,
        redirect_uri=mailbox_signing.redirect_uri(),
        typed=typed,
        teams=[("", gettext("The routing rules decide")), *teams],
        languages=[(code, str(name)) for code, name in words.LANGUAGES.items()],
        relay=settings().smtp_url is not None,
        tried=tried,
        outcomes=Outcome,
    )
