"""Who gets the answers on a ticket at once, and who is only proposed. Pure."""

from dataclasses import dataclass
from enum import StrEnum

NEW_PER_MAIL = 20


class WatchState(StrEnum):
    """Whether the address gets what we answer."""

    WATCHING = "watching"
    PROPOSED = "proposed"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True)
class Named:
    """An address that a mail named beside us; `contact_id` None: nobody we know.

    `is_verified`: somebody said who he is. `company_id` is his, None: not known, or one whose people are
    kept apart.
    """

    email: str
    name: str = ""
    contact_id: int | None = None
    company_id: int | None = None
    is_verified: bool = False


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Who names: whether he takes part in the ticket of `company_id`, and is proved to be who he says."""

    company_id: int
    takes_part: bool
    is_proved: bool


def state_for(named: Named, naming: Naming) -> WatchState:
    """At once only a known colleague, named by somebody on the ticket of whom that is proved."""
    is_colleague = named.is_verified and named.company_id == naming.company_id
    trusted = naming.takes_part and naming.is_proved and is_colleague
    return WatchState.WATCHING if trusted else WatchState.PROPOSED
