"""One finding in words for each box, chosen by plain rules."""

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from helpdesk.i18n import percent
from helpdesk.reports.boxes import ReasonRow, age_url, judged_url, reasons, returns_url, tone_of
from helpdesk.reports.figures import Figures
from helpdesk.reports.queries import CURRENT, PREVIOUS
from helpdesk.reports.scope import Scope
from helpdesk.tickets.filters import Holder, Risk
from helpdesk.tickets.rules import Line, Priority

OLDEST = 0


@dataclass(frozen=True)
class Finding:
    """A sentence with the list that shows it; `is_warning` draws the triangle."""

    words: str
    url: str | None = None
    is_warning: bool = False


def of_risk(figures: Figures, scope: Scope) -> Finding:
    """Whether nobody works on something that burns."""
    pressing, nobodys = (sum(getattr(row, name) for row in figures.open) for name in ("pressing", "nobodys"))
    if not pressing:
        return Finding(gettext("Nothing is due within the hour, and nothing is late."))
    if not nobodys:
        return Finding(gettext("Somebody works on each of them."))
    words = ngettext("Nobody works on %(num)s of them yet.", "Nobody works on %(num)s of them yet.", nobodys)
    return Finding(words, scope.url(risk=Risk.PRESSING, assignee=Holder.NOBODY), is_warning=True)


def of_attainment(figures: Figures, scope: Scope) -> Finding:
    """The worst cell of the table: of the red ones, else of the amber ones, the one that missed most."""
    cells = [
        (tone_of(share) != "bad", -share.rest, share.value, line, priority)
        for line in Line
        for priority in Priority
        for share in (figures.kept(CURRENT, line, priority),)
        if share.value is not None and tone_of(share) != "ok"
    ]
    if cells:
        *_, line, priority = min(cells)
        return _worst(figures, scope, line, priority)
    every = figures.kept(CURRENT)
    if every.value is None:
        return Finding(gettext("Nothing with a deadline was solved in this period."))
    if not every.rest:
        return Finding(gettext("Every deadline was kept."))
    words = ngettext(
        "No line is below the mark; %(num)s ticket missed a deadline.",
        "No line is below the mark; %(num)s tickets missed a deadline.",
        every.rest,
    )
    return Finding(words, judged_url(figures, scope, None, None, missed=True))


def _worst(figures: Figures, scope: Scope, line: Line, priority: Priority) -> Finding:
    share, before = figures.kept(CURRENT, line, priority), figures.kept(PREVIOUS, line, priority)
    fell = before.value is not None and share.value is not None and before.value > share.value
    values = {
        "line": int(line),
        "priority": priority.value,
        "share": percent(share.value, 1 if share.part else 0),
        "missed": share.rest,
        "whole": share.whole,
    }
    if fell:
        words = gettext(
            "Line %(line)s, %(priority)s fell to %(share)s: %(missed)s of %(whole)s missed.", **values
        )
    else:
        words = gettext(
            "Line %(line)s, %(priority)s stands at %(share)s: %(missed)s of %(whole)s missed.", **values
        )
    return Finding(words, judged_url(figures, scope, line, priority, missed=True), is_warning=True)


def of_flow(figures: Figures, scope: Scope) -> Finding:
    """Whether the pile grows."""
    more = figures.opened_in(CURRENT) - figures.solved_in(CURRENT)
    if more > 0:
        words = ngettext(
            "%(num)s more came in than was solved.", "%(num)s more came in than were solved.", more
        )
    elif more < 0:
        words = ngettext(
            "%(num)s more was solved than came in.", "%(num)s more were solved than came in.", -more
        )
    else:
        words = gettext("As many were solved as came in.")
    return Finding(words, scope.finished_url(created_from=figures.window.current.start))


def of_ages(figures: Figures, scope: Scope) -> Finding:
    """What lies longest, and on which line."""
    old = {line: figures.open_count(line, OLDEST) for line in Line}
    total = sum(old.values())
    if not total:
        return Finding(gettext("Nothing is older than a week."))
    line = max(old, key=lambda one: old[one])
    words = ngettext("%(num)s is older than a week", "%(num)s are older than a week", total)
    if old[line] == total:
        words = gettext("%(many)s, all on line %(line)s.", many=words, line=int(line))
    else:
        words = gettext(
            "%(many)s, %(count)s of them on line %(line)s.", many=words, count=old[line], line=int(line)
        )
    return Finding(words, age_url(figures, scope, OLDEST))


def of_handovers(figures: Figures, scope: Scope) -> Finding:
    """Which line gives back most, and why."""
    back = _returned_by_line(reasons(figures, scope))
    if not figures.pairs("escalation") and not any(back.values()):
        return Finding(gettext("Nothing was handed up in this period."))
    if not any(back.values()):
        return Finding(gettext("Nothing came back for want of anything."))
    line = max(back, key=lambda one: back[one])
    top = _top_reason(reasons(figures, scope), line)
    words = ngettext(
        "Line %(line)s gave back %(num)s ticket, most often: %(reason)s.",
        "Line %(line)s gave back %(num)s tickets, most often: %(reason)s.",
        figures.pairs("return").get((line, line - 1), back[line]),
        line=line,
        reason=top.words[:1].lower() + top.words[1:],
    )
    return Finding(words, returns_url(figures, scope, by=line))


def _returned_by_line(rows: list[ReasonRow]) -> dict[int, int]:
    counts = {2: 0, 3: 0}
    for row in rows:
        for line, count in row.by_line:
            counts[line] += count
    return counts


def _top_reason(rows: list[ReasonRow], line: int) -> ReasonRow:
    return max(rows, key=lambda row: dict(row.by_line)[line])
