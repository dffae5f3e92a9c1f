"""Door of the first evening: claim the desk, then mailbox, lines, hours and policy, each step skippable."""

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk import firm as firms
from helpdesk.accounts import cookies, first, guard, passwords
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.entering import enter
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rates import Limit, Rate
from helpdesk.admin.assistant import claiming, steps
from helpdesk.admin.assistant.claiming import Founder
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.views.firm import LANGUAGES, ZONES, checked, countries
from helpdesk.db import db, end_read, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import LANGUAGES as SPOKEN
from helpdesk.i18n import gettext, page_language, told

CODES = Rate("first start", (Limit(20, 300), Limit(60, 3600)))


@blueprint.get("/welcome")
@policy(Permission.PUBLIC)
def welcome() -> ResponseReturnValue:
    """The first page of a desk that belongs to nobody; afterwards the way back to where somebody stopped."""
    language = request.args.get("language")
    if language in SPOKEN:
        cookies.current()["language"] = language
        return redirect(url_for(".welcome", code=request.args.get("code")), 303)
    if not first.is_unclaimed():
        return web.see_other(url_for(".welcome_step", step=steps.reached()))
    code = request.args.get("code", "")
    return _claim_page(_empty_sheet() | {"code": code}, _code_errors(code) if code else {})


@blueprint.post("/welcome")
@policy(Permission.PUBLIC)
def claim_desk() -> ResponseReturnValue:
    """Make the first administrator and sign in."""
    if not first.is_unclaimed():
        return web.see_other(url_for(".welcome_step", step=steps.reached()))
    guard.limit(CODES, request.remote_addr or "")
    sheet = {name: request.form.get(name, "") for name in _empty_sheet()}
    password = request.form.get("password", "")
    errors = _code_errors(sheet["code"])
    if errors:
        return _claim_page(sheet, errors), 422
    try:
        choices, founder = _read(sheet, password)
        account_id = _claim(founder, choices)
    except BadInput as problem:
        return _claim_page(sheet, {problem.field or "name": told(problem)}), 422
    except DomainError as problem:  # somebody was faster
        flash(told(problem), "bad")
        return web.see_other(url_for("accounts.sign_in"))
    enter(account_id)
    return web.see_other(url_for(".welcome_step", step="mailbox"))


def _claim(founder: Founder, choices: firms.Choices) -> int:
    with transaction():
        return claiming.claim(founder, choices, now=clock.now(db.session))


def _read(sheet: dict[str, str], password: str) -> tuple[firms.Choices, Founder]:
    """The sheet as values; hashing happens outside any transaction. Raises BadInput at the first mistake."""
    choices = _choices(sheet)
    email, name = address_of(sheet["email"]), first.name_of(sheet["founder"])
    try:
        passwords.check_strength(password, (*name.split(), email.partition("@")[0], choices.name))
    except BadInput as problem:
        raise BadInput(problem.sentence, "password", **problem.values) from problem
    end_read()
    return choices, Founder(name, email, passwords.hash_password(password), choices.language)


def _choices(sheet: dict[str, str]) -> firms.Choices:
    standing = asdict(firms.in_force())
    return checked(standing | {name: sheet[name] for name in ("name", "language", "zone", "country")})


def _code_errors(code: str) -> dict[str, str]:
    if claiming.is_code(code):
        return {}
    return {"code": gettext("This is not the code. Copy it from the shell in which the desk was started.")}


def _empty_sheet() -> dict[str, str]:
    standing = firms.in_force()
    blank = dict.fromkeys(("code", "name", "founder", "email"), "")
    return blank | {"language": page_language(), "zone": standing.zone, "country": standing.country}


def _claim_page(sheet: dict[str, str], errors: dict[str, str]) -> str:
    return web.render(
        "welcome/claim.html",
        nav=None,
        sheet=sheet,
        errors=errors,
        languages=LANGUAGES,
        zones=[(name, name) for name in ZONES],
        countries=countries(),
        **walk("firm"),
    )


def walk(here: str) -> dict[str, Any]:
    """What the rail of steps shows."""
    is_claimed = guard.current_actor().is_signed_in
    done = steps.done() if is_claimed else dict.fromkeys(steps.STEPS, False)
    return {"here": here, "steps": [(code, steps.NAMES[code], done[code]) for code in steps.STEPS]}
