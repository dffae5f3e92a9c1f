"""What a replayed case shows, in the words and the shape of a case file's `expected`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.sla.rules import ClockState, Metric, Phase, TicketClocks

Result = dict[str, Any]


def shown(clocks: TicketClocks, asked: Sequence[Metric], *, thresholds: bool, lines: bool) -> Result:
    """The clocks asked for; on wish the instants of the first one's thresholds, and how the lines share."""
    result: Result = {"clocks": {metric.value: _clock(clocks.current(metric)) for metric in asked}}
    if thresholds:
        crossed = clocks.current(asked[0]) if asked else None
        result["thresholds"] = {c.percent: written(c.at) for c in crossed.crossings} if crossed else {}
    if lines:
        result |= _lines(clocks)
    return result


def written(at: int | None) -> str | None:
    """An instant as the file writes it; None is never."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(clocks: TicketClocks) -> Result:
    numbers = sorted({clock.line for clock in clocks.clocks if clock.line is not None})
    result: Result = {
        "attribution": _by_name(clocks.attribution),
        "attribution_sum": sum(clocks.attribution.values()),
        "ola": {f"L{line}": _clock(clocks.current(Metric.OLA, line)) for line in numbers},
    }
    if clocks.blame:
        result["attribution_at_breach"] = _by_name(clocks.blame.attribution)
        result["holder_at_breach"] = f"L{clocks.blame.holder}"
    return result


def _by_name(attribution: Mapping[int, int]) -> Result:
    return {f"L{line}": seconds for line, seconds in attribution.items()}


def _clock(clock: ClockState | None) -> Result:
    if clock is None:
        return {"state": "none"}
    result: Result = {
        "state": _word(clock),
        "target": clock.target_s,
        "elapsed": clock.elapsed_s,
        "remaining": clock.remaining_s,
        "due_at": written(clock.due_at),
        "breached": clock.breached,
    }
    if clock.breached_at is not None:
        result["breach_event_at"] = written(clock.breached_at)
    if clock.breach_history:
        result["breach_history"] = [written(at) for at in clock.breach_history]
    if clock.cycle > 1:
        result["cycle"] = clock.cycle
        result["closed_cycles"] = [{"elapsed": c.elapsed_s, "met": c.met} for c in clock.closed_cycles]
    return result


def _word(clock: ClockState) -> str:
    if clock.phase is Phase.STOPPED:
        return "met" if clock.met else "missed"
    return clock.phase.value
