"""The VMC's half of a cashless reader: sessions and vends, and who has paid when something breaks.

`request` asks the reader for a vend; `Approved` says that it pays, and only then may anything turn; `delivered` or
`failed` tells the reader how it went. Between the approval and that word the visitor has paid: whatever ends it in
between, a RESET of ours included, counts as success (MDB/ICP 4.2, section 7). So no RESET is sent there before `booked`
says that the vend is written down. The nine money-safety rules of the project's reference are the names of the tests.

Not used: negative vends and user files. Nothing of version 4.3 is verified; its options are never enabled. No reader
was tried.
"""

from collections.abc import Collection

from .conversation import Pause, Script
from .errors import LocalProtocolError, RemoteProtocolError
from .events import Denied, Gone, Noted, Ready, SessionEnded, Unsettled, WasReset
from .host import POLL_MS, RESET_EVERY_MS
from .money import DOLLARS
from .names import CASHLESS
from .reader import ALWAYS_IDLE, NeedsReset, Restarted, State
from .replies import CASH_SALE, MULTIVEND, Dialect
from .vending import FAILURE, Unfinished, Vend, VendingConversation

CASH = b"\3\5"
DISABLE, ENABLE = b"\4\0", b"\4\1"
SESSION_MS = 60_000
"""A session in which nothing is chosen ends after this."""
ITEM_MAX = 0xFFFE
CASH_STATES = frozenset({State.DISABLED, State.ENABLED})
"""Where a reader can be told of a sale for cash."""


class CashlessHost(VendingConversation):
    """Drives one reader. No session begins before `accept(True)`. With `unfinished` it takes up a vend without a RESET."""

    def __init__(
        self,
        currencies: Collection[str] = DOLLARS,
        features: int = 0,
        unfinished: Unfinished | None = None,
        mark: int = 0,
        first_id: int = 1,
        poll_ms: int = POLL_MS,
        address: int = CASHLESS,
    ) -> None:
        super().__init__(currencies, features, mark, first_id, poll_ms, address)
        self._unfinished, self._wanted = unfinished, False
        self._gone = False
        self._unsettled: int | None = None
        self._last_vend_id = 0
        self._errand: Script[None] | None = None
        self._errand_states = CASH_STATES
        if unfinished:
            self._vend, self._last_vend_id = unfinished.vend, unfinished.vend.vend_id
            self.setup, self.dialect = unfinished.setup, Dialect(min(2, unfinished.setup.level), unfinished.expanded)
            self._patience_ms = self.response_ms
            self.state = State.VEND if unfinished.vend.amount_cents is None else State.APPROVED

    # What the machine says

    def accept(self, wanted: bool) -> None:
        """Let sessions begin from now on, or none. A set-point: it is kept through resets."""
        self._wanted = wanted
        self._wake()

    def request(self, vend_id: int, price_cents: int, item: int) -> None:
        """Ask the visitor's card for one vend; `vend_id` was never used before.

        Raises LocalProtocolError where the standard allows no request, for a second one in a session of a reader that
        sells one thing at a time, and for a price the reader cannot express.
        """
        again = self._vended and not self._can(MULTIVEND)
        alone = self.state is State.ENABLED and self.features & ALWAYS_IDLE
        if self._vend or again or self._end_wished or not (self.state is State.SESSION_IDLE or alone):
            raise LocalProtocolError(f"no vend can be requested in state '{self.state}'")
        if vend_id <= self._last_vend_id or not 0 <= item <= ITEM_MAX:
            raise LocalProtocolError(f"vend {vend_id} of item {item} cannot be requested after {self._last_vend_id}")
        self._amount(price_cents)
        self._last_vend_id, self._vend = vend_id, Vend(vend_id, price_cents, item)
        self._verdict = self._outcome = None
        self._cancel = self._failing = False
        self._wake()

    def cancel(self) -> None:
        """The visitor does not want it any more. Too late it is harmless."""
        self._cancel = True
        self._wake()

    def delivered(self, vend_id: int) -> None:
        """The piece of an approved vend has fallen. For a vend that is over it is harmless."""
        self._conclude(vend_id, True)

    def failed(self, vend_id: int) -> None:
        """The piece of an approved vend has surely not fallen: give the money back. For a vend that is over: harmless."""
        self._conclude(vend_id, False)

    def booked(self, vend_id: int) -> None:
        """The `Unsettled` vend is written down: the reader may be reset."""
        if vend_id == self._unsettled:
            self._unsettled = None
            self._wake()

    def end_session(self) -> None:
        """The visitor is done, or pressed the return lever."""
        self._end_wished = self.state is State.SESSION_IDLE
        self._wake()

    def cash_sale(self, price_cents: int, item: int) -> None:
        """Tell a reader that wants to know (option b3) of a vend paid in cash."""
        if not self._can(CASH_SALE) or self.state not in CASH_STATES or self._errand:
            raise LocalProtocolError("this reader cannot be told of cash sales now")
        self._errand_states = CASH_STATES
        self._errand = self._tell_cash_sale(CASH + self._amount(price_cents) + item.to_bytes(2, "big"))

    def revalue(self, cents: int) -> None:
        """Put this amount on the visitor's card (`Revalued`)."""
        if self.state is not State.SESSION_IDLE or self._vend or self._errand:
            raise LocalProtocolError(f"no card can be revalued in state '{self.state}'")
        self._errand_states = frozenset({State.SESSION_IDLE})
        self._errand = self._revalue(cents, self._amount(cents))

    def _conclude(self, vend_id: int, well: bool) -> None:
        vend = self._vend
        if not vend or vend.vend_id != vend_id:
            return
        if self.state is not State.APPROVED or self._outcome not in (None, well):
            raise LocalProtocolError(f"vend {vend_id} is in state '{self.state}': it has no such end")
        self._outcome = well
        self._wake()

    # The whole dealing

    def _serve(self) -> Script[None]:
        deal = self._take_up if self._unfinished else self._deal
        while True:
            try:
                yield from deal()
            except Restarted as error:
                self._tell(WasReset())
                yield from self._fall(str(error))
            except NeedsReset as error:
                self._tell(Noted(str(error)))
                yield from self._fall(str(error))
                yield Pause(self._now_ms + self._poll_ms)
            except RemoteProtocolError as error:
                if not self._gone:
                    self._tell(Gone(str(error)))
                self._gone = True
                yield from self._fall(str(error))
                yield Pause(self._now_ms + RESET_EVERY_MS)
            deal = self._deal

    def _deal(self) -> Script[None]:
        self._tell((yield from self._start_up()))
        self._gone = self._enabled = False
        self._tell(Ready())
        while True:
            yield from self._turn()

    def _take_up(self) -> Script[None]:
        """A vend of the controller before us: an approved one awaits its end, one that was only asked is cancelled."""
        if self.state is State.VEND:
            yield from self._poll()
            yield from self._cancel_vend()
            yield from self._judge(late=True)
        else:
            yield from self._finish()
        yield from self._end_session()
        self.state = State.INACTIVE

    def _fall(self, why: str) -> Script[None]:
        """Something ended it all. Where the visitor has paid, nothing more is sent before that is written down."""
        vend, was, paid = self._vend, self.state, self._approved_cents()
        self.state, self._vend, self._errand = State.INACTIVE, None, None
        if vend and paid is not None:
            self._unsettled = vend.vend_id
            self._tell(Unsettled(vend.vend_id, paid, why, self._failing))
        elif vend:
            self._tell(Denied(vend.vend_id, why, unsure=was is State.VEND))
        if was in (State.SESSION_IDLE, State.VEND, State.APPROVED, State.ENDING):
            self._tell(SessionEnded())
        while self._unsettled is not None:
            yield Pause(self._now_ms + RESET_EVERY_MS, idle=True)

    def _turn(self) -> Script[None]:
        next_ms = self._now_ms + self._poll_ms
        yield from self._poll()
        if self._stray:
            self._stray = False
            yield from self._say(FAILURE)
        match self.state:
            case State.DISABLED if self._wanted:
                self.state, self._enabled = State.ENABLED, True
                yield from self._say(ENABLE)
            case State.ENABLED if not self._wanted and not self._vend:
                self._enabled = False
                yield from self._say(DISABLE)
                self.state = State.DISABLED if self.state is State.ENABLED else self.state
            case State.ENABLED if self._vend:
                yield from self._sell()
            case State.SESSION_IDLE:
                yield from self._serve_session()
        if self._errand and self.state in self._errand_states and not self._ended:
            errand, self._errand = self._errand, None
            yield from errand
        yield Pause(next_ms, idle=True)

    def _drop_errand(self) -> None:
        if self._errand and State.SESSION_IDLE in self._errand_states:
            self._errand = None
            self._tell(Noted("the session ended before its card was revalued"))

    def _serve_session(self) -> Script[None]:
        over = self._end_wished or not self._wanted or self._now_ms - self._session_ms >= SESSION_MS
        if self._vend and not self._end_wished and not self._ended:
            yield from self._sell()
        elif over or self._ended:
            yield from self._end_session()
