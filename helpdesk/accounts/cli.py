"""What the shell asks and says when somebody is made an administrator."""

import sys
from collections.abc import Callable

import click

from helpdesk.accounts import first
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.passwords import LONGEST, SHORTEST, check_strength
from helpdesk.errors import BadInput


def administrator(email: str | None, name: str | None, base_url: str, *, reads_stdin: bool) -> str:
    """Make somebody an administrator; asks for what is missing, again when it cannot be. What to say then."""
    address = _asked("E-mail address", email, address_of)
    if (known := first.promote(address)) is not None:
        return _about_known(*known, address)
    called = _asked("Name", name, first.name_of)
    own_words = (*called.split(), address.partition("@")[0])
    password = _piped() if reads_stdin else _asked_password(own_words)
    first.create_administrator(email=address, name=called, password=password)
    return f"{called} is an administrator and signs in as {address} at {base_url}/sign-in."


def new_password(email: str | None, base_url: str) -> str:
    """A link for a new password, and what to do with it."""
    address = _asked("E-mail address", email, address_of)
    path = first.password_link(address)
    return f"Open this link within 30 minutes; it works once:\n{base_url}{path}"


def _about_known(name: str, is_new: bool, address: str) -> str:
    if is_new:
        return (
            f"{name} signs in as {address} already, is an administrator from now on and keeps the password."
        )
    return f"{name} is an administrator already and signs in as {address}. Nothing was changed."


def _asked(words: str, given: str | None, check: Callable[[str], str]) -> str:
    """What was given, else what is typed, again until it can be. Raises BadInput for a given one."""
    if given is not None:
        return check(given)
    while True:
        try:
            return check(click.prompt(words))
        except BadInput as problem:
            click.echo(str(problem), err=True)


def _asked_password(own_words: tuple[str, ...]) -> str:
    click.echo(f"The password has {SHORTEST} to {LONGEST} characters; a few words are best.", err=True)
    while True:
        password = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
        try:
            check_strength(password, own_words)
        except BadInput as problem:
            click.echo(str(problem), err=True)
        else:
            return str(password)


def _piped() -> str:
    """The first line of the standard input, without its end."""
    return sys.stdin.readline().rstrip("\r\n")
