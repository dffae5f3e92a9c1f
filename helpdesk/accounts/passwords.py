"""Passwords: argon2id with the floor of OWASP, two at a time, never inside an open transaction."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from helpdesk.errors import BadInput

SHORTEST, LONGEST = 14, 128
AT_ONCE = 2

_hasher = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)
_places = threading.BoundedSemaphore(AT_ONCE)
_DUMMY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash (RFC 9106). Raises BadInput when the length is wrong; takes about 20 ms."""
    check_length(password)
    with _places:
        return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password. Takes as long for an unknown account (None) as for a wrong password."""
    if len(password) > LONGEST:
        return False
    try:
        with _places:
            _hasher.verify(stored or _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def check_length(password: str) -> None:
    """Raises BadInput, before any hashing, when a staff password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"A password has {SHORTEST} to {LONGEST} characters.", "new_password")
