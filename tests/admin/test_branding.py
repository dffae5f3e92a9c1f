"""The firm's looks: a logo that is only pixels, a colour that can be read, both on the next page."""

import itertools
import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import current_app
from flask.testing import FlaskClient
from PIL import Image, PngImagePlugin

from helpdesk import blobs, firm
from helpdesk.admin import colours
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in, sign_out
from tests.factories import an_administrator, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def desk(client: FlaskClient) -> Iterator[FlaskClient]:
    """An administrator's browser; the looks are the standard ones again afterwards."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    yield client
    current_app.extensions.pop(firm.CHOSEN, None)


def picture(size: tuple[int, int] = (400, 100), kind: str = "PNG", **more: object) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "#803030").save(drawn, kind, **more)
    return drawn.getvalue()


def upload(desk: FlaskClient, content: bytes, name: str = "logo.png"):  # type: ignore[no-untyped-def]
    data = form(logo=(BytesIO(content), name))
    return desk.post("/settings/branding/logo", data=data, content_type="multipart/form-data")


def logo_url(desk: FlaskClient) -> str:
    found = re.search(r'class="firm-logo" src="([^"]+)"', desk.get("/settings/firm").text)
    return found[1] if found else ""


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_stands_on_the_next_page_and_on_the_sign_in_page(desk: FlaskClient, kind: str) -> None:
    assert upload(desk, picture(kind=kind)).status_code == 303
    url = logo_url(desk)
    sign_out(desk)
    assert url in desk.get("/sign-in").text
    answer = desk.get(url)
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "immutable" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.data)).size == (400, 100)


def test_what_was_hidden_in_the_file_is_not_in_the_logo(desk: FlaskClient) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", "<script>alert(1)</script>")
    upload(desk, picture(pnginfo=notes) + b"<script>alert(2)</script>")
    served = desk.get(logo_url(desk)).data
    assert served.startswith(b"\x89PNG")
    assert b"script" not in served


def test_a_large_logo_is_kept_small(desk: FlaskClient) -> None:
    upload(desk, picture((2000, 1000)))
    assert Image.open(BytesIO(desk.get(logo_url(desk)).data)).size == (384, 192)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a file first"),
        (b"not a picture at all", "This file is no picture"),
        (b"GIF89a" + b"\0" * 50, "This file is no picture"),
        (b"%PDF-1.7 ...", "This file is no picture"),
        (SVG, "An SVG file can carry programs"),
        (b"\xef\xbb\xbf\n <svg/>", "An SVG file can carry programs"),
        (picture((2001, 10)), "at most 2000 by 2000 pixels"),
        (b"\x89PNG" + b"\0" * (1024 * 1024), "at most 1 MiB"),
        (picture((300, 300), "WEBP")[:-40], "This picture is damaged"),
    ],
)
def test_what_is_no_logo_is_told_and_nothing_is_kept(
    desk: FlaskClient, content: bytes, sentence: str
) -> None:
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert logo_url(desk) == ""


def test_a_truncated_picture_is_told(desk: FlaskClient) -> None:
    whole = picture((300, 300), "JPEG")
    assert "This picture is damaged" in upload(desk, whole[: len(whole) // 2]).text


def test_only_the_firm_s_own_logo_is_served_to_strangers(desk: FlaskClient) -> None:
    secret = blobs.store(b"somebody's attachment")
    upload(desk, picture())
    assert desk.get(f"/branding/logo/{secret}").status_code == 404
    assert desk.get("/branding/logo/..%2f..%2fetc").status_code == 404


def test_the_logo_can_be_taken_away_and_all_of_it_stands_in_the_history(desk: FlaskClient) -> None:
    upload(desk, picture())
    desk.post("/settings/branding/logo/removal", data=form())
    assert logo_url(desk) == ""
    removed, added = (before_and_after(change)["Logo"] for change in history_of("branding", 0))
    assert added[0] == removed[1] == ""
    assert added[1].startswith("PNG 400 × 100")


def test_a_colour_holds_on_the_next_page_for_everybody(desk: FlaskClient) -> None:
    assert desk.post("/settings/branding/colour", data=form(accent="#803030")).status_code == 303
    sign_out(desk)
    page = desk.get("/sign-in").text
    assert 'href="/branding/803030/tones.css"' in page
    sheet = desk.get("/branding/803030/tones.css")
    assert (sheet.mimetype, "--accent: light-dark(#803030, " in sheet.text) == ("text/css", True)
    assert "immutable" in sheet.headers["Cache-Control"]


def test_the_standard_comes_back_and_the_history_tells(desk: FlaskClient) -> None:
    desk.post("/settings/branding/colour", data=form(accent="#803030"))
    desk.post("/settings/branding/colour/removal", data=form())
    assert "tones.css" not in desk.get("/sign-in").text
    removed, chosen = (before_and_after(change)["Colour"] for change in history_of("branding", 0))
    assert (chosen, removed) == (("#2d5bcb", "#803030"), ("#803030", "#2d5bcb"))


def test_a_pale_colour_is_refused_with_the_nearest_that_works(desk: FlaskClient) -> None:
    answer = desk.post("/settings/branding/colour", data=form(accent="#FFCC00"))
    proposal = colours.nearest("#ffcc00")
    assert answer.status_code == 422
    assert f"The nearest one that works is {proposal}." in answer.text
    assert 'value="#FFCC00"' in answer.text
    assert desk.post("/settings/branding/colour", data=form(accent=proposal)).status_code == 303


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#12345g", "url(x)", "#803030;}"])
def test_what_is_no_colour(desk: FlaskClient, typed: str) -> None:
    answer = desk.post("/settings/branding/colour", data=form(accent=typed))
    assert answer.status_code == 422
    assert "A colour is written like #2d5bcb." in answer.text


@pytest.mark.parametrize("address", ["ffcc00", "80303", "803030;", "AABBCC", "zzzzzz"])
def test_a_sheet_of_a_colour_that_cannot_be_is_not_there(desk: FlaskClient, address: str) -> None:
    assert desk.get(f"/branding/{address}/tones.css").status_code == 404


LEVELS = range(0, 256, 51)
EVERY = ["#" + bytes(levels).hex() for levels in itertools.product(LEVELS, repeat=3)]


@pytest.mark.parametrize("typed", EVERY)
def test_every_colour_gives_tones_that_can_be_read(typed: str) -> None:
    accent = colours.nearest(typed)
    tones = colours.tones(accent)
    for side, surface in enumerate(("#ffffff", "#15181e")):
        tone = {name: pair[side] for name, pair in tones.items()}
        assert colours.contrast(tone["accent"], "#ffffff") >= 4.5
        assert colours.contrast(tone["accent-strong"], "#ffffff") >= 4.5
        assert colours.contrast(tone["accent-text"], surface) >= 4.5
        assert colours.contrast(tone["accent-text"], tone["accent-soft"]) >= 4.5
        assert colours.contrast(tone["accent"], surface) >= 3


def test_contrast_is_that_of_the_guideline() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
