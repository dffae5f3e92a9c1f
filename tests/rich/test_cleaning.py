"""What an agent writes with a form is harmless, whatever door it came through, and reads plainly."""

from uuid import UUID

import pytest

from helpdesk.rich.cleaning import SIZE_LIMIT, clean, is_plain, pictures_in, with_pictures
from helpdesk.rich.plain import plain

PICTURE = UUID("12345678-1234-4234-8234-123456789abc")
OTHER = UUID("22345678-1234-4234-8234-123456789abc")

HARMFUL = (
    "<script>alert(1)</script>x",
    "<img src=x onerror=alert(1)>x",
    "<svg/onload=alert(1)>x",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='/sign-out'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<div style='background:url(https://evil.example)'>x</div>",
    "<div class='button' id='composer' data-hx-get='/x' hx-post='/x' hx-on:click='x()'>x</div>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>x",
    "<form action='https://evil.example'><input name=a><button>x</button></form>",
    "<math><mtext><table><style><img src=x onerror=alert(1)></style></table></mtext></math>x",
    "<img src='https://evil.example/pixel.png'>x",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>x",
    "<img src='/sign-out'>x",
    "<img src='cid:somewhere-else'>x",
    '<figure data-trix-attachment=\'{"content":"<script>alert(1)</script>"}\'>x</figure>',
    "<p>x<!--[if mso]><script>alert(1)</script><![endif]--></p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>x</p></noscript>",
    "<base href='https://evil.example'>x",
    "<textarea><img src=x onerror=alert(1)></textarea>x",
    "<video><source onerror=alert(1)></video>x",
    "<a href='https://a.example' onclick=alert(1) target=_self rel=opener>x</a>",
)
FORBIDDEN = (
    "script", "onerror", "onload", "onclick", "javascript", "data:", "style", "class", "hx-", "svg", "iframe",
    "form", "evil", "sign-out", "<img", "opener alert", "trix", "_self", "<base", "<video",
)  # fmt: skip


@pytest.mark.parametrize("html", HARMFUL)
def test_nothing_that_could_do_harm_is_left_and_a_second_time_changes_nothing(html: str) -> None:
    once = clean(html)
    assert [sign for sign in FORBIDDEN if sign in once.lower()] == []
    assert clean(once) == once


def test_the_form_itself_is_kept() -> None:
    html = (
        "<div>a <strong>b</strong> <em>c</em> <del>d</del><br>e</div><ul><li>f</li></ul><ol><li>g</li></ol>"
        "<blockquote>h</blockquote><pre>i\n  j</pre>"
    )
    assert clean(html) == html


def test_a_link_opens_outside_and_gives_nothing_away() -> None:
    link = clean('<a href="https://a.example/?b=1&amp;c=2">x</a>')
    assert link.startswith('<a href="https://a.example/?b=1&amp;c=2"')
    assert 'rel="noopener noreferrer nofollow"' in link


@pytest.mark.parametrize("before", ["", "http://desk.example:8000", "https://desk.example"])
def test_a_waiting_picture_is_named_by_its_upload_and_shown_by_its_address(before: str) -> None:
    kept = clean(f'<figure><img src="{before}/tickets/7/uploads/{PICTURE}" width="20" onerror="x"></figure>')
    assert kept == f'<img src="cid:{PICTURE}" width="20">'
    assert pictures_in(kept) == {PICTURE}
    assert with_pictures(kept, lambda name: f"/p/{name}") == f'<img src="/p/{PICTURE}" width="20">'


def test_a_picture_without_an_address_is_left_out() -> None:
    html = f'a<img src="cid:{PICTURE}"><img src="cid:{OTHER}" alt="b">c'
    assert with_pictures(html, lambda name: "/p" if name == OTHER else None) == 'a<img src="/p" alt="b">c'


@pytest.mark.parametrize(
    "html", ["", "<div><br></div>", "<div>&nbsp;</div>", "<img src=x>", "<script>x</script>"]
)
def test_what_says_nothing_is_nothing(html: str) -> None:
    assert clean(html) == ""


def test_words_nested_beyond_measure_and_endless_ones_cost_no_time() -> None:
    assert plain(clean("<blockquote>" * 20_000 + "deep")) == "deep"
    assert len(clean("<b>x</b>" * SIZE_LIMIT)) <= SIZE_LIMIT + 100


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<div>a<br>b<br><br>c</div>", "a\nb\n\nc"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>two&nbsp; blanks &lt;b&gt; &amp;amp;</div>", "two  blanks <b> &amp;"),
        ("<div>Do:</div><ul><li>one</li><li>two<br>more</li></ul><div>end</div>",
         "Do:\n\n- one\n- two\n  more\n\nend"),
        ("<ul><li>a<ol><li>b</li><li>c</li></ol></li></ul>", "- a\n  1. b\n  2. c"),
        ("<blockquote>they<br>said<blockquote>before</blockquote></blockquote><div>I say</div>",
         "> they\n> said\n>\n> > before\n\nI say"),
        ("<div>if</div><pre>x:\n    y</pre>", "if\n\nx:\n    y"),
        ('<a href="https://a.example/b">here</a>', "here <https://a.example/b>"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="mailto:ada@a.example">ada@a.example</a>', "ada@a.example"),
        (f'<div>See <img src="cid:{PICTURE}"> there</div>', "See [picture] there"),
        ("<strong>b</strong><em>i</em>", "bi"),
    ],
)  # fmt: skip
def test_the_same_reads_plainly(html: str, words: str) -> None:
    assert plain(html) == words


def test_lines_of_words_need_no_form() -> None:
    assert is_plain("<div>a<br>b</div>")
    assert not is_plain("<div>a <strong>b</strong></div>")
    assert not is_plain(f'<img src="cid:{PICTURE}">')
