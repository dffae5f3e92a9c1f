"""Hours that change from now on date no missed deadline anew; the overtime goes on in the new ones."""

from dataclasses import replace

from helpdesk.sla.calendar import working_hours
from helpdesk.sla.rules import Author, ClockState, Kind, LedgerEntry, Metric, PolicyVersion, Target, replay

HOUR = 3600
OPENED = 1_772_611_200  # Wednesday, 4 March 2026, 08:00 UTC
LONG = working_hours("UTC", [[(480, 1080)]] * 7)  # eight to six, every day
SHORT = working_hours("UTC", [[(480, 720)]] * 7)  # eight to twelve
POLICY = PolicyVersion("P", (Target(Metric.RESOLUTION, "P1", 2 * HOUR, "long"),))


def after_edit(at: int, *, as_of: int, keeps_breaches: bool = False) -> ClockState:
    """The solution's clock, when the hours became short at `at`."""
    ledger = [
        LedgerEntry(
            at=OPENED, seq=1, kind=Kind.CREATED, by=Author.CUSTOMER, priority="P1", line=1, policy="P"
        ),
        LedgerEntry(at=at, seq=2, kind=Kind.CALENDAR_EDITED, calendar="long", becomes="short"),
    ]
    ledger[1] = replace(ledger[1], keeps_breaches=keeps_breaches)
    clock = replay(ledger, {"P": POLICY}, {"long": LONG, "short": SHORT}, as_of).current(Metric.RESOLUTION)
    assert clock is not None
    return clock


def test_a_missed_deadline_stays_where_it_was() -> None:
    clock = after_edit(OPENED + 3 * HOUR, as_of=OPENED + 9 * HOUR, keeps_breaches=True)
    assert (clock.due_at, clock.breached_at) == (OPENED + 2 * HOUR, OPENED + 2 * HOUR)
    assert (clock.epoch, clock.breach_history, clock.missed_once) == (1, (), True)


def test_the_overtime_goes_on_in_the_new_hours() -> None:
    clock = after_edit(OPENED + 3 * HOUR, as_of=OPENED + 9 * HOUR, keeps_breaches=True)
    assert clock.calendar == "short"
    assert clock.elapsed_s == 4 * HOUR  # three by the old hours, one more until noon


def test_one_that_is_in_time_counts_by_the_new_hours_as_ever() -> None:
    kept = after_edit(OPENED + HOUR, as_of=OPENED + 90 * 60, keeps_breaches=True)
    assert kept == after_edit(OPENED + HOUR, as_of=OPENED + 90 * 60)
    assert kept.epoch == 2


def test_a_deadline_missed_at_the_very_second_of_the_change_is_not_missed_before_it() -> None:
    clock = after_edit(OPENED + 2 * HOUR, as_of=OPENED + 3 * HOUR, keeps_breaches=True)
    assert (clock.epoch, clock.breached_at) == (2, OPENED + 2 * HOUR)


def test_without_saying_so_a_change_dates_the_breach_anew() -> None:
    clock = after_edit(OPENED + 3 * HOUR, as_of=OPENED + 9 * HOUR)
    assert (clock.epoch, clock.due_at) == (2, OPENED + 3 * HOUR)
    assert clock.breach_history == (OPENED + 2 * HOUR,)
