"""From a machine's facts to a message that somebody gets: when it begins, once a day while it lasts, and when it is over."""

import threading
from collections.abc import Iterator

import pytest
from bookread import NAME, fold, send
from bookwrite import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, Pen
from postbox import Postbox
from pydantic import SecretStr

from controller.errors import MingaError
from controller.protocols.sync.notes import Meta, PlaceTold, SlotTold, State, told
from lab.alerts.limits import Limits
from lab.alerts.register import CLAIM_MS, update
from lab.alerts.register import prepare as prepare_register
from lab.alerts.register import told as told_out
from lab.alerts.rules import Alert, Look, Rule
from lab.alerts.teller import Teller
from lab.alerts.watch import Watch
from lab.model import prepare
from lab.store.base import Arrival, Store

EMPTY = "el espiral A1 está vacío desde 2026-11-21 12:00"


class Clock:
    """The hub's, moved by hand."""

    def __init__(self) -> None:
        self.ms: int = NOON_MS

    def __call__(self) -> int:
        return self.ms


class Museum:
    """One machine in this store, which the hub looks at."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.pen = store, Clock(), Pen().starts(1, NOON_MS, trusted=True)
        prepare(store)
        place = PlaceTold("Museo de la Ciudad")
        self._note(
            "meta", told(Meta(NAME, "0.1.0", 1, "America/Guayaquil", hours=("mon-sun 09:00-17:00",), place=place))
        )
        self.pen.fills(pieces=1)
        self.speaks()

    def speaks(self) -> None:
        """All its facts, and how it is."""
        send(self.store, self.pen.facts)
        fold(self.store)
        slots = (SlotTold("A1", "bolso-retazos", "rosa", 350, 3, 8, "sells"),)
        seq = len(self.pen.facts)
        self._note("state", told(State(0, True, 1, seq, "", seq, 0, "idle", slots=slots)))

    def watch(self, *boxes: Postbox, **limits: int) -> Watch:
        teller = Teller([SecretStr(box.address) for box in boxes])
        return Watch(self.store, Limits(**limits), teller, self.clock)

    def _note(self, what: str, body: bytes) -> None:
        self.store.take([Arrival(NAME, what, "", body, self.clock.ms)])


@pytest.fixture
def museum(store: Store) -> Museum:
    return Museum(store)


@pytest.fixture
def box() -> Iterator[Postbox]:
    with Postbox() as box:
        yield box


def empty(museum: Museum) -> None:
    """A1 is empty since noon, and a day has gone."""
    museum.pen.write(0, "SlotCounted", slot="A1", quantity_before=1, quantity_after=0, by="rosa", why="put")
    museum.clock.ms = NOON_MS + DAY_MS
    museum.speaks()


def test_an_empty_slot_is_told_once_a_day_and_once_when_it_is_full(museum: Museum, box: Postbox) -> None:
    """The whole life of an alert, in the words that people get."""
    watch = museum.watch(box, no_sales_h=8_000)
    watch.look()
    assert box.told == []
    empty(museum)
    for minutes in range(3):
        museum.clock.ms += minutes * MINUTE_MS
        watch.look()
    title = f"Minga: {NAME} (Museo de la Ciudad)"
    assert box.told == [(title, EMPTY)]
    museum.clock.ms += DAY_MS
    museum.speaks()
    watch.look()
    assert box.told == [(title, EMPTY)] * 2
    museum.pen.fills(2 * DAY_MS, 5, before=0)
    museum.speaks()
    for _ in range(3):
        watch.look()
        museum.clock.ms += CLAIM_MS
    assert box.told[2:] == [(title, f"Se resolvió: {EMPTY}")]


def test_a_silent_machine_is_told_and_heard_of_again(museum: Museum, box: Postbox) -> None:
    """Silence has nothing to do with its facts."""
    watch = museum.watch(box)
    museum.clock.ms += 3 * HOUR_MS
    watch.look()
    museum.speaks()
    watch.look()
    silent = "no se sabe nada de la máquina desde 2026-11-21 12:00"
    assert [body for _, body in box.told] == [silent, f"Se resolvió: {silent}"]


def test_several_hubs_tell_a_thing_once(museum: Museum, box: Postbox) -> None:
    """Five look at the same moment; one of them tells."""
    watches = [museum.watch(box, no_sales_h=8_000) for _ in range(5)]
    empty(museum)
    threads = [threading.Thread(target=watch.look) for watch in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [body for _, body in box.told] == [EMPTY]


def test_a_message_that_nobody_took_is_told_later(museum: Museum, box: Postbox) -> None:
    """Not again at once, by this hub or another, but after some minutes; and then no more."""
    watch = museum.watch(box, no_sales_h=8_000)
    empty(museum)
    box.refuses = True
    assert not watch.look()
    box.refuses = False
    museum.watch(box, no_sales_h=8_000).look()
    assert box.told == []
    for _ in range(2):
        museum.clock.ms += CLAIM_MS
        watch.look()
    assert [body for _, body in box.told] == [EMPTY]


def test_what_changes_while_it_is_being_told_is_told_again(store: Store) -> None:
    """It ends while people hear that it is so, and begins again while they hear its end: each is news."""
    prepare_register(store)
    whole = frozenset(Rule)
    so, over = Look((Alert(Rule.OFFLINE, 7),), whole), Look((), whole)
    for now_ms, meanwhile in ((1_000, over), (2_000, so), (3_000, over)):
        due = update(store, NAME, so if meanwhile is over else over, now_ms, tells=True)
        assert [bool(entry.over_ms) for entry in due] == [meanwhile is so]
        assert update(store, NAME, meanwhile, now_ms + 1, tells=True) == []
        told_out(store, NAME, due, now_ms + 2)


def test_what_ends_before_anybody_heard_of_it_is_not_told(museum: Museum, box: Postbox) -> None:
    """A hub without addresses keeps what is open; whoever is named later hears only of what is still so."""
    museum.clock.ms += 3 * HOUR_MS
    museum.watch().look()
    museum.speaks()
    museum.watch().look()
    museum.watch(box).look()
    assert box.told == []


def test_nothing_of_the_store_is_held_while_a_service_hangs(museum: Museum) -> None:
    """Facts of the very machine that is being told about go in meanwhile."""
    with Postbox(hangs=True) as box:
        watch = museum.watch(box, no_sales_h=8_000)
        empty(museum)
        telling = threading.Thread(target=watch.look)
        telling.start()
        assert box.knocked.wait(20)
        museum.pen.sells(DAY_MS, 1)
        museum.speaks()
        assert telling.is_alive()
    telling.join(30)
    assert not telling.is_alive()


def test_a_wrong_address_is_refused_without_being_shown() -> None:
    """Most addresses hold a token."""
    with pytest.raises(MingaError) as failed:
        Teller([SecretStr("json://127.0.0.1"), SecretStr("telegrama://anaconda")])
    assert "address 2" in str(failed.value)
    assert "anaconda" not in str(failed.value)
