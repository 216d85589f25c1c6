"""What truly left a changer's tubes: two witnesses, and whether they agree.

The tube counts are asked before an order is written down and after it; their difference is what left, corrected by coins
that came in meanwhile. A changer with alternative payout also reports what it paid (0F 03). Changers are known to report
fewer coins than they paid after an error in the middle, so where the two disagree, only what both prove is booked as
paid, and a person has to look (field reports; nothing of this was tried on hardware).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .coins import COUNT_MAX, Tubes
from .errors import LocalProtocolError
from .names import CHANGER

AT_ONCE_MAX = 15
"""A dispense (0D) has four bits for the number of coins."""
VALUE_MAX = 255
"""An alternative payout (0F 02) has one byte for the value, in units of the changer's scale."""


@dataclass(frozen=True, slots=True)
class Order:
    """Coins to pay by type, and what each tube held when that was decided: to be on disk before it is carried out."""

    payout_id: int
    coins: Mapping[int, int]
    before: Sequence[int]


@dataclass(frozen=True, slots=True)
class Part:
    """What one command can order: the command, and its worth in units of the changer's scale."""

    command: bytes
    units: int
    coins: Mapping[int, int] = field(default_factory=dict)
    """By type; empty where the changer chooses the coins itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Coins by type that are proven to have left; and why that may not be all, empty when it is."""

    coins: Mapping[int, int]
    doubt: str = ""


def units_of(coins: Mapping[int, int], credits: bytes) -> int:
    return sum(credits[kind] * number for kind, number in coins.items())


def check(order: Order, credits: bytes) -> None:
    """Raises LocalProtocolError for an order that no changer with these credits can have been given."""
    if len(order.before) != len(credits) or not order.coins:
        raise LocalProtocolError(f"an order needs coins and {len(credits)} tube counts: {order}")
    for kind, number in order.coins.items():
        if kind not in range(len(credits)) or not 0 < number <= COUNT_MAX or credits[kind] in (0, 0xFF):
            raise LocalProtocolError(f"{number} coins of type {kind} cannot be paid")


def parts_by_type(order: Order, credits: bytes) -> Iterator[Part]:
    """Plain dispenses, most valuable type first and of two alike the higher; at most 15 coins each."""
    for kind in sorted(order.coins, key=lambda kind: (credits[kind], kind), reverse=True):
        left = order.coins[kind]
        while left:
            number = min(left, AT_ONCE_MAX)
            command = bytes((CHANGER | 5, number << 4 | kind))
            yield Part(command, number * credits[kind], {kind: number})
            left -= number


def parts_by_value(order: Order, credits: bytes) -> Iterator[Part]:
    """Alternative payouts of at most 255 units, each one of whole coins of the order, so that each can be paid."""
    units = 0
    for kind in sorted(order.coins, key=lambda kind: (credits[kind], kind), reverse=True):
        for _ in range(order.coins[kind]):
            if units + credits[kind] > VALUE_MAX:
                yield _part_of(units)
                units = 0
            units += credits[kind]
    yield _part_of(units)


def _part_of(units: int) -> Part:
    return Part(bytes((CHANGER | 7, 2, units)), units)


def gone(before: Sequence[int], now: Tubes, came: Mapping[int, int]) -> dict[int, int]:
    """Coins of each type that left their tubes since `before`, `came` having fallen in; only types that changed."""
    left = {kind: was + came.get(kind, 0) - now.counts[kind] for kind, was in enumerate(before)}
    return {kind: number for kind, number in left.items() if number}


def proves(before: Sequence[int], now: Tubes, kind: int) -> bool:
    """True when a difference of counts of this type is a number of coins."""
    return before[kind] < COUNT_MAX and now.proves(kind)


def outcome_of(
    order: Order,
    now: Tubes,
    came: Mapping[int, int],
    credits: bytes,
    report: Mapping[int, int] | None = None,
    whole: bool = True,
) -> Outcome:
    """What an order has come to. `whole` False: the report is known to tell of the last part only, or of nothing."""
    left, coins, doubts = gone(order.before, now, came), {}, []
    for kind in sorted({*order.coins, *left, *(report or {})}):
        counted = left.get(kind, 0) if proves(order.before, now, kind) else None
        reported = None if report is None else report.get(kind, 0)
        if counted is None and (reported is None or not whole):
            doubts.append(f"no count tells what tube {kind} paid")
        if counted is not None and reported is not None and (counted != reported if whole else counted < reported):
            doubts.append(f"tube {kind} lost {counted} coins, {reported} were reported as paid")
        if counted is not None and counted < 0:
            doubts.append(f"tube {kind} gained {-counted} coins that nobody saw come")
        witnesses = [number for number in (counted, reported if whole else None) if number is not None]
        coins[kind] = max(0, min(witnesses, default=0))
    coins = {kind: number for kind, number in coins.items() if number}
    if units_of(coins, credits) > units_of(order.coins, credits):
        doubts.append("more left than was ordered")
    return Outcome(coins, "; ".join(doubts))
