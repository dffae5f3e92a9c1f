"""Lists of mails by state: which state is asked for, its tabs, and one thing done to whatever was ticked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from flask import flash, request
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext

Verb = Callable[[Sequence[int], int, datetime], int]
Tab = tuple[str, str, int | None, bool]
MOST = 200


def act_on_chosen(
    verbs: Mapping[str, Verb], there: str, *, for_all: str, said: Callable[[str, int], str]
) -> ResponseReturnValue:
    """Do what the button says to the ticked mails, and go back `there`; `for_all` needs none ticked.

    A verb gets the ids, who does it and when, and gives how many it was done to. Raises BadInput.
    """
    verb, chosen = request.form.get("verb", ""), _chosen()
    if verb not in verbs:
        raise BadInput(gettext("Choose what to do."), "verb")
    if not chosen and verb != for_all:
        flash(gettext("Choose at least one mail."), "bad")
        return web.see_other(there)
    done: list[int] = []

    def write(by: int, now: datetime) -> None:
        done.append(verbs[verb](chosen, by, now))

    return write_once(leading_to(there, write), said=lambda: said(verb, done[0]))


def state_asked(shown: Collection[str], usual: str) -> str:
    """The state in the address; the usual one where it names none that is shown."""
    state = request.args.get("state", usual)
    return state if state in shown else usual


def tabs_of(
    names: Mapping[str, str], current: str, url: Callable[[str], str], counts: Mapping[str, int]
) -> list[Tab]:
    """One tab for each state, with how many there are where that is counted."""
    return [(name, url(state), counts.get(state) or None, state == current) for state, name in names.items()]


def _chosen() -> list[int]:
    found = request.form.getlist("mail")[:MOST]
    if not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in found):
        raise BadInput(gettext("There is no such mail."), "mail")
    return [int(one) for one in found]
