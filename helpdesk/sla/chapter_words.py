"""What each step of a clock says, as a sentence."""

from collections.abc import Callable, Mapping

from flask_babel import gettext

from helpdesk.i18n import working_days
from helpdesk.sla.ledger import Fact
from helpdesk.sla.rules import Metric, Step
from helpdesk.sla.telling import Telling
from helpdesk.tickets.words import PRIORITIES, TYPES

DONE = ("resolved", "closed")
MOVES = ("ticket.escalated", "ticket.returned", "ticket.moved")
WAITS = {
    "waiting_client": lambda: gettext("waiting for the client"),
    "waiting_third_party": lambda: gettext("waiting for a third party"),
}


def words_of(told: Telling, step: Step) -> str:
    """What happened."""
    return SAY[step.kind](told, step, told.fact(step.seq))


def who(told: Telling, fact: Fact | None) -> str:
    """The name of whoever did it."""
    return told.names.people.get(fact.actor_id, "") if fact is not None else ""


def line_name(told: Telling, line: int) -> str:
    """Line 2, Administrators."""
    name = told.names.lines.get(line)
    if not name:
        return gettext("line %(line)s", line=line)
    return gettext("line %(line)s, %(name)s", line=line, name=name)


# what each step says


def _started(told: Telling, step: Step, fact: Fact | None) -> str:
    metric = told.found.clock.metric
    if metric is Metric.OLA:
        return gettext(
            "It came to %(line)s; its own time begins", line=line_name(told, told.found.clock.line or 1)
        )
    if metric is Metric.NEXT_RESPONSE:
        return gettext("The client wrote and is owed an answer")
    if metric is Metric.UPDATE:
        return gettext("%(name)s wrote to the client; the next word is owed", name=who(told, fact))
    if fact is not None and fact.kind == "ticket.opened":
        return gettext("The request came in")
    return gettext("The clock begins")


def _paused(told: Telling, step: Step, fact: Fact | None) -> str:
    state = fact.payload.get("new", fact.payload.get("state")) if fact is not None else None
    waits = WAITS[state]() if state in WAITS else gettext("waiting")
    return gettext("Paused by %(name)s, %(waits)s", name=who(told, fact), waits=waits)


def wait_words(told: Telling, fact: Fact) -> str:
    """That somebody waits, where no clock is paused by it."""
    if fact.payload["new"] == "waiting_client":
        return gettext("%(name)s waits for the client", name=who(told, fact))
    return gettext("%(name)s waits for a third party", name=who(told, fact))


def _resumed(told: Telling, step: Step, fact: Fact | None) -> str:
    kind = fact.kind if fact is not None else ""
    if fact is not None and _by_the_client(fact):
        return gettext("The client's answer opened it again; the clock goes on")
    if kind == "ticket.client_wrote":
        return gettext("The client answered; the clock goes on")
    if fact is not None and fact.payload.get("by_date"):
        return gettext("The date set for waiting came; the clock goes on")
    if fact is not None and fact.payload.get("new") in WAITS:
        return wait_words(told, fact)
    if kind == "ticket.reopened":
        return gettext("%(name)s opened it again; the clock goes on", name=who(told, fact))
    if kind in MOVES:
        line = told.found.clock.line
        if line is not None:
            return gettext("Back on %(line)s; its time goes on", line=line_name(told, line))
    return gettext("%(name)s goes on with it", name=who(told, fact))


def _by_the_client(fact: Fact) -> bool:
    """Whether the client's own words opened a finished ticket again."""
    after_end = fact.kind == "ticket.client_wrote" and fact.payload.get("old") in DONE
    return after_end or bool(fact.payload.get("by_client"))


def _stopped(told: Telling, step: Step, fact: Fact | None) -> str:
    kind, name = (fact.kind if fact is not None else ""), who(told, fact)
    if kind == "ticket.agent_replied":
        return gettext("%(name)s answered the client", name=name)
    if kind in ("ticket.call_joined", "ticket.opened"):
        return gettext("%(name)s spoke with the client", name=name)
    if kind == "ticket.closed":
        return gettext("%(name)s closed it", name=name)
    if kind == "ticket.discarded":
        return gettext("%(name)s threw it away as no request; the clock is over", name=name)
    return gettext("%(name)s solved it", name=name)


def _idle(told: Telling, step: Step, fact: Fact | None) -> str:
    line = line_name(told, fact.payload["to_line"] if fact is not None else told.found.line)
    if fact is not None and fact.kind == "ticket.returned":
        return gettext("%(name)s gave it back to %(line)s; this clock rests", name=who(told, fact), line=line)
    return gettext("%(name)s handed it over to %(line)s; this clock rests", name=who(told, fact), line=line)


def _cancelled(told: Telling, step: Step, fact: Fact | None) -> str:
    kind = fact.kind if fact is not None else ""
    if kind == "ticket.discarded":
        return gettext("%(name)s threw it away as no request; the clock is over", name=who(told, fact))
    if kind == "ticket.merged":
        return gettext("%(name)s merged it into another ticket; the clock is over", name=who(told, fact))
    return gettext("%(change)s; nothing is promised for this any more", change=change_words(told, fact))


def _changed(told: Telling, step: Step, fact: Fact | None) -> str:
    return change_words(told, fact)


def change_words(told: Telling, fact: Fact | None) -> str:
    found = _CHANGES.get(fact.kind) if fact is not None else None
    return found(told, fact) if found is not None and fact is not None else gettext("The terms changed")


def _priority(told: Telling, fact: Fact) -> str:
    return gettext(
        "%(name)s changed the priority from %(old)s to %(new)s",
        name=who(told, fact),
        old=PRIORITIES[fact.payload["old"]],
        new=PRIORITIES[fact.payload["new"]],
    )


def _type(told: Telling, fact: Fact) -> str:
    return gettext(
        "%(name)s changed the kind from %(old)s to %(new)s",
        name=who(told, fact),
        old=TYPES[fact.payload["old"]],
        new=TYPES[fact.payload["new"]],
    )


def _policy(told: Telling, fact: Fact) -> str:
    name, number = told.names.policies.get(fact.payload["policy_version_id"], ("", 0))
    contract = told.names.contracts.get(fact.payload.get("contract_id") or 0)
    if contract:
        return gettext(
            "From here the contract “%(contract)s” with “%(policy)s”, version %(version)s, holds",
            contract=contract,
            policy=name,
            version=number,
        )
    return gettext("From here “%(policy)s”, version %(version)s, holds", policy=name, version=number)


def _policy_changed(told: Telling, fact: Fact) -> str:
    if fact.payload["mode"] == "retroactive":
        return gettext("%(words)s, and from the beginning", words=_policy(told, fact))
    return _policy(told, fact)


def _hours(told: Telling, fact: Fact) -> str:
    name = who(told, fact)
    if fact.payload["retroactive"]:
        return gettext("%(name)s corrected the working hours, and all was counted again", name=name)
    return gettext("%(name)s changed the working hours; the new ones count from here", name=name)


def _reopened(told: Telling, fact: Fact) -> str:
    return gettext("%(name)s opened it again; the terms of today hold", name=who(told, fact))


_CHANGES: Mapping[str, Callable[[Telling, Fact], str]] = {
    "ticket.priority_changed": _priority,
    "ticket.type_changed": _type,
    "sla.policy_chosen": _policy,
    "sla.policy_changed": _policy_changed,
    "sla.calendar_changed": _hours,
    "ticket.reopened": _reopened,
}


def _breached(told: Telling, step: Step, fact: Fact | None) -> str:
    target = working_days(step.target_s, told.day_s)
    if told.found.clock.metric is Metric.OLA:
        return gettext("The time of the line is used up: %(target)s", target=target)
    holder = next((hand for hand in reversed(told.found.hands) if hand.from_at < step.at), None)
    if holder is None:
        return gettext("The time is used up: %(target)s", target=target)
    return gettext(
        "The time is used up: %(target)s. %(line)s held it",
        target=target,
        line=_capital(line_name(told, holder.line)),
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


SAY: Mapping[str, Callable[[Telling, Step, Fact | None], str]] = {
    "started": _started,
    "paused": _paused,
    "resumed": _resumed,
    "stopped": _stopped,
    "idle": _idle,
    "cancelled": _cancelled,
    "changed": _changed,
    "breached": _breached,
}
