"""The house rules that can be read from the source: who imports whom, and where certain words stand."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOORS = {"views", "api", "jobs", "cli"}
TOP_FLOOR = {"app", "worker", "cli", "demo", "seed", "doctor", "running", "serving", "timetable", "__main__"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PARTS_OF_FLASK = {"click", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}
ONLY_IN = {
    "transactions end": (r"\.(commit|rollback)\(", {"db.py", "schema.py"}),
    "the process's clock is read": (r"\b(datetime|date)\.(now|utcnow|today)\(|\btime\.time\(", {"clock.py"}),
    "IMAP and SMTP are spoken": (r"^\s*(import|from) (imaplib|smtplib|imapclient|aiosmtpd)\b", {"mail/"}),
    "markup is trusted": (r"\bMarkup\(", {"kb/marks.py", "web.py", "guide/pages.py"}),
}
NOWHERE = {
    "umask is for a whole process, threads included": r"\bos\.umask\(",
    "evaluated text is code from outside": r"(?<![\w.])(eval|exec)\(",
    "a shell reads more than was meant": r"shell=True|\bos\.(system|popen)\(",
    "a pickle is code from outside": r"^\s*(import|from) (pickle|marshal|shelve)\b",
    "yaml.load builds any object": r"\byaml\.load\(",
}


@cache
def sources() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "helpdesk").rglob("*.py")))


@dataclass(frozen=True, slots=True)
class Import:
    """One name that is brought in: its line, its full name, and how."""

    line: int
    what: str
    is_relative: bool
    is_inside: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What is kept of a file; its tree is too large for that."""

    has_docstring: bool
    imports: tuple[Import, ...]


@cache
def read(file: Path) -> Source:
    tree = ast.parse(file.read_text("utf-8"))
    return Source(bool(ast.get_docstring(tree)), tuple(imports(tree)))


def imports(node: ast.AST, *, is_inside: bool = False) -> Iterator[Import]:
    """Everything imported below the node, and whether a function stands around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(child.lineno, alias.name, False, is_inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            names = (f"{child.module}.{alias.name}" for alias in child.names)
            yield from (Import(child.lineno, what, bool(child.level), is_inside) for what in names)
        elif not isinstance(child, ast.expr):
            yield from imports(child, is_inside=is_inside or isinstance(child, FUNCTIONS))


def name(file: Path) -> str:
    return file.relative_to(ROOT / "helpdesk").as_posix()


def module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def lines(file: Path, pattern: str) -> list[str]:
    text = file.read_text("utf-8").splitlines()
    return [
        f"{name(file)}:{at} {line.strip()}" for at, line in enumerate(text, 1) if re.search(pattern, line)
    ]


def test_imports_point_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_import_stands_inside_a_function() -> None:
    found = [
        f"{name(file)}:{one.line} {one.what}"
        for file in sources()
        for one in read(file).imports
        if one.is_inside
    ]
    assert found == []


def test_imports_are_absolute() -> None:
    relative = [
        f"{name(file)}:{one.line}" for file in sources() for one in read(file).imports if one.is_relative
    ]
    assert relative == []


def test_only_the_top_floor_imports_a_door() -> None:
    found = [
        f"{name(file)}:{one.line} {one.what}"
        for file in sources()
        if module(file).split(".")[1:2] and module(file).split(".")[1] not in TOP_FLOOR
        for one in read(file).imports
        if is_door(one.what) and package(one.what) != package(module(file))
    ]
    assert found == []


def is_door(what: str) -> bool:
    return what.startswith("helpdesk.") and bool(DOORS & set(what.split(".")[2:]))


def package(what: str) -> str:
    return ".".join(what.split(".")[:2])


@cache
def pure_modules() -> frozenset[str]:
    """Modules that import, through whatever they import, nothing but the standard library."""
    needs = {module(file): {one.what for one in read(file).imports} for file in sources()}
    pure = set(needs)
    while impure := {each for each in pure if not all(is_pure(what, pure) for what in needs[each])}:
        pure -= impure
    return frozenset(pure)


def is_pure(what: str, pure: set[str]) -> bool:
    """An import names a module, or something in it."""
    return (
        what.split(".", maxsplit=1)[0] in sys.stdlib_module_names
        or what in pure
        or what.rpartition(".")[0] in pure
    )


def test_what_everybody_may_import_knows_nothing_but_the_standard_library() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    exceptions = settings["tool"]["importlinter"]["contracts"][0]["ignore_imports"]
    targets = [line.split(" -> ")[1] for line in exceptions if line.startswith("helpdesk.** ->")]
    patterns = [re.escape(each).replace(r"\*\*", ".+").replace(r"\*", "[^.]+") for each in targets]
    listed = {module(file) for file in sources()}
    listed = {each for each in listed if any(re.fullmatch(pattern, each) for pattern in patterns)}
    assert sorted(listed - pure_modules()) == []


@pytest.mark.parametrize("why", ONLY_IN)
def test_some_words_stand_in_one_place_only(why: str) -> None:
    pattern, allowed = ONLY_IN[why]
    elsewhere = (file for file in sources() if not name(file).startswith(tuple(allowed)))
    assert [line for file in elsewhere for line in lines(file, pattern)] == []


@pytest.mark.parametrize("why", NOWHERE)
def test_some_words_stand_nowhere(why: str) -> None:
    assert [line for file in sources() for line in lines(file, NOWHERE[why])] == []


def test_no_template_trusts_markup_or_carries_style_and_script() -> None:
    forbidden = (
        r"\|\s*safe\b|autoescape false|\sstyle=[\"']|\son[a-z]+=[\"']|\bhx-on\b|hx-vals=[\"']js:|javascript:"
    )
    templates = sorted((ROOT / "templates").rglob("*.html"))
    found = [
        f"{file.relative_to(ROOT)}:{at} {line.strip()[:100]}"
        for file in templates
        for at, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(forbidden, line)
    ]
    assert found == []


def test_every_module_says_what_it_knows() -> None:
    assert [name(file) for file in sources() if not read(file).has_docstring] == []


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    """Three hundred lines are a reason to split; beyond four hundred nobody found the seam."""
    assert [name(file) for file in sources() if len(file.read_text("utf-8").splitlines()) > 400] == []


def test_nothing_is_called_after_nothing() -> None:
    """utils, helpers and managers say nothing about what is inside."""
    empty_words = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert [name(file) for file in sources() if file.stem in empty_words] == []


def test_what_is_imported_is_asked_for() -> None:
    """Nothing may run only because another package happens to bring it along; Flask is one with its parts."""
    lines_asked = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    asked = {normal(re.split(r"[~=<>]", line)[0]) for line in lines_asked} | PARTS_OF_FLASK
    brought = {each: {normal(name) for name in names} for each, names in packages_distributions().items()}
    used = {one.what.split(".", maxsplit=1)[0] for file in sources() for one in read(file).imports}
    foreign = used - set(sys.stdlib_module_names) - {"helpdesk"}
    assert sorted(each for each in foreign if not asked & brought.get(each, set())) == []


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).strip().lower()
