"""Doors of signing in to a mailbox at its provider: the way there, and the way back."""

from collections.abc import Sequence

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.accounts.rates import Limit, Rate
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.mailbox_signing import redirect_uri, signing_of
from helpdesk.admin.pages import render_section
from helpdesk.admin.views.mailboxes import LOADER
from helpdesk.db import db, transaction
from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, told
from helpdesk.mail.check.findings import trimmed
from helpdesk.mail.models import Mailbox
from helpdesk.mail.oauth import settings as grants
from helpdesk.mail.oauth import sign_in
from helpdesk.mail.oauth.asking import Refused, redeem
from helpdesk.mail.oauth.renewing import token_for
from helpdesk.mail.oauth.standing import Waiting, waiting_for_sign_in
from helpdesk.mail.relays import try_soon

SIGN_INS = Rate("mailbox sign-in", (Limit(20, 300), Limit(100, 3600)))


@blueprint.post("/settings/mailboxes/<int:mailbox_id>/sign-in")
@policy(Permission.SETTINGS_CHANGE, load=LOADER, rate=SIGN_INS)
@takes()
def begin_mailbox_sign_in(mailbox: Mailbox, mailbox_id: int) -> ResponseReturnValue:
    """Show whose page comes next; where nobody has to sign in, ask for a token at once."""
    signing = signing_of(mailbox)
    if signing is None:
        return web.see_other(_page(mailbox_id))
    if not signing.by_person:
        return _try_again(mailbox)
    with transaction():
        by, now = guard.current_actor().person_id, clock.now(db.session)
        there = sign_in.begin(mailbox, by=by, redirect_uri=redirect_uri(), now=now)
    account = mailbox.imap_user or mailbox.smtp_user or mailbox.address
    return render_section(
        "admin/mailbox_away.html",
        "mailboxes",
        thing_name=mailbox.address,
        history=None,
        mailbox=mailbox,
        signing=signing,
        there=there,
        account=account,
    )


@blueprint.get("/settings/mailboxes/signed-in")
@policy(Permission.SETTINGS_CHANGE, rate=SIGN_INS)
def mailbox_signed_in() -> ResponseReturnValue:
    """Somebody comes back from the provider: fetch the tokens for the code, if it was he who went."""
    actor, mailbox_id = guard.current_actor(), None
    try:
        with transaction():
            returned = sign_in.take(
                request.args.get("state", ""), by=actor.person_id, now=clock.now(db.session)
            )
        mailbox_id = returned.mailbox_id
        if "code" not in request.args:
            flash(_refusal(), "bad")
            return web.see_other(_page(mailbox_id))
        tokens = redeem(
            returned.client,
            request.args["code"],
            verifier=returned.verifier,
            redirect_uri=redirect_uri(),
        )
        with transaction():
            now = clock.now(db.session)
            sign_in.finish(returned, tokens, by=actor.person_id, now=now)
            try_soon(now=now)
    except DomainError as problem:
        flash(_told(problem), "bad")
    else:
        flash(gettext("Signed in. The desk looks into the mailbox within a minute."), "good")
    return web.see_other(_page(mailbox_id))


def _try_again(mailbox: Mailbox) -> ResponseReturnValue:
    with transaction():
        grants.try_again(mailbox, by=guard.current_actor().person_id, now=clock.now(db.session))
    try:
        token_for(mailbox.id)
    except DomainError as problem:
        flash(_told(problem), "bad")
    else:
        flash(gettext("The provider let the desk in."), "good")
    return web.see_other(_page(mailbox.id))


def _page(mailbox_id: int | None) -> str:
    return url_for(".mailbox", mailbox_id=mailbox_id) if mailbox_id else url_for(".mailboxes")


def _refusal() -> str:
    """The provider sent back no code; its reason is a word of a fixed list, its sentence is not repeated."""
    if request.args.get("error") == "access_denied":
        return gettext("Nobody agreed at the provider, so nothing has changed.")
    return gettext(
        "The provider did not let the desk in: %(code)s.", code=trimmed(request.args.get("error", "?"))
    )


def _told(problem: DomainError) -> str:
    said = problem.said if isinstance(problem, Refused) else ""
    return f"{told(problem)} ({said})" if said else told(problem)


def on_page() -> Sequence[Waiting]:
    """For the bar over every page of an administrator: the mailboxes that wait for a sign-in.

    Nothing is asked for whoever could do nothing about it.
    """
    actor = guard.current_actor()
    if not actor.is_signed_in or not may(actor.relations, Permission.SETTINGS_CHANGE):
        return ()
    return waiting_for_sign_in()


web.provide("signed_out_mailboxes", on_page)
