"""The guide: the same pages in both languages, leading nowhere wrong, found by words and from each page."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.guide import pages
from helpdesk.i18n import LANGUAGES
from tests.browsing import sign_in
from tests.factories import a_manager, an_administrator, an_agent, three_lines

MOST = 10
ADDRESS = re.compile(r'href="(/help/[^"#]+)')
ALL = [(language, key) for language in LANGUAGES for key in pages.pages(language)]


def files(language: str) -> set[str]:
    place = pages.folder() / language
    return {str(file.relative_to(place)) for file in place.rglob("*.md")}


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An agent's browser."""
    three_lines()
    sign_in(client, an_agent("Ada Lind"))
    return client


def test_both_languages_have_the_same_pages() -> None:
    assert files("en") == files("ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_pages_and_at_most_ten(language: str) -> None:
    counts = {role: sum(key[0] == role for key in pages.pages(language)) for role in pages.ROLES}
    assert all(1 <= count <= MOST for count in counts.values()), counts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_is_a_page(language: str) -> None:
    assert len(files(language)) == len(pages.pages(language))


@pytest.mark.parametrize(("language", "key"), ALL)
def test_a_page_has_a_title_and_its_links_lead_to_pages(language: str, key: tuple[str, str]) -> None:
    page, known = pages.pages(language)[key], pages.pages(language)
    assert page.title != page.slug
    targets = {tuple(address.removeprefix("/help/").split("/")) for address in ADDRESS.findall(page.body)}
    assert targets <= set(known)
    assert ".md" not in page.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_explains_exists(app: Flask, language: str) -> None:
    named = {name for page in pages.pages(language).values() for name in page.explains}
    assert named <= set(app.view_functions)


def test_both_languages_explain_the_same_places() -> None:
    assert {key: page.explains for key, page in pages.pages("en").items()} == {
        key: page.explains for key, page in pages.pages("ru").items()
    }


def test_markup_in_a_file_stays_words(tmp_path: Path) -> None:
    assert "&lt;script&gt;" in pages._rendered("<script>alert(1)</script>", "operator")


def test_the_contents_list_every_role(desk: FlaskClient) -> None:
    page = desk.get("/help").text
    assert all(f"/help/{role}/" in page for role in pages.ROLES)


def test_the_call_form_leads_to_its_own_page(desk: FlaskClient) -> None:
    page = pages.explaining("telephony.new_call", "en")
    assert page is not None
    assert f'href="/help/{page.role}/{page.slug}"' in desk.get("/calls/new").text


def test_the_bell_leads_everybody_to_the_page_of_their_own_role(client: FlaskClient) -> None:
    sign_in(client, a_manager("Grace Moreau"))
    assert 'href="/help/manager/notices"' in client.get("/notices").text


def test_a_page_opens_and_names_its_neighbours(desk: FlaskClient) -> None:
    (role, slug), page = next(iter(pages.pages("en").items()))
    answer = desk.get(f"/help/{role}/{slug}")
    assert answer.status_code == 200
    assert page.title in answer.text


def test_words_are_found_whatever_their_case(desk: FlaskClient) -> None:
    page = next(iter(pages.pages("en").values()))
    assert page.title in desk.get("/help", query_string={"q": page.title.upper()}).text


def test_words_that_no_page_has_are_said_to_be_nowhere(desk: FlaskClient) -> None:
    assert "No page has these words" in desk.get("/help?q=zeppelin").text


@pytest.mark.parametrize(
    "path", ["/help/operator/nothing", "/help/nobody/first-call", "/help/operator/calls.md"]
)
def test_a_page_that_does_not_exist_is_not_there(desk: FlaskClient, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_the_about_page_tells_everybody_whether_the_desk_is_well(desk: FlaskClient) -> None:
    page = desk.get("/about").text
    assert "needs a look" in page
    assert "no worker has run yet" not in page


def test_administrators_read_versions_and_what_is_wrong(client: FlaskClient) -> None:
    sign_in(client, an_administrator("Sam Ito"))
    page = client.get("/about").text
    assert "PostgreSQL" in page
    assert "no worker has run yet" in page
