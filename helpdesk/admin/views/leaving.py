"""Doors for when somebody leaves or comes back: the hand-over of open tickets, shutting and opening."""

from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import guard, rights
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Account
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import leaving
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.leaving import Pile, Portion
from helpdesk.admin.pages import render_section
from helpdesk.admin.views.people import SECTION, account_loader
from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, ngettext, told

LIST = "list"


@blueprint.get("/settings/people/<int:person_id>/deactivation")
@policy(Permission.SETTINGS_READ, load=account_loader)
def deactivation(account: Account, person_id: int) -> str:
    """What the person holds and owns, and who could take it over."""
    return _page(account, leaving.portions(person_id))


@blueprint.post("/settings/people/<int:person_id>/deactivation")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def deactivate(account: Account, person_id: int) -> ResponseReturnValue:
    """Hand the tickets over and shut the account: all of it or nothing."""
    portions, handed = leaving.portions(person_id), list[int]()
    undecided = [portion.field for portion in portions if not _is_decided(portion)]
    if undecided:
        return _page(account, portions, undecided=undecided), 422

    def verb(by: int, now: datetime) -> None:
        handed.append(leaving.let_go(account, _successors(portions), by=by, now=now))

    def refused(refusal: DomainError) -> ResponseReturnValue:
        again = _page(account, leaving.portions(person_id), sentence=told(refusal))
        return again, status_of(refusal)

    there = url_for(".person", person_id=person_id)
    return write_once(leading_to(there, verb), refused=refused, said=lambda: _shut(handed[0]))


def _shut(count: int) -> str:
    handed = ngettext("%(num)s ticket changed hands.", "%(num)s tickets changed hands.", count)
    return " ".join([gettext("The account is shut."), handed])


@blueprint.post("/settings/people/<int:person_id>/reactivation")
@policy(Permission.SETTINGS_CHANGE, load=account_loader)
def reactivate(account: Account, person_id: int) -> ResponseReturnValue:
    """Let the person come in again."""
    there = url_for(".person", person_id=person_id)
    return write_once(
        leading_to(there, lambda by, now: rights.reopen(account, by=by, now=now)),
        said=gettext("The account is open again. Look whether the rights are right."),
    )


def _is_decided(portion: Portion) -> bool:
    allowed = {LIST, *(str(one.id) for one in portion.colleagues)}
    return request.form.get(portion.field) in allowed


def _successors(portions: list[Portion]) -> dict[Pile, int | None]:
    chosen = {(one.part, one.team.id): request.form[one.field] for one in portions}
    return {pile: None if choice == LIST else int(choice) for pile, choice in chosen.items()}


def _page(
    account: Account, portions: list[Portion], *, undecided: list[str] | None = None, sentence: str = ""
) -> str:
    return render_section(
        "admin/deactivation.html",
        SECTION,
        thing=(rights.KIND, account.person_id),
        thing_name=account.person.name,
        account=account,
        portions=portions,
        undecided=undecided or [],
        chosen=request.form,
        sentence=sentence,
        is_me=account.person_id == guard.current_actor().person_id,
    )
