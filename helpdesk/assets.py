"""Where templates, migrations and static files lie, and under which lasting names browsers get them.

Every static file has an address with the hash of its content, `/static/css/desk.3f2a90c1b7de.css`, so it
may be cached for a year. The style sheets named in `static/css/bundle.txt` are served as the one file
`css/desk.css`, and what a style sheet names with `url()` gets its hashed address. JavaScript stays small ES
modules that import each other by relative path; the import map of the page (`import_map`, an inline script
with the page's nonce, before the first module) leads each path to its hashed address.
"""

import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
STATIC = PACKAGE / "static"
STATIC_URL = "/static/"
BUNDLE, BUNDLE_PARTS, FONT = "css/desk.css", "css/bundle.txt", "vendor/inter.css"
LASTING = "public, max-age=31536000, immutable"
PASSING = "no-cache"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
HASHED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)")
CSS_URL = re.compile(r"url\(\s*(?P<quote>[\"']?)(?P<path>(?!data:|#|/|https?:)[^\"')]+)(?P=quote)\s*\)")


@dataclass(frozen=True)
class Asset:
    """One static file as it is sent."""

    name: str
    content: bytes
    content_type: str
    digest: str

    @property
    def url(self) -> str:
        stem, suffix = posixpath.splitext(self.name)
        return f"{STATIC_URL}{stem}.{self.digest}{suffix}"


@dataclass(frozen=True)
class Served:
    """An asset and how long a browser may keep it."""

    asset: Asset
    cache_control: str


def folder(name: str) -> Path:
    """The folder `templates`, `migrations` or `docs`: beside the package in the tree, else inside it."""
    for place in (PACKAGE / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise LookupError(f"The folder {name} is missing from this installation.")


def asset_url(name: str) -> str:
    """The lasting address of a static file, such as `css/desk.css` or `vendor/icons.svg`."""
    return asset(name).url


def resolve(path: str) -> Served | None:
    """What an address below /static/ stands for, hashed or plain; None when there is no such file.

    A hash from before an update still gets today's content, but no browser keeps it under the old name.
    """
    match = HASHED.fullmatch(path)
    name = match["stem"] + match["suffix"] if match else path
    if name not in names():
        return None
    found = asset(name)
    lasting = match is not None and match["digest"] == found.digest
    return Served(found, LASTING if lasting else PASSING)


@cache
def import_map() -> str:
    """The import map of all our modules as JSON, safe inside a script element."""
    modules = sorted(name for name in names() if name.startswith("js/") and name.endswith(".js"))
    imports = {STATIC_URL + name: asset_url(name) for name in modules}
    return json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")


@cache
def asset(name: str) -> Asset:
    """Read, rewrite and hash one static file; kept for the life of the process."""
    if name not in names():
        raise LookupError(f"There is no static file {name}. If it belongs to vendor/, run make install.")
    content = _content(name)
    kind = CONTENT_TYPES.get(posixpath.splitext(name)[1], "application/octet-stream")
    return Asset(name, content, kind, hashlib.sha256(content).hexdigest()[:12])


@cache
def names() -> frozenset[str]:
    """Every static file by its path; nothing else is ever read, whatever a request asks for."""
    files = (file.relative_to(STATIC) for file in STATIC.rglob("*") if file.is_file())
    visible = {file.as_posix() for file in files if not any(part.startswith(".") for part in file.parts)}
    return frozenset(visible | ({BUNDLE} if BUNDLE_PARTS in visible else set()))


def _content(name: str) -> bytes:
    if name == BUNDLE and BUNDLE_PARTS in names():
        return "\n".join(_css(part) for part in _bundle_parts()).encode()
    if name.endswith(".css"):
        return _css(name).encode()
    return (STATIC / name).read_bytes()


def _bundle_parts() -> list[str]:
    lines = (STATIC / BUNDLE_PARTS).read_text("utf-8").splitlines()
    listed = [posixpath.normpath(f"css/{line.strip()}") for line in lines if line.strip() and line[0] != "#"]
    return listed if FONT in listed else [FONT, *listed]


def _css(name: str) -> str:
    """A style sheet whose relative url() are hashed addresses."""

    def lasting(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["path"]))
        return f'url("{asset_url(target)}")'

    text = (STATIC / name).read_text("utf-8")
    if "@import" in text:
        raise ValueError(f"{name} imports a style sheet; name it in {BUNDLE_PARTS} instead.")
    return CSS_URL.sub(lasting, text)
