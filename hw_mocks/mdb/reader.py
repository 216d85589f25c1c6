"""A simulated card reader and the bank behind it: what is held, paid and given back (MDB/ICP 4.2, section 7, level 2).

Told something out of its turn it says so; so a host that breaks the order shows. Between its approval and the word of the
machine a reset counts as success: the visitor has paid.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from hw_mocks.mdb.bus import MdbDevice

WAS_RESET, CONFIG, BEGIN, CANCEL, APPROVED, DENIED, END, IDENTITY, FAULT, OUT_OF_SEQUENCE = (
    b"\x00",
    b"\x01",
    b"\x03",
    b"\x04",
    b"\x05",
    b"\x06",
    b"\x07",
    b"\x09",
    b"\x0a",
    b"\x0b",
)
REFUND_FAILED = b"\xc0"
CAN_REFUND = 1
UNKNOWN_FUNDS = 0xFFFF
LEVEL, CURRENCY, SCALE, DECIMALS = 2, bytes.fromhex("1840"), 1, 2


@dataclass(slots=True)
class Account:
    """The visitor's account, in cents."""

    paid_cents: int = 0
    held_cents: int = 0
    refunds: int = 0
    refunded_cents: int = 0


class State(StrEnum):
    """Where the reader is, by the standard's names."""

    INACTIVE = "inactive"
    DISABLED = "disabled"
    ENABLED = "enabled"
    IDLE = "session idle"
    VEND = "vend"
    APPROVED = "vend approved"


class SimulatedReader(MdbDevice):
    """Knobs for what its bank says: `approves` True for the price, an amount in cents, False to deny, None to be silent."""

    address = 0x10
    poll_bytes_max = 35

    def __init__(self, options: int = CAN_REFUND, response_s: int = 5) -> None:
        super().__init__()
        self.account = Account()
        self.options, self.response_s = options, response_s
        self.approves: int | bool | None = True
        self.refund_fails = False
        self.state: State
        self._lets_in: bool
        self._price_cents = 0
        self._funds_cents: int | None = None
        self.power_up()

    def show_card(self, funds_cents: int | None = None) -> bool:
        """A visitor holds her card to it: False when the reader takes none now, having still to end the session before.

        With `funds_cents` the card says what is on it, and no price above that is approved.
        """
        if not self.powered or self.state is not State.ENABLED or self._waiting:
            return False
        self.state, self._funds_cents = State.IDLE, funds_cents
        funds = UNKNOWN_FUNDS if funds_cents is None else min(funds_cents, UNKNOWN_FUNDS - 1)
        self._waiting.append(BEGIN + funds.to_bytes(2, "big") + b"CARD\x00\x00\x00")
        return True

    def remove_card(self) -> None:
        """She takes it away: what waits for the bank is denied, what was approved stays so, and the session may end."""
        if self.state is State.VEND:
            self._verdict(False)
        if self.state is State.IDLE:
            self._waiting.append(CANCEL)

    def power_up(self) -> None:
        """Whatever was approved is paid."""
        self.account.paid_cents += self.account.held_cents
        self.account.held_cents = 0
        self.state, self._lets_in = State.INACTIVE, False
        self._waiting = deque([WAS_RESET])
        self._told = 0

    def answer(self, command: bytes) -> bytes | None:
        low = bytes((command[0] & 7,)) + command[1:2]
        if low[0] == 2:
            return self.poll()
        match low:
            case b"\x00":
                self.power_up()
            case b"\x01\x00":
                self.state = State.DISABLED
                tail = bytes((SCALE, DECIMALS, self.response_s, self.options))
                self._waiting.append(CONFIG + bytes((LEVEL,)) + CURRENCY + tail)
            case b"\x07\x00":
                self._waiting.append(IDENTITY + b"MNG" + b"000000000099" + b"READER      " + b"\x01\x00")
            case b"\x04\x01" | b"\x04\x00":
                self._lets_in = low[1] == 1
                if self.state in (State.ENABLED, State.DISABLED):  # a session that has begun goes on
                    self.state = self._at_rest
            case b"\x01\x01":
                pass
            case _:
                self._sell(low, command)
        return b""

    @property
    def _at_rest(self) -> State:
        return State.ENABLED if self._lets_in else State.DISABLED

    def _sell(self, low: bytes, command: bytes) -> None:
        match low, self.state:
            case b"\x03\x00", State.IDLE:
                self.state, self._price_cents = State.VEND, int.from_bytes(command[2:4], "big")
                if self.approves is not None:
                    short = self._funds_cents is not None and self._price_cents > self._funds_cents
                    self._verdict(False if short else self.approves)
            case b"\x03\x01", State.VEND:
                self._verdict(False)
            case b"\x03\x02", State.APPROVED:
                self.account.paid_cents += self.account.held_cents
                self.account.held_cents, self.state = 0, State.IDLE
            case b"\x03\x03", State.APPROVED:
                self._give_back()
            case b"\x03\x04", State.IDLE:
                self.state = self._at_rest
                self._waiting.append(END)
            case _:
                self._waiting.append(OUT_OF_SEQUENCE + b"\x05")

    def _verdict(self, amount: int | bool) -> None:
        if amount is False:
            self.state = State.IDLE
            self._waiting.append(DENIED)
            return
        self.account.held_cents = self._price_cents if amount is True else amount
        self.state = State.APPROVED
        self._waiting.append(APPROVED + self.account.held_cents.to_bytes(2, "big"))

    def _give_back(self) -> None:
        self.state = State.IDLE
        if self.refund_fails or not self.options & CAN_REFUND:
            self.account.paid_cents += self.account.held_cents
            if self.refund_fails:
                self._waiting.append(FAULT + REFUND_FAILED)
        else:
            self.account.refunds += 1
            self.account.refunded_cents += self.account.held_cents
        self.account.held_cents = 0
