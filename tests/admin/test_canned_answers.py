"""Canned answers: written on a screen, filled in a reply, refused when nothing could fill them."""

from collections.abc import Mapping
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Person, Team
from helpdesk.canned import actions, rules
from helpdesk.canned.models import CannedAnswer
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.tickets.draft_models import Draft
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import (
    a_contact,
    a_lead,
    a_team,
    a_ticket,
    an_administrator,
    an_agent,
    the_system,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session")
SHEET = {
    "name": "Restart",
    "shortcut": "restart",
    "language": "en",
    "text": "Hello {{contact_name}}",
    "team_id": "",
}
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def lines() -> tuple[Team, Team, Team]:
    return three_lines()


@pytest.fixture
def root(client: FlaskClient, lines: object) -> Person:
    person = an_administrator("Grace Root")
    db.session.commit()
    sign_in(client, person)
    return person


def an_answer(**more: object) -> CannedAnswer:
    wording = actions.Wording(**{**SHEET, "team_id": None, **more})  # type: ignore[arg-type]
    return actions.create(wording, by=the_system().id, now=NOON)


def the_answers() -> list[CannedAnswer]:
    return list(db.session.scalars(select(CannedAnswer).order_by(CannedAnswer.id)))


def test_an_answer_written_on_the_screen_is_offered_filled_in_the_next_reply(
    client: FlaskClient, root: Person
) -> None:
    text = (
        "Hello {{contact_first_name}}, {{ ticket_number }} of {{company}} is with {{agent_name}} at {{firm}}."
    )
    assert client.post("/settings/canned-answers", data=form(**{**SHEET, "text": text})).status_code == 303
    ada, ticket = (
        an_agent("Ada Lind"),
        a_ticket(contact=a_contact("Hanna Bell", email="h@brightwater.example")),
    )
    db.session.commit()
    sign_in(client, ada)
    found = client.get(f"/tickets/{ticket.id}/canned-answers?q=rest", headers=SCRIPT).text
    firm = ticket.company.name
    assert f'data-text="Hello Hanna, HD#{ticket.id} of {firm} is with Ada Lind at Fernhill."' in found
    assert "::restart" in found


FORMED = (
    '<div onclick="x()">Dear <strong>{{contact_name}}</strong>,</div><ul><li>restart <a href="https://till.example">it</a></li>'
    "<li>{{ticket_subject}}</li></ul><script>alert(1)</script><img src=x><div>Yours</div>"
)


def test_a_formed_answer_is_cleaned_kept_with_its_plain_words_and_offered_filled(
    client: FlaskClient, root: Person
) -> None:
    sent = client.post("/settings/canned-answers", data=form(**{**SHEET, "html": FORMED}))
    assert sent.status_code == 303
    (kept,) = the_answers()
    plainly = "Dear {{contact_name}},\n\n- restart it <https://till.example>\n- {{ticket_subject}}\n\nYours"
    assert kept.text == plainly
    assert [word in (kept.html or "") for word in ("<strong>", "<li>", "script", "onclick", "img")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    page = client.get(f"/settings/canned-answers/{kept.id}").text
    assert 'data-rich="f-text-tools f-text-form"' in page
    assert "&lt;strong&gt;{{contact_name}}&lt;/strong&gt;" in page
    ada, ticket = (
        an_agent("Ada Lind"),
        a_ticket("<b>x</b>", contact=a_contact("Hanna Bell", email="h@b.example")),
    )
    db.session.commit()
    sign_in(client, ada)
    found = client.get(f"/tickets/{ticket.id}/canned-answers?q=till.example", headers=SCRIPT).text
    offered = unescape(found.partition('data-html="')[2].partition('"')[0])
    assert "<strong>Hanna Bell</strong>" in offered
    assert "<li>&lt;b&gt;x&lt;/b&gt;</li>" in offered
    client.post(f"/tickets/{ticket.id}/canned-answers", data=form(answer_id=kept.id))
    draft = db.session.scalars(select(Draft)).one()
    assert draft.text.startswith("Dear Hanna Bell,\n\n- restart it")
    assert "<strong>Hanna Bell</strong>" in (draft.html or "")


def test_the_history_shows_what_differs_in_the_words_and_their_form_and_no_html(
    client: FlaskClient, root: Person
) -> None:
    client.post("/settings/canned-answers", data=form(**{**SHEET, "html": FORMED}))
    (kept,) = the_answers()
    url = f"/settings/canned-answers/{kept.id}"
    changed = (kept.html or "").replace("restart", "<em>unplug</em>").replace("Yours", "Yours &lt;b&gt;truly")
    client.post(url, data=form(**{**SHEET, "html": changed}, version=1))
    page = client.get(url).text
    assert "<del>restart </del><ins><em>unplug</em></ins><ins> </ins>it &lt;https://till.example&gt;" in page
    assert "Yours <ins>&lt;b&gt;truly</ins>" in page
    assert "<strong>{{contact_name}}</strong>" in page.partition("change-words")[2]
    assert "&lt;li&gt;" not in page.partition("change-line")[2]


def test_lines_of_words_stay_plain_whatever_wrote_them(client: FlaskClient, root: Person) -> None:
    sheet = {**SHEET, "html": "<div>Hello {{contact_name}}<br>Bye</div>"}
    client.post("/settings/canned-answers", data=form(**sheet))
    assert [(one.text, one.html) for one in the_answers()] == [("Hello {{contact_name}}\nBye", None)]


def test_a_place_with_two_forms_is_refused_and_the_form_stays(client: FlaskClient, root: Person) -> None:
    sheet = {**SHEET, "html": "<div>Hi {{<strong>contact_name</strong>}}</div>"}
    answer = client.post("/settings/canned-answers", data=form(**sheet))
    assert (answer.status_code, "Each {{place}} needs one form" in answer.text) == (422, True)
    assert "{{&lt;strong&gt;contact_name&lt;/strong&gt;}}" in answer.text
    assert the_answers() == []


def test_its_history_says_who_changed_what(client: FlaskClient, root: Person) -> None:
    client.post("/settings/canned-answers", data=form(**SHEET))
    answer = the_answers()[0]
    changed = form(**{**SHEET, "text": "Good day {{contact_name}}"}, version=answer.version)
    assert client.post(f"/settings/canned-answers/{answer.id}", data=changed).status_code == 303
    newest = history_of(actions.THING, answer.id)[0]
    assert newest.name == "Grace Root"
    assert before_and_after(newest) == {"Text": ("Hello {{contact_name}}", "Good day {{contact_name}}")}


@pytest.mark.parametrize(
    ("sheet", "field", "sentence"),
    [
        ({"text": "Hi {{contact_nam}}"}, "text", "Did you mean {{contact_name}}?"),
        ({"text": "Hi {{config}}"}, "text", "There is no place {{config}}"),
        ({"text": "Hi {{ 7*7 }}"}, "text", "A place has two braces on both sides"),
        ({"text": "Hi {{contact_name}"}, "text", "A place has two braces on both sides"),
        ({"text": " "}, "text", "Write the text of the answer."),
        ({"name": ""}, "name", "Give it a name"),
        ({"shortcut": "two words"}, "shortcut", "The shortcut is one word"),
        ({"language": "tlh"}, "language", "Choose the language"),
    ],
)
def test_what_nothing_could_fill_or_find_is_refused_at_its_field(
    client: FlaskClient, root: Person, sheet: Mapping[str, str], field: str, sentence: str
) -> None:
    answer = client.post("/settings/canned-answers", data=form(**{**SHEET, **sheet}))
    assert answer.status_code == 422
    error = answer.text.partition(f'id="f-{field}-error"')[2].partition("</p>")[0]
    assert sentence in error
    assert the_answers() == []


def test_a_shortcut_is_taken_once_for_the_same_people(client: FlaskClient, root: Person) -> None:
    an_answer()
    db.session.commit()
    again = client.post("/settings/canned-answers", data=form(**{**SHEET, "name": "Another"}))
    assert (again.status_code, "“Restart” has this shortcut already." in again.text) == (422, True)
    russian = client.post("/settings/canned-answers", data=form(**{**SHEET, "language": "ru"}))
    assert russian.status_code == 303


def test_two_people_do_not_overwrite_each_other(client: FlaskClient, root: Person) -> None:
    answer = an_answer()
    db.session.commit()
    for text, status in (("First", 303), ("Second", 409)):
        sheet = form(**{**SHEET, "text": text}, version=1)
        assert client.post(f"/settings/canned-answers/{answer.id}", data=sheet).status_code == status
    db.session.refresh(answer)
    assert answer.text == "First"


def test_what_was_put_away_is_offered_no_more_until_it_comes_back(client: FlaskClient, root: Person) -> None:
    answer, ticket = an_answer(), a_ticket()
    ada = an_agent()
    db.session.commit()
    place = f"/settings/canned-answers/{answer.id}/retirement"
    shown = []
    for more in ({}, {"back": "1"}):
        sign_in(client, root)
        assert client.post(place, data=form(**more)).status_code == 303
        sign_in(client, ada)
        shown.append("::restart" in client.get(f"/tickets/{ticket.id}/canned-answers", headers=SCRIPT).text)
    assert shown == [False, True]


def test_a_lead_writes_for_his_own_teams_only(client: FlaskClient, lines: tuple[Team, Team, Team]) -> None:
    lead, other = a_lead("Lev Orlov", team=lines[1]), a_team(1)
    shared = an_answer()
    db.session.commit()
    sign_in(client, lead)
    for team_id, status in ((lines[1].id, 303), (other.id, 422), ("", 422)):
        sheet = form(**{**SHEET, "shortcut": "own", "team_id": team_id})
        assert client.post("/settings/canned-answers", data=sheet).status_code == status
    assert (
        client.post(f"/settings/canned-answers/{shared.id}", data=form(**SHEET, version=1)).status_code == 403
    )


def test_a_lead_finds_the_screen_from_the_list_and_no_way_that_ends_at_a_wall(
    client: FlaskClient, lines: tuple[Team, Team, Team]
) -> None:
    lead, member, ticket = a_lead(team=lines[0]), an_agent(), a_ticket()
    db.session.commit()
    door = f"/tickets/{ticket.id}/canned-answers"
    sign_in(client, member)
    assert "/settings/canned-answers" not in client.get(door, headers=SCRIPT).text
    sign_in(client, lead)
    assert "/settings/canned-answers" in client.get(door, headers=SCRIPT).text
    assert 'href="/settings"' not in client.get("/settings/canned-answers").text


def test_a_teams_answer_is_for_that_team(client: FlaskClient, lines: tuple[Team, Team, Team]) -> None:
    an_answer(shortcut="ours", team_id=lines[0].id)
    an_answer(shortcut="theirs", team_id=lines[1].id)
    ada, ticket = an_agent(), a_ticket()
    db.session.commit()
    sign_in(client, ada)
    found = client.get(f"/tickets/{ticket.id}/canned-answers", headers=SCRIPT).text
    assert ("::ours" in found, "::theirs" in found) == (True, False)


def test_without_scripts_the_text_goes_behind_the_draft(client: FlaskClient, lines: object) -> None:
    answer, ada, ticket = an_answer(text="Thank you."), an_agent(), a_ticket()
    db.session.commit()
    sign_in(client, ada)
    assert "Thank you." in client.get(f"/tickets/{ticket.id}/canned-answers").text
    for _ in range(2):
        chosen = form(answer_id=answer.id)
        assert client.post(f"/tickets/{ticket.id}/canned-answers", data=chosen).status_code == 303
    assert db.session.scalars(select(Draft.text)).one() == "Thank you.\n\nThank you."
    foreign = an_answer(shortcut="x", team_id=a_team(2).id)
    db.session.commit()
    refused = client.post(f"/tickets/{ticket.id}/canned-answers", data=form(answer_id=foreign.id))
    assert refused.status_code == 422


def test_a_value_is_never_read_as_a_place() -> None:
    values = {"contact_name": "{{agent_name}}", "agent_name": "Ada"}
    assert rules.filled("{{contact_name}} {{ agent_name }}", values) == "{{agent_name}} Ada"


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("Hello {{contact_name}},", "Hello,"),
        ("Здравствуйте, {{ contact_name }}!\nДа", "Здравствуйте!\nДа"),
        ("Hello {{contact_name}} at {{agent_name}},", "Hello  at Ada,"),
        ("As {{agent_name}}, {{nobody}}!", "As Ada, {{nobody}}!"),
    ],
)
def test_whose_name_nobody_knows_is_greeted_without_a_gap(wording: str, said: str) -> None:
    values = {"contact_name": "", "agent_name": "Ada"}
    assert (rules.filled(wording, values), rules.filled_form(wording, values)) == (said, said)


def test_the_screen_names_every_place(client: FlaskClient, root: Person) -> None:
    page = client.get("/settings/canned-answers/new").text
    assert [name for name in rules.PLACES if f"{{{{{name}}}}}" not in page] == []


def test_a_place_that_nobody_knows_is_no_place() -> None:
    with pytest.raises(BadInput):
        rules.check_places("{{self.__init__}}")
    assert db.session.scalar(select(func.count()).select_from(CannedAnswer)) == 0


def test_a_lead_finds_the_canned_answers_in_the_side_column(client: FlaskClient) -> None:
    three_lines()
    sign_in(client, a_lead("Mira Sato"))
    page = client.get("/settings/canned-answers").text
    assert 'href="/settings/canned-answers" class="is-here"' in page
    assert 'href="/settings"' not in page


def test_an_agent_without_settings_sees_no_way_there(client: FlaskClient) -> None:
    three_lines()
    sign_in(client, an_agent("Ada Lind"))
    assert "/settings" not in client.get("/lines/1").text
