"""A simulated bill validator with an escrow and a stacker (MDB/ICP 4.2, section 6).

A bill takes its time from the escrow to the stacker, or back. Without power, and by a RESET, a bill in the escrow goes back
to its owner, and one that was on its way to the stacker gets there with nobody ever being told: what real ones do then is
not verified, and this is the worst for the books.
"""

from collections import deque

from hw_mocks.mdb.bus import MdbDevice

WAS_RESET, NO_ESCROW, STACKER_OUT = b"\x06", b"\x0a", b"\x08"
STACKED, ESCROWED, RETURNED = 0x80, 0x90, 0xA0
STACKER_BILLS_MAX = 200


class SimulatedBills(MdbDevice):
    """One, five, ten and twenty dollars. `stacked_dollars` is what truly lies in the stacker, `returned` what came back
    from the escrow, in dollars."""

    address = 0x30
    dollars = (1, 5, 10, 20)

    def __init__(self, stack_ms: int = 40, stacker_bills_max: int = STACKER_BILLS_MAX) -> None:
        super().__init__()
        self.stack_ms, self.stacker_bills_max = stack_ms, stacker_bills_max
        self.stacked: list[int] = []
        self.returned: list[int] = []
        self.escrow: int | None = None
        self.stacker_out = False
        self._moving: tuple[int, bool, int] | None = None
        """The type of a bill that has left the escrow, whether it goes into the stacker, and when it is there."""
        self._enabled = self._holds = 0
        self.power_up()

    # What people do

    def insert(self, dollars: int) -> bool:
        """A visitor's bill: True when it is in the escrow or stacked, False when it came back at once."""
        if not self.open_for(dollars) or self.escrow is not None or self._moving or self.is_full or self.stacker_out:
            return False
        kind = self.dollars.index(dollars)
        if self._holds >> kind & 1:
            self.escrow = kind
            self._waiting.append(bytes((ESCROWED | kind,)))
        else:
            self._stack(kind)
        return True

    def open_for(self, dollars: int) -> bool:
        """Whether a bill of this value is enabled now."""
        return bool(self.powered and self._enabled >> self.dollars.index(dollars) & 1)

    def take_stacker(self) -> int:
        """Somebody takes the stacker out; what is in it, in dollars. It is put back empty."""
        dollars, self.stacked, self.stacker_out = self.stacked_dollars, [], True
        return dollars

    def put_stacker(self) -> None:
        """The stacker is in its place again."""
        self.stacker_out = False

    @property
    def stacked_dollars(self) -> int:
        return sum(self.dollars[kind] for kind in self.stacked)

    @property
    def is_full(self) -> bool:
        return len(self.stacked) >= self.stacker_bills_max

    # What it does

    def power_up(self) -> None:
        if self.escrow is not None:
            self.returned.append(self.dollars[self.escrow])
        if self._moving:
            self._arrive(*self._moving[:2])
        self._enabled = self._holds = 0
        self.escrow = self._moving = None
        self._waiting = deque([WAS_RESET])
        self._told = 0

    @property
    def due_ms(self) -> int | None:
        return self._moving[2] if self._moving else None

    def advance(self, now_ms: int) -> None:
        super().advance(now_ms)
        if self._moving and self._moving[2] <= now_ms:
            self._arrive(*self._moving[:2])
            self._moving = None

    def poll(self) -> bytes:
        """A stacker that is out is told in every poll."""
        return super().poll() + STACKER_OUT * self.stacker_out

    def answer(self, command: bytes) -> bytes | None:
        match command[0] & 7:
            case 0:
                self.power_up()
            case 1:
                return bytes.fromhex("01 1840 0064 02 00C8 0000 FF") + bytes(self.dollars).ljust(16, b"\0")
            case 3:
                return self.poll()
            case 4:
                self._enabled, self._holds = (int.from_bytes(command[at : at + 2], "big") for at in (1, 3))
            case 5:
                self._decide(bool(command[1]))
            case 6:
                return (len(self.stacked) | self.is_full << 15).to_bytes(2, "big")
            case 7:
                return b"MNG" + b"000000000077" + b"BILLS       " + b"\x01\x00"
        return b""

    def _decide(self, keep: bool) -> None:
        kind, self.escrow = self.escrow, None
        if kind is None:
            self._waiting.append(NO_ESCROW)
        else:
            self._moving = kind, keep, self.now_ms + self.stack_ms

    def _arrive(self, kind: int, keep: bool) -> None:
        if keep:
            self._stack(kind)
        else:
            self.returned.append(self.dollars[kind])
            self._waiting.append(bytes((RETURNED | kind,)))

    def _stack(self, kind: int) -> None:
        self.stacked.append(kind)
        self._waiting.append(bytes((STACKED | kind,)))
