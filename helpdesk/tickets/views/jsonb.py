"""Rows of another table as one value of a row, so that a page needs no statement for each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by


def object_of(table: Any, names: Sequence[str]) -> Any:
    """These columns of the table as an object under their own names."""
    return func.jsonb_build_object(*(part for name in names for part in (name, getattr(table, name))))


def listed(value: Any, order: Any) -> Any:
    """All values in that order as an array; an empty one where there is none."""
    return func.coalesce(func.jsonb_agg(aggregate_order_by(value, order)), func.jsonb_build_array())


def rows(table: Any, names: Sequence[str], *conditions: Any) -> ScalarSelect[Any]:
    """The table's rows under these conditions as an array of objects, in the order of their ids."""
    return select(listed(object_of(table, names), table.id)).where(*conditions).scalar_subquery()
