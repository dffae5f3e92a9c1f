"""Two administrators at one form: which changes the second one has not seen when saving."""

from sqlalchemy import func, select

from helpdesk.admin.changes import Change, changes_of
from helpdesk.db import db
from helpdesk.errors import DomainError, StaleChange
from helpdesk.history import SettingChange


class ChangedMeanwhile(StaleChange):
    """Others changed the thing while the form was open; `news` says what, newest first."""

    def __init__(self, news: list[Change]) -> None:
        super().__init__()
        self.news = news


def seen_now(kind: str, thing_id: int) -> int:
    """The latest change of the thing, for the form to carry; 0 when it never changed."""
    newest = select(func.max(SettingChange.event_id)).where(
        SettingChange.thing_kind == kind, SettingChange.thing_id == thing_id
    )
    return db.session.scalar(newest) or 0


def refuse_unseen(kind: str, thing_id: int, carried: str) -> None:
    """Raise ChangedMeanwhile when others changed the thing since the form was made.

    Ask after the thing is locked. What cannot be read as a number counts as never seen.
    """
    seen = int(carried) if carried.isascii() and carried.isdigit() and len(carried) < 19 else 0
    if news := [change for change in changes_of(kind, thing_id) if change.event_id > seen]:
        raise ChangedMeanwhile(news)


def news_in(problem: DomainError) -> list[Change]:
    """What changed meanwhile, when that is the problem."""
    return problem.news if isinstance(problem, ChangedMeanwhile) else []
