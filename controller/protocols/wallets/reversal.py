"""One payment on its way back: look, ask for the refund, look again, until a proof or a no that is final.

The provider's word for "done" is not believed without its number for the reversal, nor the number without a later look that
says so. A refund is asked for only after a look that says the money is still there, or says it went back without a number
ever heard: another asking may tell it. Before the deadline a no is asked again. After it a no is final, once a look after it
finds nothing under way and any refund whose answer was lost has had its time. Silence is never final.

The number is told the moment it is heard, for a provider may say it once only. While it counts nothing is asked for again;
it counts until the provider says that this reversal failed, or gives another number: the newest one.

The first refund follows its look at once. Each later one waits longer, 5 s doubling to 10 min, and one more is always tried
2 min before the deadline. A provider that fails every refund is asked some 310 times a day, looks included.
"""

from dataclasses import dataclass

from .events import Accepted, Bounced, Event, GivenUp, Proven
from .port import Charge, Meaning, RefundAccepted, RefundRefused, State, Told, Unknown
from .rule import DAY_MS, HOUR_MS

FIRST_MS, MOST_MS = 2_000, 600_000
"""Between two looks at one reversal: doubling from the one to the other, anew after every refund."""
AGAIN_MS = 5_000
"""Before the second refund; doubling for each that follows, up to `MOST_MS`."""
LAST_TRY_MS = 120_000
"""So long before the deadline one more refund is asked for; a provider in trouble is asked every minute or so."""
SETTLE_MS = 900_000
"""A refund whose answer was lost may still be carried out for so long."""
HEARD_BEFORE_MS = HOUR_MS
"""A number that is older than this controller has so long, at the least, to come true: nobody knows when it was given."""
UNPROVEN = "the provider says that it went back, but never gave a number for it: look there before paying anything"


@dataclass(slots=True)
class Reversal:
    """`refund_by_ms` is the provider's deadline, `over_ms` the end of all patience with one that knows nothing of it."""

    charge: Charge
    refund_by_ms: int
    over_ms: int
    unsure_ms: int | None = None
    """When a refund may last have been asked for without an answer."""
    proof: str = ""
    """The provider's number for the refund it took up last, as long as that has not failed."""
    proof_until_ms: int = 0
    """Until when, at the least, that number may come true."""
    seen: Told | None = None
    """What the last look said, as long as no refund was asked for since."""
    no: str = ""
    no_ms: int = 0
    turns: int = 0
    """Looks since the last refund."""
    refunds: int = 0
    refund_ms: int | None = None
    """How many refunds were asked for, and when the last one was."""

    @property
    def wants_refund(self) -> bool:
        """Whether it is the turn of a refund, and not of a look."""
        seen = self.seen
        if seen is None or self.proof or not seen.transaction or not self._is_ours(seen):
            return False
        return seen.state in (State.PAID, State.REVERSAL_FAILED, State.REVERSED)

    def pause_ms(self, now_ms: int) -> int:
        """How long to wait before the next question."""
        last_ms = self.refund_by_ms - LAST_TRY_MS
        tried_last = self.refund_ms is not None and self.refund_ms >= last_ms
        if self.wants_refund and (not self.refunds or (last_ms <= now_ms < self.refund_by_ms and not tried_last)):
            return 0
        first_ms, doublings = (AGAIN_MS, self.refunds - 1) if self.wants_refund else (FIRST_MS, self.turns)
        pause_ms = min(MOST_MS, first_ms << min(doublings, 16))
        return min(pause_ms, last_ms - now_ms) if now_ms < last_ms else pause_ms

    def looked(self, told: Told, now_ms: int) -> Event | None:
        """What the provider says of it now."""
        self.seen = told
        proof = told.proof or self.proof
        if told.state is State.REVERSED and proof:
            return Proven(self.charge.number, proof)
        bounced = None
        if told.state is State.REVERSAL_FAILED and (self.proof or self.no):
            bounced = Bounced(self.charge.number, self.proof) if self.proof else None
            self.proof, self.no, self.no_ms = "", "the reversal failed", now_ms
        self.turns += 1
        return self._given_up(told, now_ms) or bounced

    def answered(self, meaning: Meaning, now_ms: int) -> Event | None:
        """What became of asking for the refund; whatever it was, the next question is a look."""
        self.seen, self.turns = None, 0
        if isinstance(meaning, Unknown) and meaning.unsent:
            return None
        self.refunds, self.refund_ms = self.refunds + 1, now_ms
        match meaning:
            case RefundAccepted(proof):
                self.proof, self.proof_until_ms = proof, now_ms + DAY_MS
                return Accepted(self.charge.number, proof)
            case RefundRefused(why):
                self.no, self.no_ms = why, now_ms
            case Unknown():
                self.unsure_ms = now_ms
        return None

    def _is_ours(self, told: Told) -> bool:
        return told.state is not State.PAID or told.cents == self.charge.cents

    def _given_up(self, told: Told, now_ms: int) -> Event | None:
        """A doubt where a number was given, or the provider's word is that it went back: it may be there already."""
        number = self.charge.number
        if told.state is State.REVERSING:
            return None
        if now_ms >= self.over_ms and told.state in (State.PENDING, State.ABSENT, State.CANCELLED):
            return GivenUp(number, "the provider knows nothing of it being paid", doubt=bool(self.proof))
        if self.proof and now_ms >= max(self.over_ms, self.proof_until_ms):
            return GivenUp(number, f"accepted as {self.proof}, but never said to have gone back", doubt=True)
        if now_ms >= self.refund_by_ms and not self._is_ours(told):
            return GivenUp(number, "the provider speaks of another amount", doubt=bool(self.proof))
        settled = self.unsure_ms is None or now_ms >= self.unsure_ms + SETTLE_MS
        if self.no and self.no_ms >= self.refund_by_ms and settled and not self.proof:
            gone = told.state is State.REVERSED
            return GivenUp(number, UNPROVEN if gone else self.no, doubt=gone)
        return None
