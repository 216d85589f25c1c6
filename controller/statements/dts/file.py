"""The whole audit file of a machine, from its meters.

One block after the other, in the order of the standard's recommended report (EVA-DTS 6.2, 2.5), each element at the place and
with the digits of its appendix A. A counter that is full starts at 0 again (5.1.6). What the standard asks and this machine
does not know stays empty; `docs/evadts.md` tells where each number comes from.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from controller.domain.meters import Life
from controller.domain.meters.cash import BILLS_IN, FILLED, KEPT, OUT, OUT_BY_HAND, TO_BOX, TO_TUBES
from controller.domain.meters.counting import BY, MIXED, RESET, SOLD, STARTED, TAKEN_BACK, TRIED
from controller.domain.meters.purse import CASH, VOUCHER
from controller.domain.money import COINS_CENTS
from controller.domain.times import Moment
from controller.protocols.evadts import Segment, compose, segment
from controller.statements.dts.events import events
from controller.statements.dts.figures import (
    cashless,
    day_and_time,
    full,
    number_first,
    plain,
    total,
    value_first,
)
from controller.statements.dts.shelf import products

MODEL = "MINGA"
MAKER = "MNG"
"""Three letters that stand for the maker of the machine; the EVA has not registered them for anybody (6.2, appendix B)."""
ASSET_CHARS_MAX = 20
LOCATION_CHARS_MAX = 30
LEVEL, REVISION = 6, 2
"""Of the Data Transfer Standard."""
DOLLARS = ("2", "1840", "USD")
"""Two decimals; a 1 before ISO 4217's number says that it is ISO 4217's (ID402)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose file it is: the number the operator keeps the machine under, of at most 20 characters, and where it stands."""

    asset: str
    location: str = ""

    @property
    def serial(self) -> str:
        """The sender's id of ten characters, which a machine without a maker's plate draws from its asset number."""
        return f"{MAKER}{zlib.crc32(self.asset.encode()) % 10_000_000:07d}"


def audit_file(life: Life, of: Identity, zone: tzinfo, now: Moment | None = None) -> bytes:
    """The whole file. Dates are those of `zone`; `now` is when it is read, None where nobody knows.

    A moment that nobody is certain of is left out: a file has no way to say that its date is doubtful. Raises
    LocalProtocolError when `of` has letters that no audit file can hold.
    """
    return compose(audit_segments(life, of, zone, now), of.serial)


def audit_segments(life: Life, of: Identity, zone: tzinfo, now: Moment | None = None) -> Iterator[Segment]:
    """The data segments in their order, without the envelope."""
    date, time = day_and_time(now, zone)
    location = plain(of.location, LOCATION_CHARS_MAX)
    yield segment("ID1", of.serial, MODEL, None, location, None, of.asset, LEVEL, REVISION)
    yield segment("ID4", *DOLLARS)
    if date:
        yield segment("ID5", date, time)
    yield segment("CB1", of.serial, MODEL, plain(life.version, 20))
    yield from _sales(life)
    yield from _cash(life)
    yield from _without_coins(life)
    yield from products(life, zone)
    yield from events(life)
    yield from _readings(life, zone, date, time)
    taken_back = life.meters[TAKEN_BACK,]
    if taken_back.number:
        yield segment("MA5", "TAKEN BACK", *number_first(taken_back))


def _sales(life: Life) -> Iterator[Segment]:
    tried = life.meters[TRIED,]
    yield segment("VA1", *value_first(life.meters[SOLD,]))
    yield segment("VA2", *value_first(tried, 8, 8, 6, 4))
    yield segment("VA3", 0, 0, 0, 0)


def _cash(life: Life) -> Iterator[Segment]:
    meters = life.meters
    box, tubes, bills = (meters[name,] for name in (TO_BOX, TO_TUBES, BILLS_IN))
    came, out = total((box, tubes, bills)), total((meters[OUT,], meters[OUT_BY_HAND,]))
    by_hand, kept, filled = meters[OUT_BY_HAND,], meters[KEPT,], meters[FILLED,]
    since = [full(meter.cents_since) for meter in (came, box, tubes, bills)]
    ever = [full(meter.cents) for meter in (came, box, tubes, bills)]
    yield segment("CA1", plain(life.acceptor, 20))
    yield segment("CA2", *value_first(meters[SOLD, BY, CASH], 8, 6, 8, 6))
    yield segment("CA3", *since, *ever, since[-1], ever[-1])
    yield segment("CA4", *(full(m.cents_since) for m in (out, by_hand)), *(full(m.cents) for m in (out, by_hand)))
    yield segment("CA8", full(kept.cents_since), full(kept.cents))
    yield segment("CA10", full(filled.cents_since), full(filled.cents))
    yield from _tubes(life)


def _tubes(life: Life) -> Iterator[Segment]:
    """What lies in the tubes: all together, and each kind of coin by its place among the coins there are."""
    held: dict[int, int] = {}
    for account, cents in life.cash.tubes.items():
        coin_cents = int(account.partition(":")[2])
        held[coin_cents] = held.get(coin_cents, 0) + max(0, cents)
    yield segment("CA15", full(sum(held.values())))
    kinds = sorted({*COINS_CENTS, *held})
    for coin_cents, cents in sorted(held.items()):
        yield segment("CA17", kinds.index(coin_cents), coin_cents, cents // coin_cents)


def _without_coins(life: Life) -> Iterator[Segment]:
    """Cashless 1 is who took a payment first, cashless 2 all others together; vouchers are tokens with a value."""
    for block, means in zip(("DA", "DB"), cashless(life), strict=True):
        if block == "DA" or means:
            yield segment(f"{block}1", plain("+".join(each.partition(":")[2] for each in means), 20))
            yield segment(f"{block}2", *value_first(total(life.meters[SOLD, BY, each] for each in means)))
        mixed = total(life.meters[MIXED, BY, each] for each in means)
        if mixed.number:
            yield segment(f"{block}10", *number_first(mixed))
    vouchers = life.meters[SOLD, BY, VOUCHER]
    if vouchers.number:
        yield segment("TA2", None, None, None, None, *value_first(vouchers, 8, 8, 6, 6))


def _readings(life: Life, zone: tzinfo, date: str, time: str) -> Iterator[Segment]:
    """Every emptying of the cash box is a reading with a reset; any other is counted nowhere, this one included."""
    resets = life.meters[RESET,].number
    last = day_and_time(life.when(life.reset_last) if life.reset_last else None, zone)
    starts = life.meters[STARTED,]
    outages, before = max(0, starts.number - 1), max(0, starts.number_before - 1)
    yield segment("EA3", full(resets), date, time, None, *last, None, None, full(resets), full(resets))
    yield segment("EA7", full(outages - before, 6), full(outages))
