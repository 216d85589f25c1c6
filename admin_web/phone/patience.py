"""For how long a connection is waited for, and how many there may be: uvicorn itself would wait for ever.

A request's head has to be here within ten seconds, its body within twenty (and a second more for every 32 kB that came), and
whoever does not read an answer is not waited for either. When there are too many connections, the one that has kept us
waiting longest goes, never one that is being answered; so nobody can keep others out by holding connections open.
"""

import asyncio
from collections.abc import Iterable

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S, BODY_S, READ_S = 10.0, 20.0, 20.0
BODY_BYTES_PER_S = 32_768
"""A photo is large and the Wi-Fi may be slow; whoever is slower than this does not want to send one."""
EACH_MAX, ALL_MAX = 24, 128
"""Connections from one address, and in all. A browser holds at most six."""


class Patient(H11Protocol):
    """One connection. `slow_since_s` is since when it has kept us waiting; None while we work for it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.slow_since_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._owes: object = None
        self._bytes = 0
        self._look()
        if gone := one_too_many(self, (other for other in self.connections if isinstance(other, Patient))):
            gone.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._bytes += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_for(None, 0)

    def _look(self) -> None:
        """Whom do we wait for now, and for how long?"""
        if not self.flow.write_paused:
            theirs = self.conn.their_state
            owed = {h11.IDLE: HEAD_S, h11.SEND_BODY: BODY_S}.get(theirs)
            self._wait_for(theirs if owed else None, owed or 0)
        else:
            self._wait_for("to read", READ_S)

    def _wait_for(self, owes: object, within_s: float) -> None:
        if owes == self._owes:
            return
        self._owes, self._bytes = owes, 0
        if self._timer is not None:
            self._timer.cancel()
        self.slow_since_s = None if owes is None else self.loop.time()
        self._timer = None if owes is None else self.loop.call_later(within_s, self._late)

    def _late(self) -> None:
        """Too slow; only a body that keeps coming has more time."""
        assert self.slow_since_s is not None
        spent_s = self.loop.time() - self.slow_since_s
        more_s = BODY_S + self._bytes / BODY_BYTES_PER_S - spent_s
        if self._owes is h11.SEND_BODY and more_s > 0:
            self._timer = self.loop.call_later(more_s, self._late)
        else:
            self.transport.abort()


def one_too_many(new: Patient, here: Iterable[Patient]) -> Patient | None:
    """Who has to go now that `new` is here too: one of its own address if those are too many, else one of all; or nobody."""
    everybody = [other for other in here if not other.transport.is_closing()]
    hers = [other for other in everybody if _address(other) == _address(new)]
    crowd = hers if len(hers) > EACH_MAX else everybody if len(everybody) > ALL_MAX else []
    waiting = [other for other in crowd if other.slow_since_s is not None]
    return min(waiting, key=lambda other: other.slow_since_s or 0.0, default=new) if crowd else None


def _address(one: Patient) -> str:
    return one.client[0] if one.client else ""
