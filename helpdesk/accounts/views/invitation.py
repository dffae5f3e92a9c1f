"""Doors for who was invited: a page that asks for name, password and language, and the way in."""

from flask import flash
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard, invitations
from helpdesk.accounts.entering import enter
from helpdesk.accounts.forms import NewcomerForm
from helpdesk.accounts.guard import policy
from helpdesk.accounts.invitations import Newcomer
from helpdesk.accounts.models import AccountToken, TokenPurpose
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views import links
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, page_language, told

INVITATION = TokenPurpose.INVITATION


@blueprint.get("/invitations/<secret>")
@policy(Permission.PUBLIC)
def invitation(secret: str) -> ResponseReturnValue:
    """What the newcomer chooses; looking at it uses nothing up."""
    known = links.look_up(secret, INVITATION)
    if known.live is None:
        return links.gone(INVITATION, known.fault)
    person = known.live.account.person
    form = NewcomerForm(
        formdata=None, name=_known_name(known.live), language=person.language or page_language()
    )
    return _page(secret, known.live.account.email, form)


@blueprint.post("/invitations/<secret>")
@policy(Permission.PUBLIC)
def accept(secret: str) -> ResponseReturnValue:
    """Let the newcomer in, once, and begin a session."""
    known = links.look_up(secret, INVITATION)
    if known.live is None:
        return links.gone(INVITATION, known.fault)
    account, form = known.live.account, NewcomerForm()
    account_id, email = account.id, account.email
    if not form.validate():
        return _page(secret, email, form), 422
    try:
        hashed = links.hash_for(account, str(form.new_password.data), *str(form.name.data).split())
    except BadInput as problem:
        form.new_password.errors = [told(problem)]
        return _page(secret, email, form), 422
    newcomer = Newcomer(" ".join(str(form.name.data).split()), hashed, form.language.data)
    with transaction():
        token = links.claim(secret, INVITATION)
        if token is not None:
            invitations.accept(token, newcomer, now=clock.now(db.session))
    if token is None:
        return links.gone(INVITATION)
    enter(account_id)
    flash(gettext("Welcome! From now on you sign in with %(email)s.", email=email), "good")
    return web.see_other("/")


def _known_name(token: AccountToken) -> str:
    """The name that the inviter gave; nothing when it was only the beginning of the address."""
    name = token.account.person.name
    return "" if name == token.account.email.partition("@")[0] else name


def _page(secret: str, email: str, form: NewcomerForm) -> str:
    here = guard.current_actor()
    return web.render(
        "accounts/invitation.html",
        nav=None,
        secret=secret,
        email=email,
        form=form,
        somebody=here.name if here.is_signed_in else "",
    )
