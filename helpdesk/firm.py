"""What the firm says about itself on the settings screen: one row, which wins over the environment."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import CheckConstraint, ScalarSelect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import history
from helpdesk.config import IN_FORCE, settings
from helpdesk.db import Base, db, end_read

CHOSEN, KEPT = "firm_choices", "firm_kept"
T = TypeVar("T")
OVERRIDES = {
    "name": "firm_name",
    "ticket_prefix": "ticket_prefix",
    "language": "default_language",
    "zone": "default_timezone",
    "country": "phone_region",
}


class Firm(Base):
    """The one row of the installation; null means: as the environment says.

    `country` is an ISO 3166 code: it reads telephone numbers and offers holidays. `accent` is a colour as
    #rrggbb, `logo_sha256` a blob. `version` rises with every change, so that each process notices it.
    While `mail_stopped_at` is set nothing is fetched and nothing sent (standstill.py).
    """

    __tablename__ = "firm"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("mail_stopped_because in ('restored', 'moved')", name="stop_reason"),
        CheckConstraint("(mail_stopped_at is null) = (mail_stopped_because is null)", name="stop_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    name: Mapped[str | None]
    ticket_prefix: Mapped[str | None]
    language: Mapped[str | None]
    zone: Mapped[str | None]
    country: Mapped[str | None]
    accent: Mapped[str | None]
    logo_sha256: Mapped[str | None]
    logo_type: Mapped[str | None]
    logo_width: Mapped[int | None]
    logo_height: Mapped[int | None]
    assistant_step: Mapped[str | None]
    assistant_done_at: Mapped[datetime | None]
    mail_stopped_at: Mapped[datetime | None]
    mail_stopped_because: Mapped[str | None]
    backup_made_at: Mapped[datetime | None]
    moved_to: Mapped[str | None]


@dataclass(frozen=True)
class Choices:
    """What the firm's screen asks: checked by whoever fills it (`setting_kinds`)."""

    name: str
    ticket_prefix: str
    language: str
    zone: str
    country: str


def in_force() -> Choices:
    """What holds now, from the screen or else from the environment."""
    here = settings()
    return Choices(**{column: getattr(here, setting) for column, setting in OVERRIDES.items()})


def change(choices: Choices, *, by: int, now: datetime) -> None:
    """Let this hold from now on, in every process."""
    firm, before = the_firm(), in_force()
    for column, value in asdict(choices).items():
        setattr(firm, column, value)
    history.changed(("firm", 0, choices.name), asdict(before), asdict(choices), by=by, now=now)
    touched(firm)


def the_firm() -> Firm:
    """The row, locked for change. Raise its version by `touched` when something on it changed."""
    return db.session.scalars(select(Firm).with_for_update(key_share=True)).one()


def touched(firm: Firm) -> None:
    """Let every process read the row anew, this one at once."""
    firm.version += 1
    db.session.flush()
    refresh()


def version_now() -> ScalarSelect[int]:
    """The row's version, to ride along in a statement that runs anyway."""
    return select(Firm.version).scalar_subquery()


def expect(version: int) -> None:
    """Read the row again if this process knows another version of it."""
    if chosen().get("version") != version:
        refresh()


def refresh() -> None:
    """Read the row: one statement."""
    row = db.session.execute(select(Firm.__table__)).mappings().one_or_none()
    known = dict(row or {})
    if known != chosen():
        current_app.extensions[KEPT] = {}
    wins = {setting: known[column] for column, setting in OVERRIDES.items() if known.get(column) is not None}
    current_app.extensions[CHOSEN] = known
    current_app.extensions[IN_FORCE] = replace(current_app.extensions["settings"], **wins)


def kept(name: str, read: Callable[[], T]) -> T:
    """What `read` gave since the row last changed: for short lists that every page needs.

    Whoever changes such a list calls `touched`, so that every process reads it again.
    """
    store = current_app.extensions.setdefault(KEPT, {})
    if name not in store:
        store[name] = read()
    return cast("T", store[name])


def refresh_if_possible() -> None:
    """Read the row; while the database is away go on with what is known, for the sign-in page needs none."""
    try:
        refresh()
    except OperationalError:
        end_read()


def chosen() -> dict[str, Any]:
    """The row as this process knows it, by column; empty before the first look at it."""
    known: dict[str, Any] = current_app.extensions.get(CHOSEN, {})
    return known
