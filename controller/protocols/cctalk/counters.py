"""Counters of 24 bits that a device keeps without power, and what an acceptor's says about coins nobody was told of.

An acceptor forgets its events when it loses power, but its accept counter (header 225) goes on. So the coins that a
power cut hid are a difference: what the counter says, less what it said last, less the credits told since. Not every
acceptor has the counter; whether those that have it write it down before their power is gone is unverified.
"""

from typing import NamedTuple

COUNT_BYTES = 3
COUNTS = 1 << 8 * COUNT_BYTES
"""A counter wraps here."""


def gained(now: int, before: int) -> int:
    """How far a counter went on from `before`; near 2^24 when it went back."""
    return (now - before) % COUNTS


class Tally(NamedTuple):
    """The mark to remember, None while there is none, and how many coins were accepted and told by no event."""

    mark: int | None
    hidden: int = 0


def tally(mark: int | None, credits: int, counter: int | None) -> Tally:
    """Go on from `mark`, where the accept counter stood when all was told, by the `credits` told since.

    `counter` is what it says now, read with no coin between it and those credits; None when nobody asked, or the
    acceptor has none. With `mark` None the acceptor is new to us and its history is not ours. A counter that is behind
    was not kept, or not kept to the last coin: it hides nothing, and is followed from where it stands.
    """
    if mark is None:
        return Tally(counter)
    expected = (mark + credits) % COUNTS
    if counter is None:
        return Tally(expected)
    ahead = gained(counter, expected)
    return Tally(counter, ahead if ahead < COUNTS // 2 else 0)
