"""How fast one visitor may ask: faster than any hand, slower than a program that tries things out.

Everybody has a bucket of her own, which fills by itself. A phone that is paired, or that has read the code on the machine's
screen, has one by that name: so whoever shares a network address with a program that floods these pages does not wait for it.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

BURST = 60
"""So many pages at once; a page's photos and style sheets do not count."""
PER_S = 4.0
BUCKETS_MAX = 2_048
"""So many are remembered; whoever has asked nothing for the longest time is forgotten first, and has a full bucket again."""


class Pace:
    """`now_s` is a clock that only runs forward. Safe to use from several threads."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def allows(self, who: str) -> bool:
        """Whether she may have one more page now."""
        with self._lock:
            now_s = self._now_s()
            left, since_s = self._buckets.pop(who, (float(BURST), now_s))
            left = min(BURST, left + (now_s - since_s) * PER_S)
            self._buckets[who] = (left - 1 if left >= 1 else left, now_s)
            if len(self._buckets) > BUCKETS_MAX:
                self._buckets.popitem(last=False)
        return left >= 1
