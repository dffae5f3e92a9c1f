"""The lines under a person's mail: places are filled, unknown ones refused in words."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk.accounts.rules import check_signature, signed, signed_form
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.notifications.letters import signature_of
from helpdesk.notifications.models import Outbox
from helpdesk.tickets import actions
from tests.browsing import form, sign_in
from tests.factories import a_contact, a_mailbox, a_ticket, an_agent, three_lines

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


@pytest.mark.parametrize(
    ("html", "filled"),
    [
        ("<div>{name}<br>Call <b>{phone}</b><br>{firm}</div>", "<div>Ada &lt;3<br>Fernhill</div>"),
        ("<div><b>{phone}</b><br>{name}</div>", "<div>Ada &lt;3</div>"),
        ("<div>{phone}</div><ul><li>{phone}</li><li>{firm}</li></ul>", "<ul><li>Fernhill</li></ul>"),
        ("<div>{phone}<br>{name}</div>", "<div>Ada &lt;3</div>"),
    ],
)
def test_a_form_is_filled_with_words_only_and_loses_lines_of_nothing_known(html: str, filled: str) -> None:
    assert signed_form(html, {**VALUES, "name": "Ada <3"}) == filled


FORM = '<div onclick="x"><strong>{name}</strong><br>Call {phone}<br><a href="https://fernhill.example">{firm}</a></div>'


@pytest.mark.usefixtures("session")
def test_a_signature_with_a_form_is_kept_shown_and_sent_with_its_plain_words(
    client: FlaskClient, now: datetime
) -> None:
    three_lines()
    ada, mailbox = an_agent("Ada Lind"), a_mailbox(signature="Fernhill, 24 hours")
    ticket = a_ticket(mailbox=mailbox, contact=a_contact(email="hanna@halden.example"))
    db.session.commit()
    sign_in(client, ada)
    assert client.post("/profile", data=form(**PROFILE, signature="x", html=FORM)).status_code == 303
    profile = client.get("/profile").text
    assert "&lt;strong&gt;{name}&lt;/strong&gt;" in profile
    assert "onclick" not in profile
    plain = "{name}\nCall {phone}\n{firm} <https://fernhill.example>"
    assert client.post("/profile", data=form(**PROFILE, signature=plain)).status_code == 303  # no editor
    shown = client.get(f"/tickets/{ticket.id}").text.partition('class="composer-signature formed"')[2]
    assert "<strong>Ada Lind</strong>" in shown.partition("</div>")[0]
    actions.reply(ticket, actions.Reply(text="Try again"), by=ada.id, now=now)
    mail = db.session.scalars(
        select(Outbox).order_by(Outbox.id.desc()).options(undefer(Outbox.body_html))
    ).first()
    assert mail is not None
    assert mail.body.endswith(
        "Try again\n\n-- \nAda Lind\nFernhill <https://fernhill.example>\nFernhill, 24 hours\n"
    )
    closing = (mail.body_html or "").partition('class="gmail_signature"')[2]
    assert "<strong>Ada Lind</strong><br><a href=" in closing
    assert "Fernhill, 24 hours" in closing
    assert "--" not in (mail.body_html or "")
    wrong = client.post("/profile", data=form(**PROFILE, signature="x", html="<div>{na<b>me</b>}</div>"))
    assert (wrong.status_code, "needs one form" in wrong.text) == (422, True)


@pytest.mark.usefixtures("session")
def test_the_profile_keeps_a_signature_with_places_and_says_what_is_wrong_with_one(
    client: FlaskClient,
) -> None:
    ada = an_agent("Ada Lind")
    sign_in(client, ada)
    right = form(**PROFILE, signature="{name}\nCall {phone}", phone="+44 20 7946 0112")
    assert client.post("/profile", data=right).status_code == 303
    assert signature_of(ada.id, None).text.startswith("Ada Lind\nCall +44 20 7946 0112\n")
    wrong = client.post("/profile", data=form(**PROFILE, signature="{fone}"))
    assert wrong.status_code == 422
    assert "There is no {fone} in a signature. Did you mean {phone}?" in wrong.text
    db.session.expire_all()
    assert signature_of(ada.id, None).text.startswith("Ada Lind\nCall")
