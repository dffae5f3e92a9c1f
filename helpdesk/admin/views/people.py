"""Doors to people: the list, inviting, a person's sheet, and what is done to an invitation or address."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import addresses, guard, invitations, resets, rights
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Account, TeamRole
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rights import Rights, Scope
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import inviting, leaving, people
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.inviting import HandedOver, Typed
from helpdesk.admin.pages import render_section
from helpdesk.admin.people import Standing, standing_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.errors import BadInput, DomainError, StaleChange
from helpdesk.i18n import gettext, ngettext, told
from helpdesk.mail.mailboxes import refuse_own
from helpdesk.mail.routes import can_send

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
@takes("addresses", "language", "team_id", "role")
def send_invitations() -> ResponseReturnValue:
    """Invite all or none. Where no mail can be sent, the links are shown this once."""
    typed, mailed, faults, sent = _typed(), can_send(), list[str](), list[HandedOver]()

    def verb(by: int, now: datetime) -> None:
        wanted, wrong = inviting.read(typed)
        faults.extend(wrong)
        if faults:
            raise BadInput(faults[0], "addresses")
        sent.extend(inviting.send(wanted, mailed=mailed, by=by, now=now))

    return write_once(
        leading_to(url_for(".people_list", standing=Standing.INVITED.value), verb),
        refused=lambda problem: (_invitation_page(typed, faults or [told(problem)]), status_of(problem)),
        said=lambda: _invited(len(sent)) if mailed else "",
        answer=lambda there: web.see_other(there) if mailed else _links_page(sent),
    )


def _invited(count: int) -> str:
    return ngettext("%(num)s invitation is on its way.", "%(num)s invitations are on their way.", count)


@blueprint.get("/settings/people/<int:person_id>")
@policy(Permission.SETTINGS_READ, load=account_loader)
def person(account: Account, person_id: int) -> str:
    """The sheet as it stands."""
    return _sheet_page(account, account.person.name, rights.rights_of(person_id))


@blueprint.post("/settings/people/<int:person_id>")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def change_person(account: Account, person_id: int) -> ResponseReturnValue:
    """Let name, seats and grants be what the sheet says."""
    name, wanted, left = " ".join(request.form.get("name", "").split()), _rights(), list[int]()
    if not 1 <= len(name) <= 100:
        errors = {"name": gettext("A person has a name of at most 100 characters.")}
        return _sheet_page(account, name, wanted, errors=errors), 422

    def verb(by: int, now: datetime) -> None:
        rights.lock_account(account)
        if request.form.get("seen") != people.fingerprint(account.person):
            raise StaleChange
        if name != account.person.name:
            rights.rename(account.person, name, by=by, now=now)
        rights.change_rights(account.person, wanted, by=by, now=now)
        left.append(leaving.left_behind(person_id, wanted.teams))

    def refused(problem: DomainError) -> ResponseReturnValue:
        if isinstance(problem, StaleChange):
            return _sheet_page(account, name, wanted, is_stale=True), 409
        return _sheet_page(account, name, wanted, sentence=told(problem)), status_of(problem)

    def warned(there: str) -> ResponseReturnValue:
        if left[0]:
            flash(_left_behind(name, left[0]), "risk")
        return web.see_other(there)

    write = leading_to(url_for(".person", person_id=person_id), verb)
    return write_once(write, refused=refused, said=gettext("Saved. It holds from now on."), answer=warned)


def _left_behind(name: str, count: int) -> str:
    return ngettext(
        "%(name)s still holds %(num)s open ticket of a team left behind. Ask its lead to hand it over.",
        "%(name)s still holds %(num)s open tickets of teams left behind. Ask the leads to hand them over.",
        count,
        name=name,
    )


@blueprint.post("/settings/people/<int:person_id>/address")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
@takes("email")
def change_address(account: Account, person_id: int) -> ResponseReturnValue:
    """Give the account another address; the old one is told."""
    actor, typed = guard.current_actor(), request.form.get("email", "")
    try:
        email = addresses.address_of(typed)
        refuse_own(email, addresses.FIELD)
    except BadInput as problem:
        return _sheet_of(account, {"email": told(problem)}, email=typed), 422
    return _do(
        person_id,
        lambda now: addresses.set_for(account, email, by=actor.person_id, now=now),
        gettext("From now on %(email)s signs in.", email=email),
    )


@blueprint.post("/settings/people/<int:person_id>/invitation")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
@takes()
def invite_again(account: Account, person_id: int) -> ResponseReturnValue:
    """Send the invitation once more; the older link is worthless."""
    by, mailed = guard.current_actor().person_id, can_send()
    words = gettext("The invitation is on its way once more; the older link does not work any more.")
    return _do(person_id, lambda now: invitations.send(account, mailed=mailed, by=by, now=now), words, mailed)


@blueprint.post("/settings/people/<int:person_id>/password-link")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
@takes()
def send_password_link(account: Account, person_id: int) -> ResponseReturnValue:
    """Let somebody who forgot the password choose a new one."""
    by, mailed = guard.current_actor().person_id, can_send()
    words = gettext("A link for a new password is on its way to %(email)s.", email=account.email)
    return _do(person_id, lambda now: resets.send_link(account, mailed=mailed, by=by, now=now), words, mailed)


@blueprint.post("/settings/people/<int:person_id>/withdrawal")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
@takes()
def withdraw_invitation(account: Account, person_id: int) -> ResponseReturnValue:
    """Take the invitation back."""
    by = guard.current_actor().person_id
    words = gettext("The invitation is taken back; its link does not work any more.")
    return _do(person_id, lambda now: invitations.withdraw(account, by=by, now=now), words)


def _do(person_id: int, act: Callable[[Any], Any], words: str, mailed: bool = True) -> ResponseReturnValue:
    """One thing done to an account, once; a link that cannot be mailed is shown."""
    handed = list[HandedOver]()

    def verb(by: int, now: datetime) -> None:
        done, account = act(now), people.account_of(person_id)
        if not mailed:
            handed.append(HandedOver(account.email if account else "", done.path))

    return write_once(
        leading_to(url_for(".person", person_id=person_id), verb),
        said=words if mailed else "",
        answer=lambda there: web.see_other(there) if mailed else _links_page(handed),
    )


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
