"""The door in front of every route: who asks, may they, and only then the lock and the view."""

import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import TooManyRequests

from helpdesk import firm, web
from helpdesk.accounts import cookies, rates
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import FormReceipt
from helpdesk.accounts.permissions import Permission, Relation, may
from helpdesk.accounts.rates import Rate
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import NotPermitted
from helpdesk.i18n import gettext

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BIGGEST_ID = 2**63 - 1
NUL = "\x00"
TOKEN_FIELD = "form_token"  # noqa: S105  the name of a form field

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
LapseHook = Callable[[int, str, Mapping[str, Any], Mapping[str, str]], str]

csrf = CSRFProtect()
_lapse_hooks: dict[str, LapseHook] = {}


@dataclass(frozen=True)
class Loader:
    """How a route's object is found (through what the actor may see), judged and locked.

    `fetch(actor, **view_args)` gives the object or None; `relations(actor, object)` how the actor stands to
    it; `lock(object)` takes the row for change, None when the route changes nothing that needs one.
    """

    fetch: Callable[..., Any]
    relations: Callable[[Actor, Any], frozenset[Relation]]
    lock: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Policy:
    """What a route declares. A bare route needs no session, so it answers while the database is away."""

    permission: Permission
    load: Loader | None = None
    rate: Rate | None = None
    is_bare: bool = False


def policy(
    permission: Permission, *, load: Loader | None = None, rate: Rate | None = None, bare: bool = False
) -> Callable[[View], View]:
    """Declare what a view asks for. Its first argument is the loaded object; the URL's follow.

    Not visible is 404, visible but not permitted 403; the lock is taken last and only by writing methods.
    More requests of one person than `rate` allows are answered with 429.
    """
    declared = Policy(permission, load, rate, bare)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**view_args: Any) -> ResponseReturnValue:
            if load is None:
                _judge(current_actor().relations, permission)
                return view(**view_args)
            return view(_loaded(load, permission, view_args), **view_args)

        guarded.policy = declared  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def current_actor() -> Actor:
    """Who sends this request; for doors only."""
    return cookies.current().actor


def on_lapsed(*endpoints: str) -> Callable[[LapseHook], LapseHook]:
    """Register what keeps the text of a form whose sign-in has ended meanwhile.

    It is called with person id, endpoint, URL arguments and form, stores the text in the open transaction,
    and
    gives back the address of the page to return to after signing in.
    """

    def register(hook: LapseHook) -> LapseHook:
        _lapse_hooks.update(dict.fromkeys(endpoints, hook))
        return hook

    return register


def once(actor: Actor, token: str | None = None) -> str | None:
    """Claim this form in the open transaction: None when it is new, else the address it was answered with.

    `token` is the form's hidden field unless given. Use it as the first line of the transaction and end the
    same transaction with `remember`; a second press waits for the first and then gets its answer. A rollback
    gives the token back.

        with transaction():
            if (answered := guard.once(actor)) is not None:
                return see_other(answered)
            ...
            guard.remember(actor, location)
    """
    token_id = _token_id(token)
    if token_id is None:
        return None
    claim = insert(FormReceipt).values(person_id=actor.person_id, token=token_id, created_at=process_time())
    if db.session.execute(claim.on_conflict_do_nothing().returning(FormReceipt.id)).one_or_none():
        return None
    found = select(FormReceipt.location).where(
        FormReceipt.person_id == actor.person_id, FormReceipt.token == token_id
    )
    return db.session.scalar(found) or "/"


def remember(actor: Actor, location: str, token: str | None = None) -> None:
    """Keep the address that the form claimed by `once` was answered with."""
    token_id = _token_id(token)
    if token_id is not None:
        kept = update(FormReceipt).where(
            FormReceipt.person_id == actor.person_id, FormReceipt.token == token_id
        )
        db.session.execute(kept.values(location=location))


def limit(rate: Rate, subject: str) -> None:
    """Count this try in a transaction of its own; raises TooManyRequests when there were too many."""
    with transaction():
        seconds = rates.wait_for(rate, subject, now=process_time())
    if seconds:
        raise TooManyRequests(retry_after=seconds)


def install(app: Flask) -> None:
    """Put the door in front of every route of the app."""
    app.session_interface = cookies.DeskSessions()
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # called below, after we know who asks
    csrf.init_app(app)
    app.before_request(_admit)


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that declares no policy."""
    bare = [
        rule.rule for rule in app.url_map.iter_rules() if policy_of(app.view_functions[rule.endpoint]) is None
    ]
    if bare:
        raise LookupError(f"These routes declare no policy: {', '.join(sorted(bare))}.")


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """What the view declares; None when it declares nothing."""
    return getattr(view, "policy", None)


def _admit() -> ResponseReturnValue | None:
    _forget_last_request()
    declared = policy_of(current_app.view_functions.get(request.endpoint or "", abort))
    if declared is None or declared.is_bare:
        return None
    _refuse_the_impossible()
    cookies.load(settings())
    if not current_actor().is_signed_in:
        firm.refresh_if_possible()
    if request.method not in SAFE_METHODS:
        _refuse_foreign_pages()
    if declared.permission is not Permission.PUBLIC and not current_actor().is_signed_in:
        return _turn_away()
    if request.method not in SAFE_METHODS and current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()
    if declared.rate is not None:
        limit(declared.rate, str(current_actor().person_id))
    return None


def _forget_last_request() -> None:
    """An app context may outlive a request (tests, commands), and `g` with it."""
    for name in ("csrf_token", "csrf_valid", "_login_user", "_flask_babel"):
        g.pop(name, None)


def _loaded(load: Loader, permission: Permission, view_args: Mapping[str, Any]) -> Any:
    actor = current_actor()
    found = load.fetch(actor, **view_args)
    if found is None:
        abort(404)
    _judge(load.relations(actor, found) | actor.relations, permission)
    if load.lock is not None and request.method not in SAFE_METHODS:
        load.lock(found)
    return found


def _judge(relations: frozenset[Relation], permission: Permission) -> None:
    if not may(relations, permission):
        raise NotPermitted(gettext("You may look at this, but not do this with it."))


def _refuse_the_impossible() -> None:
    """What PostgreSQL can neither hold nor look for: numbers beyond bigint are not found, NUL is refused."""
    if any(isinstance(value, int) and value > BIGGEST_ID for value in (request.view_args or {}).values()):
        abort(404)
    texts = (*(request.view_args or {}).values(), *request.args.values(), *request.form.values())
    if any(isinstance(text, str) and NUL in text for text in texts):
        abort(400)


def _refuse_foreign_pages() -> None:
    """Only our own pages may send forms (Fetch Metadata; Origin where a browser does not send it).

    A page with the referrer policy no-referrer sends `Origin: null`, so that alone proves nothing.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    foreign_origin = origin not in (None, "null") and origin != f"{request.scheme}://{request.host}"
    if site not in (None, "same-origin", "none") or foreign_origin:
        abort(400, gettext("This form was sent from another page. Open the desk and try again."))


def _turn_away() -> ResponseReturnValue:
    place = _keep_text() or _page_to_return_to()
    sign_in = url_for("accounts.sign_in", next=place)
    if web.is_htmx():
        return "", 401, {"HX-Redirect": sign_in}
    return redirect(sign_in, 303)


def _keep_text() -> str | None:
    """Let the feature keep what was typed, when the session ended while somebody was writing."""
    hook, lapsed = _lapse_hooks.get(request.endpoint or ""), cookies.current().lapsed
    if request.method in SAFE_METHODS or hook is None or lapsed is None or lapsed.is_disabled:
        return None
    if not _comes_from(lapsed.state.get("csrf_token")):
        return None
    with transaction():
        return hook(lapsed.actor.person_id, request.endpoint or "", request.view_args or {}, request.form)


def _comes_from(secret: object) -> bool:
    """Whether the form was rendered for the session that had this CSRF secret (Flask-WTF's own format)."""
    signer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    try:
        sent = signer.loads(request.form.get("csrf_token") or request.headers.get("X-CSRFToken", ""))
    except BadData:
        return False
    return isinstance(secret, str) and hmac.compare_digest(str(sent), secret)


def _page_to_return_to() -> str | None:
    if request.method in SAFE_METHODS and not web.is_htmx():
        return request.full_path.rstrip("?") if request.path != "/" else None
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    return shown.path + (f"?{shown.query}" if shown.query else "") if shown.path else None


def _token_id(token: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(token or request.form.get(TOKEN_FIELD, ""))
    except ValueError:
        return None
