"""Bus and board between one host and one simulated device, in memory and in virtual time.

It carries one command at a time, numbers what it hears, and can lose or damage it on either way.
"""

from collections.abc import Callable

from mdb_peers import Peer

from controller.protocols import mdb
from controller.protocols.mdb import Block, Command, Conversation, Event

Spoil = Callable[[bytes, bytes], bytes]
"""Takes a command and its answer, gives the answer that the board hears."""


class Line:
    """Bus and board between one host and one device. `events` is everything the host said."""

    def __init__(self, host: Conversation, peer: Peer, now_ms: int = 0) -> None:
        self.host, self.peer, self.now_ms = host, peer, now_ms
        self.events: list[Event] = []
        self.sent: list[bytes] = []
        self.blocks: list[Block] = []
        self.number = 0
        self.spoil: Spoil = lambda command, raw: raw
        self.lose_acks = 0
        """So many of the board's ACKs for data are not heard by the device."""
        self.flags_repeats = True
        self.hands_twice = False
        self._doubted = False
        self.on_event: Callable[[Event], None] = lambda event: None

    def run(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        while self.now_ms < until_ms:
            self.step(until_ms)

    def run_until(self, *kinds: type, ms: int = 120_000) -> Event:
        """Until the host says one of these; that one."""
        until_ms, at = self.now_ms + ms, len(self.events)
        while self.now_ms < until_ms:
            found = [event for event in self.events[at:] if isinstance(event, kinds)]
            if found:
                return found[0]
            self.step(until_ms)
        raise AssertionError(f"none of {kinds} came; {self.events[at:]}")

    def step(self, until_ms: int) -> None:
        command = self.host.to_send(self.now_ms)
        if command is None:
            self.now_ms = max(self.now_ms + 1, min(self.host.wake_ms, until_ms))
            self._told(self.host.tick(self.now_ms))
            return
        self.sent.append(command.data)
        block = self.carry(command)
        self.now_ms += 5
        for _ in range(2 if self.hands_twice else 1):
            self._told(self.host.hear(block, self.now_ms))

    def carry(self, command: Command) -> Block:
        """What the board makes of one command."""
        said = self.peer.carry(command.data, self.now_ms)
        raw = self.spoil(command.data, said)
        whole = len(raw) > 1 and raw == said
        repeat = whole and self._doubted and self.flags_repeats
        if whole and self.lose_acks:
            self.lose_acks -= 1
            self._doubted = True
        elif whole:
            self._doubted = False
            self.peer.heard()
        self.number += 1
        block = Block(self.number, command, raw, repeat)
        self.blocks.append(block)
        return block

    def _told(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            self.on_event(event)

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def booked_cents(self) -> int:
        """What books would hold that credit each block once, by number."""
        worth = next(event for event in reversed(self.events) if isinstance(event, mdb.Found)).values_cents
        numbers: set[int] = set()
        total = 0
        for event in self.events:
            if isinstance(event, mdb.Told) and event.number not in numbers:
                numbers.add(event.number)
                total += sum(worth.get(getattr(c, "coin_type", getattr(c, "bill_type", -1)), 0) for c in event.credits)
        return total
