"""Spans of seconds, and how a zone's wall clock is cut into stretches in which it is UTC plus a constant."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from zoneinfo import ZoneInfo

Spans = list[tuple[int, int]]

DAY_S = 86400
EPOCH = date(1970, 1, 1)


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif end > start:
            joined.append((start, end))
    return joined


def without(opened: Spans, closed: Spans) -> Iterator[tuple[int, int]]:
    """Opened minus closed; both merged and in order."""
    i = 0
    for start, end in opened:
        while i < len(closed) and closed[i][1] <= start:
            i += 1
        at, k = start, i
        while k < len(closed) and closed[k][0] < end:
            if closed[k][0] > at:
                yield at, closed[k][0]
            at, k = max(at, closed[k][1]), k + 1
        if at < end:
            yield at, end


def shifted(local: Spans, cuts: Spans) -> Iterator[tuple[int, int]]:
    """Clip local spans to each stretch; `cuts` are (UTC start, offset), the last one only an end."""
    span_ends = [end for _, end in local]
    for (start, offset), (end, _) in pairwise(cuts):
        i = bisect_right(span_ends, start + offset)
        while i < len(local) and local[i][0] - offset < end:
            yield max(local[i][0] - offset, start), min(local[i][1] - offset, end)
            i += 1


@lru_cache(maxsize=512)
def zone_with(name: str, rules: bytes = b"") -> ZoneInfo:
    """The zone by these rules (the content of a TZif file), or by the installed ones when there are none."""
    return ZoneInfo.from_file(BytesIO(rules), key=name) if rules else ZoneInfo(name)


def stretches(zone: ZoneInfo, from_year: int, to_year: int) -> Spans:
    """(UTC instant, offset in force from it on) over the years, and the end of the last year."""
    found: Spans = []
    for year in range(from_year, to_year + 1):
        for start, offset in _offsets_of_year(zone, year):
            if not found or found[-1][1] != offset:
                found.append((start, offset))
    return [*found, (new_year(to_year + 1), 0)]


@lru_cache(maxsize=4096)
def _offsets_of_year(zone: ZoneInfo, year: int) -> Spans:
    """Offsets of one UTC year, found by looking every twelve hours and halving where two looks differ."""
    found = [(new_year(year), _offset(zone, new_year(year)))]
    for t in range(new_year(year), new_year(year + 1), DAY_S // 2):
        offset = _offset(zone, min(t + DAY_S // 2, new_year(year + 1) - 1))
        if offset != found[-1][1]:
            found.append((_change(zone, t, t + DAY_S // 2), offset))
    return found


def _change(info: ZoneInfo, lo: int, hi: int) -> int:
    """The first second in (lo, hi] whose offset is not that of lo."""
    offset = _offset(info, lo)
    return lo + bisect_left(range(lo, hi), 1, key=lambda t: int(_offset(info, t) != offset))


def _offset(info: ZoneInfo, t: int) -> int:
    offset = datetime.fromtimestamp(t, UTC).astimezone(info).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def new_year(year: int) -> int:
    return (date(year, 1, 1) - EPOCH).days * DAY_S
