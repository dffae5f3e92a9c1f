"""Bytes as people read them."""

from flask_babel import gettext

KIB = 1024


def size_of(count: int) -> str:
    """Bytes as people read them."""
    if count >= KIB * KIB:
        return gettext("%(size)s MB", size=round(count / KIB / KIB, 1))
    if not count:
        return gettext("empty")
    return gettext("%(size)s kB", size=max(1, round(count / KIB)))
