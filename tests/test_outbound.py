"""The desk calls only what it may, over a line it trusts, and never for long."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from helpdesk.outbound import Bounds, CallFailed, call, checked, is_global
from tests.servers import PATIENCE_S


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "not an address",
    ],
)
def test_an_address_inside_is_inside_whatever_its_dress(address: str) -> None:
    assert not is_global(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_one(address: str) -> None:
    assert is_global(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://provider.example/token",
        "file:///etc/passwd",
        "gopher://provider.example/",
        "https://",
        "https://user:word@provider.example/",
        "https://provider.example:22/",
        "https://provider.example:99999/",
        "https://[::1",
        "",
    ],
)
def test_what_is_no_safe_address_is_not_called(url: str) -> None:
    with pytest.raises(CallFailed):
        checked(url)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "0177.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_name_and_no_spelling_leads_inside(host: str) -> None:
    with pytest.raises(CallFailed) as refusal:
        call(f"https://{host}/token")
    assert refusal.value.obstacle in {"address", "name"}


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that sends a letter now and then, and never ends."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        done = threading.Event()

        def drip() -> None:
            line, _ = server.accept()
            with closing(line):
                line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                try:
                    while not done.wait(0.05):
                        line.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        thread.join(5)


def test_who_drips_is_cut_off(dripping: int) -> None:
    bounds = Bounds(inner=("127.0.0.1",), seconds=0.4)
    with pytest.raises(CallFailed) as failure:
        call(f"http://127.0.0.1:{dripping}/", bounds=bounds)
    assert failure.value.obstacle in {"silence", "speech"}


def test_what_is_no_web_server_and_what_is_not_there_are_told_apart(dripping: int) -> None:
    bounds = Bounds(inner=("127.0.0.1",), seconds=PATIENCE_S)
    with pytest.raises(CallFailed, match="does not speak TLS"):
        call(f"https://127.0.0.1:{dripping}/", bounds=bounds)
    with pytest.raises(CallFailed, match="There is no server of the name"):
        call("https://nowhere.invalid/", bounds=bounds)
