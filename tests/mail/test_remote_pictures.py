"""Pictures elsewhere: fetched by the desk without a trace of the reader, never from inside the network."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpdesk.mail.cleaning import clean_html
from helpdesk.mail.picture_type import picture_in
from helpdesk.mail.remote_pictures import LARGEST, MOST, fetch_pictures

HERE = ("127.0.0.1",)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000200000003")
BOMB = bytes.fromhex("89504e470d0a1a0a0000000d494844520000ffff0000ffff")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101004800480000ffc0001108000500070301220002110103")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
PAGES: dict[str, tuple[int, str, bytes]] = {
    "/a.png": (200, "image/png", PNG),
    "/lies.html": (200, "text/html", JPEG),
    "/lies.png": (200, "image/png", b"<script>alert(1)</script>"),
    "/a.svg": (200, "image/svg+xml", SVG),
    "/bomb.png": (200, "image/png", BOMB),
    "/large.png": (200, "image/png", PNG + bytes(LARGEST)),
    "/gone.png": (404, "image/png", PNG),
}
AWAY = {
    "/once": "/a.png",
    "/loop": "/loop",
    "/inside": "http://169.254.169.254/latest/meta-data",
    "/local": "http://localhost:1/a.png",
    "/file": "file:///etc/passwd",
}


class _Pages(BaseHTTPRequestHandler):
    asked: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        status, content_type, body = PAGES.get(self.path.partition("?")[0], (302, "text/plain", b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", AWAY[self.path.partition("?")[0]])
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    _Pages.asked = []
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def site(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize(
    ("path", "content_type"), [("/a.png", "image/png"), ("/lies.html", "image/jpeg"), ("/once", "image/png")]
)
def test_a_picture_is_fetched_and_named_by_its_bytes(site: str, path: str, content_type: str) -> None:
    url = f"{site}{path}?fetched"
    assert fetch_pictures([url], inner=HERE)[url][0] == content_type


@pytest.mark.parametrize(
    "path",
    ["/lies.png", "/a.svg", "/bomb.png", "/large.png", "/gone.png", "/loop", "/inside", "/local", "/file"],
)
def test_what_is_no_fit_picture_or_leads_inside_is_not_shown(site: str, path: str) -> None:
    assert fetch_pictures([site + path], inner=HERE) == {}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png", "http://[::ffff:127.0.0.1]/a.png",
     "http://169.254.169.254/latest", "http://10.0.0.1/a.png", "http://2130706433/a.png", "http://0x7f.1/a.png",
     "ftp://pictures.example/a.png", "file:///etc/passwd", "http://user:pw@pictures.example/a", "//x/y",
     "http://", "http://pictures.example:22/a.png"],
)  # fmt: skip
def test_nothing_inside_the_network_is_ever_called(url: str) -> None:
    assert fetch_pictures([url]) == {}


def test_the_own_server_is_not_called_unless_a_test_says_so(site: str) -> None:
    before = len(_Pages.asked)
    assert fetch_pictures([f"{site}/a.png?unasked"]) == {}
    assert len(_Pages.asked) == before


def test_the_server_learns_nothing_of_the_reader_and_is_asked_once(site: str) -> None:
    url = f"{site}/a.png?quiet"
    fetch_pictures([url, url], inner=HERE)
    fetch_pictures([url], inner=HERE)
    ((_, headers),) = [one for one in _Pages.asked if one[0] == "/a.png?quiet"]
    assert not {"cookie", "referer", "origin", "x-forwarded-for", "authorization"} & set(headers)


def test_a_mail_with_very_many_pictures_is_not_fetched_whole(site: str) -> None:
    urls = [f"{site}/gone.png?{number}" for number in range(MOST + 20)]
    before = len(_Pages.asked)
    fetch_pictures(urls, inner=HERE)
    assert len(_Pages.asked) - before == MOST


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (PNG, ("image/png", 2, 3)),
        (JPEG, ("image/jpeg", 7, 5)),
        (b"GIF89a\x05\x00\x06\x00", ("image/gif", 5, 6)),
        (b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x04\0\0\x08\0\0", ("image/webp", 5, 9)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x04\x00\x02\x00", ("image/webp", 5, 9)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + b"\x05\x00\x09\x00", ("image/webp", 5, 9)),
        (BOMB, None),
        (SVG, None),
        (b"", None),
        (JPEG[:20], None),
        (b"\xff\xd8\xff" + b"\xff" * 40, None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(content: bytes, seen: tuple[str, int, int] | None) -> None:
    assert picture_in(content) == seen


def test_blocked_pictures_keep_their_address_where_no_browser_follows_it() -> None:
    found = clean_html('<img src="https://spy.example/1.png?a=1&amp;b=2" alt="x">', names_blocked=True)
    assert found.html == '<img data-src="https://spy.example/1.png?a=1&amp;b=2" alt="x">'
    assert found.remote_images == ("https://spy.example/1.png?a=1&b=2",)


def test_a_fetched_picture_lies_in_the_page_itself() -> None:
    found = clean_html('<img src="https://a.example/1"><img src="https://a.example/2">',
                       fetched={"https://a.example/1": ("image/png", PNG)}, names_blocked=True)  # fmt: skip
    assert found.html.startswith('<img src="data:image/png;base64,')
    assert '<img data-src="https://a.example/2">' in found.html


def test_a_forged_mark_of_a_blocked_picture_loads_nothing() -> None:
    html = '<img src="x-blocked-by-the-desk:https://spy.example/1"><img src=" https://spy.example/2">'
    found = clean_html(html, names_blocked=True)
    assert " src=" not in found.html


def test_a_mail_full_of_links_is_shown_as_text() -> None:
    assert clean_html('<a href="https://a.example/">a</a>' * 5_001).is_text_only
    assert not clean_html('<a href="https://a.example/">a</a>' * 4_000).is_text_only
