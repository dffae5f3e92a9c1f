"""What the form of wishes says, as values; a bad field is named in words."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from helpdesk.errors import BadInput
from helpdesk.notifications.rules import DAY_MIN, Hours, MailWhen, Topic, Ways


class Rest(StrEnum):
    """How a person says when he wants quiet: never, between two times, or whenever he does not work."""

    NONE = ""
    BETWEEN = "between"
    OUTSIDE = "outside"


Form = MultiDict[str, str]
LONGEST_AWAY = DAY_MIN


def ways_in(form: Form) -> Mapping[Topic, Ways]:
    """The ticks of the table."""
    return {topic: Ways(f"desk-{topic}" in form, f"mail-{topic}" in form) for topic in Topic}


def hours_in(form: Form, *, muted_until: datetime | None) -> Hours:
    """When mail may go. Raises BadInput with the field that cannot be right."""
    rest = _rest(form)
    quiet = _quiet(form) if rest is not Rest.NONE else None
    return Hours(
        mail_when=_when(form),
        away_minutes=_away(form),
        quiet_from=quiet[0] if quiet else None,
        quiet_until=quiet[1] if quiet else None,
        quiet_days=_days(form, needed=quiet is not None),
        breach_passes=bool(form.get("breach_passes")),
        muted_until=muted_until,
        quiet_outside=rest is Rest.OUTSIDE,
        p1_passes=bool(form.get("p1_passes")),
    )


def rest_of(hours: Hours) -> Rest:
    """The choice that these hours stand for."""
    if hours.quiet_from is None:
        return Rest.NONE
    return Rest.OUTSIDE if hours.quiet_outside else Rest.BETWEEN


def _rest(form: Form) -> Rest:
    try:
        return Rest(form.get("quiet", ""))
    except ValueError:
        raise BadInput("Choose when you want quiet.", "quiet") from None


def clock_words(minutes: int | None, otherwise: str) -> str:
    """Minutes of a day as a time field shows them; None: what is proposed."""
    return otherwise if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _when(form: Form) -> MailWhen:
    try:
        return MailWhen(form.get("mail_when", ""))
    except ValueError:
        raise BadInput("Choose when notices go out as mail.", "mail_when") from None


def _away(form: Form) -> int:
    typed = form.get("away_minutes", "").strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 6 and 1 <= int(typed) <= LONGEST_AWAY):
        raise BadInput("Write a number of minutes between 1 and 1440.", "away_minutes")
    return int(typed)


def _quiet(form: Form) -> tuple[int, int]:
    return _minutes(form, "quiet_from"), _minutes(form, "quiet_until")


def _minutes(form: Form, name: str) -> int:
    try:
        at = datetime.strptime(form.get(name, "").strip()[:5], "%H:%M")  # noqa: DTZ007  a time of day, no moment
    except ValueError:
        raise BadInput("Write both times of the quiet hours, as 20:00.", name) from None
    return at.hour * 60 + at.minute


def _days(form: Form, *, needed: bool) -> tuple[int, ...]:
    days = tuple(sorted({int(one) for one in form.getlist("day") if one in {*"0123456"}}))
    if needed and not days:
        raise BadInput("Choose at least one day for the quiet hours.", "day")
    return days or tuple(range(7))
