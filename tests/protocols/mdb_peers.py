"""A changer, a bill validator and a reader that answer MDB in memory; `mdb_line` is the board between them and a host.

The peers know what physically happened (`left`, `stacked`, `paid`): the tests compare what the host says with that.
"""

from collections import Counter, deque

from controller.protocols.mdb import seal

ACK, NAK, SILENCE = b"\x00", b"\xff", b""


class Peer:
    """A device: `answer` a command, and learn by `heard` whether the board's ACK for that answer arrived."""

    address = 0
    poll_bytes_max = 16

    def __init__(self) -> None:
        self.now_ms = 0
        self.asked: list[bytes] = []
        self.waiting: deque[bytes] = deque()
        """What the next polls will tell, item by item."""
        self.told = 0
        self.away = False

    def carry(self, command: bytes, now_ms: int) -> bytes:
        """The whole answer, check byte included, as it leaves the device."""
        self.now_ms = now_ms
        self.told = 0
        if self.away or command[0] & 0xF8 != self.address:
            return SILENCE
        self.asked.append(command)
        data = self.answer(command)
        return seal(data) if data else ACK if data is not None else SILENCE

    def answer(self, command: bytes) -> bytes | None:
        """Data, empty for a bare ACK, None for silence."""
        raise AssertionError("each device answers in its own way")

    def heard(self) -> None:
        """The board's ACK arrived: what was told in this poll is told for good."""
        for _ in range(self.told):
            self.waiting.popleft()
        self.told = 0

    def poll(self) -> bytes:
        """As many waiting items as fit a poll."""
        data = b""
        for item in self.waiting:
            if len(data) + len(item) > self.poll_bytes_max:
                break
            data += item
            self.told += 1
        return data

    def count(self, *begins: bytes) -> int:
        return sum(command.startswith(begins) for command in self.asked)


class ChangerPeer(Peer):
    """Level 2 or 3, nickels, dimes, quarters and dollars unless told otherwise. A coin of a payout takes `coin_ms`."""

    address = 0x08

    def __init__(
        self,
        level: int = 3,
        credits: tuple[int, ...] = (1, 2, 5, 20),
        scale: int = 5,
        decimals: int = 2,
        tubes: tuple[int, ...] = (20, 20, 20, 20),
        country: str = "1840",
    ) -> None:
        super().__init__()
        self.level, self.credits, self.scale, self.decimals, self.country = level, credits, scale, decimals, country
        self.tubes = [*tubes, *[0] * (16 - len(tubes))]
        self.full = 0
        self.mask = 0
        self.left: Counter[int] = Counter()
        self.coin_ms = 100
        self.queue: deque[int] = deque()
        self.next_ms = 0
        self.report: Counter[int] = Counter()
        self.progress = 0
        self.features = 0
        self.stops_after: int | None = None
        """After so many coins more it pays nothing, as if jammed."""
        self.resets_after: int | None = None
        """After so many coins more it loses its power for a moment."""
        self.deaf_to_payouts = 0
        """So many payout commands are not even heard."""
        self.reports_less = 0
        self.waiting.append(b"\x0b")

    def insert(self, kind: int, route: int = 1) -> bool:
        """A visitor's coin; False when it falls through."""
        if not self.mask >> kind & 1:
            return False
        if route == 1:
            self.tubes[kind] = min(255, self.tubes[kind] + 1)
        self.waiting.append(bytes((0x40 | route << 4 | kind, self.tubes[kind])))
        return True

    def carry(self, command: bytes, now_ms: int) -> bytes:
        self._pay_until(now_ms)
        return super().carry(command, now_ms)

    def _pay_until(self, now_ms: int) -> None:
        while self.queue and self.next_ms <= now_ms:
            self._pay_one(self.queue.popleft())
            self.next_ms += self.coin_ms

    def _pay_one(self, kind: int) -> None:
        if not self.tubes[kind] or self.stops_after == 0:
            self.queue.clear()
            return
        self.tubes[kind] -= 1
        self.left[kind] += 1
        self.report[kind] += 1
        self.progress += self.credits[kind]
        self.stops_after = None if self.stops_after is None else self.stops_after - 1
        if self.resets_after is not None:
            self.resets_after -= 1
            if self.resets_after == 0:
                self.power_cut()

    def power_cut(self) -> None:
        self.queue.clear()
        self.report.clear()
        self.mask = self.features = 0
        self.resets_after = None
        self.waiting = deque([b"\x0b"])

    def answer(self, command: bytes) -> bytes | None:
        match command[0] & 7:
            case 0:
                self.power_cut()
                return b""
            case 1:
                head = bytes((self.level, *bytes.fromhex(self.country), self.scale, self.decimals, 0, 0x0F))
                return head + bytes(self.credits).ljust(16, b"\0")
            case 2:
                return self.full.to_bytes(2, "big") + bytes(self.tubes)
            case 3:
                return (b"\x02" if self.queue else b"") + self.poll()
            case 4:
                self.mask = int.from_bytes(command[1:3], "big")
                return b""
            case 5:
                return self._dispense([command[1] & 0x0F] * (command[1] >> 4))
        return self._expansion(command) if self.level >= 3 else None

    def heard(self) -> None:
        """A report is forgotten by the ACK for it, and not before."""
        super().heard()
        if self.asked[-1] == b"\x0f\x03":
            self.report.clear()
        elif self.asked[-1] == b"\x0f\x04":
            self.progress = 0

    def _expansion(self, command: bytes) -> bytes | None:
        match command[1]:
            case 0:
                return b"MNG" + b"000000000042" + b"TUBES       " + b"\x01\x00" + b"\0\0\0\x03"
            case 1:
                self.features = command[-1]
                return b""
            case 2 if self.features & 1:
                return self._dispense(self._choose(command[2]))
            case 3 if self.features & 1:
                return self._tell_report()
            case 4 if self.features & 1:
                return bytes((self.progress,)) if self.queue or self.progress else b""
            case 5 if self.features & 2:
                return b"\x03\x00"
        return None

    def _tell_report(self) -> bytes:
        if self.queue:
            return b""
        return bytes(max(0, self.report[kind] - (self.reports_less if kind == 2 else 0)) for kind in range(16))

    def _choose(self, units: int) -> list[int]:
        coins = []
        for kind in sorted(range(len(self.credits)), key=lambda kind: -self.credits[kind]):
            number = min(units // self.credits[kind], self.tubes[kind]) if self.credits[kind] else 0
            coins += [kind] * number
            units -= number * self.credits[kind]
        return coins

    def _dispense(self, coins: list[int]) -> bytes | None:
        if self.deaf_to_payouts:
            self.deaf_to_payouts -= 1
            return None
        self.report.clear()
        self.next_ms = self.now_ms + self.coin_ms
        self.queue.extend(coins)
        return b""


class BillPeer(Peer):
    """One, five, ten and twenty dollars, with an escrow."""

    address = 0x30

    def __init__(self) -> None:
        super().__init__()
        self.enabled = self.escrow_mask = self.stacked = 0
        self.escrow: int | None = None
        self.full = False
        self.waiting.append(b"\x06")

    def insert(self, kind: int) -> bool:
        if not self.enabled >> kind & 1 or self.escrow is not None:
            return False
        if self.escrow_mask >> kind & 1:
            self.escrow = kind
            self.waiting.append(bytes((0x90 | kind,)))
        else:
            self._stack(kind)
        return True

    def _stack(self, kind: int) -> None:
        self.stacked += 1
        self.waiting.append(bytes((0x80 | kind,)))

    def answer(self, command: bytes) -> bytes | None:
        match command[0] & 7:
            case 0:
                self.enabled, self.waiting = 0, deque([b"\x06"])
                return b""
            case 1:
                head = bytes.fromhex("01 1840 0064 02 00C8 0000 FF")
                return head + bytes((1, 5, 10, 20)).ljust(16, b"\0")
            case 3:
                return self.poll()
            case 4:
                self.enabled, self.escrow_mask = (int.from_bytes(command[at : at + 2], "big") for at in (1, 3))
                return b""
            case 5:
                self._decide(command[1])
                return b""
            case 6:
                return (self.stacked | self.full << 15).to_bytes(2, "big")
            case 7:
                return b"MNG" + b"000000000077" + b"BILLS       " + b"\x01\x00"
        return b""

    def _decide(self, stack: int) -> None:
        kind, self.escrow = self.escrow, None
        if kind is None:
            self.waiting.append(b"\x0a")
        elif stack:
            self._stack(kind)
        else:
            self.waiting.append(bytes((0xA0 | kind,)))


class ReaderPeer(Peer):
    """A reader that keeps the visitor's account: `paid` is what was taken for good, `held` what an open vend holds.

    Told out of its turn it says so, as the standard wants; so a host that breaks the order shows.
    """

    address = 0x10
    poll_bytes_max = 35

    def __init__(self, funds: int = 3_400, options: int = 1, level: int = 2, features: int = 0) -> None:
        super().__init__()
        self.funds, self.options, self.level, self.features = funds, options, level, features
        self.state, self.lets_in = "inactive", False
        self.held = self.paid = self.refunds = self.vends = 0
        self.response_s = 5
        self.approves: int | bool | None = True
        """True for the price, an amount, False to deny, None to say nothing."""
        self.refund_fails = False
        self.silent_polls_after_failure = self.silent_polls = 0
        self.deaf_to: bytes | None = None
        """A command that is not heard, once."""
        self.at_once = False
        """Answers in the command's own reply where it can, instead of in a poll."""
        self.waiting.append(b"\x00")

    def show_card(self) -> None:
        assert self.state == "enabled", self.state
        self.state = "idle"
        money = self.funds.to_bytes(2, "big")
        self.waiting.append(b"\x03" + money + (b"" if self.level == 1 else b"CARD\x00\x00\x00"))

    def answer(self, command: bytes) -> bytes | None:
        low = bytes((command[0] & 7,)) + command[1:2]
        if self.deaf_to is not None and low.startswith(self.deaf_to):
            self.deaf_to = None
            return None
        if low[0] == 2:
            if self.silent_polls:
                self.silent_polls -= 1
                return None
            return self.poll()
        before = len(self.waiting)
        self._obey(low, command)
        if self.at_once and len(self.waiting) > before and low[0]:
            return self.poll()
        return b""

    def _obey(self, low: bytes, command: bytes) -> None:
        match low:
            case b"\x00":
                self._reset()
            case b"\x01\x00":
                self.state = "disabled"
                self.waiting.append(bytes((1, self.level, 0x18, 0x40, 1, 2, self.response_s, self.options)))
            case b"\x07\x00":
                option_bits = self.features.to_bytes(4, "big") if self.level == 3 else b""
                self.waiting.append(b"\x09MNG" + b"000000000099" + b"READER      " + b"\x01\x00" + option_bits)
            case b"\x04\x01" | b"\x04\x00":
                self.lets_in = low[1] == 1
                if self.state in ("enabled", "disabled"):  # a session that has begun goes on
                    self.state = "enabled" if self.lets_in else "disabled"
            case b"\x03\x00" if self.state == "idle" or (self.state == "enabled" and self.features & 0x20):
                self._request(int.from_bytes(command[2:4], "big"))
            case b"\x03\x01" if self.state == "vend":
                self._verdict(False)
            case b"\x03\x02" if self.state == "approved":
                self.paid, self.held, self.state = self.paid + self.held, 0, "idle"
            case b"\x03\x03" if self.state == "approved":
                self._fail()
            case b"\x03\x04" if self.state == "idle":
                self.state = "enabled" if self.lets_in else "disabled"
                self.waiting.append(b"\x07")
            case b"\x01\x01" | b"\x07\x04" | b"\x03\x05":
                pass
            case b"\x05\x01":
                self.waiting.append(b"\x0f\x0f\xa0")
            case b"\x05\x00":
                self.funds += int.from_bytes(command[2:4], "big")
                self.waiting.append(b"\x0d")
            case _:
                self.waiting.append(b"\x0b\x05" if self.level > 1 else b"\x0b")

    def _reset(self) -> None:
        """Between approval and success a reset is a success: the visitor has paid."""
        self.paid, self.held, self.state, self.lets_in = self.paid + self.held, 0, "inactive", False
        self.waiting = deque([b"\x00"])

    def power_cut(self) -> None:
        self._reset()

    def _request(self, price: int) -> None:
        self.state, self.price = "vend", price
        self.vends += 1
        if self.approves is not None:
            self._verdict(self.approves)

    def _verdict(self, amount: int | bool) -> None:
        if amount is False:
            self.state = "idle"
            self.waiting.append(b"\x06")
            return
        self.held = self.price if amount is True else amount
        self.state = "approved"
        self.waiting.append(b"\x05" + self.held.to_bytes(2, "big"))

    def _fail(self) -> None:
        self.state, self.silent_polls = "idle", self.silent_polls_after_failure
        if self.refund_fails or not self.options & 1:
            self.paid += self.held
            if self.refund_fails:
                self.waiting.append(b"\x0a\xc0")
        else:
            self.refunds += self.held
        self.held = 0
