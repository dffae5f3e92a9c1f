"""What the forms that let a ticket wait offer and accept: for whom, why, and until which working morning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash
from flask_babel import gettext
from sqlalchemy import ScalarSelect, func, select

from helpdesk.accounts.models import Person
from helpdesk.calendars.hours import hours_of
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.i18n import moment_in, viewer_zone
from helpdesk.sla.calendar import WorkingHours, open_time, working_hours
from helpdesk.sla.models import Metric, SlaClock, SlaPolicyVersion
from helpdesk.sla.mornings import Morning, Soon, mornings
from helpdesk.tickets import actions
from helpdesk.tickets.actions.waits import NOBODY_NAMED
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import LONGEST_WAIT, WAITING_STATES, State, WaitReason
from helpdesk.tickets.views.forms import Form, moment_of, text_of, word_of
from helpdesk.tickets.views.jsonb import listed
from helpdesk.tickets.views.ours import party_named, refuse_ours
from helpdesk.tickets.views.wait_words import past_waits
from helpdesk.tickets.wait_models import TicketWait
from helpdesk.tickets.words import WAIT_REASONS, options

Facts = Mapping[str, Any]
OWN = "own"  # the choice of a moment of one's own
OFFICE = tuple(((9 * 60, 18 * 60),) if day < 5 else () for day in range(7))  # where nothing is promised
SHOWN_WAITS, LATELY, KNOWN_PARTIES = 50, 200, 20


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """How long this ticket may wait from now on, and in whose working hours; `latest` None: no cap."""

    hours: WorkingHours
    latest: datetime | None
    pauses: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the waiting dialog and the composer offer; `soon` are values and words of moments."""

    soon: Sequence[tuple[str, str]]
    usual: str
    latest: datetime | None
    latest_value: str
    abouts: Sequence[tuple[str, str]]
    parties: Sequence[str]
    note: str
    past: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One waiting as it was asked for."""

    state: State
    reason: str
    wake_at: datetime
    about: WaitReason = WaitReason.OTHER
    party: actions.Party = NOBODY_NAMED


def waits_around(ticket_id: int) -> ScalarSelect[Any]:
    """What was waited for, what is promised, whom one may wait for: one value of another statement."""
    return select(
        func.jsonb_build_object(
            "rows", _waits(ticket_id), "promise", _promise(ticket_id), "parties", _parties()
        )
    ).scalar_subquery()


def choices_of(around: Facts, now: datetime) -> Choices:
    """Everything to choose from, out of what the page has read already."""
    horizon = _horizon(around["promise"], now)
    soon = [(_value(_at(one)), _named(one)) for one in _allowed(horizon, now)]
    usual = next((value for value, _ in soon[1:]), soon[0][0] if soon else "")
    return Choices(
        soon=soon,
        usual=usual,
        latest=horizon.latest,
        latest_value=_value(horizon.latest) if horizon.latest else "",
        abouts=options(WAIT_REASONS),
        parties=around["parties"],
        note=_says_clock(horizon.pauses),
        past=past_waits(around["rows"], now),
    )


def current_wait(ticket: Ticket, around: Facts) -> Facts | None:
    """The waiting that lasts now, with moments as such."""
    if ticket.state not in WAITING_STATES:
        return None
    open_one = next((row for row in around["rows"] if row["ended_at"] is None), None)
    if open_one is None:
        return None
    return {**open_one, "since": datetime.fromisoformat(open_one["since"]), "wake_at": ticket.wake_at}


def wish_of(form: Form) -> Wish:
    """What the waiting dialog asks. Raises BadInput or RuleViolation where something is missing or means
    nothing.
    """
    third = form.get("whom") == "third_party"
    reason = text_of(form, "reason")
    if not reason:
        raise RuleViolation("Say what we wait for.")
    return Wish(
        state=State.WAITING_THIRD_PARTY if third else State.WAITING_CLIENT,
        reason=reason,
        wake_at=_wake_at(form),
        about=word_of(form, "about", WaitReason) or WaitReason.OTHER,
        party=party_named(text_of(form, "party"), "party") if third else NOBODY_NAMED,
    )


def wait_for_answer(ticket: Ticket, form: Form, to: Sequence[str], *, by: int, now: datetime) -> None:
    """Wait for the answer to a mail that has just been written: to these third parties, or to the client."""
    if not to:
        reason = gettext("his answer to our mail")
        about, state, party = WaitReason.INFORMATION, State.WAITING_CLIENT, NOBODY_NAMED
    else:
        for email in to:
            refuse_ours(email, "third_party")
        party = party_named(to[0], "third_party")
        reason = gettext("the answer of %(name)s", name=", ".join(to))
        about, state = WaitReason.VENDOR, State.WAITING_THIRD_PARTY
    wake_at = moment_of(form, "wait_until") or _usual(ticket, now)
    wish = Wish(state=state, reason=reason, wake_at=wake_at.astimezone(UTC), about=about, party=party)
    wait(ticket, wish, by=by, now=now)


def _usual(ticket: Ticket, now: datetime) -> datetime:
    """In two working days, or as long as it may wait."""
    horizon = _horizon(db.session.scalar(select(_promise(ticket.id))), now)
    soon = _allowed(horizon, now)[:2]
    return _at(soon[-1]) if soon else horizon.latest or now + LONGEST_WAIT


def wait(ticket: Ticket, wish: Wish, *, by: int, now: datetime) -> None:
    """Let it wait as asked, never longer than its policy allows; say so when nobody is there to wake to.

    Raises BadInput for a day too late, RuleViolation where the ticket cannot wait.
    """
    horizon = _horizon(db.session.scalar(select(_promise(ticket.id))), now)
    if horizon.latest is not None and wish.wake_at > horizon.latest:
        words = gettext(
            "Choose an earlier moment: this policy lets one waiting last until %(latest)s at most.",
            latest=moment_in(viewer_zone(), horizon.latest),
        )
        raise BadInput(words, "wake_at")
    actions.wait(
        ticket,
        wish.state,
        reason=wish.reason,
        wake_at=wish.wake_at,
        about=wish.about,
        party=wish.party,
        by=by,
        now=now,
    )
    opens = _opens_later(horizon.hours, wish.wake_at)
    if opens is not None:
        again = moment_in(viewer_zone(), opens)
        words = gettext("That is outside the working hours: they begin again %(opens)s.", opens=again)
        flash(words, "risk")


def _wake_at(form: Form) -> datetime:
    """The suggested moment, or one's own."""
    name = "wake_at" if form.get("until", OWN) == OWN else "until"
    found = moment_of(form, name)
    if found is None:
        raise BadInput(gettext("Say when to look at it again."), "wake_at")
    return found.astimezone(UTC)


def _waits(ticket_id: int) -> ScalarSelect[Any]:
    """The latest first; those that were taken back do not count."""
    some = (
        select(TicketWait, Person.name.label("by"))
        .join(Person, Person.id == TicketWait.by_id)
        .where(
            TicketWait.ticket_id == ticket_id,
            TicketWait.ended_at.is_(None) | (TicketWait.ended_at > TicketWait.since),
        )
        .order_by(TicketWait.id.desc())
        .limit(SHOWN_WAITS)
        .subquery()
    )
    names = ("state", "about", "reason", "party", "since", "wake_at", "ended_at", "by")
    row = func.jsonb_build_object(*(part for name in names for part in (name, some.c[name])))
    return select(listed(row, some.c.id.desc())).scalar_subquery()


def _promise(ticket_id: int) -> ScalarSelect[Any]:
    """Calendar, cap and pauses of the client's own clock; null where nothing is promised."""
    facts = func.jsonb_build_object(
        "calendar", SlaClock.calendar_version_id,
        "longest_s", SlaPolicyVersion.longest_wait_s,
        "pauses", func.to_jsonb(SlaPolicyVersion.pause_states),
    )  # fmt: skip
    return (
        select(facts)
        .join(SlaPolicyVersion, SlaPolicyVersion.id == SlaClock.policy_version_id)
        .where(SlaClock.ticket_id == ticket_id, SlaClock.metric == Metric.RESOLUTION)
        .order_by(SlaClock.cycle.desc())
        .limit(1)
        .scalar_subquery()
    )


def _parties() -> ScalarSelect[Any]:
    """Third parties that were waited for lately, anywhere."""
    lately = select(TicketWait.party).order_by(TicketWait.id.desc()).limit(LATELY).subquery()
    known = select(lately.c.party).where(lately.c.party != "").distinct().limit(KNOWN_PARTIES).subquery()
    return select(listed(func.to_jsonb(known.c.party), known.c.party)).scalar_subquery()


def _horizon(promise: Facts | None, now: datetime) -> Horizon:
    if promise is None or promise["calendar"] is None:
        office = working_hours(viewer_zone().key, OFFICE)
        return Horizon(hours=office, latest=now + LONGEST_WAIT, pauses=())
    calendar, longest = int(promise["calendar"]), promise["longest_s"]
    return Horizon(
        hours=hours_of([calendar])[calendar],
        latest=now + timedelta(seconds=longest) if longest is not None else None,
        pauses=promise["pauses"],
    )


def _allowed(horizon: Horizon, now: datetime) -> list[Morning]:
    every = mornings(horizon.hours, int(now.timestamp()))
    return [one for one in every if horizon.latest is None or _at(one) <= horizon.latest]


def _opens_later(hours: WorkingHours, at: datetime) -> datetime | None:
    """When the hours begin again, if that moment lies outside them."""
    second = int(at.timestamp())
    opens = open_time(hours, second, second + int(LONGEST_WAIT.total_seconds())).next_open(second)
    return None if opens is None or opens == second else datetime.fromtimestamp(opens, UTC)


def _named(one: Morning) -> str:
    names = {
        Soon.NEXT: gettext("Tomorrow morning") if one.is_tomorrow else gettext("The next working morning"),
        Soon.AFTER_NEXT: gettext("In two working days"),
        Soon.MONDAY: gettext("At the beginning of next week"),
        Soon.WEEK: gettext("In a week"),
    }
    return f"{names[one.soon]}, {moment_in(viewer_zone(), _at(one))}"


def _says_clock(pauses: Sequence[str]) -> str:
    client, third = State.WAITING_CLIENT in pauses, State.WAITING_THIRD_PARTY in pauses
    if client and third:
        return gettext("The client's clock stands still meanwhile.")
    if client:
        return gettext("The clock stands still while the client is asked, and runs on for a third party.")
    if third:
        return gettext("The clock stands still for a third party, and runs on while the client is asked.")
    return gettext("The clock runs on meanwhile.")


def _at(one: Morning) -> datetime:
    return datetime.fromtimestamp(one.at, UTC)


def _value(at: datetime) -> str:
    return at.astimezone(viewer_zone()).strftime("%Y-%m-%dT%H:%M")
