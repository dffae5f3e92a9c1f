"""Doors to the contracts: which company has which policy, from when until when."""

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import contract_words as words
from helpdesk.admin import contracts as forms
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.changes import Change
from helpdesk.admin.contracts import Typed
from helpdesk.admin.pages import render_section
from helpdesk.admin.staleness import news_in, refuse_unseen, seen_now
from helpdesk.clients.models import Company
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError, RuleViolation
from helpdesk.i18n import gettext, told
from helpdesk.sla import contracts as queries
from helpdesk.sla.actions import contracts as actions
from helpdesk.sla.days import day_of
from helpdesk.sla.models import Contract
from helpdesk.sla.what_if.publishing import REACHES


def _lock(contract: Contract) -> None:
    db.session.refresh(contract, with_for_update={"key_share": True})


def _found(_actor: Actor, contract_id: int) -> Contract | None:
    return db.session.get(Contract, contract_id)


LOADER = Loader(_found, lambda _actor, _contract: frozenset(), _lock)


@blueprint.get("/settings/contracts")
@policy(Permission.SETTINGS_READ)
def contracts() -> str:
    """Contracts that run or are to come, by company; with `ended` those that have ended."""
    q, ended = request.args.get("q", "").strip()[:100], bool(request.args.get("ended"))
    found = queries.contracts(q, process_time(), ended=ended)
    return render_section(
        "admin/contracts.html",
        "contracts",
        lines=found[: queries.MOST],
        more=len(found) > queries.MOST,
        q=q,
        ended=ended,
    )


@blueprint.get("/settings/contracts/new")
@policy(Permission.SETTINGS_CHANGE)
def new_contract() -> str:
    """An empty form, or one for the company that `company_id` names."""
    company = db.session.get(Company, request.args.get("company_id", 0, type=int))
    typed = Typed(
        company=company.name if company else "",
        policy_id=request.args.get("policy_id", ""),
        since=day_of(process_time()).isoformat(),
    )
    return _form(typed, None)


@blueprint.post("/settings/contracts")
@policy(Permission.SETTINGS_CHANGE)
def create_contract() -> ResponseReturnValue:
    """A new contract; it counts for the company's next ticket."""
    typed = forms.typed(request.form)
    company, whom, agreement = forms.company_in(typed), forms.whom_in(typed), forms.agreement_in(typed, None)
    if company is None or agreement is None:
        return _form(typed, None), 422

    def write(by: int, now: datetime) -> str:
        db.session.refresh(company, with_for_update={"key_share": True})
        reach = REACHES.get(whom)
        signed = actions.sign(company, agreement, by=by, now=now, why=typed.why, reach=reach)
        return url_for(".contract", contract_id=signed.id)

    said = gettext("The contract is there. It holds for the next ticket of %(name)s.", name=company.name)
    return write_once(write, refused=lambda problem: _refused(typed, None, problem), said=said)


@blueprint.get("/settings/contracts/<int:contract_id>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def contract(contract: Contract, contract_id: int) -> str:
    """One contract as a form."""
    return _form(forms.of(contract, _company(contract).name), contract)


@blueprint.post("/settings/contracts/<int:contract_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def change_contract(contract: Contract, contract_id: int) -> ResponseReturnValue:
    """Let it say something else."""
    actor, typed = guard.current_actor(), forms.typed(request.form)
    whom, agreement = forms.whom_in(typed), forms.agreement_in(typed, contract)
    if agreement is None:
        return _form(typed, contract), 422

    def verb(by: int, now: datetime) -> None:
        db.session.refresh(_company(contract), with_for_update={"key_share": True})
        _lock(contract)
        refuse_unseen(actions.KIND, contract_id, request.form.get("version", ""))
        actions.change(contract, agreement, by=by, now=now, why=typed.why, reach=REACHES.get(whom))

    return write_once(
        leading_to(url_for(".contract", contract_id=contract_id), verb),
        refused=lambda problem: _refused(typed, _found(actor, contract_id), problem),
        said=gettext("Saved."),
    )


@blueprint.post("/settings/contracts/<int:contract_id>/end")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def end_contract(contract: Contract, contract_id: int) -> ResponseReturnValue:
    """Let it hold no longer, from this moment on; open tickets stay as they are, or go over with it."""
    actor, typed = guard.current_actor(), forms.of(contract, _company(contract).name)
    typed.open_tickets = request.form.get("open_tickets", "new")
    typed.why = " ".join(request.form.get("why", "").split())[:300]
    whom = forms.whom_in(typed)
    if typed.errors:
        return _form(typed, contract, ending=True), 422

    def verb(by: int, now: datetime) -> None:
        _lock(contract)
        actions.end(contract, by=by, now=now, why=typed.why, reach=REACHES.get(whom))

    return write_once(
        leading_to(url_for(".contract", contract_id=contract_id), verb),
        refused=lambda problem: _refused(typed, _found(actor, contract_id), problem, ending=True),
        said=gettext("The contract has ended. The next ticket goes by the default policy."),
    )


def _refused(
    typed: Typed, contract: Contract | None, problem: DomainError, *, ending: bool = False
) -> ResponseReturnValue:
    if isinstance(problem, BadInput):
        typed.errors[problem.field or "name"] = told(problem)
    if isinstance(problem, RuleViolation):
        place = "since" if isinstance(problem, actions.Overlapping) else "policy_id"
        typed.errors[place] = told(problem)
    return _form(typed, contract, news=news_in(problem), ending=ending), status_of(problem)


def _form(
    typed: Typed, contract: Contract | None, *, news: list[Change] | None = None, ending: bool = False
) -> str:
    now = process_time()
    here: dict[str, Any] = {"thing": (actions.KIND, contract.id)} if contract else {"history": None}
    return render_section(
        "admin/contract.html",
        "contracts",
        thing_name=contract.name if contract else gettext("New contract"),
        contract=contract,
        standing=queries.standing_of(contract, now).value if contract else "",
        has_begun=bool(contract and contract.valid_from <= now),
        company=_company(contract) if contract else None,
        companies=[] if contract else forms.company_names(),
        policies=forms.policies(contract.policy_id if contract else None),
        typed=typed,
        errors=typed.errors,
        version=seen_now(actions.KIND, contract.id) if contract else None,
        news=news or [],
        open_under=forms.open_under(contract) if contract else 0,
        ending=ending,
        cards=words.open_ticket_cards(),
        **here,
    )


def _company(contract: Contract) -> Company:
    return db.session.get_one(Company, contract.company_id)
