"""The VMC's half of a bill validator: starts it, tells bills, and decides about a bill in escrow when told to.

A bill in escrow is still the visitor's: it becomes money when the validator says that it is stacked. Nothing may be paid
out while one is there. Follows MDB/ICP 4.2, section 6, level 1 with the stacker; no validator was tried.
"""

from collections.abc import Collection

from .bills import Bill, BillSetup, Routing, bill_items, stacker_of
from .coins import Identity, mask_of
from .conversation import Ask, Pause, Script
from .errors import LocalProtocolError, RemoteProtocolError
from .events import Found, Item, Noted, StackerRead
from .host import POLL_MS, Host
from .money import DOLLARS
from .names import BILL, BILL_RESET

RESET, SETUP, SECURITY, POLL, BILL_TYPE, ESCROW, STACKER = (bytes((BILL | n,)) for n in range(7))
IDENTIFY = b"\x37\x00"
SILENT_MS = 5_000
ESCROW_MS = 30_000
"""So long the validator may take to stack or return a bill; and so long a bill waits for a decision before it goes back."""
STACKER_MS = 10_000
"""How often the stacker is asked: it can be emptied at any time."""


class BillHost(Host):
    """Drives one bill validator. No bill is let in before `accept`.

    With `escrow` a bill waits for `keep`, if the validator can hold one; else it is stacked at once.
    """

    def __init__(
        self,
        currencies: Collection[str] = DOLLARS,
        mark: int = 0,
        first_id: int = 1,
        poll_ms: int = POLL_MS,
        escrow: bool = True,
    ) -> None:
        super().__init__(BILL, bill_items, BILL_RESET, POLL[0] & 7, SILENT_MS, mark, first_id, poll_ms)
        self._currencies, self._escrow = currencies, escrow
        self.setup: BillSetup | None = None
        self.in_escrow: int | None = None
        """The type of the bill that waits in escrow."""
        self.stacker_full = False
        self._wish: frozenset[int] = frozenset()
        self._masks: bytes | None = None  # what the validator was told last
        self._decision: bool | None = None
        self._escrow_ms = self._stacker_ms = 0

    def accept(self, cents: frozenset[int]) -> None:
        """Let in bills of these values from now on, and no others. A set-point: it is kept through resets."""
        self._wish = cents
        self._wake()

    def keep(self, wanted: bool) -> None:
        """Stack the bill in escrow, or give it back. Raises LocalProtocolError when there is none."""
        if self.in_escrow is None:
            raise LocalProtocolError("no bill is in escrow")
        self._decision = wanted
        self._wake()

    def _start_up(self) -> Script[Found]:
        self._masks, self.in_escrow, self._decision = None, None, None
        yield from self._reset()
        setup = BillSetup.read((yield from self._alike(SETUP)))
        if setup.currency not in self._currencies:
            raise RemoteProtocolError(f"the validator counts in currency {setup.currency}, not in one of ours")
        told = yield from self._optional(IDENTIFY)
        yield Ask(SECURITY + mask_of(setup.security))
        self.setup, self._stacker_ms = setup, self._now_ms
        return Found(setup, Identity.read(told) if told else None, setup.values_cents)

    def _prepare(self) -> Script[None]:
        yield from self._read_stacker()
        yield from self._set_masks()

    def _turn(self) -> Script[None]:
        next_ms = self._now_ms + self._poll_ms
        yield from self._poll()
        if self.in_escrow is not None and self._now_ms - self._escrow_ms >= ESCROW_MS:
            self._decision = False
        if self._decision is not None and not self._was_reset:
            yield from self._decide(self._decision)
        if self._now_ms - self._stacker_ms >= STACKER_MS:
            yield from self._read_stacker()
        if not self._was_reset:
            yield from self._set_masks()
        yield Pause(next_ms, idle=True)

    def _decide(self, wanted: bool) -> Script[None]:
        """35 and its result, which comes in a poll. Said again it would be harmless: the escrow is empty then."""
        until_ms = self._now_ms + ESCROW_MS
        yield Ask(ESCROW + bytes((wanted,)))
        self._decision = None
        while self.in_escrow is not None and not self._was_reset and self._now_ms < until_ms:
            yield Pause(self._now_ms + self._poll_ms)
            yield from self._poll()
        if self.in_escrow is not None:
            self._tell(Noted("the validator did not say what became of the bill in escrow"))
            self.in_escrow = None
        self._stacker_ms = self._now_ms - STACKER_MS

    def _happened(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if isinstance(item, Bill) and item.routing is Routing.ESCROW:
                self.in_escrow, self._escrow_ms = item.bill_type, self._now_ms
            elif isinstance(item, Bill) and item.routing in (Routing.STACKED, Routing.RETURNED, Routing.RECYCLED):
                self.in_escrow, self._decision = None, None

    def _read_stacker(self) -> Script[None]:
        self._stacker_ms = self._now_ms
        bills, full = stacker_of((yield Ask(STACKER)))
        self.stacker_full = full
        self._tell(StackerRead(bills, full))

    def _set_masks(self) -> Script[None]:
        """Types of unknown value are never let in, nor anything while the stacker is full."""
        while self._masks != self._wanted_masks():
            masks = self._wanted_masks()
            yield Ask(BILL_TYPE + masks)
            self._masks = masks

    def _wanted_masks(self) -> bytes:
        worth = {} if self.stacker_full or self.setup is None else self.setup.values_cents
        enabled = mask_of(frozenset(kind for kind, cents in worth.items() if cents in self._wish))
        holds = self._escrow and self.setup is not None and self.setup.escrow
        return enabled + (enabled if holds else b"\0\0")
