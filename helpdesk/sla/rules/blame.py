"""Who answers for a missed resolution: the line that used up the time, beside the holder."""

from collections.abc import Mapping

from helpdesk.sla.rules.history import History, seconds_by_line
from helpdesk.sla.rules.track import Track
from helpdesk.sla.rules.values import Blame, Line


def blame_at(track: Track, history: History, budgets: Mapping[Line, int]) -> Blame | None:
    """Blame for the resolution's breach; None when there is none.

    The line with most seconds above its budget is responsible (tie: the earlier line); a line without a
    budget has no allowance.
    """
    at = track.breached_at
    if at is None:
        return None
    counted = [(a, min(b, at), open_) for a, b, open_ in track.all_segments(at) if a < at]
    attribution = seconds_by_line(history.held(counted))
    over = {line: max(0, spent - budgets.get(line, 0)) for line, spent in attribution.items()}
    total, holder = sum(over.values()), history.line_at(at)
    if not total:
        return Blame(at, holder, holder, attribution, over, {}, budget_gap=True)
    responsible = max(over, key=lambda line: (over[line], -line))
    weights = {line: seconds / total for line, seconds in over.items() if seconds}
    return Blame(at, holder, responsible, attribution, over, weights, budget_gap=False)
