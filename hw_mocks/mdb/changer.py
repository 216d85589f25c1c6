"""A simulated changer: a coin slot, tubes that fill and pay, and a cash box below (MDB/ICP 4.2, section 5, levels 2 and 3).

Like many real ones it answers polls with "payout busy" while it pays, and forgets a payout when it loses power in it.
"""

from collections import Counter, deque
from collections.abc import Callable

from hw_mocks.mdb.bus import MdbDevice

TYPES, TUBE_COINS_MAX = 16, 80
ESCROW, PAYOUT_BUSY, WAS_RESET = b"\x01", b"\x02", b"\x0b"
DOLLARS = bytes.fromhex("1840")
SCALE, DECIMALS = 5, 2
TO_BOX, TO_TUBE = 0, 1


class SimulatedChanger(MdbDevice):
    """`coins_cents` are its coin types, each with a tube unless `tubes` says None for it.

    `on_pay` hears the cents of every coin that leaves. `left` and `fallen` are what truly happened, by type.
    """

    address = 0x08

    def __init__(
        self,
        coins_cents: tuple[int, ...] = (5, 10, 25, 100),
        tubes: tuple[int | None, ...] = (20, 20, 20, None),
        *,
        level: int = 3,
        serial: str = "000000000042",
        coin_ms: int = 20,
        on_pay: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__()
        self.coins_cents, self.level, self.serial, self.coin_ms = coins_cents, level, serial, coin_ms
        self.tubes = [count or 0 for count in tubes] + [0] * (TYPES - len(tubes))
        self._has_tube = sum(1 << kind for kind, count in enumerate(tubes) if count is not None)
        self._on_pay = on_pay
        self.left: Counter[int] = Counter()
        self.fallen: Counter[int] = Counter()
        self.stops_after: int | None = None
        """After so many coins more it pays nothing, as if jammed."""
        self.dies_after: int | None = None
        """After so many coins more it loses its power for a moment."""
        self._mask = self._features = 0
        self._queue: deque[int] = deque()
        self._next_ms = 0
        self._report: Counter[int] = Counter()
        self._progress = 0
        self._asked = b""
        self.power_up()

    # What people do

    def insert(self, cents: int) -> bool:
        """A visitor's coin: True when it is in a tube or in the cash box, False when it is in the return tray."""
        kind = self.coins_cents.index(cents)
        if not (self.powered and self._mask >> kind & 1):
            return False
        route = TO_TUBE if self._has_tube >> kind & 1 and self.tubes[kind] < TUBE_COINS_MAX else TO_BOX
        self.tubes[kind] += route == TO_TUBE
        self.fallen[kind] += 1
        self._waiting.append(bytes((0x40 | route << 4 | kind, self.tubes[kind])))
        return True

    def press_lever(self) -> None:
        """The return lever."""
        self._waiting.append(ESCROW)

    def open_for(self, cents: int) -> bool:
        """Whether a coin of this value would be let in now."""
        return bool(self.powered and self._mask >> self.coins_cents.index(cents) & 1)

    @property
    def tubes_cents(self) -> tuple[int, ...]:
        """The coins that have a tube."""
        return tuple(cents for kind, cents in enumerate(self.coins_cents) if self._has_tube >> kind & 1)

    @property
    def left_cents(self) -> int:
        """What it has paid out in its life."""
        return sum(self.coins_cents[kind] * number for kind, number in self.left.items())

    # What it does

    def power_up(self) -> None:
        self._queue.clear()
        self._report.clear()
        self._mask = self._features = self._progress = 0
        self.dies_after = None
        self._waiting = deque([WAS_RESET])
        self._told = 0

    @property
    def due_ms(self) -> int | None:
        return self._next_ms if self._queue else None

    def advance(self, now_ms: int) -> None:
        super().advance(now_ms)
        while self._queue and self._next_ms <= now_ms:
            self._pay_one(self._queue.popleft())
            self._next_ms += self.coin_ms

    def acknowledged(self) -> None:
        """A report is forgotten by the ACK for it."""
        super().acknowledged()
        if self._asked == b"\x0f\x03":
            self._report.clear()
        elif self._asked == b"\x0f\x04":
            self._progress = 0

    def answer(self, command: bytes) -> bytes | None:
        self._asked = command
        match command[0] & 7:
            case 0:
                self.power_up()
                return b""
            case 1:
                head = bytes((self.level, *DOLLARS, SCALE, DECIMALS)) + self._has_tube.to_bytes(2, "big")
                return head + bytes(cents // SCALE for cents in self.coins_cents).ljust(TYPES, b"\0")
            case 2:
                full = sum(1 << kind for kind, count in enumerate(self.tubes) if count >= TUBE_COINS_MAX)
                return full.to_bytes(2, "big") + bytes(self.tubes)
            case 3:
                return (PAYOUT_BUSY if self._queue else b"") + self.poll()
            case 4:
                self._mask = int.from_bytes(command[1:3], "big")
                return b""
            case 5:
                return self._begin([command[1] & 0x0F] * (command[1] >> 4))
        return self._expansion(command) if self.level >= 3 else None

    def _expansion(self, command: bytes) -> bytes | None:
        match command[1]:
            case 0:
                return b"MNG" + self.serial.encode("ascii") + b"TUBES       " + b"\x01\x00" + b"\0\0\0\x03"
            case 1:
                self._features = command[-1]
                return b""
            case 2 if self._features & 1:
                return self._begin(self._choice(command[2]))
            case 3 if self._features & 1:
                return b"" if self._queue else bytes(self._report[kind] for kind in range(TYPES))
            case 4 if self._features & 1:
                return bytes((self._progress,)) if self._queue or self._progress else b""
            case 5 if self._features & 2:
                return b"\x03\x00"
        return None

    def _choice(self, units: int) -> list[int]:
        """Its own way to pay an amount: always the largest coin it has."""
        coins: list[int] = []
        for kind in sorted(range(len(self.coins_cents)), key=lambda kind: -self.coins_cents[kind]):
            worth = self.coins_cents[kind] // SCALE
            number = min(units // worth, self.tubes[kind])
            coins += [kind] * number
            units -= number * worth
        return coins

    def _begin(self, coins: list[int]) -> bytes:
        self._report.clear()
        self._next_ms = self.now_ms + self.coin_ms
        self._queue.extend(coins)
        return b""

    def _pay_one(self, kind: int) -> None:
        if not self.tubes[kind] or self.stops_after == 0:
            self._queue.clear()
            return
        self.tubes[kind] -= 1
        self.left[kind] += 1
        self._report[kind] += 1
        self._progress = min(255, self._progress + self.coins_cents[kind] // SCALE)
        if self._on_pay:
            self._on_pay(self.coins_cents[kind])
        self.stops_after = None if self.stops_after is None else self.stops_after - 1
        if self.dies_after is not None:
            self.dies_after -= 1
            if not self.dies_after:
                self.power_up()
