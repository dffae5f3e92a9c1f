"""A refused form comes back on the ticket's page: its dialog open, what was typed in it, and why not."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import abort, make_response, request
from flask.typing import ResponseReturnValue

from helpdesk.accounts.guard import current_actor
from helpdesk.db import end_read
from helpdesk.errors import BadInput, DomainError, RuleViolation
from helpdesk.i18n import told
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visibility
from helpdesk.tickets.views import page
from helpdesk.tickets.views.page import Refused

COMPOSER = "composer"
P = ParamSpec("P")
View = Callable[Concatenate[Ticket, P], ResponseReturnValue]


def comes_back(dialog: str) -> Callable[[View[P]], View[P]]:
    """Let a refusal of the view be said in the dialog with what was typed, instead of on an error page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(ticket: Ticket, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            number = ticket.id
            try:
                return view(ticket, *args, **kwargs)
            except (RuleViolation, BadInput) as error:
                return _again(number, dialog, error)

        return answer

    return decorate


def _again(number: int, dialog: str, error: DomainError) -> ResponseReturnValue:
    end_read()
    actor = current_actor()
    ticket = visibility.fetch(actor, number)
    if ticket is None:
        abort(404)
    field = error.field if isinstance(error, BadInput) else None
    refused = Refused(dialog, told(error), request.form, field)
    body = page.draw(ticket, actor, refused=refused)
    return make_response(body, 422 if isinstance(error, BadInput) else 409)
