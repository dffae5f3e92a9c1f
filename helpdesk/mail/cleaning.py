"""How a stranger's HTML becomes harmless: allow lists, remote pictures blocked, a page of its own."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import unquote

from helpdesk.mail.cost import is_too_costly
from helpdesk.mail.linking import text_to_html
from helpdesk.mail.picture_type import is_oversized
from helpdesk.mail.plaintext import html_to_text
from helpdesk.rich.allowing import Allowed, only

VERSION = 3
ALLOWED = """
    p div span br hr b strong i em u s sub sup ul ol li blockquote pre code h1 h2 h3 h4 h5 h6
    table thead tbody tfoot tr td th a img font center
"""
GONE_WITH_CONTENT = """
    script style title template svg math iframe object embed applet noembed noframes xml select
"""
TAGS = frozenset(ALLOWED.split())
DROPPED = frozenset(GONE_WITH_CONTENT.split())
ANYWHERE = frozenset({"dir", "align", "style"})
CELL = ANYWHERE | {"colspan", "rowspan", "width", "height", "bgcolor"}
ATTRIBUTES = {
    "*": ANYWHERE,
    "a": ANYWHERE | {"href", "title"},
    "img": ANYWHERE | {"src", "alt", "title", "width", "height"},
    "td": CELL,
    "th": CELL,
    "tr": ANYWHERE | {"bgcolor"},
    "table": ANYWHERE | {"width", "height", "border", "bgcolor"},
    "div": ANYWHERE | {"bgcolor"},
    "font": ANYWHERE | {"color"},
}
STYLES = frozenset({"color", "background-color", "font-weight", "font-style", "text-align"})
BACKGROUND = re.compile(
    r"(?<![-\w])background\s*:\s*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|[a-z]+(?![\w(-]))[^;]*", re.IGNORECASE
)
COLOUR = re.compile(r"#?\w{3,20}")
BODY = re.compile(r"<(/?)body(?=[\s>])", re.IGNORECASE)
STYLE_TRAPS = ("url", "expression", "\\", "@", "/*", "<", "var(", "env(", "attr(", "image(")
SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
LIST = Allowed(tags=TAGS, dropped=DROPPED, attributes=ATTRIBUTES, schemes=SCHEMES, styles=STYLES)
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PICTURE_LIMIT = 2_000_000
ALL_PICTURES_LIMIT = 8_000_000
ALL_FETCHED_LIMIT = 24_000_000
SIZE_LIMIT = 3_000_000
LINK_LIMIT = 5_000
LINK = re.compile(r"<a[\s>]", re.IGNORECASE)
SOURCE = re.compile(r"""(\bsrc\s*=\s*["']?)([^"'\s<>]{1,500})""", re.IGNORECASE)
BLOCKED = "x-blocked-by-the-desk:"  # stands for the scheme until the attribute is renamed

Pictures = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class CleanedHtml:
    """Harmless HTML, the addresses of the remote pictures taken out, and whether only its text was kept."""

    html: str
    remote_images: tuple[str, ...] = ()
    is_text_only: bool = False

    @property
    def blocked_images(self) -> int:
        return len(self.remote_images)


@dataclass
class _Filter:
    """Looks at each attribute that the allow lists let through."""

    pictures: dict[str, tuple[str, bytes]]
    fetched: Pictures
    names_blocked: bool = False
    remote: list[str] = field(default_factory=list)
    room: int = ALL_PICTURES_LIMIT

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return self._picture(value)
        if attribute == "style":
            is_trap = any(trap in value.lower() for trap in STYLE_TRAPS)
            return None if is_trap else BACKGROUND.sub(r"background-color:\1", value) or None
        if attribute == "bgcolor":
            return value if COLOUR.fullmatch(value) else None
        if attribute in {"width", "height", "colspan", "rowspan", "border"}:
            return value if value.rstrip("%").isdecimal() and len(value) <= 5 else None
        return value

    def _picture(self, value: str) -> str | None:
        scheme, _, rest = value.strip().partition(":")
        if scheme.lower() == "cid":
            return self._inline(unquote(rest).lower())
        if scheme.lower() in {"http", "https"}:
            return self._elsewhere(value.strip())
        return None

    def _elsewhere(self, url: str) -> str | None:
        """As it was fetched, or blocked."""
        self.remote.append(url)
        found = self.fetched.get(url)
        shown = self._embedded(*found) if found else None
        return shown or (BLOCKED + url if self.names_blocked else None)

    def _inline(self, content_id: str) -> str | None:
        content_type, content = self.pictures.get(content_id, ("", b""))
        is_fitting = is_drawable(content_type, len(content))
        return self._embedded(content_type, content) if is_fitting else None

    def _embedded(self, content_type: str, content: bytes) -> str | None:
        if content_type not in PICTURES or len(content) > self.room or is_oversized(content):
            return None
        self.room -= len(content)
        return f"data:{content_type};base64,{base64.b64encode(content).decode('ascii')}"


def is_drawable(content_type: str, size: int) -> bool:
    """Whether a picture of the mail itself may stand between its words; any other is a file beside them."""
    return content_type in PICTURES and size <= PICTURE_LIMIT


def clean_html(
    html: str,
    inline_images: Pictures | None = None,
    fetched: Pictures | None = None,
    *,
    names_blocked: bool = False,
) -> CleanedHtml:
    """Keep text, tables, links and the mail's own pictures; everything else goes.

    `inline_images` maps Content-ID (any case, no angle brackets) to type and bytes, `fetched` addresses of
    remote pictures; those not in it are blocked, their address kept in `data-src` if `names_blocked`.

    An HTML body over three million characters is cut there before it is cleaned; one nested beyond measure or
    full of links is shown as text.
    """
    html = html[:SIZE_LIMIT].replace("\0", "")
    if is_too_costly(html) or len(LINK.findall(html)) > LINK_LIMIT:
        return CleanedHtml(text_to_html(html_to_text(html)), is_text_only=True)
    pictures = {key.strip("<>").lower(): value for key, value in (inline_images or {}).items()}
    judge = _Filter(
        pictures, fetched or {}, names_blocked, room=ALL_FETCHED_LIMIT if fetched else ALL_PICTURES_LIMIT
    )
    cleaned = _clean(_with_cids(html, pictures), judge).replace(f' src="{BLOCKED}', ' data-src="')
    return CleanedHtml(cleaned, tuple(judge.remote))


def mail_document(body: str, *, language: str = "", title: str = "") -> str:
    """The whole page for the sandboxed frame; `body` must come from `clean_html` or `text_to_html`."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{PAGE_STYLE}</style></head><body>{body}</body></html>"
    )


def _with_cids(html: str, pictures: Pictures) -> str:
    """Pictures of the mail that it names by their bare id, or by their place, are named as all others are."""

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}cid:{found[2]}" if unquote(found[2]).lower() in pictures else found[0]

    return SOURCE.sub(named, html) if pictures else html


def _clean(html: str, judge: _Filter) -> str:
    return only(BODY.sub(r"<\1div", html), LIST, judge)  # the body's colours belong to the words in it


PAGE_STYLE = (
    ":root{color-scheme:light}body{margin:0;padding:4px 8px;background:#fff;color:#1d2125;"
    'font:14px/1.55 Inter,system-ui,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}'
    "img{max-width:100%;height:auto}img:not([src]){padding:1px 6px;border:1px dashed #c4cad2;color:#4c5561}"
    "img:not([src]){width:auto;height:auto}:is(td,th,table):has(img:not([src])){height:auto}"
    "img:not([src]):not([alt]),img:not([src])[alt='']{display:none}table{max-width:100%}"
    "pre,code{white-space:pre-wrap;font:13px/1.5 ui-monospace,monospace}"
    "body,div,p,li,td,th,blockquote,h1,h2,h3,h4,h5,h6{unicode-bidi:plaintext}"
    "table[border]:not([border='0']){max-width:none;border-collapse:collapse;overflow-wrap:break-word}"
    "table[border]:not([border='0'])>*>tr>*{padding:2px 8px;border:1px solid #c4cad2}"
    "p,blockquote{margin:0 0 .8em}"
    "blockquote{padding:0 0 0 12px;border-left:2px solid #c4cad2;color:#4c5561}"
    "a{color:#1a56c4}"
)
