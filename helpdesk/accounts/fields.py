"""Which fields a form has: whatever else comes with it is refused before anything is done."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from helpdesk.accounts.guard import TOKEN_FIELD
from helpdesk.errors import N_, BadInput

EVERYWHERE = ("csrf_token", TOKEN_FIELD, "version")  # what the macro `hidden` puts into each form
SHOWN = 60
NO_SUCH_FIELD = N_(
    "This form has no field “%(name)s”, so nothing was done. Load the page again and try anew."
)

P = ParamSpec("P")
R = TypeVar("R")


def takes(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view have the form with these fields and no other, of text and of files."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def taking(*args: P.args, **kwargs: P.kwargs) -> R:
            refuse_others(names)
            return view(*args, **kwargs)

        return has(*names)(taking)

    return decorate


def has(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say which fields a form has whose view refuses others by itself, once it has kept what was written."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        view.fields = names  # type: ignore[attr-defined]
        return view

    return decorate


def refuse_others(names: tuple[str, ...]) -> None:
    """Raises BadInput for the first field that was sent and is none of these."""
    for name in (*request.form, *request.files):
        if not is_of(name, names):
            raise BadInput(NO_SUCH_FIELD, name=name[:SHOWN])


def is_of(name: str, names: tuple[str, ...]) -> bool:
    """Whether a form with these fields has that one."""
    return name in EVERYWHERE or name in names
