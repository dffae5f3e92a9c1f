"""What every form that writes has in common: done once, whole or not at all, and an answer to go to."""

from collections.abc import Callable
from datetime import datetime

from flask import flash
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError, NotPermitted

Verb = Callable[[int, datetime], object]
Write = Callable[[int, datetime], str]
Refused = Callable[[DomainError], ResponseReturnValue]


def write_once(
    write: Write,
    *,
    refused: Refused | None = None,
    said: str | Callable[[], str] = "",
    answer: Callable[[str], ResponseReturnValue] = web.see_other,
) -> ResponseReturnValue:
    """Call `write(by, now)` in one transaction with the receipt of the form, and go where it says.

    The same form sent again writes nothing and goes to the place of the first time. What the desk refuses is
    undone whole; `refused` then gives the form back with what was typed, without it the error goes up. Who
    may not do it gets 403 in any case. `said` is told on the next page; a callable where it depends on what
    was written. `answer` makes something other than the way to the place, for the first time only.
    """
    actor = guard.current_actor()
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            place = write(actor.person_id, clock.now(db.session))
            guard.remember(actor, place)
    except DomainError as error:
        if refused is None or isinstance(error, NotPermitted):
            raise
        return refused(error)
    if words := said() if callable(said) else said:
        flash(words, "good")
    return answer(place)


def leading_to(there: str, verb: Verb) -> Write:
    """A write for `write_once` that calls `verb(by, now)` and goes there."""

    def write(by: int, now: datetime) -> str:
        verb(by, now)
        return there

    return write


def status_of(error: DomainError) -> int:
    """What a form given back is answered with: 422 where its shape was wrong, 409 where a rule said no."""
    return 422 if isinstance(error, BadInput) else 409
