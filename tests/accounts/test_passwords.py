"""Which passwords are refused because everybody would try them."""

import pytest

from helpdesk.accounts.common_passwords import is_common
from helpdesk.accounts.passwords import check_strength
from helpdesk.errors import BadInput


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "password123456",
        "Passw0rd 2026!!",
        "P@ssw0rd_P@ssw0rd",
        "qwertyuiop1234",
        "1qaz2wsx3edc4rfv",
        "iloveyouforever",
        "letmein12345678",
        "administrator1",
        "12345678901234",
        "Welcome-Helpdesk-2026",
        "парольпароль12",
        "йцукенгшщзхъ123",
        "abc12!abc12!abc",
    ],
)
def test_what_everybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        check_strength(password, ())


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "seven calm green herons",
        "an old brown door",
        "94837261058374",
        "tr0ub4dor&3xkcdq",
        "восемь рыжих ёжиков",
        "my password is a blue teapot",
    ],
)
def test_a_few_odd_words_are_taken(password: str) -> None:
    assert not is_common(password)
    check_strength(password, ())
