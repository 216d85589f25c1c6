"""One session and one vend with a cashless reader, step by step, as scripts; who has paid is decided here.

The reader's side of it is told by `_session_reply`, whichever block it came in.
"""

from abc import ABC
from collections.abc import Collection
from dataclasses import dataclass, replace

from .conversation import Pause, Script
from .errors import LocalProtocolError
from .events import (
    Approved,
    Charged,
    Denied,
    Noted,
    NotRefunded,
    Refunded,
    Revalued,
    RevalueLimit,
    SessionBegan,
    SessionEnded,
)
from .names import Reply, malfunction_name
from .reader import NeedsReset, ReaderConversation, State
from .replies import MULTIVEND, REFUND, ReaderSetup, Said, Session

REQUEST, CANCEL, SUCCESS, FAILURE, COMPLETE = (bytes((3, n)) for n in range(5))
REVALUE, LIMIT = b"\5\0", b"\5\1"
REFUND_FAILED = 0xC0


@dataclass(frozen=True, slots=True)
class Vend:
    """One vend: its own number, its price, the item's number. `amount_cents` is what was approved, None before that."""

    vend_id: int
    price_cents: int
    item: int
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A vend that a controller left open when it ended, and the reader it was asked of, as `Found` told it."""

    vend: Vend
    setup: ReaderSetup
    expanded: bool = False


class VendingConversation(ReaderConversation, ABC):
    """Sessions, vends and revaluing; when they begin is left to `CashlessHost`."""

    def __init__(
        self, currencies: Collection[str], features: int, mark: int, first_id: int, poll_ms: int, address: int
    ) -> None:
        super().__init__(currencies, features, mark, first_id, poll_ms, address)
        self._vend: Vend | None = None
        self._verdict: tuple[int, Said] | None = None  # with the number of its block
        self._revalue_verdict: tuple[int, Said] | None = None
        self._outcome: bool | None = None
        self._refund_failed = ""
        self._end_wished = self._ended = self._stray = self._cancel = self._vended = False
        self._failing = False
        """The reader was told, or may have been, that the open vend has failed."""
        self._enabled = False
        """What the reader was told last. A session that crossed our DISABLE goes on, and no other follows it."""
        self._session_ms = 0

    def _can(self, option: int) -> bool:
        return bool(self.setup and self.setup.options & option)

    def _amount(self, cents: int) -> bytes:
        """In the reader's units and size. Raises LocalProtocolError for what it cannot express."""
        if self.setup is None:
            raise LocalProtocolError("the reader is not known yet")
        number, size = self.setup.scale.number(cents), self.dialect.amount_bytes
        if number >= (1 << 8 * size) - 1:  # all bits set means unknown
            raise LocalProtocolError(f"{cents} cents are too much for this reader")
        return number.to_bytes(size, "big")

    # What the reader says

    def _session_reply(self, said: Said) -> None:
        match said.kind:
            case Reply.BEGIN_SESSION if self.state in (State.ENABLED, State.DISABLED):
                self._begin_session(said)
            case Reply.SESSION_CANCEL:
                self._end_wished = True
            case Reply.VEND_APPROVED | Reply.VEND_DENIED if self.state is State.VEND and self._verdict is None:
                self._verdict = self.block.number, said
            case Reply.VEND_APPROVED:
                self._stray = self.state not in (State.INACTIVE, State.VEND, State.APPROVED)
                self._note(f"the reader approved what nobody asked for, in state '{self.state}'")
            case Reply.END_SESSION:
                self._session_is_over(said)
            case Reply.MALFUNCTION if said.data[1] & 0xF0 == REFUND_FAILED:
                self._refund_failed = malfunction_name(said.data[1])
            case Reply.REVALUE_APPROVED | Reply.REVALUE_DENIED | Reply.REVALUE_LIMIT:
                self._revalue_verdict = self.block.number, said
            case Reply.MALFUNCTION | Reply.CANCELLED:
                pass
            case _:
                self._note(f"the reader said '{said.name}' in state '{self.state}'")

    def _begin_session(self, said: Said) -> None:
        assert self.setup
        self._begin_anew()
        self.state = State.SESSION_IDLE
        session = Session.read(said, self.dialect)
        funds_cents = None if session.funds is None else self.setup.scale.cents(session.funds)
        self._tell(SessionBegan(self.block.number, funds_cents, session.media, session.payment_type))

    def _drop_errand(self) -> None:
        """What was to be done in this session, and was not, must not be done to the next visitor's card."""

    def _begin_anew(self) -> None:
        self._end_wished = self._ended = self._vended = False
        self._session_ms = self._now_ms

    def _session_is_over(self, said: Said) -> None:
        """Said before the verdict it is one: the reader will pay nothing."""
        self._ended = self._end_wished = True
        if self.state is State.VEND and self._verdict is None:
            self._verdict = self.block.number, said

    def _end_session(self) -> Script[None]:
        """SESSION COMPLETE until END SESSION, which some readers say at once or unasked. Raises NeedsReset without one."""
        self.state = State.ENDING
        if not self._ended:
            yield from self._say(COMPLETE)
            yield from self._await(lambda: self._ended, self.response_ms)
        if not self._ended:
            raise NeedsReset("the reader does not end its session")
        self._begin_anew()
        self.state = State.ENABLED if self._enabled else State.DISABLED
        if self._vend:
            self._tell(Denied(self._vend.vend_id, "the session ended"))
            self._vend = None
        self._drop_errand()
        self._tell(SessionEnded())

    # One vend

    def _sell(self) -> Script[None]:
        """Request and verdict. The time for the verdict runs from the ACK of the request (rule 6)."""
        assert self._vend
        self.state, self._vended = State.VEND, True
        yield from self._say(REQUEST + self._amount(self._vend.price_cents) + self._vend.item.to_bytes(2, "big"))
        yield from self._await(lambda: self._verdict is not None or self._cancel, self.response_ms)
        late = self._verdict is None
        if late:
            yield from self._cancel_vend()
        yield from self._judge(late)
        if self._end_wished or not self._can(MULTIVEND):
            yield from self._end_session()

    def _cancel_vend(self) -> Script[None]:
        """Raises NeedsReset when the reader says neither yes nor no."""
        if self._verdict is None:
            yield from self._say(CANCEL)
            yield from self._await(lambda: self._verdict is not None, self.response_ms)
        if self._verdict is None:
            raise NeedsReset("the reader answers neither the request nor its cancellation")

    def _judge(self, late: bool) -> Script[None]:
        """An approval that crossed our cancellation is an approval, of a vend that has failed (rule 6)."""
        assert self._vend
        assert self._verdict
        assert self.setup
        number, said = self._verdict
        if said.kind != Reply.VEND_APPROVED:
            self._tell(Denied(self._vend.vend_id, "cancelled" if late else ""))
            self._vend, self.state = None, State.SESSION_IDLE
            return
        self.state = State.APPROVED
        amount_cents = self.setup.scale.cents(said.amount())
        self._vend = replace(self._vend, amount_cents=amount_cents)
        if late or amount_cents is None:
            self._tell(Noted(f"vend {self._vend.vend_id} was approved too late, or for no whole cents"))
            self._outcome = False
        else:
            self._tell(Approved(number, self._vend.vend_id, amount_cents))
        yield from self._finish()

    def _finish(self) -> Script[None]:
        """Wait for the machine's word, which has no limit here, and pass it on."""
        assert self._vend
        while self._outcome is None:
            yield Pause(self._now_ms + self._poll_ms, idle=True)
            yield from self._poll()
        if self._outcome:
            yield from self._say(SUCCESS + self._vend.item.to_bytes(2, "big"))
            self._tell(Charged(self._vend.vend_id))
        else:
            yield from self._refund(self._vend)
        self._vend, self.state = None, State.SESSION_IDLE

    def _approved_cents(self) -> int | None:
        """What the visitor has paid for the open vend so far; None when the reader has not approved it.

        An approval may stand in the same block as what ended it all, and so be heard and not yet judged.
        """
        if self._vend is None or self.setup is None:
            return None
        if self.state is State.VEND and self._verdict and self._verdict[1].kind == Reply.VEND_APPROVED:
            cents = self.setup.scale.cents(self._verdict[1].amount())
        elif self.state is State.APPROVED:
            cents = self._vend.amount_cents
        else:
            return None
        return self._vend.price_cents if cents is None else cents

    def _refund(self, vend: Vend) -> Script[None]:
        """VEND FAILURE and what comes of it: a bare ACK to a poll is a refund, silence is a reader at work (rule 3).

        Raises NeedsReset when neither a refund nor its failure is told in time: then it is not settled.
        """
        self._refund_failed, self._failing = "", True
        yield from self._say(FAILURE)
        until_ms, calm = self._now_ms + self.response_ms, False
        while not calm and not self._refund_failed:
            if self._now_ms >= until_ms:
                raise NeedsReset("the reader does not say whether it has given the money back")
            yield Pause(self._now_ms + self._poll_ms)
            calm = not (yield from self._poll())
        why = self._refund_failed or ("" if self._can(REFUND) else "this reader gives nothing back")
        if why:
            amount_cents = vend.price_cents if vend.amount_cents is None else vend.amount_cents
            self._tell(NotRefunded(vend.vend_id, amount_cents, why))
        else:
            self._tell(Refunded(vend.vend_id))

    # Other dealings in or out of a session

    def _tell_cash_sale(self, command: bytes) -> Script[None]:
        yield from self._say(command)

    def _revalue(self, cents: int, amount: bytes) -> Script[None]:
        """Said once it is ACKed never again, so that nothing is put on the card twice."""
        assert self.setup
        said = yield from self._revalue_said(LIMIT)
        if said and said[1].kind == Reply.REVALUE_LIMIT:
            self._tell(RevalueLimit(self.setup.scale.cents(said[1].amount()) or 0))
        said = yield from self._revalue_said(REVALUE + amount)
        if said is None:
            raise NeedsReset("the reader does not say whether it has revalued the card")
        self._tell(Revalued(said[0], cents, said[1].kind == Reply.REVALUE_APPROVED))

    def _revalue_said(self, command: bytes) -> Script[tuple[int, Said] | None]:
        self._revalue_verdict = None
        yield from self._say(command)
        yield from self._await(lambda: self._revalue_verdict is not None, self.response_ms)
        return self._revalue_verdict
