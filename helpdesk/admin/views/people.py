"""Doors to people: the list, inviting, a person's sheet, and what is done to an invitation or address."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import addresses, guard, invitations, resets, rights
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Account, TeamRole
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rights import Rights, Scope
from helpdesk.admin import inviting, leaving, people
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.inviting import HandedOver, Typed
from helpdesk.admin.pages import render_section
from helpdesk.admin.people import Standing, standing_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, RuleViolation, StaleChange
from helpdesk.i18n import gettext, ngettext, told
from helpdesk.mail.sending import can_send

SECTION = "people"
account_loader = Loader(
    lambda _actor, person_id: people.account_of(person_id), lambda _actor, _account: frozenset()
)


@blueprint.get("/settings/people")
@policy(Permission.SETTINGS_READ)
def people_list() -> str:
    """Everybody of one standing, narrowed by what was typed."""
    asked = request.args.get("standing", "")
    standing = Standing(asked) if asked in set(Standing) else Standing.ACTIVE
    typed = request.args.get("q", "").strip()[:100]
    return render_section(
        "admin/people.html",
        SECTION,
        standing=standing.value,
        typed=typed,
        counts=people.counts(),
        rows=people.listed(standing, typed),
    )


@blueprint.get("/settings/people/new")
@policy(Permission.SETTINGS_READ)
def invite() -> str:
    """The form that asks people in."""
    return _invitation_page(Typed())


@blueprint.post("/settings/people")
@policy(Permission.SETTINGS_CHANGE)
def send_invitations() -> ResponseReturnValue:
    """Invite all or none. Where no mail can be sent, the links are shown this once."""
    actor, typed = guard.current_actor(), _typed()
    faults: list[str] = []
    mailed, location = can_send(), url_for(".people_list", standing=Standing.INVITED.value)
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            wanted, faults = inviting.read(typed)
            if faults:
                raise BadInput(faults[0], "addresses")
            sent = inviting.send(wanted, mailed=mailed, by=actor.person_id, now=clock.now(db.session))
            guard.remember(actor, location)
    except BadInput:
        return _invitation_page(typed, faults), 422
    if not mailed:
        return _links_page(sent)
    flash(
        ngettext("%(num)s invitation is on its way.", "%(num)s invitations are on their way.", len(sent)),
        "good",
    )
    return web.see_other(location)


@blueprint.get("/settings/people/<int:person_id>")
@policy(Permission.SETTINGS_READ, load=account_loader)
def person(account: Account, person_id: int) -> str:
    """The sheet as it stands."""
    return _sheet_page(account, account.person.name, rights.rights_of(person_id))


@blueprint.post("/settings/people/<int:person_id>")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def change_person(account: Account, person_id: int) -> ResponseReturnValue:
    """Let name, seats and grants be what the sheet says."""
    actor, name, wanted = guard.current_actor(), " ".join(request.form.get("name", "").split()), _rights()
    if not 1 <= len(name) <= 100:
        errors = {"name": gettext("A person has a name of at most 100 characters.")}
        return _sheet_page(account, name, wanted, errors=errors), 422
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            rights.lock_account(account)
            if request.form.get("seen") != people.fingerprint(account.person):
                raise StaleChange
            now = clock.now(db.session)
            if name != account.person.name:
                rights.rename(account.person, name, by=actor.person_id, now=now)
            rights.change_rights(account.person, wanted, by=actor.person_id, now=now)
            guard.remember(actor, url_for(".person", person_id=person_id))
            left = leaving.left_behind(person_id, wanted.teams)
    except StaleChange:
        return _sheet_page(account, name, wanted, is_stale=True), 409
    except RuleViolation as refusal:
        return _sheet_page(account, name, wanted, sentence=told(refusal)), 409
    flash(gettext("Saved. It holds from now on."), "good")
    if left:
        flash(_left_behind(name, left), "risk")
    return web.see_other(url_for(".person", person_id=person_id))


def _left_behind(name: str, count: int) -> str:
    return ngettext(
        "%(name)s still holds %(num)s open ticket of a team left behind. Ask its lead to hand it over.",
        "%(name)s still holds %(num)s open tickets of teams left behind. Ask the leads to hand them over.",
        count,
        name=name,
    )


@blueprint.post("/settings/people/<int:person_id>/address")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def change_address(account: Account, person_id: int) -> ResponseReturnValue:
    """Give the account another address; the old one is told."""
    actor, typed = guard.current_actor(), request.form.get("email", "")
    try:
        email = addresses.address_of(typed)
    except BadInput as problem:
        return _sheet_of(account, {"email": told(problem)}, email=typed), 422
    return _do(
        person_id,
        lambda now: addresses.set_for(account, email, by=actor.person_id, now=now),
        gettext("From now on %(email)s signs in.", email=email),
    )


@blueprint.post("/settings/people/<int:person_id>/invitation")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def invite_again(account: Account, person_id: int) -> ResponseReturnValue:
    """Send the invitation once more; the older link is worthless."""
    by, mailed = guard.current_actor().person_id, can_send()
    words = gettext("The invitation is on its way once more; the older link does not work any more.")
    return _do(person_id, lambda now: invitations.send(account, mailed=mailed, by=by, now=now), words, mailed)


@blueprint.post("/settings/people/<int:person_id>/password-link")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def send_password_link(account: Account, person_id: int) -> ResponseReturnValue:
    """Let somebody who forgot the password choose a new one."""
    by, mailed = guard.current_actor().person_id, can_send()
    words = gettext("A link for a new password is on its way to %(email)s.", email=account.email)
    return _do(person_id, lambda now: resets.send_link(account, mailed=mailed, by=by, now=now), words, mailed)


@blueprint.post("/settings/people/<int:person_id>/withdrawal")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def withdraw_invitation(account: Account, person_id: int) -> ResponseReturnValue:
    """Take the invitation back."""
    by = guard.current_actor().person_id
    words = gettext("The invitation is taken back; its link does not work any more.")
    return _do(person_id, lambda now: invitations.withdraw(account, by=by, now=now), words)


def _do(person_id: int, act: Callable[[Any], Any], words: str, mailed: bool = True) -> ResponseReturnValue:
    """One thing done to an account, once; a link that cannot be mailed is shown."""
    actor, location = guard.current_actor(), url_for(".person", person_id=person_id)
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        done = act(clock.now(db.session))
        guard.remember(actor, location)
        account = people.account_of(person_id)
        email = account.email if account else ""
    if not mailed:
        return _links_page([HandedOver(email, done.path)])
    flash(words, "good")
    return web.see_other(location)


def _typed() -> Typed:
    return Typed(
        addresses=request.form.get("addresses", "")[:10_000],
        language=request.form.get("language", ""),
        team_id=request.form.get("team_id", type=int),
        role=request.form.get("role", ""),
    )


def _rights() -> Rights:
    """Seats and grants as the form says."""
    roles = {team.id: request.form.get(f"team-{team.id}", "") for team in people.teams_in_use()}
    return Rights(
        teams={team_id: TeamRole(role) for team_id, role in roles.items() if role in set(TeamRole)},
        manager=_scope() if request.form.get("manager") else None,
        is_administrator=bool(request.form.get("administrator")),
    )


def _scope() -> Scope:
    lines = sorted({number for number in request.form.getlist("lines", type=int) if 1 <= number <= 3})
    companies = sorted(set(request.form.getlist("companies", type=int)))
    return Scope(tuple(lines) or None, tuple(companies) or None)


def _invitation_page(typed: Typed, faults: list[str] | None = None) -> str:
    return render_section(
        "admin/invite.html",
        SECTION,
        history=None,
        typed=asdict(typed),
        faults=faults or [],
        teams=people.teams_in_use(),
        can_send=can_send(),
    )


def _links_page(sent: list[HandedOver]) -> str:
    base = settings().base_url
    return render_section("admin/links.html", SECTION, history=None, sent=sent, base_url=base)


def _sheet_of(account: Account, errors: dict[str, str], **values: Any) -> str:
    return _sheet_page(
        account, account.person.name, rights.rights_of(account.person_id), errors=errors, **values
    )


def _sheet_page(account: Account, name: str, wanted: Rights, **values: Any) -> str:
    return render_section(
        "admin/person.html",
        SECTION,
        thing=(rights.KIND, account.person_id),
        thing_name=account.person.name,
        account=account,
        name=name,
        rights=wanted,
        standing=standing_of(account).value,
        is_withdrawn=invitations.is_withdrawn(account),
        is_me=account.person_id == guard.current_actor().person_id,
        seen=people.fingerprint(account.person),
        sent=people.last_invitation(account, process_time()),
        teams=people.teams_in_use(),
        companies=people.companies(),
        can_send=can_send(),
        **{"errors": {}, "email": "", "is_stale": False, "sentence": "", **values},
    )
