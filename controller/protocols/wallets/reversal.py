"""One payment on its way back: look, ask for the refund, look again, until a proof or a no that is final.

The provider's word for "done" is not believed without its number for the reversal, nor the number without a later look that
says so. A refund is asked for only after a look that says the money is still there, or says it went back without a number
ever heard: another asking may tell it. Before the deadline a no is asked again. After it a no is final, once a look after it
finds nothing under way and any refund whose answer was lost has had its time. Silence is never final.
"""

from dataclasses import dataclass

from .events import Event, GivenUp, Proven
from .port import Charge, Meaning, RefundAccepted, RefundRefused, State, Told, Unknown
from .rule import DAY_MS

FIRST_MS, MOST_MS = 2_000, 600_000
"""Between two questions about one reversal: doubling from the one to the other."""
SETTLE_MS = 900_000
"""A refund whose answer was lost may still be carried out for so long."""
UNPROVEN = "the provider says that it went back, but never gave a number for it: look there before paying anything"


@dataclass(slots=True)
class Reversal:
    """`refund_by_ms` is the provider's deadline, `over_ms` the end of all patience with one that knows nothing of it."""

    charge: Charge
    refund_by_ms: int
    over_ms: int
    unsure_ms: int | None = None
    """When a refund may last have been asked for without an answer."""
    seen: Told | None = None
    """What the last look said, as long as no refund was asked for since."""
    proof: str = ""
    proof_ms: int = 0
    no: str = ""
    no_ms: int = 0
    turns: int = 0

    @property
    def wants_refund(self) -> bool:
        """Whether it is the turn of a refund, and not of a look."""
        seen = self.seen
        if seen is None or self.proof or not seen.transaction or not self._is_ours(seen):
            return False
        return seen.state in (State.PAID, State.REVERSAL_FAILED, State.REVERSED)

    @property
    def pause_ms(self) -> int:
        """How long to wait before the next question; a refund follows its look at once."""
        if self.wants_refund and self.turns <= 1:
            return 0
        return min(MOST_MS, FIRST_MS << min(self.turns, 16))

    def looked(self, told: Told, now_ms: int) -> Event | None:
        """What the provider says of it now."""
        self.seen = told
        proof = told.proof or self.proof
        if told.state is State.REVERSED and proof:
            return Proven(self.charge.number, proof)
        if told.state is State.REVERSAL_FAILED and (self.proof or self.no):
            self.proof, self.no, self.no_ms = "", "the reversal failed", now_ms
        self.turns += 1
        return self._given_up(told, now_ms)

    def answered(self, meaning: Meaning, now_ms: int) -> None:
        """What became of asking for the refund; whatever it was, the next question is a look."""
        self.seen = None
        self.turns += 1
        match meaning:
            case RefundAccepted(proof):
                self.proof, self.proof_ms, self.turns = proof, now_ms, 0
            case RefundRefused(why):
                self.no, self.no_ms = why, now_ms
            case Unknown(unsent=False):
                self.unsure_ms = now_ms

    def _is_ours(self, told: Told) -> bool:
        return told.state is not State.PAID or told.cents == self.charge.cents

    def _given_up(self, told: Told, now_ms: int) -> Event | None:
        number = self.charge.number
        if told.state is State.REVERSING:
            return None
        if now_ms >= self.over_ms and told.state in (State.PENDING, State.ABSENT, State.CANCELLED):
            return GivenUp(number, "the provider knows nothing of it being paid")
        if self.proof and now_ms >= max(self.over_ms, self.proof_ms + DAY_MS):
            return GivenUp(number, f"accepted as {self.proof}, but never said to have gone back")
        if now_ms >= self.refund_by_ms and not self._is_ours(told):
            return GivenUp(number, "the provider speaks of another amount")
        settled = self.unsure_ms is None or now_ms >= self.unsure_ms + SETTLE_MS
        if self.no and self.no_ms >= self.refund_by_ms and settled and not self.proof:
            return GivenUp(number, UNPROVEN if told.state is State.REVERSED else self.no)
        return None
