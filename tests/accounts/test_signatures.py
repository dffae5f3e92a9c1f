"""The lines under a person's mail: places are filled, unknown ones refused in words."""

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.rules import check_signature, signed
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.notifications.letters import signature_of
from tests.browsing import form, sign_in
from tests.factories import an_agent

VALUES = {"name": "Ada Lind", "phone": "", "firm": "Fernhill"}
PROFILE = {"name": "Ada Lind", "language": "en", "zone": "", "theme": "auto"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("{name}, {firm}", "Ada Lind, Fernhill"),
        ("{name}\nPhone {phone}\n{firm}", "Ada Lind\nFernhill"),
        ("{name} {phone}", "Ada Lind "),
        ("Room {7}", "Room {7}"),
        ("", ""),
    ],
)
def test_places_are_filled_and_lines_of_nothing_known_left_out(text: str, lines: str) -> None:
    assert signed(text, VALUES) == lines


def test_what_a_value_says_is_no_place() -> None:
    assert signed("{name}", {**VALUES, "name": "{firm}"}) == "{firm}"


@pytest.mark.parametrize(
    ("text", "said"), [("{nmae}", "Did you mean {name}?"), ("{salary}", "only {name}, {phone} and {firm}")]
)
def test_a_place_that_there_is_not_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(BadInput, match="There is no") as refused:
        check_signature(f"Regards\n{text}")
    assert said in str(refused.value)


@pytest.mark.usefixtures("session")
def test_the_profile_keeps_a_signature_with_places_and_says_what_is_wrong_with_one(
    client: FlaskClient,
) -> None:
    ada = an_agent("Ada Lind")
    sign_in(client, ada)
    right = form(**PROFILE, signature="{name}\nCall {phone}", phone="+44 20 7946 0112")
    assert client.post("/profile", data=right).status_code == 303
    assert signature_of(ada.id, None).startswith("Ada Lind\nCall +44 20 7946 0112\n")
    wrong = client.post("/profile", data=form(**PROFILE, signature="{fone}"))
    assert wrong.status_code == 422
    assert "There is no {fone} in a signature. Did you mean {phone}?" in wrong.text
    db.session.expire_all()
    assert signature_of(ada.id, None).startswith("Ada Lind\nCall")
