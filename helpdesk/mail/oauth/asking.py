"""The talk with a provider's token endpoint (RFC 6749): a code or a refresh token becomes a token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.errors import N_, DomainError
from helpdesk.outbound import Answer, Bounds, call

LIFE_UNSAID_S = 3600
SHORTEST_S, LONGEST_S = 30, 7 * 86400
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
SAID_LENGTH = 300
LAPSED = N_(
    "The provider no longer accepts the sign-in: it ran out, the password was changed, or it was taken back."
)
CLIENT_REFUSED = N_(
    "The provider does not accept the client ID or its secret. Secrets run out: make a new one there."
)
REFUSED = N_("The provider refuses: %(code)s.")
SENTENCES = {
    "invalid_grant": LAPSED,
    "interaction_required": LAPSED,
    "login_required": LAPSED,
    "consent_required": N_("The provider wants the sign-in to be agreed to once more."),
    "invalid_client": CLIENT_REFUSED,
    "unauthorized_client": CLIENT_REFUSED,
    "invalid_scope": N_("The provider does not give this client access to mail: allow it there."),
}


@dataclass(frozen=True, kw_only=True)
class Client:
    """Who asks, and where; `inner` are hosts of our own network that may be asked."""

    token_url: str
    client_id: str
    scope: str
    client_secret: str | None = field(default=None, repr=False)
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What was given. `refresh` None: the one there is stays good."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    life_s: int = LIFE_UNSAID_S


class Refused(DomainError):
    """The provider said no, and will say so again until somebody does something. `said` is its own words."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(SENTENCES.get(code, REFUSED), code=code)
        self.code, self.said = code, said


def redeem(client: Client, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
    """Tokens for the code that a sign-in brought back (RFC 6749, 4.1.3, with RFC 7636)."""
    return _ask(
        client,
        grant_type="authorization_code",
        code=code,
        code_verifier=verifier,
        redirect_uri=redirect_uri,
    )


def renew(client: Client, refresh_token: str) -> Tokens:
    """New tokens for a refresh token; whether it still counts afterwards is the provider's affair."""
    return _ask(client, grant_type="refresh_token", refresh_token=refresh_token)


def by_itself(client: Client) -> Tokens:
    """A token for the client itself; nobody has to sign in (RFC 6749, 4.4)."""
    return _ask(client, grant_type="client_credentials", scope=client.scope)


def _ask(client: Client, **form: str) -> Tokens:
    """Raises Refused, CallFailed, or DomainError for what may pass by itself."""
    form["client_id"] = client.client_id
    if client.client_secret:
        form["client_secret"] = client.client_secret
    answer = call(client.token_url, form=form, bounds=Bounds(inner=client.inner))
    found = _read(answer)
    if answer.status == 200 and _is_token(found.get("access_token")):
        return _tokens(found)
    code = found.get("error")
    if 400 <= answer.status < 500 and isinstance(code, str) and code not in PASSING:
        raise Refused(_plain(code)[:60], _plain(found.get("error_description", ""))[:SAID_LENGTH])
    raise DomainError(N_("The provider gave no token (answer %(status)s)."), status=answer.status)


def _read(answer: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _tokens(found: Mapping[str, Any]) -> Tokens:
    refresh = found.get("refresh_token")
    return Tokens(
        access=str(found["access_token"]),
        refresh=str(refresh) if _is_token(refresh) else None,
        life_s=_life(found.get("expires_in")),
    )


def _is_token(value: object) -> bool:
    """Something that can be said to a mail server and takes no second line there."""
    return isinstance(value, str) and 0 < len(value) <= 16384 and value.isascii() and value.isprintable()


def _life(value: object) -> int:
    try:
        return min(max(int(str(value)), SHORTEST_S), LONGEST_S)
    except ValueError:
        return LIFE_UNSAID_S


def _plain(said: object) -> str:
    clean = "".join(letter if letter.isprintable() else " " for letter in str(said))
    return " ".join(clean.split())
