"""What can be wrong with a wallet provider: knobs that a test, a person or an oracle turns from any thread.

    faults.set(lost_replies=1, lost_on="/refund")    turn some, leave the others
    faults.repair()                                  all is well again

Troubles change what the provider says and does on the net. What its buyers truly paid stands in its till.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Troubles:
    """All that can be wrong, each by itself; as made, nothing is."""

    down: bool = False
    """The connection is refused, and those that stood are cut: an outage, until it is repaired."""
    hangs: bool = False
    """Calls are taken, nothing is done about them, and nobody answers."""
    error_status: int = 0
    """Every call is answered with this, such as 503, and nothing is done about it."""
    error_until_ms: int | None = None
    """The provider's monotonic time at which these errors end by themselves."""
    storm: bool = False
    """Every call is one too many: 429."""
    lost_replies: int = 0
    """So many of the next calls are acted on, and their reply is lost."""
    lost_on: str = ""
    """Only calls whose `METHOD /path` has this in it lose their reply."""
    late_ms: int = 0
    """The provider knows of a payment so long after the buyer made it."""
    other_cents: int | None = None
    """Buyers are charged this, whatever was asked, and the provider says so."""
    takes_expired: bool = False
    """A code that has run out can still be paid."""
    skew_ms: int = 0
    """Dates in answers are wrong by so much."""
    webhook_copies: int = 1
    """So often each webhook is posted."""
    refund: Literal["works", "fails", "refused"] = "works"
    """`fails`: taken up, and the money never arrives; `refused`: not even taken up."""
    refund_asks: int = 0
    """So many asks for the refund of a payment do nothing, before the next one counts."""
    reversal_ms: int = 0
    """So long a refund is under way before the money is back with the buyer."""

    def error_at(self, now_ms: int) -> int:
        """The error every call is answered with at this time, or 0."""
        over = self.error_until_ms is not None and now_ms >= self.error_until_ms
        return 0 if over else self.error_status


class Faults:
    """The troubles one provider has now."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Troubles], None]] = []
        self._now = Troubles()

    @property
    def now(self) -> Troubles:
        return self._now

    def set(self, **knobs: Any) -> Troubles:
        """Turn these knobs; they count from the next call on, `down` at once. Raises TypeError for one there is not."""
        with self._lock:
            self._now = replace(self._now, **knobs)
            for listener in self._listeners:
                listener(self._now)
            return self._now

    def repair(self) -> None:
        """Nothing is wrong any more."""
        with self._lock:
            self._now = Troubles()
            for listener in self._listeners:
                listener(self._now)

    def tell(self, listener: Callable[[Troubles], None]) -> None:
        """Call this with the troubles after each change, in the thread that made it."""
        with self._lock:
            self._listeners.append(listener)

    def takes_reply(self, call: str) -> bool:
        """Whether the reply to this call, `METHOD /path`, is lost; each that is counts one less."""
        with self._lock:
            lost = self._now.lost_replies > 0 and self._now.lost_on in call
            if lost:
                self._now = replace(self._now, lost_replies=self._now.lost_replies - 1)
            return lost
