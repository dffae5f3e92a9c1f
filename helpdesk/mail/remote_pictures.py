"""Pictures that a mail has elsewhere in the internet, fetched by the desk so that nobody sees who reads.

There is no address at which the desk fetches what it is told: only the addresses in a mail that somebody may
read and asked to see are called, each one judged again after every redirection.
"""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urljoin

from helpdesk.mail.picture_type import picture_in
from helpdesk.outbound import Bounds, CallFailed, call

Fetched = Mapping[str, tuple[str, bytes]]
MOST = 40
MOST_AT_ONCE = 6
LARGEST = 5 * 1024 * 1024
ALL_OF_THEM = 16 * 1024 * 1024
EACH_S, ALL_S = 6.0, 12.0
HOPS = 3
KEPT_S, MISSED_S = 600.0, 60.0
KEPT_BYTES = 32 * 1024 * 1024
HEADERS = {"Accept": "image/png, image/jpeg, image/gif, image/webp", "User-Agent": "Helpdesk"}
INNER: tuple[str, ...] = ()  # no host inside the network, whatever else the desk may call there


@dataclass
class _Kept:
    """Pictures of the last minutes, so that looking twice fetches once; None marks what failed."""

    found: dict[str, tuple[float, tuple[str, bytes] | None]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, url: str) -> tuple[str, bytes] | bool | None:
        """A picture, False for one that failed a moment ago, None for one to be fetched."""
        with self.lock:
            until, picture = self.found.get(url, (0.0, None))
        return None if until < time.monotonic() else picture or False

    def put(self, url: str, picture: tuple[str, bytes] | None) -> None:
        with self.lock:
            self.found[url] = (time.monotonic() + (KEPT_S if picture else MISSED_S), picture)
            while len(self.found) > 1 and self._size() > KEPT_BYTES:
                self.found.pop(next(iter(self.found)))

    def _size(self) -> int:
        return sum(1_000 + (len(picture[1]) if picture else 0) for _, picture in self.found.values())


_kept = _Kept()


def fetch_pictures(urls: Iterable[str], *, inner: tuple[str, ...] | None = None) -> Fetched:
    """What of these could be had within twelve seconds; no transaction may be open meanwhile."""
    wanted = list(dict.fromkeys(urls))[:MOST]
    known = {url: _kept.get(url) for url in wanted}
    missing = [url for url in wanted if known[url] is None]
    if missing:
        known |= _fetch_all(missing, INNER if inner is None else inner)
    found: dict[str, tuple[str, bytes]] = {}
    room = ALL_OF_THEM
    for url, picture in known.items():
        if isinstance(picture, tuple) and len(picture[1]) <= room:
            found[url] = picture
            room -= len(picture[1])
    return found


def _fetch_all(urls: list[str], inner: tuple[str, ...]) -> dict[str, tuple[str, bytes] | bool | None]:
    pool = ThreadPoolExecutor(MOST_AT_ONCE)
    tasks = {pool.submit(_fetch, url, inner): url for url in urls}
    done, _late = wait(tasks, timeout=ALL_S)
    pool.shutdown(wait=False, cancel_futures=True)
    return {tasks[task]: task.result() for task in done}


def _fetch(url: str, inner: tuple[str, ...]) -> tuple[str, bytes] | None:
    picture = _followed(url, inner)
    _kept.put(url, picture)
    return picture


def _followed(url: str, inner: tuple[str, ...]) -> tuple[str, bytes] | None:
    """The picture at that address or where it is sent on to, at most three times."""
    bounds = Bounds(limit=LARGEST, seconds=EACH_S, inner=inner, schemes=frozenset({"https", "http"}))
    for _ in range(HOPS + 1):
        try:
            answer = call(url, headers=HEADERS, bounds=bounds)
        except CallFailed as trouble:
            if not trouble.location:
                return None
            url = urljoin(url, trouble.location)
            continue
        picture = picture_in(answer.body) if answer.status == 200 else None
        return (picture.content_type, answer.body) if picture else None
    return None
