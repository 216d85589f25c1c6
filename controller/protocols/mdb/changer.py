"""The VMC's half of a changer: starts it, tells coins, and pays from its tubes exactly what an order says, or less.

A dispense carries no id, so it is never repeated blindly. `ask` shuts coins out and reads the tubes; the counts are
written down with the order; `pay` sends each command once, and reads tubes and report to find out what left. A command
whose ACK was not heard is sent again only when both prove that no coin moved. After a restart `look` asks what became of
an order, and moves nothing.

Before a RESET, which wipes it, whatever the changer still has to tell is heard: coins, and the report of a payout.
Follows MDB/ICP 4.2, section 5. That some changers never report JUST RESET or the end of a payout is told by others
who built VMCs; no changer was tried.
"""

from collections import Counter
from collections.abc import Collection

from .coins import (
    ALTERNATIVE_PAYOUT,
    DIAGNOSTICS,
    TYPES,
    ChangerSetup,
    Coin,
    Identity,
    Manual,
    Route,
    Status,
    Tubes,
    coin_items,
    diagnosis,
    mask_of,
    payout_report,
)
from .conversation import Ask, Pause, Script
from .errors import LocalProtocolError, NoAnswer, RemoteProtocolError
from .events import Found, Item, Noted, PaidOut, TubesRead
from .host import POLL_MS, Host
from .money import DOLLARS
from .names import CHANGER, CHANGER_BUSY, CHANGER_RESET, PAYOUT_BUSY
from .payout import Order, Part, check, gone, outcome_of, parts_by_type, parts_by_value, proves, units_of

RESET, SETUP, TUBES, POLL, COIN_TYPE = (bytes((CHANGER | n,)) for n in range(5))
IDENTIFY, ENABLE, REPORT, PROGRESS, DIAGNOSE = (b"\x0f" + bytes((n,)) for n in (0, 1, 3, 4, 5))
SILENT_MS = 2_000
"""A changer may not answer for this long."""
SETTLE_MS = 500
"""After RESET, and after an order before the first look at it."""
PAYOUT_PATIENCE_MS = 10_000
"""Changers are silent while they pay, some for longer than they may."""
PAYOUT_MS, COIN_MS = 30_000, 1_000
"""A payout that is not over after the first of these, and as often the second as it has coins, never ends."""
ATTEMPTS_MAX = 3


class ChangerHost(Host):
    """Drives one changer. No coin is let in before `accept`."""

    def __init__(
        self, currencies: Collection[str] = DOLLARS, mark: int = 0, first_id: int = 1, poll_ms: int = POLL_MS
    ) -> None:
        super().__init__(CHANGER, coin_items, CHANGER_RESET, POLL[0] & 7, SILENT_MS, mark, first_id, poll_ms)
        self._currencies = currencies
        self.setup: ChangerSetup | None = None
        self.tubes: Tubes | None = None
        self.progress_units = 0
        """What the payout under way has paid so far, as the changer says it; only to be shown."""
        self._alternative = False
        self._wish: frozenset[int] = frozenset()
        self._held = False
        self._mask: bytes | None = None  # what the changer was told last
        self._came: Counter[int] = Counter()  # coins into tubes since they were asked for an order
        self._busy = self._endless = False
        self._errand: Script[None] | None = None
        self._last_payout_id = 0
        self._report: dict[int, int] | None = None
        """What the changer says it has paid in the order under way, or before its last reset."""

    def accept(self, cents: frozenset[int]) -> None:
        """Let in coins of these values from now on, and no others. A set-point: it is kept through resets."""
        self._wish = cents
        self._wake()

    def ask(self) -> None:
        """Shut coins out and tell what is in the tubes (`TubesRead`), so that an order can be written with it."""
        self._begin(self._ask_tubes())

    def pay(self, order: Order) -> None:
        """Carry out an order that is on disk (`PaidOut`). One that was begun before is looked at instead."""
        check(order, self._credits)
        self._begin(self._pay(order))

    def look(self, order: Order) -> None:
        """What became of that order (`PaidOut`)? No coin is moved."""
        check(order, self._credits)
        self._begin(self._look(order))

    def release(self) -> None:
        """There will be no order after `ask`: let coins in again."""
        self._held = False
        self._wake()

    @property
    def busy(self) -> bool:
        """True while an errand waits or is under way. One that ends without an answer, the changer being gone, has none."""
        return self._errand is not None

    def _begin(self, errand: Script[None]) -> None:
        """Raises LocalProtocolError while the changer is not ready or another errand is open."""
        if self._errand or not self.ready:
            raise LocalProtocolError("the changer is not ready, or at another errand")
        self._errand, self._held = errand, True
        self._wake()

    @property
    def _credits(self) -> bytes:
        return self.setup.credits if self.setup else bytes(TYPES)

    # Start

    def _start_up(self) -> Script[Found]:
        self._errand, self._mask, self._held = None, None, False
        yield from self._hear_out()
        yield from self._reset()
        reset_ms = self._now_ms
        setup = ChangerSetup.read((yield from self._alike(SETUP)))
        if setup.currency not in self._currencies:
            raise RemoteProtocolError(f"the changer counts in currency {setup.currency}, not in one of ours")
        identity = yield from self._features(setup.level)
        yield Pause(reset_ms + SETTLE_MS)
        self.setup = setup
        yield from self._read_tubes()
        return Found(setup, identity, setup.values_cents)

    def _hear_out(self) -> Script[None]:
        """What would be lost by a RESET. A changer that says nothing, or was reset already, has nothing to tell."""
        calm, until_ms = False, self._now_ms + PAYOUT_MS
        try:
            while not calm and self._now_ms < until_ms:
                self._busy = False
                items = yield from self._poll(SETTLE_MS)
                if self._says_reset(items):
                    return
                calm = not self._busy and not any(item.credit for item in items)
                yield Pause(self._now_ms + self._poll_ms)
            if (yield Ask(SETUP, SETTLE_MS))[:1] == b"\x03":
                report = yield from self._optional(REPORT)
                self._report = payout_report(report) if report else self._report
        except RemoteProtocolError:
            return

    def _features(self, level: int) -> Script[Identity | None]:
        """Level 3 tells who it is and what it can; only what it can is enabled. A reset has forgotten it."""
        self._alternative = False
        if level < 3:
            return None
        identity = Identity.read((yield from self._alike(IDENTIFY)))
        wanted = identity.options & (ALTERNATIVE_PAYOUT | DIAGNOSTICS)
        yield Ask(ENABLE + wanted.to_bytes(4, "big"))
        self._alternative = bool(wanted & ALTERNATIVE_PAYOUT)
        if wanted & DIAGNOSTICS:
            found = diagnosis((yield from self._optional(DIAGNOSE)) or b"")
            for words in found:
                self._tell(Noted(words))
        return identity

    def _prepare(self) -> Script[None]:
        self._mask = None
        yield from self._set_mask()

    # Between two polls

    def _turn(self) -> Script[None]:
        next_ms = self._now_ms + self._poll_ms
        if self._errand:
            yield from self._errand
            self._errand = None
        if self._was_reset:
            return
        yield from self._set_mask()
        yield from self._poll()
        if not self._errand and self._wanted_mask() == self._mask:
            yield Pause(next_ms, idle=True)

    def _wanted_mask(self) -> bytes:
        worth = {} if self._held or self.setup is None else self.setup.values_cents
        return mask_of(frozenset(kind for kind, cents in worth.items() if cents in self._wish))

    def _set_mask(self) -> Script[None]:
        """Types of unknown value are never let in, and nothing leaves by the changer's own keys."""
        while self._mask != self._wanted_mask():
            mask = self._wanted_mask()
            yield Ask(COIN_TYPE + mask + b"\0\0")
            self._mask = mask

    def _happened(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if isinstance(item, Coin) and item.route is Route.TUBE:
                self._came[item.coin_type] += 1
            elif isinstance(item, Manual):
                self._came[item.coin_type] -= item.coins
        self._busy = any(isinstance(item, Status) and item.code in (PAYOUT_BUSY, CHANGER_BUSY) for item in items)

    def _read_tubes(self) -> Script[Tubes]:
        self.tubes = Tubes.read((yield from self._alike(TUBES)))
        return self.tubes

    # Orders

    def _ask_tubes(self) -> Script[None]:
        yield from self._set_mask()
        yield from self._come_to_rest(0)
        self._came.clear()
        self._tell(TubesRead((yield from self._read_tubes())))

    def _look(self, order: Order) -> Script[None]:
        now = yield from self._come_to_rest(sum(order.coins.values()))
        self._conclude(order, now, whole=False)

    def _pay(self, order: Order) -> Script[None]:
        coins = sum(order.coins.values())
        yield from self._set_mask()
        now = yield from self._come_to_rest(coins)
        if order.payout_id <= self._last_payout_id or gone(order.before, now, self._came) or self._was_reset:
            self._conclude(order, now, whole=False)
            return
        self._last_payout_id = order.payout_id
        if self._alternative:
            yield from self._optional(REPORT)
        self._report = None
        cut = parts_by_value if self._alternative else parts_by_type
        for part in cut(order, self._credits):
            if not (yield from self._part(part, order, coins)):
                break
        self._conclude(order, self.tubes or now, whole=True)

    def _part(self, part: Part, order: Order, coins: int) -> Script[bool]:
        """One command of an order; False when no other may follow. Whatever is answered, tubes and report tell."""
        for _ in range(ATTEMPTS_MAX):
            assert self.tubes
            was, came, heard = self.tubes.counts, dict(self._came), True
            try:
                yield Ask(part.command, once=True)
            except NoAnswer:
                heard = False
            yield Pause(self._now_ms + (SETTLE_MS if heard else SILENT_MS))
            now = yield from self._come_to_rest(coins)
            report = yield from self._read_report()
            left = gone(was, now, {kind: number - came.get(kind, 0) for kind, number in self._came.items()})
            paid = units_of(report if report is not None else left, self._credits)
            sure = all(proves(order.before, now, kind) for kind in order.coins)
            if self._was_reset or self._endless:
                return False
            if heard or left or report or not sure:
                return paid == part.units
        return False

    def _come_to_rest(self, coins: int) -> Script[Tubes]:
        """Polls until the changer has said twice in a row that it is not busy; then its tubes."""
        calm, until_ms = 0, self._now_ms + PAYOUT_MS + COIN_MS * coins
        self._endless = False
        while calm < 2 and not self._endless:
            self._busy = False
            yield from self._poll(PAYOUT_PATIENCE_MS)
            if self._alternative and coins and not self._was_reset:
                yield from self._read_progress()
            calm = 0 if self._busy else calm + 1
            self._endless = self._now_ms >= until_ms
            yield Pause(self._now_ms + self._poll_ms)
        return (yield from self._read_tubes())

    def _read_progress(self) -> Script[None]:
        """An empty answer says that the payout is over."""
        paid = yield from self._optional(PROGRESS)
        if paid:
            self.progress_units += paid[0]
            self._busy = True

    def _read_report(self) -> Script[dict[int, int] | None]:
        """What the changer says it has paid; None when it does not tell. It forgets it as it tells, so it is kept here."""
        if not self._alternative or self._was_reset:
            return None
        until_ms = self._now_ms + SILENT_MS
        while self._now_ms < until_ms:
            data = yield from self._optional(REPORT)
            if data:
                report = payout_report(data)
                self._report = dict(Counter(self._report or {}) + Counter(report))
                return report
            yield Pause(self._now_ms + self._poll_ms)
        return None

    def _conclude(self, order: Order, now: Tubes, whole: bool) -> None:
        outcome = outcome_of(order, now, self._came, self._credits, self._report, whole)
        endless = "it never said that the payout is over" if self._endless else ""
        doubt = "; ".join(filter(None, (outcome.doubt, endless)))
        self._held, self._report, self.progress_units = False, None, 0
        self._tell(PaidOut(order.payout_id, outcome.coins, doubt))
