"""The selections in an audit file: what each holds, what it has sold and by which means (PA1 to PA8)."""

from collections.abc import Iterator
from datetime import tzinfo

from controller.domain.catalog import on_the_glass
from controller.domain.meters import Life, Meter
from controller.domain.meters.counting import MIXED, SOLD, TRIED
from controller.domain.meters.purse import CASH, VOUCHER
from controller.domain.meters.shelf import Selection
from controller.protocols.evadts import Segment, segment
from controller.statements.dts.figures import cashless, day_and_time, full, number_first, plain, total


def products(life: Life, zone: tzinfo) -> Iterator[Segment]:
    """Every slot that ever held something, in the order of the glass. Its counters go on when it holds something else."""
    for slot in sorted(life.shelf.selections, key=on_the_glass):
        yield from _product(life, life.shelf.selections[slot], zone)


def _product(life: Life, held: Selection, zone: tzinfo) -> Iterator[Segment]:
    meters, slot, price_cents = life.meters, held.slot, full(life.shelf.price_cents(held.slot))
    name, capacity, level = plain(held.product, 20), full(held.capacity, 4), full(held.quantity, 4)
    yield segment("PA1", plain(slot, 6), price_cents, name, capacity, None, None, 0, level)
    yield segment("PA2", *number_first(meters[SOLD, slot]))
    tried, mixed = meters[TRIED, slot], meters[MIXED, slot]
    if tried.number:
        yield segment("PA3", *number_first(tried))
    if held.sold_last:
        date, time = day_and_time(life.when(held.sold_last), zone)
        yield segment("PA5", date, time)
    for device, sold in _by_device(life, held):
        if sold.number:
            yield segment("PA7", plain(slot, 6), device, 0, price_cents, *number_first(sold, 8, 8, 8, 8))
    if mixed.number:
        yield segment("PA8", *number_first(mixed, 8, 8, 8, 8))


def _by_device(life: Life, held: Selection) -> Iterator[tuple[str, Meter]]:
    """What this slot has sold by each payment device of the standard (PA702)."""
    first, others = cashless(life)
    for device, means in (("CA", [CASH]), ("DA", first), ("DB", others), ("TA", [VOUCHER])):
        yield device, total(life.meters[SOLD, held.slot, each] for each in means)
