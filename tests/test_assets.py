"""Static files under names that carry their hash."""

import json
import re

import pytest

from helpdesk import assets


def test_templates_and_migrations_are_found() -> None:
    assert assets.folder("templates").is_dir()
    assert assets.folder("migrations").is_dir()


def test_a_hashed_address_leads_back_to_its_file_and_may_be_kept() -> None:
    url = assets.asset_url("vendor/icons.svg")
    assert re.fullmatch(r"/static/vendor/icons\.[0-9a-f]{12}\.svg", url)
    served = assets.resolve(url.removeprefix(assets.STATIC_URL))
    assert served is not None
    assert served.cache_control == assets.LASTING
    assert served.asset.content_type == "image/svg+xml"


@pytest.mark.parametrize("path", ["vendor/icons.svg", "vendor/icons.000000000000.svg"])
def test_a_plain_or_outdated_address_is_answered_but_not_kept(path: str) -> None:
    served = assets.resolve(path)
    assert served is not None
    assert served.cache_control == assets.PASSING


@pytest.mark.parametrize(
    "path", ["", "../config.py", "css/../../config.py", "vendor/.stamp", "vendor", "none.js"]
)
def test_nothing_else_is_ever_served(path: str) -> None:
    assert assets.resolve(path) is None


def test_a_missing_file_says_how_to_get_it() -> None:
    with pytest.raises(LookupError, match="make install"):
        assets.asset_url("vendor/none.js")


def test_the_style_sheet_is_one_file_without_imports_whose_addresses_are_hashed() -> None:
    css = assets.asset(assets.BUNDLE).content.decode()
    assert "@import" not in css
    addresses = re.findall(r"url\([\"']?([^\"')]+)", css)
    fonts = [each for each in addresses if each.endswith(".woff2")]
    assert len(fonts) == 4
    for each in fonts:
        served = assets.resolve(each.removeprefix(assets.STATIC_URL))
        assert served is not None
        assert served.cache_control == assets.LASTING


def test_the_import_map_leads_every_module_to_its_hashed_address() -> None:
    imports = json.loads(assets.import_map())["imports"]
    assert set(imports) == {f"/static/{name}" for name in assets.names() if name.startswith("js/")}
    assert all(assets.resolve(url.removeprefix(assets.STATIC_URL)) for url in imports.values())


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    sprite = assets.asset("vendor/icons.svg").content.decode()
    there = set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', sprite))
    pattern = re.compile(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']|#i-([a-z0-9-]+)")
    files = assets.folder("templates").rglob("*.html")
    named = {a or b for file in files for a, b in pattern.findall(file.read_text("utf-8"))}
    assert named - there == set()
