"""How often somebody may try something: counted in the database, so that all web processes count together."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from helpdesk import secrets_box
from helpdesk.accounts.models import RateBucket
from helpdesk.db import db


@dataclass(frozen=True)
class Limit:
    """At most `hits` within each window of `seconds`."""

    hits: int
    seconds: int


@dataclass(frozen=True)
class Rate:
    """What is counted, and its limits from the shortest window to the longest."""

    purpose: str
    limits: tuple[Limit, ...]


SIGN_IN_ACCOUNT = Rate("sign-in account", (Limit(5, 300), Limit(20, 3600)))
SIGN_IN_ADDRESS = Rate("sign-in address", (Limit(10, 300),))
SIGN_IN_ALL = Rate("sign-in", (Limit(1000, 300),))
RESET_ACCOUNT = Rate("reset account", (Limit(3, 3600), Limit(5, 86400)))
RESET_ADDRESS = Rate("reset address", (Limit(20, 3600),))
LOOK_UP = Rate("look-up", (Limit(300, 60),))
SEARCH = Rate("search", (Limit(60, 60),))
EXPORT = Rate("export", (Limit(10, 86400),))


def wait_for(rate: Rate, subject: str, *, now: datetime) -> int:
    """Count one try in the open transaction; the seconds to wait when there were too many, else 0.

    A refused try is not counted, so nobody can keep a window shut by hammering at it.
    """
    for limit in rate.limits:
        window = _window(limit, now)
        if not _count(_key(rate, limit, subject), window, limit.hits):
            return int((window + timedelta(seconds=limit.seconds) - now).total_seconds()) + 1
    return 0


def forget(rate: Rate, subject: str) -> None:
    """Start counting anew, after a success."""
    keys = [_key(rate, limit, subject) for limit in rate.limits]
    db.session.execute(delete(RateBucket).where(RateBucket.key.in_(keys)))


def _count(key: str, window: datetime, most: int) -> bool:
    """Add one unless the window is full; one statement, so that two never both take the last place."""
    statement = insert(RateBucket).values(key=key, window_start=window, hits=1)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "window_start"],
        set_={"hits": RateBucket.hits + 1},
        where=RateBucket.hits < most,
    ).returning(RateBucket.hits)  # type: ignore[assignment]
    return db.session.execute(statement).one_or_none() is not None


def _window(limit: Limit, now: datetime) -> datetime:
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % limit.seconds, UTC)


def _key(rate: Rate, limit: Limit, subject: str) -> str:
    """A keyed digest: without the installation's secret nobody can tell whose bucket it is."""
    text = f"{rate.purpose}|{limit.seconds}|{subject}".encode()
    return hmac.new(secrets_box.key_for("rate buckets"), text, hashlib.sha256).hexdigest()
