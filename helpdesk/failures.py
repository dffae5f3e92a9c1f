"""What people read when something is refused or breaks: one table from error to status and sentence."""

import logging
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError, TooManyRequests

from helpdesk import web
from helpdesk.errors import BadInput, DomainError, NotPermitted, RuleViolation, StaleChange
from helpdesk.i18n import gettext, told

RETRY_SECONDS = 5
LONG_TEXT = 20
SECRET_FIELDS = ("csrf_token", "form_token", "password", "new_password", "repeated")
_log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    RuleViolation: 409,
    StaleChange: 409,
    NotPermitted: 403,
    BadInput: 422,
}


class DatabaseAway(Exception):
    """The database does not answer; raised by doors that found out in another way than by an error."""


def install(app: Flask) -> None:
    """Turn every error into an answer that a person can use."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    for away in (OperationalError, InterfaceError, PoolTimeout, DatabaseAway):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _defect)


def answer(status: int, sentence: str, **values: Any) -> Response:
    """The error as a page, or as one sentence for a script."""
    if web.is_htmx():
        body = render_template("errors/_sentence.html", status=status, sentence=sentence, **values)
    else:
        body = render_template(_template(status), status=status, sentence=sentence, **values)
    return make_response(body, status)


def typed_texts() -> list[str]:
    """What the person wrote at length in the refused form, so that it is not lost."""
    texts = [value for name, value in request.form.items() if name not in SECRET_FIELDS]
    return [text for text in texts if len(text) > LONG_TEXT]


def _template(status: int) -> str:
    known = (400, 403, 404, 409, 429, 500, 503)
    return f"errors/{status if status in known else 400 if status < 500 else 500}.html"


def _domain_error(error: DomainError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
    is_rule = isinstance(error, RuleViolation)
    return answer(status, told(error), typed=typed_texts(), is_rule=is_rule)


def _stale(error: StaleDataError) -> Response:
    sentence = gettext("Somebody else changed this a moment ago. Look at how it stands now and try again.")
    return answer(409, sentence, typed=typed_texts())


def _form_too_old(error: CSRFError) -> Response:
    sentence = gettext(
        "This page was open too long, so nothing was saved. Load it again and send it once more."
    )
    return answer(400, sentence, typed=typed_texts())


def _http_error(error: HTTPException) -> Response | HTTPException:
    if isinstance(error, InternalServerError):
        return _defect(error.original_exception or error)
    status = error.code or 500
    if status < 400:
        return error
    response = answer(status, _sentence(error, status), **_retry(error))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _sentence(error: HTTPException, status: int) -> str:
    if isinstance(error, SecurityError):
        return gettext("The desk does not answer under this name.")
    usual = {
        400: gettext("The desk did not understand this request."),
        403: gettext("You may look at this, but not do this with it."),
        404: gettext("There is nothing here, or it is not for you."),
        405: gettext("That cannot be done here."),
        413: gettext("This is larger than the desk takes. Go back, leave something out, and send it again."),
        429: gettext("That was a bit fast. Please wait a moment and try again."),
    }
    own_words = error.description != type(error).description
    return str(error.description) if own_words and error.description else usual.get(status, usual[400])


def _retry(error: HTTPException) -> dict[str, Any]:
    seconds = getattr(error, "retry_after", None) if isinstance(error, TooManyRequests) else None
    return {"retry_seconds": seconds} if seconds else {}


def _database_away(error: Exception) -> Response:
    _log.warning("The database is away", extra={"error": type(error).__name__})
    sentence = gettext("The database does not answer at the moment. The desk comes back by itself.")
    response = answer(503, sentence, retry_seconds=RETRY_SECONDS, typed=typed_texts())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _database_error(error: DBAPIError) -> Response:
    return _database_away(error) if error.connection_invalidated else _defect(error)


def _defect(error: BaseException) -> Response:
    if current_app.config.get("PROPAGATE_DEFECTS"):
        raise error
    _log.error("A request broke", exc_info=error, extra={"door": request.endpoint})
    return answer(500, gettext("Something broke on our side. It has been written down."), typed=typed_texts())
