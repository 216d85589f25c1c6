"""The VMC's half of a bill validator: starts it, tells bills, and decides about a bill in escrow when told to.

A bill in escrow is still the visitor's: it becomes money when the validator says that it is stacked. Nothing may be paid
out while one is there. Before a RESET, which wipes it, whatever the validator still has to tell is heard: above all what
became of a bill it was told to stack. Follows MDB/ICP 4.2, section 6, level 1 with the stacker; no validator was tried.
"""

from collections.abc import Collection

from .bills import Bill, BillSetup, Routing, bill_items, stacker_of
from .coins import Identity, Status, mask_of
from .conversation import Ask, Pause, Script
from .errors import LocalProtocolError, NoAnswer, RemoteProtocolError
from .events import Found, Item, Noted, StackerRead
from .host import POLL_MS, Host
from .money import DOLLARS
from .names import BILL, BILL_RESET, BILL_STATUS

RESET, SETUP, SECURITY, POLL, BILL_TYPE, ESCROW, STACKER = (bytes((BILL | n,)) for n in range(7))
IDENTIFY = b"\x37\x00"
SILENT_MS = 5_000
ESCROW_MS = 30_000
"""So long the validator may take to stack or return a bill; and so long a bill waits for a decision before it goes back."""
STACKER_POLLS = 100
"""After so many polls the stacker is asked again, because it can be emptied at any time; and a fault that was not told in
any of them is over. Whether validators tell a fault once or in every poll is not verified: either is understood."""
FAULTS = (0x01, 0x02, 0x04, 0x05, 0x08)
"""States in which no bill should be tried: motor, sensor, ROM, jam, cash box out."""
HEAR_OUT_MS = 500


class BillHost(Host):
    """Drives one bill validator. No bill is let in before `accept`.

    With `escrow` a bill waits for `keep`, if the validator can hold one; else it is stacked at once. `unfinished`: the
    controller before this one told it to stack a bill, and did not hear what came of it.
    """

    def __init__(
        self,
        currencies: Collection[str] = DOLLARS,
        mark: int = 0,
        first_id: int = 1,
        poll_ms: int = POLL_MS,
        escrow: bool = True,
        unfinished: bool = False,
    ) -> None:
        super().__init__(BILL, bill_items, BILL_RESET, POLL[0] & 7, SILENT_MS, mark, first_id, poll_ms)
        self._currencies, self._escrow = currencies, escrow
        self.setup: BillSetup | None = None
        self.in_escrow: int | None = None
        """The type of the bill that waits in escrow."""
        self.unsettled = unfinished
        """It was told to stack a bill, and has not said what became of it. Once `Ready`, it never will."""
        self.stacker_bills, self.stacker_full = 0, False
        self._fault, self._fault_ms = "", 0
        self._wish: frozenset[int] = frozenset()
        self._masks: bytes | None = None  # what the validator was told last
        self._decision: bool | None = None
        self._decided = self._uses_escrow = False
        self._escrow_ms = self._stacker_ms = 0

    @property
    def shut_by(self) -> str:
        """Why a validator that answers can take no bill; empty when it can."""
        return self._fault or ("stacker full" if self.stacker_full else "")

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
        yield from self._hear_out()
        self._masks, self.in_escrow, self._decision, self._fault = None, None, None, ""
        yield from self._reset()
        setup = BillSetup.read((yield from self._alike(SETUP)))
        if setup.currency not in self._currencies:
            raise RemoteProtocolError(f"the validator counts in currency {setup.currency}, not in one of ours")
        told = yield from self._optional(IDENTIFY)
        yield Ask(SECURITY + mask_of(setup.security))
        self.setup, self._stacker_ms = setup, self._now_ms
        return Found(setup, Identity.read(told) if told else None, setup.values_cents)

    def _hear_out(self) -> Script[None]:
        """What would be lost by a RESET. One that says nothing, or was reset already, has nothing to tell."""
        until_ms, asked_back = self._now_ms + ESCROW_MS, False
        try:
            while not self._was_reset and self._now_ms < until_ms:
                items = yield from self._poll(None if self.unsettled else HEAR_OUT_MS)
                if not self.unsettled and not any(isinstance(item, Bill) for item in items):
                    break
                if self.unsettled and not asked_back and not self._was_reset:  # perhaps the bill still is in escrow
                    yield from self._optional(ESCROW + b"\0")
                    asked_back = True
                yield Pause(self._now_ms + self._poll_ms)
        except NoAnswer:
            if self.unsettled:
                raise
        if self.unsettled:
            self.unsettled = False
            self._tell(Noted("the validator did not say what became of a bill that it was told to stack"))

    def _prepare(self) -> Script[None]:
        yield from self._read_stacker()
        yield from self._set_masks()

    @property
    def _patience_polls_ms(self) -> int:
        return STACKER_POLLS * self._poll_ms

    def _turn(self) -> Script[None]:
        next_ms = self._now_ms + self._poll_ms
        yield from self._poll()
        if self.in_escrow is not None and self._now_ms - self._escrow_ms >= ESCROW_MS:
            self._decision = False
        if self._decision is not None and not self._was_reset:
            yield from self._decide(self._decision)
        if self._fault and self._now_ms - self._fault_ms >= self._patience_polls_ms:
            self._fault = ""
        if self._now_ms - self._stacker_ms >= self._patience_polls_ms:
            yield from self._read_stacker()
        if not self._was_reset:
            yield from self._set_masks()
        yield Pause(next_ms, idle=True)

    def _decide(self, wanted: bool) -> Script[None]:
        """35 and its result, which comes in a poll. Said again it would be harmless: the escrow is empty then."""
        until_ms = self._now_ms + ESCROW_MS
        self._decided, self.unsettled = True, self.unsettled or wanted
        yield Ask(ESCROW + bytes((wanted,)))
        self._decision = None
        while self._decided and not self._was_reset:
            if self._now_ms >= until_ms:
                raise RemoteProtocolError("the validator does not say what became of the bill in escrow")
            yield from self._set_masks()
            yield Pause(self._now_ms + self._poll_ms)
            yield from self._poll()
        self._stacker_ms = self._now_ms - self._patience_polls_ms

    def _read(self, data: bytes) -> tuple[Item, ...]:
        """Where bills stand in the escrow first, a block that begins like the one before is a repetition, also when the line
        does not say so: no bill of that type can have been stacked, or given back, without standing there again between."""
        if self._uses_escrow and any(isinstance(item, Bill) for item in self._last_items):
            self.block = self.block._replace(repeat=True)
        return super()._read(data)

    def _happened(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if isinstance(item, Bill) and item.routing is Routing.ESCROW:
                self.in_escrow, self._escrow_ms, self._uses_escrow = item.bill_type, self._now_ms, True
            elif isinstance(item, Bill) and item.routing in (Routing.STACKED, Routing.RETURNED, Routing.RECYCLED):
                self.in_escrow, self._decision = None, None
                self._decided = self.unsettled = False
            elif isinstance(item, Status) and item.code in FAULTS:
                self._fault, self._fault_ms = BILL_STATUS[item.code], self._now_ms

    def _read_stacker(self) -> Script[None]:
        self._stacker_ms = self._now_ms
        self.stacker_bills, self.stacker_full = stacker_of((yield Ask(STACKER)))
        self._tell(StackerRead(self.stacker_bills, self.stacker_full))

    def _set_masks(self) -> Script[None]:
        """Types of unknown value are never let in, nor anything while the stacker is full or something is broken."""
        while self._masks != self._wanted_masks():
            masks = self._wanted_masks()
            yield Ask(BILL_TYPE + masks)
            self._masks = masks

    def _wanted_masks(self) -> bytes:
        worth = {} if self.shut_by or self.setup is None else self.setup.values_cents
        enabled = mask_of(frozenset(kind for kind, cents in worth.items() if cents in self._wish))
        holds = self._escrow and self.setup is not None and self.setup.escrow
        return enabled + (enabled if holds else b"\0\0")
