"""Doors of a person's own settings: name, language, zone, look, signature, password."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts import actions, cookies, guard, passwords, rates
from helpdesk.accounts.actions import Profile
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.forms import PasswordForm, ProfileForm
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Account, Theme
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.config import settings
from helpdesk.db import db, end_read, transaction
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, page_language, told


@blueprint.get("/profile")
@policy(Permission.SIGNED_IN)
def profile() -> ResponseReturnValue:
    """The forms as they stand."""
    return profile_page()


@blueprint.post("/profile")
@policy(Permission.SIGNED_IN)
@takes("name", "language", "zone", "theme", "phone", "signature", "html", "href")
def change_profile() -> ResponseReturnValue:
    """Keep name, language, zone, look and signature."""
    form = ProfileForm()
    if not form.validate():
        return profile_page(form=form), 422
    actor = guard.current_actor()
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        actions.change_profile(actor.account_id, _chosen(form))
        guard.remember(actor, url_for("accounts.profile"))
    with force_locale(form.language.data or page_language()):
        flash(gettext("Saved."), "good")
    return web.see_other(url_for("accounts.profile"))


@blueprint.post("/profile/password")
@policy(Permission.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the password, give this browser a new session and end all others."""
    form, actor = PasswordForm(), guard.current_actor()
    guard.limit(rates.SIGN_IN_ACCOUNT, f"password {actor.account_id}")
    if not form.validate():
        return profile_page(password_form=form), 422
    try:
        renewed = _checked_hash(form, actor)
    except BadInput as problem:
        form[problem.field or "new_password"].errors = [told(problem)]
        return profile_page(password_form=form), 422
    with transaction():
        now = clock.now(db.session)
        begun = cookies.begin(actor.account_id, settings(), now=now)
        actions.change_password(
            actor.account_id, renewed, keep_session=begun.row.id, by=actor.person_id, now=now
        )
    flash(gettext("Your password is changed. All other browsers are signed out."), "good")
    return web.see_other(url_for("accounts.profile"))


def _checked_hash(form: PasswordForm, actor: Actor) -> str:
    """The hash of the new password; no transaction is open while hashing."""
    stored = db.session.scalar(select(Account.password_hash).where(Account.id == actor.account_id))
    end_read()
    if not passwords.matches(str(form.password.data), stored):
        raise BadInput(gettext("This is not your present password."), "password")
    own_words = (*actor.name.split(), actor.email.partition("@")[0], settings().firm_name)
    passwords.check_strength(str(form.new_password.data), own_words)
    return passwords.hash_password(str(form.new_password.data))


def profile_page(
    *,
    form: ProfileForm | None = None,
    password_form: PasswordForm | None = None,
    address: str = "",
    address_error: tuple[str | None, str] = (None, ""),
) -> str:
    """All forms; what was refused comes back with its words, the others as they stand."""
    return web.render(
        "accounts/profile.html",
        form=form or _profile_of(guard.current_actor()),
        password_form=password_form or PasswordForm(formdata=None),
        address=address,
        address_error=address_error,
    )


def _profile_of(actor: Actor) -> ProfileForm:
    chosen = select(Account.signature, Account.signature_html, Account.phone)
    signature, html, phone = db.session.execute(chosen.where(Account.id == actor.account_id)).one()
    return ProfileForm(
        formdata=None,
        name=actor.name,
        language=actor.language or "",
        zone=actor.zone or "",
        theme=actor.theme.value,
        signature=signature,
        html=html or "",
        phone=phone,
    )


def _chosen(form: ProfileForm) -> Profile:
    return Profile(
        name=" ".join(str(form.name.data).split()),
        language=form.language.data or None,
        zone=form.zone.data or None,
        theme=Theme(form.theme.data),
        signature=_lines(form.signature.data or ""),
        signature_html=form.html.data or "",
        phone=" ".join((form.phone.data or "").split()),
    )


def _lines(text: str) -> str:
    """As it was written, without spaces at the ends of lines and empty lines around."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
