"""Every setting stands in the README's table with its default and its meaning."""

from pathlib import Path

import pytest

from helpdesk.config import SETTINGS_TABLE

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.parametrize(
    ("name", "default", "meaning"), SETTINGS_TABLE, ids=[row[0] for row in SETTINGS_TABLE]
)
def test_a_setting_is_documented(name: str, default: str, meaning: str) -> None:
    shown = f" `{default}` " if default else " "
    assert f"| `{name}` |{shown}| {meaning} |" in README.read_text("utf-8")
