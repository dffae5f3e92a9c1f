"""Doors for who forgot the password: asking for a link, and choosing a new one with it."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard, rates, resets
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.fields import takes
from helpdesk.accounts.forms import NewPasswordForm
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import TokenPurpose
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views import links
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, page_language, told
from helpdesk.mail.routes import can_send

RESET = TokenPurpose.RESET


@blueprint.get("/forgotten")
@policy(Permission.PUBLIC)
def forgotten() -> str:
    """Where to send the link; after asking, what to do now. Both read alike for every address."""
    return _page(sent="sent" in request.args)


@blueprint.post("/forgotten")
@policy(Permission.PUBLIC)
@takes("email")
def ask_for_link() -> ResponseReturnValue:
    """Note the wish. A job answers it, so strangers learn nothing from words, time or traces."""
    typed = request.form.get("email", "")
    try:
        email = address_of(typed)
    except BadInput as problem:
        return _page(email=typed, error=told(problem)), 422
    guard.limit(rates.RESET_ADDRESS, request.remote_addr or "")
    guard.limit(rates.RESET_ACCOUNT, email)
    with transaction():
        resets.ask(email, page_language(), now=clock.now(db.session))
    return web.see_other(url_for("accounts.forgotten", sent="yes"))


@blueprint.get("/passwords/<secret>")
@policy(Permission.PUBLIC)
def new_password(secret: str) -> ResponseReturnValue:
    """The form for a new password; looking at it uses nothing up."""
    known = links.look_up(secret, RESET)
    if known.live is None:
        return links.gone(RESET, known.fault)
    return _form_page(secret, known.live.account.email, NewPasswordForm(formdata=None))


@blueprint.post("/passwords/<secret>")
@policy(Permission.PUBLIC)
def set_password(secret: str) -> ResponseReturnValue:
    """Set the new password once; every browser of the account is signed out."""
    known = links.look_up(secret, RESET)
    if known.live is None:
        return links.gone(RESET, known.fault)
    account, form = known.live.account, NewPasswordForm()
    email = account.email
    if not form.validate():
        return _form_page(secret, email, form), 422
    try:
        renewed = links.hash_for(account, str(form.new_password.data))
    except BadInput as problem:
        form.new_password.errors = [told(problem)]
        return _form_page(secret, email, form), 422
    with transaction():
        token = links.claim(secret, RESET)
        if token is not None:
            resets.reset(token, renewed, now=clock.now(db.session))
    if token is None:
        return links.gone(RESET)
    flash(gettext("Your new password is set. Sign in with it."), "good")
    return web.see_other(url_for("accounts.sign_in"))


def _page(**values: object) -> str:
    return web.render("accounts/forgotten.html", nav=None, can_send=can_send(), **values)


def _form_page(secret: str, email: str, form: NewPasswordForm) -> str:
    return web.render("accounts/new_password.html", nav=None, secret=secret, email=email, form=form)
