"""How high a mail is counted to stand in its frame; the numbers are what a browser measures."""

import pytest

from helpdesk.mail.attachments import ParsedAttachment
from helpdesk.mail.frame_height import MOST, heights_of
from helpdesk.mail.frame_rooms import UP_TO
from helpdesk.mail.frame_tree import Heights
from helpdesk.mail.opening import open_mail

SENTENCE = "The scanner on the second floor stops after the third page and shows a yellow lamp. "
REMOTE = '<img src="https://news.example/a.png" width="600" height="400" alt="{}">'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x03\x20"  # 1280 by 800
OUTLOOK = "<p>Hi Ada,</p><p>&nbsp;</p><p>That works now.</p><p>&nbsp;</p><p>Best regards<br>Hanna Bell</p>"


def heights(html: str, *files: ParsedAttachment) -> Heights:
    found = heights_of(html, files)
    assert found
    return found


@pytest.mark.parametrize(
    ("html", "measured"),
    [
        ("<html><body>ok, thanks</body></html>", (30,) * 4),
        (f"<p>{SENTENCE * 4}</p>", (192, 150, 128, 106)),
        (OUTLOOK, (194,) * 4),
        ("<div>One<br><br>two</div><ul><li>three<ul><li>four</li></ul></li></ul>", (144,) * 4),
        ("<h1>October</h1><div>news</div>", (111,) * 4),
        ("<pre>" + "a log line\n" * 40 + "</pre>", (814,) * 4),
        (f"<table width=600><tr><td width=300>{SENTENCE * 2}</td><td>b</td></tr></table>", (101,) * 4),
        ("<table border=1><tr>" + f"<td>{'wide' * 20}</td>" * 3 + "</tr></table>", (36,) * 4),
    ],
)
def test_words_lists_and_tables_have_the_height_a_browser_gives_them(
    html: str, measured: tuple[int, ...]
) -> None:
    for counted, high in zip(heights(html).blocked, measured, strict=True):
        assert high <= counted <= high * 1.04 + 30


def test_a_blocked_picture_leaves_no_room_and_a_fetched_one_has_its_own() -> None:
    silent, named = (
        heights(f"<p>Sale</p>{REMOTE.format('')}"),
        heights(f"<p>Sale</p>{REMOTE.format('Boots')}"),
    )
    assert max(silent.blocked) < 60
    assert max(named.blocked) < 80
    assert silent.fetched[0] >= 200 + silent.blocked[0]
    kept = heights(f"<table><tr><td height=400>{REMOTE.format('')}</td></tr></table>")
    assert max(kept.blocked) < 40


def test_a_picture_of_the_mail_itself_is_as_wide_as_there_is_room() -> None:
    screen = ParsedAttachment("screen.png", "image/png", len(PNG), "", PNG, "<Screen@x>", inline=True)
    counted = heights('<div><img src="cid:screen@x"></div>', screen).blocked
    assert all(0 <= one - (width - 16) / 1.6 < 40 for one, width in zip(counted, UP_TO, strict=True))


def test_a_long_style_sheet_does_not_hide_the_words_behind_it() -> None:
    styled = f"<head><STYLE type=text/css>{'p {margin: 0} ' * 9000}</style></head><p>Short</p>"
    assert heights(styled) == heights("<p>Short</p>")


def test_what_has_no_html_is_not_counted_and_no_nesting_is_too_deep() -> None:
    assert heights_of("", ()) is None
    assert heights_of("<div>" * 900 + "x", ())
    assert heights_of("<table><tr><td>" * 300 + "x", ())
    assert max(heights("<br>" * 5000).blocked) == MOST
    assert heights("<td colspan=99999>x" * 50 + "<table><tr>" + "<td colspan=99999>x" * 50).blocked


def test_a_read_mail_knows_its_heights() -> None:
    raw = b"From: h@brightwater.example\nContent-Type: text/html\n\n<p>Short</p>"
    assert open_mail(raw).heights == heights_of("<p>Short</p>", ())
    assert open_mail(b"From: h@brightwater.example\n\nShort").heights is None
