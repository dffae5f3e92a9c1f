"""Passwords: argon2id at OWASP's floor, two at a time, never inside an open transaction."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from helpdesk.accounts.common_passwords import is_common
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext

SHORTEST, LONGEST = 14, 128
FEWEST_DIFFERENT = 5
AT_ONCE = 2
FIELD = "new_password"

_hasher = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)
_places = threading.BoundedSemaphore(AT_ONCE)
_DUMMY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash (RFC 9106). Raises BadInput when the length is wrong; takes tens of milliseconds."""
    check_length(password)
    with _places:
        return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password; an unknown account (None) takes as long as a wrong password."""
    if len(password) > LONGEST:
        return False
    try:
        with _places:
            _hasher.verify(stored or _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with a lower cost than today's."""
    return _hasher.check_needs_rehash(stored)


def check_length(password: str) -> None:
    """Raises BadInput, before any hashing, when a staff password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        sentence = gettext(
            "A password has %(shortest)s to %(longest)s characters.", shortest=SHORTEST, longest=LONGEST
        )
        raise BadInput(sentence, FIELD)


def check_strength(password: str, own_words: tuple[str, ...]) -> None:
    """Raises BadInput when it is easy to guess: hardly any different characters, own names, common words."""
    check_length(password)
    folded = password.casefold()
    if len(set(folded)) < FEWEST_DIFFERENT:
        raise BadInput(gettext("This password repeats itself; choose a few words instead."), FIELD)
    if any(len(word) > 3 and word.casefold() in folded for word in own_words):
        raise BadInput(gettext("This password contains your name, address or firm."), FIELD)
    if is_common(password):
        sentence = gettext("This password is one of the first that others would try; choose four odd words.")
        raise BadInput(sentence, FIELD)
