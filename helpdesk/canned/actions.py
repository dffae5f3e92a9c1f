"""Writes of canned answers: made, changed, retired, taken back into use; each with its history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk import history
from helpdesk.accounts.models import Team
from helpdesk.canned import rules
from helpdesk.canned.models import CannedAnswer
from helpdesk.db import db
from helpdesk.errors import BadInput, StaleChange
from helpdesk.rich.typed import words_and_form

THING = "canned_answer"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a person says about a canned answer; `team_id` None: for every team. `html` is the form of the
    words and wins over `text`, None: they have none.
    """

    name: str
    shortcut: str
    language: str
    text: str
    html: str | None = None
    team_id: int | None = None


def create(wording: Wording, *, by: int, now: datetime) -> CannedAnswer:
    """A new one, offered from now on. Raises BadInput."""
    wording = _checked(wording)
    answer = CannedAnswer(created_at=now, updated_at=now, **vars(wording))
    db.session.add(answer)
    db.session.flush()
    _note(answer, None, by=by, now=now)
    return answer


def change(answer: CannedAnswer, wording: Wording, *, version: int, by: int, now: datetime) -> None:
    """Put it right; texts that were inserted before stay as they are. Raises BadInput, StaleChange."""
    if answer.version != version:
        raise StaleChange("Somebody else changed this answer while you had the form open.")
    wording = _checked(wording, answer)
    before = _facts(answer)
    for name, value in vars(wording).items():
        setattr(answer, name, value)
    answer.updated_at = now
    db.session.flush()
    _note(answer, before, by=by, now=now)


def retire(answer: CannedAnswer, *, by: int, now: datetime) -> None:
    """Offer it to nobody any more; it keeps its history and can come back."""
    _set_retired(answer, now, by=by, now=now)


def bring_back(answer: CannedAnswer, *, by: int, now: datetime) -> None:
    """Offer it again. Raises BadInput when another one has its shortcut by now."""
    _check_shortcut(answer.shortcut, answer.language, answer.team_id, but=answer.id)
    _set_retired(answer, None, by=by, now=now)


def _set_retired(answer: CannedAnswer, at: datetime | None, *, by: int, now: datetime) -> None:
    before = _facts(answer)
    answer.retired_at, answer.updated_at = at, now
    db.session.flush()
    _note(answer, before, by=by, now=now)


def _checked(wording: Wording, answer: CannedAnswer | None = None) -> Wording:
    before = (answer.text, answer.html) if answer else ("", None)
    text, html = words_and_form(wording.text, wording.html or "", before)
    clean = Wording(
        name=" ".join(wording.name.split()),
        shortcut=wording.shortcut.strip().lower().removeprefix("::"),
        language=wording.language,
        text=text,
        html=html,
        team_id=wording.team_id,
    )
    rules.check(name=clean.name, shortcut=clean.shortcut, text=clean.text)
    if clean.html is not None:
        rules.check_form(clean.text, clean.html)
    if clean.language not in rules.LANGUAGES:
        raise BadInput("Choose the language of the text.", "language")
    if clean.team_id is not None and db.session.get(Team, clean.team_id) is None:
        raise BadInput("Choose a team, or all of them.", "team_id")
    _check_shortcut(clean.shortcut, clean.language, clean.team_id, but=answer.id if answer else None)
    return clean


def _check_shortcut(shortcut: str, language: str, team_id: int | None, *, but: int | None) -> None:
    same = select(CannedAnswer.name).where(
        CannedAnswer.shortcut == shortcut,
        CannedAnswer.language == language,
        CannedAnswer.team_id.is_not_distinct_from(team_id),
        CannedAnswer.retired_at.is_(None),
        CannedAnswer.id != (but or 0),
    )
    taken = db.session.scalar(same)
    if taken is not None:
        raise BadInput("“%(name)s” has this shortcut already.", "shortcut", name=taken)


def _facts(answer: CannedAnswer) -> history.Facts:
    team = db.session.get(Team, answer.team_id) if answer.team_id else None
    return {
        "name": answer.name,
        "shortcut": answer.shortcut,
        "language": answer.language,
        "text": answer.text,
        "html": answer.html,
        "team": team.name if team else None,
        "in_use": answer.retired_at is None,
    }


def _note(answer: CannedAnswer, before: history.Facts | None, *, by: int, now: datetime) -> None:
    history.changed((THING, answer.id, answer.name), before, _facts(answer), by=by, now=now)
