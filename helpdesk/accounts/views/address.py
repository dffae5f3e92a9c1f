"""Doors for changing the address one signs in with: asked in the profile, confirmed from the new mailbox."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts import addresses, guard, passwords, rates
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Account, TokenPurpose
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views import links
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.accounts.views.profile import profile_page
from helpdesk.db import db, end_read, transaction
from helpdesk.errors import N_, BadInput
from helpdesk.i18n import gettext, told
from helpdesk.mail.mailboxes import refuse_own
from helpdesk.mail.routes import can_send

ADDRESS = TokenPurpose.ADDRESS


@blueprint.post("/profile/address")
@policy(Permission.SIGNED_IN)
@takes("email", "password")
def ask_for_address() -> ResponseReturnValue:
    """Write to the new address; the old one counts until the link there was opened."""
    actor, typed = guard.current_actor(), request.form.get("email", "")
    guard.limit(rates.SIGN_IN_ACCOUNT, f"password {actor.account_id}")
    try:
        email = _checked(typed, request.form.get("password", ""), actor.account_id)
        guard.limit(rates.RESET_ACCOUNT, f"address {actor.account_id}")
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            addresses.ask(actor.account_id, email, by=actor.person_id, now=clock.now(db.session))
            guard.remember(actor, url_for("accounts.profile"))
    except BadInput as problem:
        return profile_page(address=typed, address_error=(problem.field, told(problem))), 422
    flash(gettext("Now open the link in the mail to %(email)s; it works for a day.", email=email), "good")
    return web.see_other(url_for("accounts.profile"))


@blueprint.get("/addresses/<secret>")
@policy(Permission.PUBLIC)
def new_address(secret: str) -> ResponseReturnValue:
    """A button; mail scanners that open links confirm nothing."""
    known = links.look_up(secret, ADDRESS)
    if known.live is None:
        return links.gone(ADDRESS, known.fault)
    return web.render("accounts/new_address.html", nav=None, secret=secret, token=known.live)


@blueprint.post("/addresses/<secret>")
@policy(Permission.PUBLIC)
def confirm_address(secret: str) -> ResponseReturnValue:
    """From now on the new address signs in."""
    with transaction():
        token = links.claim(secret, ADDRESS)
        if token is not None:
            addresses.confirm(token, now=clock.now(db.session))
    if token is None:
        return links.gone(ADDRESS, links.look_up(secret, ADDRESS).fault)
    flash(gettext("Your address is changed. Sign in with it from now on."), "good")
    signed_in = guard.current_actor().is_signed_in
    return web.see_other(url_for("accounts.profile" if signed_in else "accounts.sign_in"))


def _checked(typed: str, password: str, account_id: int) -> str:
    """The new address, asked for by who knows the password; no transaction is open while hashing."""
    if not can_send():
        sentence = N_("This desk cannot send mail yet. An administrator can change your address.")
        raise BadInput(sentence, addresses.FIELD)
    email = addresses.address_of(typed)
    refuse_own(email, addresses.FIELD)
    stored = db.session.scalar(select(Account.password_hash).where(Account.id == account_id))
    end_read()
    if not passwords.matches(password, stored):
        raise BadInput(gettext("This is not your present password."), "password")
    return email
