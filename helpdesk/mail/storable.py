"""Values that PostgreSQL can keep: texts without NUL and without halves of characters."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")
UNFIT = re.compile("[\x00\ud800-\udfff]")


def storable_text(text: str) -> str:
    """NUL goes, half a character becomes the sign for one that cannot be shown."""
    return UNFIT.sub(_substitute, text) if UNFIT.search(text) else text


def storable(value: T) -> T:
    """The same value with every text in it fit to be kept, however deep; bytes stay as they are."""
    return _fit(value)  # type: ignore[no-any-return]


def _substitute(found: re.Match[str]) -> str:
    return "" if found[0] == "\x00" else "\ufffd"


def _fit(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value) if type(value) is str else value
    if isinstance(value, tuple | list | frozenset):
        fit = [_fit(one) for one in value]
        is_fit = all(new is old for new, old in zip(fit, value, strict=True))
        return value if is_fit else type(value)(fit)
    if isinstance(value, dict):
        return {_fit(key): _fit(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: fit for one, fit in _pairs(value) if fit is not getattr(value, one.name)}
        return replace(value, **changed) if changed else value
    return value


def _pairs(value: Any) -> Any:
    return ((one, _fit(getattr(value, one.name))) for one in fields(value) if one.init)
