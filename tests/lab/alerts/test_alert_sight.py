"""What the rules are given, out of facts as a machine sends them and both kinds of store."""

from bookread import NAME, fold, send
from bookwrite import HOUR_MS, MINUTE_MS, NOON_MS, SOLD, Pen

from controller.protocols.sync.letter import letters, written
from lab.alerts.limits import Limits
from lab.alerts.rules import Rule, look
from lab.alerts.sight import Sight, sights
from lab.model import prepare
from lab.store.base import Arrival, Store

HEARD_MS = NOON_MS + 7 * MINUTE_MS
NOW_MS = NOON_MS + 24 * HOUR_MS


def seen(store: Store, vends: int = 20) -> Sight:
    """The one machine there is."""
    with store.reading() as reading:
        (sight,) = sights(reading, vends, NOW_MS)
    return sight


def tell(store: Store, pen: Pen, *numbers: int) -> None:
    """Only these facts come, each alone, at `HEARD_MS`."""
    made = [letter for number in numbers for letter in letters(NAME, pen.facts[number - 1 : number])]
    store.take([Arrival(NAME, "ev", "batch", written(letter), HEARD_MS) for letter in made])


def fails(pen: Pen, mono_ms: int, vend_id: int) -> None:
    """The spiral of A1 jams."""
    pen.write(mono_ms, "VendStarted", vend_id=vend_id, **SOLD, rule_id=1, retry_of=None)
    pen.write(mono_ms + 3_000, "VendFailed", vend_id=vend_id, slot="A1", price_cents=350, reason="jammed")


def test_vends_counts_and_empty_slots_are_those_of_the_facts(store: Store) -> None:
    """Two failures of four vends, the newer of two counts, the stop that ended last; of two vends only the newest two."""
    prepare(store)
    pen = Pen().starts(1, NOON_MS, trusted=True).fills(pieces=1)
    pen.write(0, "CreditTaken", cents=1_400, device="coins", source="nri", mark=9, place="coinbox")
    fails(pen, MINUTE_MS, 1)
    pen.sells(2 * MINUTE_MS, 2).sells(3 * MINUTE_MS, 3)
    fails(pen, 4 * MINUTE_MS, 4)
    two = {"by": "rosa", "witness": "luz"}
    pen.write(HOUR_MS, "CashCounted", place="coinbox", expected_cents=700, counted_cents=100, **two)
    pen.write(2 * HOUR_MS, "CashCounted", place="coinbox", expected_cents=700, counted_cents=725, **two)
    pen.write(3 * HOUR_MS, "TroubleSeen", trouble="door-open", device="", reason="")
    pen.write(4 * HOUR_MS, "TroubleOver", trouble="door-open", device="")
    send(store, pen.facts)
    fold(store)
    sight = seen(store)
    assert (sight.vends, len(sight.failed_ms)) == (4, 2)
    assert len(seen(store, vends=2).failed_ms) == 1
    assert sight.counts == {"coinbox": (NOON_MS + 2 * HOUR_MS, 25)}
    assert sight.idle_since_ms == NOON_MS + 4 * HOUR_MS
    assert list(sight.empty_since_ms) == ["A1"]
    assert (sight.started_ms, sight.waiting_ms, sight.refused_ms) == (0, 0, 0)


def test_a_clock_from_1970_is_timed_by_the_hubs(store: Store) -> None:
    """The start came at the hub's time; what its clock says of an empty slot is not believed."""
    prepare(store)
    pen = (
        Pen()
        .starts(1)
        .fills(pieces=1)
        .write(HOUR_MS, "SlotCounted", slot="A1", quantity_before=1, quantity_after=0, by="rosa", why="put")
    )
    tell(store, pen, *range(1, len(pen.facts) + 1))
    fold(store)
    sight = seen(store)
    assert sight.started_ms == HEARD_MS
    assert sight.empty_since_ms == {"A1": HEARD_MS}
    assert sight.idle_since_ms == HEARD_MS


def test_facts_that_wait_and_facts_that_were_refused_have_their_time(store: Store) -> None:
    """A gap of two, and an old database that was put back: both are told, and the books are not judged."""
    prepare(store)
    pen = Pen().starts(1, NOON_MS, trusted=True).fills(pieces=5).sells(0, 1).sells(0, 2)
    forked = pen.copy(3, epoch=1).write(5, "TroubleSeen", trouble="door-open", device="", reason="")
    tell(store, pen, 1, 2, 3, 4)
    tell(store, forked, 4)
    tell(store, pen, 7)
    fold(store)
    sight = seen(store)
    assert (sight.waiting_ms, sight.refused_ms) == (HEARD_MS, HEARD_MS)
    found = {alert.rule: (alert.n, alert.of) for alert in look(sight, Limits(silent_h=100), NOW_MS).alerts}
    assert found == {Rule.MISSING: (5, 6), Rule.REFUSED: (1, 0)}
