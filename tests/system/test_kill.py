"""`kill -9` of the controller at many moments of a vend, of a refund and between coins: nothing is lost, nothing twice.

Each blow falls at its own planned moment: so long after the slot's button was pressed, or after the world told that the
motor started, that the piece left its coil, that it fell. Each strikes a slot of its own, for a struck slot stays closed
until a person has looked.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from visitor import STEADY, Visitor, eventually, judged, kill, page, standing

from controller.client import ControllerGone
from controller.domain.catalog import ProductId, SlotId
from controller.domain.stocking import AssignSlot, CountSlot
from controller.domain.view import View
from hw_mocks.museum import Museum

pytestmark = pytest.mark.system

SETTINGS = f"""{STEADY}
[motors]
rows = {{ A = 5, B = 6, C = 14, D = 15 }}
columns = {{ 1 = 12, 2 = 13, 3 = 16, 4 = 19, 5 = 18, 6 = 22, 7 = 23, 8 = 24 }}
"""
PURSE_CENTS = 150
OFF_S, INHIBITED_S = 0.5, 1.1


@dataclass(frozen=True, slots=True)
class Blow:
    """`after_ms` of our time after `what` happened to `slot`; `pressed` slots are those with a button."""

    slot: str
    what: str
    after_ms: int

    def __str__(self) -> str:
        return f"{self.what}+{self.after_ms}ms"


def blows() -> Iterator[Blow]:
    """Around the motor's start, all through the turn, while the piece is in the air, and just after."""
    with_button, others = (iter([row + column for row in rows for column in "12345678"]) for rows in ("AB", "CDAB"))
    without_button = (slot for slot in others if slot[0] in "CD" or slot[1] in "5678")
    for after_ms in (0, 1, 2, 4, 7, 12):
        yield Blow(next(slot for slot in with_button if slot[1] in "1234"), "pressed", after_ms)
    moments = {
        "motor": (0, 50, 110, 180, 250, 330),
        "left": (0, 12, 30, 55, 80),
        "fell": (0, 3, 8),
    }
    for what, delays_ms in moments.items():
        yield from (Blow(next(without_button), what, after_ms) for after_ms in delays_ms)


BLOWS = tuple(blows())
EVERY = [blow if number % 7 == 0 else pytest.param(blow, marks=pytest.mark.wide) for number, blow in enumerate(BLOWS)]


@pytest.fixture(scope="module")
def struck() -> Counter[str]:
    """What the world was doing when each blow fell."""
    return Counter()


@pytest.fixture(scope="module")
def purses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    """A machine with a purse of Rosa's in every slot that will be struck."""
    with standing(tmp_path_factory.mktemp("museo"), SETTINGS) as museum:
        fill(museum)
        yield museum


def fill(museum: Museum) -> None:
    with museum.client() as client:
        held = {slot.slot: slot.quantity for slot in client.watch().slots}
        for blow in BLOWS:
            slot = SlotId(blow.slot)
            if held.get(slot):
                assert client.ask(CountSlot(slot, held[slot], 0, "rosa")).ok
            assert client.ask(AssignSlot(slot, ProductId("monedero"), 8)).ok
            assert client.ask(CountSlot(slot, 0, 6, "rosa")).ok
            museum.hand.fill(slot, 6)


@pytest.mark.parametrize("blow", EVERY, ids=str)
def test_a_blow_in_mid_vend_loses_nothing(purses: Museum, struck: Counter[str], blow: Blow) -> None:
    """She has her purse, or her credit, or a claim code on the page; the motor stops at once and never turns again."""
    museum = purses
    with Visitor(museum) as visitor, museum.hand.watch() as world:
        visitor.puts_in(100, 50)
        choose(museum, visitor, blow)
        if blow.what != "pressed":
            world.until(blow.what, slot=blow.slot)
        time.sleep(blow.after_ms / 1_000)
        kill(museum)
    eventually(lambda: not museum.hand.truth()["spirals"][blow.slot]["on"], "the motor is off", within_s=OFF_S)
    struck[scene(museum, blow.slot)] += 1

    museum.start_controller()
    with Visitor(museum) as visitor:
        picture = visitor.sees(lambda p: not p.vending, "the vend is over")
        accounts_for_it(museum, visitor, picture, blow.slot)
    assert museum.hand.truth()["spirals"][blow.slot]["starts"] <= 1
    totals = judged(museum)
    assert (totals.credit_cents, totals.hold_cents) == (0, 0)


def choose(museum: Museum, visitor: Visitor, blow: Blow) -> None:
    if blow.what == "pressed":
        museum.hand.press(blow.slot)
    else:
        visitor.touches(blow.slot)


def scene(museum: Museum, slot: str) -> str:
    """Where the blow found the spiral and its piece."""
    truth = museum.hand.truth()
    pieces = [piece for piece in truth["pieces"] if piece["slot"] == slot]
    if not truth["spirals"][slot]["starts"]:
        return "before the motor"
    if not pieces:
        return "in mid-turn"
    return "in the air" if pieces[0]["landed_ms"] is None else "after the fall"


def accounts_for_it(museum: Museum, visitor: Visitor, picture: View, slot: str) -> None:
    """What the machine says after the restart is what its page says, and every cent of hers is in it."""
    notice = picture.notice
    if picture.credit_cents:  # her choice never reached the books: she has it all back
        assert picture.credit_cents == PURSE_CENTS
        museum.hand.press("return")
        notice = visitor.sees_news("claim").notice
    assert notice
    assert notice.cents == PURSE_CENTS
    if notice.news == "sold":
        assert notice.slot == slot
        eventually(lambda: f"{slot}: Monedero" in page(museum), "the sale on the page")
        return
    assert notice.news in ("doubt", "claim")
    assert notice.claim
    eventually(lambda: str(notice.claim) in page(museum), f"the claim code {notice.claim} on the page")


@pytest.mark.wide
def test_the_blows_fell_everywhere(struck: Counter[str]) -> None:
    """Every blow fell: in mid-turn, with the piece in the air, after its fall. To be run with all of them."""
    assert struck.total() >= len(BLOWS) * 4 // 5
    assert struck["in mid-turn"] >= 4
    assert struck["in the air"] >= 1
    assert struck["after the fall"] >= 1


def test_no_coin_is_lost_or_counted_twice_between_blows(purses: Museum) -> None:
    """Killed at four moments after a coin fell: each time the credit is exactly what lies in the box."""
    museum, credit_cents = purses, 0
    for after_ms in (0, 6, 14, 40):
        with Visitor(museum) as visitor:
            assert visitor.picture.credit_cents == credit_cents
            visitor.drops(25)
            credit_cents += 25
            time.sleep(after_ms / 1_000)
            kill(museum)
        museum.start_controller()
        with Visitor(museum) as visitor:
            visitor.sees(lambda p, wanted=credit_cents: p.credit_cents == wanted, f"a credit of {credit_cents} cents")
    judged(museum)
    spend(museum)


def test_coins_are_inhibited_soon_after_the_controller_died(purses: Museum) -> None:
    """A coin at once after the blow is still taken, and credited later; a second on, coins fall into the tray."""
    museum = purses
    with Visitor(museum) as visitor:
        visitor.puts_in(100)
        kill(museum)
    at_once = museum.hand.insert(cents=25)
    eventually(lambda: not alive(museum), "the controller is dead")
    time.sleep(INHIBITED_S)
    assert museum.hand.insert(cents=100) == "tray"
    museum.start_controller()
    with Visitor(museum) as visitor:
        wanted_cents = 125 if at_once == "box" else 100
        visitor.sees(lambda p: p.credit_cents == wanted_cents, f"a credit of {wanted_cents} cents")
    spend(museum)


def test_a_blow_while_giving_back_gives_back_once(purses: Museum) -> None:
    """She has her credit still, or one claim code for it; never both."""
    museum = purses
    before = judged(museum)
    with Visitor(museum) as visitor:
        visitor.puts_in(25, 50)
        museum.hand.press("return")
        time.sleep(0.002)
        kill(museum)
    museum.start_controller()
    with Visitor(museum) as visitor:
        visitor.sees(lambda p: p.phase in ("credit", "idle"), "nothing is under way")
    spend(museum)
    assert judged(museum).claims_cents == before.claims_cents + 75


def alive(museum: Museum) -> bool:
    """Whether somebody answers on the control socket."""
    try:
        museum.client().close()
    except ControllerGone:
        return False
    return True


def spend(museum: Museum) -> None:
    """What credit there is goes back to its visitor, by a claim code: the next one starts from nothing."""
    with Visitor(museum) as visitor:
        if visitor.picture.credit_cents:
            museum.hand.press("return")
            visitor.sees_news("claim")
    assert judged(museum).credit_cents == 0
