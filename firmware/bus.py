"""The MDB bus behind the link: what the Pi wants said, polls between, and every block that comes back as an event.

A block is acknowledged on the bus by `mdbwire`, so nothing is sent unless the ring has a place for the reply. When money is
shut out, this file tells changer and bill validator to take none, and gives back what the Pi had set when it is let in again.
"""

import messages
from link import elapsed_ms
from mdbwire import ACKED, BLOCK, BLOCK_BYTES_MAX, BLOCKS_MAX, DAMAGED, NAKED, SILENT, MdbWire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from link import Link

RESULTS = {
    ACKED: messages.ACKED,
    BLOCK: messages.BLOCK_CAME,
    NAKED: messages.NAKED,
    SILENT: messages.SILENT,
    DAMAGED: messages.GARBLED,
}
COIN_TYPE, BILL_TYPE = 0x0C, 0x34
"""Which coins or bills are taken: the first byte is the command, four follow; all zeros take none."""
POLL_3 = (0x08, 0x30)
"""Changer and bill validators are polled with address + 3, all others with address + 2 (MDB/ICP 4.2, sections 5 to 9)."""


class Peripheral:
    """One address that is polled."""

    def __init__(self, address: int, period_ms: int, now_ms: int) -> None:
        self.address, self.period_ms = address, period_ms
        self.block = bytes((address + (3 if address in POLL_3 else 2),))
        self.polled_ms = self.heard_ms = now_ms
        self.present: bool | None = None


class Bus:
    """Commands of two lanes, pay before bus; a break before both, and polls when nothing else is to be said."""

    def __init__(self, link: "Link", wire: MdbWire) -> None:
        self._link, self._wire = link, wire
        self._orders: dict[int, list[int | bytes]] = {}
        self._running = 0
        self._polled: Peripheral | None = None
        self._peripherals: list[Peripheral] = []
        self._takes: dict[int, bytes] = {}
        self._shut: list[int] = []
        self._fitted = self._open = False
        self._poll_ms, self._silent_ms, self._now_ms, self._tries = 100, 2_000, 0, 0
        link.takes(messages.BUS, self._configure)
        link.performs(messages.BUS_SEND, lambda number, *order: self._order(messages.BUS_SEND, number, *order))
        link.performs(messages.BUS_PAY, lambda number, *order: self._order(messages.BUS_PAY, number, *order))
        link.performs(messages.BUS_BREAK, lambda number, ms: self._order(messages.BUS_BREAK, number, ms, b"\x00"))
        link.performs(messages.BUS_POLL, self._poll)

    def accept(self, wanted: bool) -> None:
        """Let changer and validator take money, or none. A set-point."""
        if wanted != self._open:
            self._open, self._shut = wanted, list(self._takes)

    def tick(self, now_ms: int) -> None:
        """Once in every round, at most 4 ms apart while something is said."""
        self._now_ms = now_ms
        if not self._fitted:
            return
        if self._wire.busy:
            self._wire.tick(now_ms)
            if self._wire.busy:
                return
        if self._running or self._polled or self._wire.blocks:
            number = self._hand_on()
            if self._wire.blocks:
                return  # the ring had no place after all
            if self._running or self._polled:
                self._ended(number, now_ms)
        self._say_next(now_ms)

    # Orders

    def _configure(self, fitted: int, poll_ms: int, silent_ms: int) -> bool:
        self._fitted, self._poll_ms, self._silent_ms = bool(fitted), max(5, poll_ms), silent_ms
        if not fitted:
            self._peripherals, self._takes = [], {}
        return True

    def _order(self, kind: int, number: int, tries_max: int, block: bytes) -> int | None:
        if not self._fitted:
            return messages.NOT_FITTED
        if not (tries_max and 0 < len(block) < BLOCK_BYTES_MAX):
            return messages.BAD_BODY
        if kind != messages.BUS_BREAK and block[0] in (COIN_TYPE, BILL_TYPE):
            self._takes[block[0]] = block
            if not self._open:
                self._shut.append(block[0])
        self._orders[kind] = [number, tries_max, block]
        return None

    def _poll(self, number: int, address: int, period_ms: int) -> int | None:
        if not self._fitted:
            return messages.NOT_FITTED
        self._peripherals = [peripheral for peripheral in self._peripherals if peripheral.address != address]
        if period_ms:
            self._peripherals.append(Peripheral(address, period_ms, self._now_ms))
        self._link.finish(messages.BUS_POLL, number)
        return None

    # The line

    def _say_next(self, now_ms: int) -> None:
        if self._orders:
            first = (messages.BUS_BREAK, messages.BUS_PAY, messages.BUS_SEND)
            self._begin(next(kind for kind in first if kind in self._orders), now_ms)
            return
        if self._shut:
            command = self._shut.pop()
            block = self._takes[command]
            self._wire.send(block if self._open else bytes((command,)) + bytes(len(block) - 1), now_ms)
            return
        for peripheral in self._peripherals:
            due = elapsed_ms(now_ms, peripheral.polled_ms) >= max(peripheral.period_ms, self._poll_ms)
            if due and self._has_room() and self._wire.send(peripheral.block, now_ms):
                peripheral.polled_ms, self._polled = now_ms, peripheral
                return

    def _begin(self, kind: int, now_ms: int) -> None:
        number, tries_max, block = self._orders[kind]
        assert isinstance(number, int)
        assert isinstance(tries_max, int)
        assert isinstance(block, bytes)
        if kind == messages.BUS_BREAK:
            self._wire.break_line(now_ms, tries_max)
        elif not self._has_room():
            del self._orders[kind]
            self._tries = 0
            self._link.finish(kind, number, messages.RING_FULL, 0, 0)
            return
        else:
            self._wire.send(block, now_ms)
        self._tries += 1
        self._running = kind

    def _has_room(self) -> bool:
        return self._link.room > BLOCKS_MAX

    def _ended(self, block_number: int, now_ms: int) -> None:
        """An exchange is over."""
        result, kind, self._running = self._wire.result, self._running, 0
        peripheral, self._polled = self._polled, None
        if peripheral is not None:
            self._note(peripheral, result != SILENT, now_ms)
            return
        number, tries_max, _ = self._orders[kind]
        assert isinstance(number, int)
        assert isinstance(tries_max, int)
        if kind != messages.BUS_BREAK and result == SILENT and self._tries < tries_max:
            return
        del self._orders[kind]
        tries, self._tries = self._tries, 0
        if kind == messages.BUS_BREAK:
            self._link.finish(kind, number)
        else:
            self._link.finish(kind, number, RESULTS[result or SILENT], tries, block_number)

    def _hand_on(self) -> int:
        """Blocks become events, in order; the number of the newest. What finds no place stays where it is."""
        newest = 0
        while self._wire.blocks:
            newest, asked, flags, data = self._wire.blocks[0]
            kind = self._running
            number = self._orders[kind][0] if kind else 0
            if not self._link.event(messages.BLOCK, newest, kind, number, asked, flags, data):
                break
            self._wire.hand_on(newest)
        return newest

    def _note(self, peripheral: Peripheral, heard: bool, now_ms: int) -> None:
        """Silence is told after a while, a voice at once."""
        if heard:
            peripheral.heard_ms = now_ms
        silent_ms = elapsed_ms(now_ms, peripheral.heard_ms)
        present = heard or (peripheral.present is True and silent_ms < self._silent_ms)
        if present == peripheral.present or (not present and silent_ms < self._silent_ms):
            return
        state = (peripheral.address, 1 if present else 0, silent_ms, self._wire.odd["damaged"])
        if self._link.event(messages.BUS_STATE, *state):
            peripheral.present = present
