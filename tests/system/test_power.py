"""What a museum does to a machine: the plug, the door, a loose cable, sparks on the coin line. It comes back by itself."""

import json
import sqlite3

import pytest
from visitor import Visitor, eventually, judged, page

from hw_mocks.museum import Museum

pytestmark = pytest.mark.system


def test_a_power_cut_in_mid_vend_leaves_a_claim_code_and_a_machine_that_sells(museum: Museum) -> None:
    """The plug is pulled while B1 turns: after the restart her code is on the page, B1 is closed, and A3 sells."""
    before = judged(museum)
    with Visitor(museum) as visitor, museum.hand.watch() as world:
        visitor.puts_in(100, 100, 100, 100, 50, 25)
        visitor.touches("B1")
        world.until("motor", slot="B1", on=True)
        museum.cut_power()
    truth = museum.hand.truth()
    assert (truth["spirals"]["B1"]["on"], truth["lamp"], truth["powered"]) == (False, False, False)
    assert museum.hand.insert(cents=25) == "tray"

    museum.restore_power()
    with Visitor(museum) as visitor:
        notice = visitor.sees_news("doubt").notice
        assert notice
        assert (notice.slot, notice.cents) == ("B1", 475)
        eventually(lambda: str(notice.claim) in page(museum), "the code on the page")
        assert {slot.slot: slot.status for slot in visitor.picture.slots}["B1"] == "closed"
        visitor.puts_in(100, 50)
        visitor.touches("A3")
        visitor.sees_news("sold")
    after = judged(museum)
    assert after.doubt_cents == before.doubt_cents + 475
    assert museum.hand.truth()["spirals"]["B1"]["starts"] == 1


def test_credit_outlives_a_power_cut_and_the_acceptors_forgotten_memory(museum: Museum, visitor: Visitor) -> None:
    """35 cents before the cut and a quarter after it are 60 cents: the acceptor starts counting anew, the books do not."""
    visitor.puts_in(25, 10)
    museum.cut_power()
    museum.restore_power()
    with Visitor(museum) as after:
        after.sees(lambda p: p.credit_cents == 35, "the credit of before")
        after.puts_in(25)
        gives_back(museum, after, 60)
    judged(museum)


def test_an_open_door_pauses_the_machine_and_keeps_the_credit(museum: Museum, visitor: Visitor) -> None:
    """While somebody reaches in, no coin is taken and no motor turns; behind the closed door her choice is sold."""
    visitor.puts_in(100, 50)
    museum.hand.door(True)
    picture = visitor.sees(lambda p: p.troubles == ("door-open",), "the open door")
    assert (picture.coins_welcome, picture.credit_cents) == (False, 150)
    starts = museum.hand.truth()["spirals"]["A3"]["starts"]
    visitor.touches("A3")
    assert visitor.sees_news("paused").credit_cents == 150
    eventually(lambda: museum.hand.insert(cents=5) == "tray", "coins fall into the tray")
    assert museum.hand.truth()["spirals"]["A3"]["starts"] == starts

    museum.hand.door(False)
    visitor.sees(lambda p: not p.troubles, "the closed door")
    spare_cents = visitor.picture.credit_cents - 150
    visitor.touches("A3")
    visitor.sees_news("sold")
    gives_back(museum, visitor, spare_cents)
    judged(museum)


def test_a_coin_cable_that_falls_out_and_is_put_back_needs_nobody_else(museum: Museum, visitor: Visitor) -> None:
    """The machine says that the coins are away, keeps what it counted, and takes coins again as soon as they can be."""
    visitor.puts_in(25)
    museum.hand.inject("coin-cable")
    picture = visitor.sees(lambda p: p.troubles == ("no-coins",), "the trouble")
    assert (picture.coins_welcome, picture.credit_cents) == (False, 25)
    museum.hand.clear("coin-cable")
    visitor.sees(lambda p: not p.troubles, "the cable back in")
    visitor.puts_in(100, 25)
    visitor.touches("A3")
    visitor.sees_news("sold")
    facts = written(museum, "TroubleSeen")
    assert facts[-1]["trouble"] == "no-coins"
    assert facts[-1]["device"] == "coins"
    judged(museum)


def test_noise_on_the_coin_line_makes_no_money_and_loses_none(museum: Museum, visitor: Visitor) -> None:
    """One byte in fifty is changed on its way: twelve coins are still exactly twelve coins."""
    museum.hand.inject("coin-noise")
    try:
        for coin in range(12):
            visitor.drops(5)
            wanted_cents = 5 * (coin + 1)
            visitor.sees(lambda p, wanted=wanted_cents: p.credit_cents >= wanted, f"{wanted_cents} cents")
    finally:
        museum.hand.clear("coin-noise")
    visitor.sees(lambda p: not p.troubles, "a quiet line")
    judged(museum)
    gives_back(museum, visitor, 60)


def gives_back(museum: Museum, visitor: Visitor, cents: int) -> None:
    """All of her credit, which is this much, by a claim code: the machine has no hopper."""
    assert visitor.picture.credit_cents == cents
    if cents:
        museum.hand.press("return")
        notice = visitor.sees_news("claim").notice
        assert notice
        assert notice.cents == cents


def written(museum: Museum, kind: str) -> list[dict[str, str]]:
    """The facts of this kind, oldest first."""
    with sqlite3.connect(f"file:{museum.folder / 'minga.db'}?mode=ro", uri=True) as db:
        return [
            json.loads(body) for (body,) in db.execute("SELECT body FROM facts WHERE type = ? ORDER BY seq", [kind])
        ]
