"""Which canned answers there are: for the list under `::`, and for the settings."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import Team
from helpdesk.canned.models import CannedAnswer
from helpdesk.db import db

OFFERED = 8
PAGE = 200


def offered(
    typed: str, *, team_ids: Iterable[int], language: str, limit: int = OFFERED
) -> list[CannedAnswer]:
    """What fits the typed words, best first: the shortcut itself, its beginning, then name and text.

    Only answers for all teams and for these; those in the client's language come before the rest.
    """
    word = typed.strip().lower()
    begins = CannedAnswer.shortcut.startswith(word, autoescape=True)
    statement = (
        select(CannedAnswer)
        .where(CannedAnswer.retired_at.is_(None))
        .where(or_(CannedAnswer.team_id.is_(None), CannedAnswer.team_id.in_(sorted(team_ids))))
        .where(*([] if not word else [or_(begins, _contains(word))]))
        .order_by(
            CannedAnswer.language != language,
            case((CannedAnswer.shortcut == word, 0), (begins, 1), else_=2),
            func.lower(CannedAnswer.name),
            CannedAnswer.id,
        )
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def of_teams(answer_id: int, team_ids: Iterable[int]) -> CannedAnswer | None:
    """The one with that number, if it is offered to one of these teams."""
    found = db.session.get(CannedAnswer, answer_id)
    is_offered = found is not None and (found.team_id is None or found.team_id in set(team_ids))
    return found if is_offered and found is not None and found.retired_at is None else None


def listed(typed: str = "", *, retired: bool = False) -> list[CannedAnswer]:
    """All that fit the typed words, with their teams; in use, or retired."""
    word = typed.strip().lower()
    is_retired = CannedAnswer.retired_at.isnot(None) if retired else CannedAnswer.retired_at.is_(None)
    statement = (
        select(CannedAnswer)
        .outerjoin(Team, Team.id == CannedAnswer.team_id)
        .where(is_retired, *([_contains(word)] if word else []))
        .options(joinedload(CannedAnswer.team))
        .order_by(func.lower(CannedAnswer.name), CannedAnswer.id)
        .limit(PAGE)
    )
    return list(db.session.scalars(statement))


def by_id(answer_id: int) -> CannedAnswer | None:
    """One with its team."""
    statement = (
        select(CannedAnswer).where(CannedAnswer.id == answer_id).options(joinedload(CannedAnswer.team))
    )
    return db.session.scalars(statement).one_or_none()


def _contains(word: str) -> ColumnElement[bool]:
    """Every typed word somewhere in shortcut, name or text."""
    line = func.lower(CannedAnswer.shortcut + " " + CannedAnswer.name + " " + CannedAnswer.text)
    return and_(*(line.contains(part, autoescape=True) for part in word.split()[:6]))
