"""Sheets as JSON and back: frozen dataclasses with texts, numbers, dates, and collections of these. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """The value in what JSON knows: a mapping becomes a list of pairs, since its keys may be anything."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value) if field.init}
    if isinstance(value, Mapping):
        return sorted(([to_json(key), to_json(one)] for key, one in value.items()), key=repr)
    if isinstance(value, frozenset):
        return sorted((to_json(one) for one in value), key=repr)
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(kind: type[T], value: Any) -> T:
    """The value again, of that kind. Raises TypeError, KeyError or ValueError for what is none."""
    made: T = _read(kind, value)
    return made


def _read(kind: Any, value: Any) -> Any:
    origin, within = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return None if value is None else _read(next(one for one in within if one is not NoneType), value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], one) for name, one in value.items()})  # type: ignore[operator]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return MappingProxyType({_read(within[0], key): _read(within[1], one) for key, one in value})
    if origin is tuple and within[-1] is not Ellipsis:
        return tuple(_read(one, part) for one, part in zip(within, value, strict=True))
    if origin in {tuple, frozenset}:
        return origin(_read(within[0], one) for one in value)
    return date.fromisoformat(value) if kind is date else value
