"""One payment, from asking for it to its end: what to ask the provider next, and what its answers make of it.

It is asked for once, unless the provider makes twice the same as once or the first time surely never left. Then it is looked
at, by our own reference: often while somebody stands there, often for some minutes more, rarely for days. Only a state that
names our reference moves it; pending, absent and every failure leave it where it is, until its own time is over.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from .events import Approved, Declined, Event, GivenUp, Offered, Proven, Unpaid
from .port import (
    Cancel,
    Capabilities,
    Charge,
    Charged,
    Create,
    Intent,
    Look,
    Meaning,
    Refund,
    Refused,
    Show,
    State,
    Told,
    Unknown,
)
from .reversal import HEARD_BEFORE_MS, LAST_TRY_MS, Reversal

CREATES_MAX = 3
"""So often a payment is asked for that never reached the provider, or that may be asked for again."""
NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a payment is watched closely and at all, from when it was asked for, and how often in each part."""

    watch_ms: int = 900_000
    sweep_ms: int = 7 * 86_400_000
    fast_ms: int = 5_000
    slow_ms: int = 600_000


class Aim(StrEnum):
    WAITED = "waited"
    """Somebody stands there."""
    DROPPED = "dropped"
    """Nobody waits, and it may still be paid."""
    PAID = "paid"
    """That is told; the books say what comes next."""
    REVERSING = "reversing"
    OVER = "over"


class Creation(StrEnum):
    NOT_YET = "not yet"
    """Surely never asked for."""
    MAYBE = "maybe"
    """Asked for, and not answered."""
    MADE = "made"
    BEFORE = "before"
    """By the one before us, if at all."""
    REFUSED = "refused"


class Rank(IntEnum):
    """Whose turn it is when several are due."""

    CREATE = 0
    WAITED = 1
    REVERSING = 2
    CANCEL = 3
    DROPPED = 4


@dataclass(slots=True)
class OpenPayment:
    """`asked_ms` is monotonic like every time here, and may lie before this computer's start."""

    charge: Charge
    can: Capabilities
    clocks: Clocks
    asked_ms: int
    aim: Aim = Aim.WAITED
    creation: Creation = Creation.NOT_YET
    due_ms: int = 0
    transaction: str = ""
    show: Show = field(default_factory=Show)
    approved_cents: int = 0
    declined: bool = False
    creates: int = 0
    lost: bool = False
    """It was asked for, and no answer came."""
    cancels: bool = False
    reversal: Reversal | None = None
    said: list[Event] = field(default_factory=list)
    """The last word about it, to be said again when it is asked for again."""

    # What to ask

    @property
    def intent(self) -> Intent:
        """The next question."""
        if self._creates:
            return Create(self.charge)
        if self.reversal and self.reversal.seen and self.reversal.wants_refund:
            return Refund(self.charge, self.reversal.seen.transaction, self.reversal.seen.attempts)
        if self.cancels:
            return Cancel(self.charge, self.transaction)
        return Look(self.charge, self.transaction)

    @property
    def rank(self) -> Rank:
        """How urgent it is."""
        if self._creates:
            return Rank.CREATE
        if self.aim is Aim.DROPPED:
            return Rank.CANCEL if self.cancels else Rank.DROPPED
        return Rank.REVERSING if self.aim is Aim.REVERSING else Rank.WAITED

    @property
    def _creates(self) -> bool:
        if self.aim is not Aim.WAITED or self.declined:
            return False
        return self.creation is Creation.NOT_YET or (
            self.lost and self.creation is Creation.MAYBE and self.can.creates_again
        )

    # What the machine wants

    def drop(self, now_ms: int) -> list[Event]:
        """Nobody waits for it any more."""
        if self.aim is not Aim.WAITED:
            return list(self.said)
        if self.creation in (Creation.NOT_YET, Creation.REFUSED):
            return self._end(Unpaid(self.charge.number))
        self.aim, self.said = Aim.DROPPED, []
        self.cancels, self.due_ms = self.can.cancels and self._can_be_named, now_ms
        return []

    def reverse(self, charge: Charge, now_ms: int, refund_by_ms: int, proof: str = "") -> list[Event]:
        """Give it back. `charge` may be of another amount than was asked for: of what was paid."""
        if self.reversal:
            return list(self.said)
        self.charge, self.aim, self.said, self.due_ms, self.cancels = charge, Aim.REVERSING, [], now_ms, False
        unsure_ms = now_ms if self.creation is Creation.BEFORE and not self.approved_cents else None
        over_ms = max(refund_by_ms, self.asked_ms + self.clocks.sweep_ms)
        self.reversal = Reversal(charge, refund_by_ms, over_ms, unsure_ms, proof, now_ms + HEARD_BEFORE_MS)
        return []

    def date(self, asked_ms: int, refund_by_ms: int) -> None:
        """When it was asked for and until when it can go back, now that this is known."""
        self.asked_ms, reversal = asked_ms, self.reversal
        if reversal is None or self.aim is Aim.OVER:
            return
        if refund_by_ms < reversal.refund_by_ms:
            self.due_ms = min(self.due_ms, refund_by_ms - LAST_TRY_MS)
        reversal.refund_by_ms, reversal.over_ms = refund_by_ms, max(refund_by_ms, asked_ms + self.clocks.sweep_ms)

    def sent(self, intent: Intent) -> None:
        """This question is on its way: from now on it may have been acted on."""
        if isinstance(intent, Create):
            self.creation, self.creates = Creation.MAYBE, self.creates + 1

    def preflight_failed(self) -> list[Event]:
        """Nobody answers, so it is not asked for."""
        return self.decline("the provider does not answer") if self._creates else []

    # What the provider says

    def heard(self, intent: Intent, meaning: Meaning, now_ms: int) -> list[Event]:
        """The answer to `intent`."""
        if self.aim in (Aim.PAID, Aim.OVER):
            return []
        match intent:
            case Create():
                return self._created(meaning, now_ms)
            case Cancel():
                self.cancels = False
                self.due_ms = now_ms + self.clocks.fast_ms
                return []
            case Refund() if self.reversal:
                told = self.reversal.answered(meaning, now_ms)
                self.due_ms = now_ms + self.reversal.pause_ms(now_ms)
                return self._say(told)
            case _ if isinstance(meaning, Told):
                return self._looked(meaning, now_ms)
            case _ if isinstance(meaning, Unknown) and meaning.everywhere:
                return self._decline_if_lost()  # it stays due: the host knows when the provider may be asked again
            case _:
                self._later(now_ms)
                return self._decline_if_lost()

    def _created(self, meaning: Meaning, now_ms: int) -> list[Event]:
        self._later(now_ms)
        match meaning:
            case Charged(transaction, show):
                self.creation, self.transaction = Creation.MADE, transaction
                return self._offer(show) if show else self.decline("there is nothing to show for it")
            case Refused(why) if not self.lost:
                return self._not_created(Creation.REFUSED, why)
            case Unknown(why, unsent=True) if not self.lost:
                return self._not_created(Creation.NOT_YET, why if self.creates >= CREATES_MAX else "")
            case _:
                self.lost = True
                return self.decline("no answer") if self.creates >= CREATES_MAX else []

    def _not_created(self, creation: Creation, why: str) -> list[Event]:
        """It surely does not exist: somebody who still waits is told why, if it is not tried again."""
        self.creation = creation
        if self.aim is not Aim.WAITED:
            return self._end(Unpaid(self.charge.number))
        return self.decline(why) if why else []

    def _looked(self, told: Told, now_ms: int) -> list[Event]:
        self.transaction = self.transaction or told.transaction
        if self.reversal:
            event = self.reversal.looked(told, now_ms)
            self.due_ms = now_ms + self.reversal.pause_ms(now_ms)
            return self._end(event) if isinstance(event, Proven | GivenUp) else self._say(event)
        if told.state is State.PAID:
            self.aim, self.approved_cents, self.due_ms = Aim.PAID, told.cents, NEVER_MS
            self.said = [Approved(self.charge.number, told.cents)]
            return list(self.said)
        self._later(now_ms)
        if self.aim is Aim.DROPPED:
            return self._end(Unpaid(self.charge.number)) if self._is_forgotten(told, now_ms) else []
        if told.state is State.CANCELLED:
            return self.decline("the provider took it away")
        if told.show and not self.show:
            self.creation = Creation.MADE
            return self._offer(told.show)
        return self._decline_if_lost()

    # How

    @property
    def _can_be_named(self) -> bool:
        return bool(self.transaction) or self.can.creates_again

    def _offer(self, show: Show) -> list[Event]:
        if self.aim is not Aim.WAITED:
            return []
        self.show, self.said = show, [Offered(self.charge.number, show)]
        return list(self.said)

    def _decline_if_lost(self) -> list[Event]:
        """The answer to asking got lost, and looking did not find it paid: what nobody sees nobody will pay."""
        gone = self.lost and self.creation is Creation.MAYBE and not self.can.creates_again
        return self.decline("the provider's answer got lost") if gone else []

    def decline(self, why: str) -> list[Event]:
        """Nobody can pay this, for this reason. Told once, and only to somebody who waits."""
        if self.aim is not Aim.WAITED or self.declined:
            return []
        self.declined, self.said = True, [Declined(self.charge.number, why)]
        return list(self.said)

    def _is_forgotten(self, told: Told, now_ms: int) -> bool:
        """Its time is over, and it was looked at after that. One that was taken away too may turn out to have been paid."""
        if told.state in (State.REVERSAL_FAILED, State.REVERSING):
            return False
        return now_ms >= self.asked_ms + self.clocks.sweep_ms

    def _later(self, now_ms: int) -> None:
        """When to look again."""
        if self.reversal:
            self.reversal.turns += 1
            pause_ms = self.reversal.pause_ms(now_ms)
        elif self.aim is Aim.WAITED:
            pause_ms = self.can.poll_ms
        else:
            close = now_ms < self.asked_ms + self.clocks.watch_ms
            pause_ms = self.clocks.fast_ms if close else self.clocks.slow_ms
        self.due_ms = now_ms + pause_ms

    def _say(self, event: Event | None) -> list[Event]:
        """News of a reversal that goes on; none leaves the last word as it is."""
        self.said = [event] if event else self.said
        return [event] if event else []

    def _end(self, event: Event) -> list[Event]:
        assert isinstance(event, Unpaid | Proven | GivenUp)
        self.aim, self.said, self.due_ms = Aim.OVER, [event], NEVER_MS
        return list(self.said)
