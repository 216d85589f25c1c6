"""A simulated bill validator with an escrow and a stacker (MDB/ICP 4.2, section 6)."""

from collections import deque

from hw_mocks.mdb.bus import MdbDevice

WAS_RESET, NO_ESCROW = b"\x06", b"\x0a"
STACKED, ESCROWED, RETURNED = 0x80, 0x90, 0xA0
STACKER_BILLS_MAX = 200


class SimulatedBills(MdbDevice):
    """One, five, ten and twenty dollars. `stacked_dollars` is what truly lies in the stacker."""

    address = 0x30
    dollars = (1, 5, 10, 20)

    def __init__(self) -> None:
        super().__init__()
        self.stacked: list[int] = []
        self.escrow: int | None = None
        self._enabled = self._holds = 0
        self.power_up()

    def insert(self, dollars: int) -> bool:
        """A visitor's bill: True when it is in the escrow or stacked, False when it came back at once."""
        kind = self.dollars.index(dollars)
        full = len(self.stacked) >= STACKER_BILLS_MAX
        if not (self.powered and self._enabled >> kind & 1) or self.escrow is not None or full:
            return False
        if self._holds >> kind & 1:
            self.escrow = kind
            self._waiting.append(bytes((ESCROWED | kind,)))
        else:
            self._stack(kind)
        return True

    @property
    def stacked_dollars(self) -> int:
        return sum(self.dollars[kind] for kind in self.stacked)

    def power_up(self) -> None:
        """A bill in the escrow goes back to its owner."""
        self._enabled = self._holds = 0
        self.escrow = None
        self._waiting = deque([WAS_RESET])
        self._told = 0

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
                return (len(self.stacked) | (len(self.stacked) >= STACKER_BILLS_MAX) << 15).to_bytes(2, "big")
            case 7:
                return b"MNG" + b"000000000077" + b"BILLS       " + b"\x01\x00"
        return b""

    def _decide(self, keep: bool) -> None:
        kind, self.escrow = self.escrow, None
        if kind is None:
            self._waiting.append(NO_ESCROW)
        elif keep:
            self._stack(kind)
        else:
            self._waiting.append(bytes((RETURNED | kind,)))

    def _stack(self, kind: int) -> None:
        self.stacked.append(kind)
        self._waiting.append(bytes((STACKED | kind,)))
