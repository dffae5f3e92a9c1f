"""Reading the guide: Markdown files by language and role, rendered once and kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from helpdesk import assets

ROLES = ("operator", "engineer", "lead", "manager", "administrator")
FALLBACK = "en"
NUMBERED = re.compile(r"^(?P<number>\d\d)-(?P<slug>[a-z0-9-]+)\.md$")
EXPLAINS = re.compile(r"^<!--\s*explains:\s*(?P<names>[^>]*?)\s*-->\s*")
TITLE = re.compile(r"^#\s+(?P<title>.+)$", re.MULTILINE)
LINK = re.compile(
    r"\]\((?:\.\./(?P<role>[a-z]+)/)?(?P<number>\d\d)-(?P<slug>[a-z0-9-]+)\.md(?P<place>#[\w-]*)?\)"
)


@dataclass(frozen=True)
class Page:
    """One page of the guide; `explains` are the endpoints whose pages it is about."""

    role: str
    number: int
    slug: str
    title: str
    words: str
    body: Markup
    explains: tuple[str, ...]


def folder() -> Path:
    """Where the guide lies: docs/guide in the tree, inside the package when installed."""
    return assets.folder("docs") / "guide"


@cache
def pages(language: str) -> Mapping[tuple[str, str], Page]:
    """All pages of the language by role and slug, in their order; English where the language has none."""
    place = folder() / (language if (folder() / language).is_dir() else FALLBACK)
    found = [page for role in ROLES for page in _of_role(place / role, role)]
    return {(page.role, page.slug): page for page in found}


def explaining(endpoint: str, language: str, roles: Sequence[str] = ROLES) -> Page | None:
    """The page that explains this endpoint, from the guide of the first of the roles that has one."""
    found = [page for page in pages(language).values() if endpoint in page.explains]
    return min(found, key=lambda page: roles.index(page.role), default=None)


def search(typed: str, language: str) -> list[Page]:
    """Pages that hold every typed word, those with one in the title first."""
    wanted = [_folded(word) for word in typed.split()]
    if not wanted:
        return []
    fits = [page for page in pages(language).values() if all(word in _folded(page.words) for word in wanted)]
    return sorted(fits, key=lambda page: not any(word in _folded(page.title) for word in wanted))


def _of_role(place: Path, role: str) -> list[Page]:
    files = sorted(place.glob("*.md")) if place.is_dir() else []
    return [_read(file, role, match) for file in files if (match := NUMBERED.match(file.name))]


def _read(file: Path, role: str, match: re.Match[str]) -> Page:
    text = file.read_text(encoding="utf-8")
    explains = EXPLAINS.match(text)
    text = EXPLAINS.sub("", text, count=1)
    title = TITLE.search(text)
    words = TITLE.sub("", text, count=1)
    return Page(
        role=role,
        number=int(match["number"]),
        slug=match["slug"],
        title=title["title"].strip() if title else match["slug"],
        words=f"{title['title'] if title else ''}\n{words}",
        body=_rendered(words, role),
        explains=tuple(explains["names"].split()) if explains else (),
    )


def _rendered(text: str, role: str) -> Markup:
    """The page as HTML; raw HTML in the file stays text. The files are ours and shipped with the program."""
    linked = LINK.sub(
        lambda found: f"](/help/{found['role'] or role}/{found['slug']}{found['place'] or ''})", text
    )
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(linked)
    return Markup(html)  # noqa: S704  our own files, raw HTML escaped


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")
