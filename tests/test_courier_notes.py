"""What the machine says of itself beside its facts: at each birth, when it changes, nothing of whoever did not agree."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders import Till, coins, dispensing
from ear import Ear
from servers import Broker, wait_for
from sync_rig import Carrying, picture

from controller.courier.herald import LOOK_MS, SIGN_OF_LIFE_MS, VISIT_MS_MAX, Herald, meta_of
from controller.domain.catalog import MakerId
from controller.domain.events import ItemDropped, Trouble
from controller.domain.outbox import Outbox
from controller.domain.stocking import PutMaker
from controller.ledger.connection import open_readonly
from controller.ledger.people import keep
from controller.protocols.sync.notes import NOTE_BYTES_MAX, Meta, State, Status, heard, told


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def machine(tmp_path: Path, broker: Broker) -> Iterator[Carrying]:
    machine = Carrying(tmp_path, broker.port, place="Museo de la Ciudad", lat=-0.2241, lon=-78.5137)
    yield machine
    machine.stop()
    machine.journal.close()


@pytest.fixture
def ear(machine: Carrying, broker: Broker) -> Iterator[Ear]:
    with Ear(machine.name, broker.port) as ear:
        yield ear


def said(ear: Ear, what: str, times: int = 1) -> None:
    wait_for(lambda: len(ear.notes.get(what, [])) >= times, lambda: f"{what} is not said {times} times: {ear.notes}")


def test_at_its_birth_the_machine_says_what_it_is_and_how_it_stands(machine: Carrying, ear: Ear) -> None:
    """Slots, place, names that may be told; stock, troubles, cash, and the head of its books."""
    machine.agrees(True)
    with machine:
        for what in ("status", "meta", "state"):
            said(ear, what)
    assert ear.newest("status", Status).boot == 1
    meta, state = ear.first("meta", Meta), ear.first("state", State)
    assert (meta.machine, meta.boot, meta.zone, meta.place.name) == (
        machine.name,
        1,
        "America/Guayaquil",
        "Museo de la Ciudad",
    )
    assert meta.slots == ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4")
    assert [(maker.maker, maker.name) for maker in meta.makers] == [("rosa", "Rosa Quishpe")]
    assert (state.seq, state.head) == (machine.journal.seq, machine.journal.head.hex())
    assert {(slot.slot, slot.quantity, slot.capacity) for slot in state.slots} >= {("A1", 5, 8), ("B1", 5, 8)}


def test_goodbye_is_said_before_the_line_ends(machine: Carrying, ear: Ear) -> None:
    """A machine that was switched off is not one that was lost: the last word is its own, with a time."""
    with machine:
        said(ear, "status")
    said(ear, "status", 2)
    last = ear.newest("status", Status)
    assert (last.online, last.at_ms > 0) == (False, True)


def test_a_consent_taken_back_is_gone_from_the_next_meta(machine: Carrying, ear: Ear) -> None:
    """No fact is written for it; the books beside the facts have changed, and that is noticed."""
    machine.agrees(True)
    with machine:
        said(ear, "meta")
        machine.agrees(False)
        machine.passes(LOOK_MS)
        said(ear, "meta", 2)
        assert ear.newest("meta", Meta).makers == ()
        assert b"Quishpe" not in ear.notes["meta"][-1]


def test_a_visit_is_one_state_and_not_ten(machine: Carrying) -> None:
    """While a visitor is served a change waits for the end; what stops the selling is told at once."""
    herald = Herald(machine.config, machine.clock, "0.1.0", tuple)
    with closing(open_readonly(machine.config.machine.database)) as db:
        db.row_factory = None

        def states(till: Till, ms: int = LOOK_MS) -> int:
            machine.clock.leap_ms += ms
            drawn = picture(machine.name, till)
            return sum(what == "state" for what, _ in herald.sayings(db, lambda: drawn, Outbox()))

        till = Till(machine.journal.shop)
        assert states(till) == 1
        assert states(till) == 0
        assert states(till, SIGN_OF_LIFE_MS) == 1

        visit = dispensing()
        sold = replace(visit.shop, troubles=frozenset({Trouble.DOOR_OPEN}))
        assert states(visit) == 0
        assert states(Till(sold, cycle=visit.cycle)) == 1
        assert states(visit) == 1
        visit.tell(ItemDropped(1))
        assert states(visit) == 1


def test_a_long_visit_is_told_after_a_minute(machine: Carrying) -> None:
    """Somebody with credit may stand there for long."""
    herald = Herald(machine.config, machine.clock, "0.1.0", tuple)
    with closing(open_readonly(machine.config.machine.database)) as db:
        db.row_factory = None
        till = Till(machine.journal.shop)
        first = picture(machine.name, till)
        list(herald.sayings(db, lambda: first, Outbox()))
        till.tell(coins(100))
        served = replace(picture(machine.name, till), lacks=("no-wallet",))
        machine.clock.leap_ms += VISIT_MS_MAX - LOOK_MS
        assert list(herald.sayings(db, lambda: served, Outbox())) == []
        machine.clock.leap_ms += LOOK_MS
        assert [what for what, _ in herald.sayings(db, lambda: served, Outbox())] == ["state"]


def test_a_meta_too_long_for_a_note_does_without_words_and_the_last_products(machine: Carrying) -> None:
    """Four hundred makers with long words: the note stays one that a hub takes, with every name."""
    words = "Coso bolsos con los retazos que otros botan. " * 4
    for number in range(400):
        maker = PutMaker(MakerId(f"maker-{number}"), f"Compañera {number}", "Taller", words, "", True)
        keep(machine.journal.db, maker)
    with closing(open_readonly(machine.config.machine.database)) as db:
        meta = meta_of(db, machine.config, "0.1.0", ())
    assert len(told(meta)) <= NOTE_BYTES_MAX
    assert (len(heard(Meta, told(meta)).makers), {maker.words for maker in meta.makers}) == (400, {""})
