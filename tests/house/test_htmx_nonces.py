"""Every element that htmx is to act on carries the nonce, without which the policy of the page blocks it."""

import re
from pathlib import Path

import pytest

from helpdesk import assets

TEMPLATES = assets.folder("templates")
TAG = re.compile(r"<[a-z]+\b(?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|[^<>\"])*>", re.DOTALL)
ACTS = re.compile(r"\bhx-(?:get|post|put|delete|patch)=")


def blocked(text: str) -> list[str]:
    """The elements that ask htmx for something and carry no nonce."""
    return [tag for tag in TAG.findall(text) if ACTS.search(tag) and "hx-nonce" not in tag]


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_element_is_blocked(path: Path) -> None:
    assert blocked(path.read_text(encoding="utf-8")) == []


def test_an_element_without_its_nonce_is_found() -> None:
    assert blocked('<form hx-post="{{ url_for("x") }}" class="a">') != []
    assert blocked('<form hx-post="{{ url_for("x") }}" hx-nonce="{{ csp_nonce() }}">') == []
