"""News of the network from the kernel: an address or a way out has come, so that a call in vain is tried again at once.

Without it a machine whose Wi-Fi comes back waits for its next attempt, a minute perhaps. Where the kernel tells nothing (a
sandbox without netlink sockets) that is how it stays. Linux, rtnetlink(7); no privilege is needed to listen.
"""

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable

log = logging.getLogger("minga.sync")

GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""RTMGRP_LINK, and of IPv4 and IPv6 RTMGRP_..._IFADDR and RTMGRP_..._ROUTE."""
SETTLE_S = 1.0
"""Address, route and names come one after the other; and however much is told, `told` is not called more often."""
NEWS_BYTES = 65_536


class NetworkNews:
    """One daemon thread that calls `told` after each bit of news. `source` is given by tests, which move no network."""

    def __init__(self, told: Callable[[], None], source: socket.socket | None = None) -> None:
        self._told, self._source = told, source or _kernel()
        self._stopping = threading.Event()
        self._end, self._ending = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="network-news", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the thread within `timeout_s`. Harmless when it never ran."""
        self._stopping.set()
        self._end.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        with self._ending, self._source or contextlib.nullcontext():
            while self._source and self._has_news(self._source) and not self._stopping.wait(SETTLE_S):
                with contextlib.suppress(OSError):  # nothing more to read, or more was told than the kernel keeps
                    while self._source.recv(NEWS_BYTES, socket.MSG_DONTWAIT):
                        pass
                self._told()

    def _has_news(self, source: socket.socket) -> bool:
        """Wait for it; False when it is time to end."""
        ready, _, _ = select.select([source, self._ending], [], [])
        return self._ending not in ready


def _kernel() -> socket.socket | None:
    """Where the kernel tells such news; None where it does not."""
    try:
        source = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        source.bind((0, GROUPS))
    except OSError as error:
        log.info("the kernel tells no news of the network (%s): calls are repeated by the clock alone", error)
        return None
    return source
