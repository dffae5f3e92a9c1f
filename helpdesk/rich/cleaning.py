"""What an agent's words may be made of: one short allow list, kept on writing and again on showing.

Pictures stand as `cid:` and the public id of a file that was given with the words; nothing else has an
address of its own in there.
"""

import re
from collections.abc import Callable
from uuid import UUID

import nh3

from helpdesk.rich.allowing import Allowed, only

ALLOWED = """
    div p br strong b em i del s strike u a ul ol li blockquote pre code img
"""
GONE_WITH_CONTENT = """
    script style title template svg math iframe object embed noembed noframes xml select textarea
"""
TAGS = frozenset(ALLOWED.split())
DROPPED = frozenset(GONE_WITH_CONTENT.split())
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
LIST = Allowed(tags=TAGS, dropped=DROPPED, attributes=ATTRIBUTES, schemes=SCHEMES)
SIZE_LIMIT = 400_000
DEPTH_LIMIT = 60
# The editor shows a waiting picture under the address that its upload was given.
WAITING = re.compile(r"""(\ssrc\s*=\s*["'])[^"'<>]*/uploads/([0-9a-fA-F-]{36})(["'])""")
NAMED = re.compile(r'(<img\b[^<>]*\ssrc=")cid:([0-9a-f-]{36})(")')
HOLLOW = re.compile(r'<img\b(?![^<>]*\ssrc="cid:)[^<>]*>')
TAG = re.compile(r"<([a-z][a-z0-9]*)\b")
OPENING = re.compile(r"<(/?)(?:div|p|blockquote|ul|ol|li|pre|strong|b|em|i|del|s|strike|u|a|code)\b")
PLAIN_TAGS = frozenset({"div", "p", "br"})


def clean(html: str) -> str:
    """The words with nothing but what the list allows, "" if none are left; twice is the same as once."""
    html = WAITING.sub(r"\1cid:\2\3", html[:SIZE_LIMIT].replace("\0", ""))
    kept = HOLLOW.sub("", only(html if _depth(html) <= DEPTH_LIMIT else _flat(html), LIST, _attribute))
    return kept if "<img" in kept or _has_words(kept) else ""


def is_plain(html: str) -> bool:
    """Whether lines of words say it all."""
    return set(TAG.findall(html)) <= PLAIN_TAGS


def pictures_in(html: str | None) -> frozenset[UUID]:
    """The files that stand between the words."""
    return frozenset(found for _, name, _ in NAMED.findall(html or "") if (found := _uuid(name)))


def with_pictures(html: str, address: Callable[[UUID], str | None]) -> str:
    """The same with the pictures' addresses; a picture that has none is left out."""

    def lead(found: re.Match[str]) -> str:
        name = _uuid(found[2])
        there = address(name) if name else None
        return f"{found[1]}{there}{found[3]}" if there else f"{found[1]}{found[3]}"

    return re.sub(r'<img\b[^<>]*\ssrc=""[^<>]*>', "", NAMED.sub(lead, html))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        found = _uuid(value[4:]) if value[:4].lower() == "cid:" else None
        return f"cid:{found}" if found else None
    if tag == "a" and name == "href" and value[:4].lower() == "cid:":
        return None
    if name in {"width", "height"}:
        return value if value.isascii() and value.isdecimal() and len(value) <= 5 else None
    return value


def _depth(html: str) -> int:
    """How deep it is nested at most; no hand writes more than a few levels."""
    deepest = depth = 0
    for found in OPENING.finditer(html.lower()):
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _flat(html: str) -> str:
    return nh3.clean(html, tags={"br"}, clean_content_tags=set(DROPPED), attributes={})


def _has_words(html: str) -> bool:
    return bool(re.sub(r"<[^<>]*>|&nbsp;|\s", "", html))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
