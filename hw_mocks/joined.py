"""A ccTalk host and a simulated acceptor on one line in memory, in virtual time: a day of polling takes seconds.

`spoil` is what the line does to bytes: change, lose or repeat them. It is asked for what the acceptor hears, for the
echo and for the reply, each for itself. `Till` keeps the books as the brain does: by marks.
"""

import random
from collections.abc import Callable

from controller.protocols.cctalk import Host, HostEvent, Remembered, new_events
from hw_mocks.acceptor_firmware import AcceptorFirmware

Spoil = Callable[[bytes], bytes]
BYTE_MS = 1
ANSWER_MS = 2


def clean(data: bytes) -> bytes:
    """A line that does nothing to bytes."""
    return data


def noisy(chance: random.Random, changed: float = 0.0, lost: float = 0.0, repeated: float = 0.0) -> Spoil:
    """A line that changes, loses and repeats bytes with these likelihoods for each byte."""

    def spoil(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            fate = chance.random()
            if fate < lost:
                continue
            out.append(byte ^ chance.randrange(1, 256) if fate < lost + changed else byte)
            if fate > 1 - repeated:
                out.append(byte)
        return bytes(out)

    return spoil


class Till:
    """The coins that were booked, by position, and the mark that was committed with them."""

    def __init__(self) -> None:
        self.mark: int | None = None
        self.booked: list[int] = []
        self.alarms: list[str] = []

    def take(self, event: HostEvent) -> None:
        """Book what is news in what the acceptor remembers."""
        if isinstance(event, Remembered):
            news = new_events(self.mark, *event.buffer)
            self.mark = news.mark
            self.booked += [credit.position for credit in news.credits]
            self.alarms += [news.alarm] if news.alarm else []


class Joined:
    """Both ends of one line. `events` is all that the host told."""

    def __init__(
        self, host: Host, acceptor: AcceptorFirmware, spoil: Spoil = clean, echo: bool = True, now_ms: int = 0
    ) -> None:
        self.host, self.acceptor, self.spoil, self.echo = host, acceptor, spoil, echo
        self.now_ms = now_ms
        self.till = Till()
        self.events: list[HostEvent] = []
        self.exchanges = 0

    def restart(self, host: Host) -> None:
        """The controller was away, or the port was: another host on the same line, and the same books."""
        self.host = host

    def run(self, for_ms: int) -> None:
        """Let this much time pass, or all of it until the host ends."""
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms and not self.host.ended:
            self._turn(b"")
            request = self.host.to_send(self.now_ms)
            if request is None:
                self.now_ms = max(self.now_ms + 1, min(self.host.wake_ms, end_ms))
            else:
                self._carry(request)

    def run_until(self, told: type, for_ms: int = 30_000) -> HostEvent:
        """Let time pass until the host tells this kind of event. Raises AssertionError when it never does."""
        already, end_ms = len(self.events), self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.run(10)
            for event in self.events[already:]:
                if isinstance(event, told):
                    return event
            self.now_ms += 10 if self.host.ended else 0
        raise AssertionError(f"no {told.__name__} within {for_ms} ms, but {self.events[already:]}")

    def insert(self, position: int) -> bool:
        """Drop a good coin in."""
        return self.acceptor.insert(position, self.now_ms)

    def _carry(self, request: bytes) -> None:
        self.exchanges += 1
        self.now_ms += BYTE_MS * len(request)
        reply = self.acceptor.hear(self.spoil(request), self.now_ms)
        if self.echo:
            self._turn(self.spoil(request))
        self.now_ms += ANSWER_MS + BYTE_MS * len(reply)
        self._turn(self.spoil(reply))

    def _turn(self, heard: bytes) -> None:
        for event in self.host.turn(heard, self.now_ms):
            self.till.take(event)
            self.events.append(event)
