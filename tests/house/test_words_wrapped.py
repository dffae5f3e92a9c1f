"""Nothing that a person reads stands in a page, a script or an error without going through the catalogues."""

import ast
import re
from pathlib import Path

import pytest

from scripts.messages import ERRORS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "helpdesk" / "static" / "js").glob("*.js"))
MODULES = sorted((ROOT / "helpdesk").rglob("*.py"))
NOT_FOR_PEOPLE = {"styleguide.html"}
SAME_EVERYWHERE = {"VIP", "Alt", "Ctrl"}

NAMES = re.compile(  # blocks and macros that draw attributes, not words
    r"{% (?:block (?:page_class|body_class|stage_class|sign|code)|macro (?:pressing|rail)\(.*?\)) -?%}"
    r".*?{%-? end(?:block|macro) %}",
    re.DOTALL,
)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<!?/?[a-zA-Z][^>]*>", re.DOTALL)
READ_ALOUD = re.compile(r"\b(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-zА-Яа-яё]{2,}")
SENTENCE = re.compile(r"""(["'`])[A-Z][a-z]+(?: [a-z]+)+[.!?…]?\1""")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_word_of_a_page_is_translated(page: Path) -> None:
    """What remains without placeholders and tags are marks and key names."""
    bare = JINJA.sub("", NAMES.sub("", page.read_text(encoding="utf-8")))
    words = WORD.findall(TAG.sub(" ", bare)) + WORD.findall(" ".join(READ_ALOUD.findall(bare)))
    found = {word for word in words if page.name not in NOT_FOR_PEOPLE} - SAME_EVERYWHERE
    assert found == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_takes_its_sentences_from_the_page(script: Path) -> None:
    assert [found[0] for found in SENTENCE.finditer(script.read_text(encoding="utf-8"))] == []


def test_the_sentence_of_a_refusal_has_its_values_beside_it() -> None:
    """An f-string would be filled before anybody could translate it."""
    filled = [
        f"{module.relative_to(ROOT)}:{call.lineno}"
        for module in MODULES
        if any(f"{error}(" in (text := module.read_text(encoding="utf-8")) for error in ERRORS)
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ERRORS
        if call.args and isinstance(call.args[0], ast.JoinedStr)
    ]
    assert filled == []
