"""What the desk does by itself when a share of a target is used up, as the ticket's policy says."""

from collections.abc import Sequence
from datetime import datetime

from helpdesk.sla.events import ThresholdCrossed
from helpdesk.tickets.models import Ticket


def are_due(crossed: Sequence[ThresholdCrossed]) -> bool:
    """Whether any of these crossings asks for an act on its ticket beside telling people.

    The sweep asks for every ticket it has handled, so this reads nothing but what is known in the process.
    """
    return False


def act(ticket: Ticket, crossed: Sequence[ThresholdCrossed], now: datetime) -> None:
    """Do what the policy asks at these crossings, as the system, in the open transaction of the sweep.

    The sweep calls it once for each ticket, whose row it has locked, with all that it has newly written down,
    in the order of the instants; never twice with the same crossing. By then crossings, notices and clock
    rows are written; a verb that moves the clocks writes its own events, and these write the rows again.
    What the verb makes due is found by the same sweep. A verb that the rules refuse is for this function to
    catch, inside a savepoint of its own (the crossing stays, the lead hears of it); any other error undoes
    this ticket only, and the sweep tries it again later.
    """
