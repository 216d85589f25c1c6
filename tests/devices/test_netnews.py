"""News of the network: whoever waits for the next call is woken as soon as the kernel says that something has changed."""

import socket
import threading
from collections.abc import Iterator

import pytest
from servers import wait_for

from controller.devices import netnews
from controller.devices.netnews import NetworkNews


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Where the kernel would speak, and where it would be heard."""
    monkeypatch.setattr(netnews, "SETTLE_S", 0.05)
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    yield ends
    for end in ends:
        end.close()


def test_much_news_at_once_is_told_once(kernel: tuple[socket.socket, socket.socket]) -> None:
    """An address, a route, another route: one call. And each later change is another."""
    calls: list[str] = []
    news = NetworkNews(lambda: calls.append("now"), kernel[1])
    for _ in range(20):
        kernel[0].send(b"RTM_NEWROUTE")
    news.start()
    wait_for(lambda: calls == ["now"], lambda: f"told {len(calls)} times")
    kernel[0].send(b"RTM_NEWADDR")
    wait_for(lambda: calls == ["now", "now"], lambda: f"told {len(calls)} times")
    news.stop()


def test_it_ends_when_told(kernel: tuple[socket.socket, socket.socket]) -> None:
    """In the middle of waiting; and when it never began."""
    news = NetworkNews(lambda: None, kernel[1])
    news.start()
    news.stop()
    assert "network-news" not in {thread.name for thread in threading.enumerate()}
    NetworkNews(lambda: None).stop()


def test_where_the_kernel_tells_nothing_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox without netlink: the thread is over at once, and nothing else changes."""

    monkeypatch.setattr(socket, "AF_NETLINK", 4_711)
    news = NetworkNews(lambda: None)
    news.start()
    wait_for(lambda: not news._thread.is_alive(), lambda: "it waits")
    news.stop()


def test_this_kernel_lets_us_listen() -> None:
    """No privilege is needed."""
    source = netnews._kernel()
    assert source is not None
    source.close()
