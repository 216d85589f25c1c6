"""Whole sales with MDB money on real processes: coins, change from tubes, a card; `kill -9` and board resets in between.

The board is the real firmware in a process of its own; behind it, or behind a Qibixx adapter, are the simulated devices. At
the end of every story the books are what physically happened, to the cent and tube by tube.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from visitor import Visitor, eventually, judged, kill, standing
from wide import once, once_of

from controller.domain.catalog import ProductId, SlotId
from controller.domain.cycle import Phase
from controller.domain.events import PayBy
from controller.domain.stocking import AssignSlot, CountSlot, OpenSlot
from controller.domain.view import View
from hw_mocks.museum import Museum
from hw_mocks.verdict import judge

TARJETA = "tarjeta"
PURSE_CENTS, SCARF_CENTS = 150, 475
PURSES = ("A1", "A2", "A3", "A4", "B2", "B3")
POLICY = """
[policy]
credit_idle_s = 120
notice_s = 120
"""
ON_BOARD = f"""{POLICY}
[coins]
kind = "mdb"
[motors]
drive = "board"
[board]
port = "run/board"
retries = 0
[mdb]
line = "board"
reader = true
"""
ON_ADAPTER = f"""{POLICY}
[coins]
kind = "mdb"
[mdb]
line = "qibixx"
port = "{{folder}}/run/mdb"
reader = true
"""

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
Strike = Callable[[Museum], None]


@pytest.fixture(scope="module")
def on_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    """Motors, changer and reader on the I/O board."""
    with standing(tmp_path_factory.mktemp("museo"), ON_BOARD, 1.0) as museum:
        hang_purses(museum)
        yield museum


@pytest.fixture(scope="module")
def on_adapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    """Motors on GPIO, changer and reader behind a Qibixx adapter."""
    folder = tmp_path_factory.mktemp("museo")
    with standing(folder, ON_ADAPTER.format(folder=folder), 1.0) as museum:
        hang_purses(museum)
        yield museum


def hang_purses(museum: Museum) -> None:
    with museum.client() as client:
        held = {slot.slot: slot.quantity for slot in client.watch().slots}
        for slot in map(SlotId, PURSES):
            if held.get(slot):
                assert client.ask(CountSlot(slot, held[slot], 0, "rosa")).ok
            assert client.ask(AssignSlot(slot, ProductId("monedero"), 8)).ok
            assert client.ask(CountSlot(slot, 0, 6, "rosa")).ok
            museum.hand.fill(slot, 6)


# What people do


def pays(visitor: Visitor, *coins_cents: int) -> None:
    """Coins one by one, each once the one before is in the books."""
    for cents in coins_cents:
        credit_cents = visitor.picture.credit_cents + cents
        drops(visitor, cents)
        visitor.sees(lambda p, wanted=credit_cents: p.credit_cents == wanted, f"a credit of {credit_cents} cents")


def drops(visitor: Visitor, cents: int) -> None:
    """One coin into the changer, and no wait for what becomes of it."""
    visitor.sees(lambda p: cents in p.coins_cents, f"{cents} cents are welcome")
    eventually(lambda: visitor.museum.hand.insert(cents=cents) in ("box", "tube"), f"{cents} cents fall in")


def chooses(visitor: Visitor, slot: str) -> None:
    """Her choice, of a slot that works: one that a starved board called jammed is opened by a technician first."""
    shown = next(shown for shown in visitor.picture.slots if shown.slot == slot)
    if shown.status == "closed":
        visitor.museum.hand.do("bring_home", slot=slot)
        assert visitor.client.ask(OpenSlot(SlotId(slot), "nina")).ok
        visitor.sees(lambda p: all(s.status != "closed" for s in p.slots if s.slot == slot), f"{slot} is open")
    visitor.touches(slot)


def holds_card(visitor: Visitor, slot: str) -> None:
    """She chooses, wants to pay by card, and holds it to the reader until she has paid, as one does."""
    visitor.sees(lambda p: TARJETA in p.wallets, "the reader can be paid at")
    chooses(visitor, slot)
    visitor.sees(lambda p: p.chosen == slot, f"{slot} is chosen")
    assert visitor.client.ask(PayBy(TARJETA)).ok
    visitor.sees(lambda p: p.payment and p.payment.offer is not None, "the reader waits for a card")
    eventually(lambda: visitor.museum.hand.show_card() and not waits(visitor.museum), "the reader takes the card")


def waits(museum: Museum, patience_s: float = 3.0) -> bool:
    """Whether the machine still waits for a card: a reader that was reset just then has forgotten the one it took."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        with museum.client() as client:
            if client.watch().phase != Phase.AUTHORIZING:
                return False
        time.sleep(0.02)
    return True


def leaves_with_her_money(museum: Museum) -> None:
    """Whatever credit is left she asks back; then nothing is under way, and the books are the world's truth."""

    def quiet(picture: View) -> bool:
        return not (picture.vending or picture.returning_cents or picture.payment)

    with Visitor(museum) as visitor:
        visitor.sees(quiet, "nothing is under way")
        if visitor.picture.credit_cents:
            museum.hand.press("return")
        visitor.sees(lambda p: quiet(p) and p.credit_cents == 0, "no money of hers is in the machine")
    try:
        eventually(lambda: not unsettled(museum), "everything is settled")
    except AssertionError as error:
        raise AssertionError(f"{error}: {unsettled(museum)}") from None
    judged(museum)


def unsettled(museum: Museum) -> list[str]:
    """What of hers is still held or on its way back to a card, and where the books are not what is true."""
    totals, complaints = judge(museum.folder / "minga.db", museum.hand.truth())
    sums = {"credit": totals.credit_cents, "held": totals.hold_cents, "reversals": totals.reversals_cents}
    return [f"{name} {cents}" for name, cents in sums.items() if cents] + complaints


def money_out(museum: Museum) -> int:
    """What hoppers and tubes have given so far, in cents."""
    return sum(coin["cents"] for coin in museum.hand.truth()["coins"] if coin["place"] == "out")


# What strikes


def controller_dies(museum: Museum) -> None:
    """`kill -9`, and a new one starts and has met every device."""
    met = [word for word in ("coins: works", f"{TARJETA}: works", "motors: works") if word in museum.log("controller")]
    with told(museum, *met):
        kill(museum)
        museum.start_controller()


def board_is_reset(museum: Museum) -> None:
    """As by its watchdog; the controller finds its next life by itself."""
    with told(museum, "was reset by watchdog"):
        museum.hand.reset_board()


@contextmanager
def told(museum: Museum, *words: str) -> Iterator[None]:
    """Until the controller's log has each of these once more."""
    before = {said: museum.log("controller").count(said) for said in words}
    yield
    eventually(lambda: all(museum.log("controller").count(said) > before[said] for said in words), f"told: {words}")
    museum.wait_until_ready()


BOTH = pytest.mark.parametrize("strike", once(controller_dies, board_is_reset))


# Coins and change


@pytest.mark.parametrize("line", once("on_board", "on_adapter"))
def test_a_purse_and_change_from_the_tubes(line: str, request: pytest.FixtureRequest) -> None:
    """Two dollars for $1.50: the purse falls, two quarters leave their tube, and both are in the books."""
    museum: Museum = request.getfixturevalue(line)
    before, out_cents = judged(museum), money_out(museum)
    with Visitor(museum) as visitor:
        pays(visitor, 100, 100)
        chooses(visitor, "A3")
        visitor.sees_news("sold")
        assert visitor.picture.credit_cents == 200 - PURSE_CENTS
    leaves_with_her_money(museum)
    after = judged(museum)
    assert (after.sales - before.sales, money_out(museum) - out_cents) == (1, 50)
    assert after.cash["tube:25"] == before.cash["tube:25"] - 50
    assert after.cash["coinbox"] == before.cash.get("coinbox", 0) + 200


@BOTH
def test_struck_after_the_money_is_in_and_before_the_choice(on_board: Museum, strike: Strike) -> None:
    """Her credit is still there; she buys as if nothing had been."""
    with Visitor(on_board) as visitor:
        pays(visitor, 100, 25, 25)
    strike(on_board)
    with Visitor(on_board) as visitor:
        assert visitor.picture.credit_cents == PURSE_CENTS
        chooses(visitor, "A3")
        visitor.sees_news("sold")
    leaves_with_her_money(on_board)


@pytest.mark.parametrize("after_ms", once(5, 0, 20, 60))
def test_a_coin_that_fell_as_the_controller_died_is_booked_by_the_next(on_board: Museum, after_ms: int) -> None:
    """The board keeps what the changer told until it is in the books."""
    with Visitor(on_board) as visitor:
        drops(visitor, 25)
        time.sleep(after_ms / 1_000)
        kill(on_board)
    on_board.start_controller()
    with Visitor(on_board) as visitor:
        visitor.sees(lambda p: p.credit_cents == 25, "a credit of 25 cents")
    leaves_with_her_money(on_board)


@pytest.mark.parametrize(("strike", "slot"), once_of((controller_dies, "A1"), (board_is_reset, "A2")))
def test_struck_while_the_motor_turns(on_board: Museum, strike: Strike, slot: str) -> None:
    """A purse, a claim code or her credit; the motor starts once, and the rest of her money comes out of the tubes."""
    starts = on_board.hand.truth()["spirals"][slot]["starts"]
    with Visitor(on_board) as visitor, on_board.hand.watch() as world:
        pays(visitor, 100, 100)
        chooses(visitor, slot)
        world.until("motor", slot=slot, on=True)
    strike(on_board)
    leaves_with_her_money(on_board)
    assert on_board.hand.truth()["spirals"][slot]["starts"] == starts + 1


@BOTH
def test_struck_while_change_is_leaving(on_board: Museum, strike: Strike) -> None:
    """Six coins are on their way when it strikes: none is paid twice, and none is owed that has left."""
    coins_cents, out_cents = (25, 25, 10, 10, 10, 5), money_out(on_board)
    with Visitor(on_board) as visitor:
        pays(visitor, *coins_cents)
        on_board.hand.press("return")
        eventually(lambda: money_out(on_board) > out_cents, "the first coin leaves")
    strike(on_board)
    leaves_with_her_money(on_board)
    assert money_out(on_board) - out_cents <= sum(coins_cents)


def test_killed_while_change_is_leaving_by_an_adapter(on_adapter: Museum) -> None:
    """The adapter remembers nothing, but the tubes' own counts say what has left."""
    out_cents = money_out(on_adapter)
    with Visitor(on_adapter) as visitor:
        pays(visitor, 25, 25, 10, 10, 10, 5)
        on_adapter.hand.press("return")
        eventually(lambda: money_out(on_adapter) > out_cents, "the first coin leaves")
    controller_dies(on_adapter)
    leaves_with_her_money(on_adapter)


# A card


def test_a_card_pays_for_a_purse(on_board: Museum) -> None:
    """Held, paid when the purse has fallen, and in the books as the bank's."""
    card = on_board.hand.truth()["mdb"]["card"]
    with Visitor(on_board) as visitor:
        holds_card(visitor, "A4")
        visitor.sees_news("sold")
    leaves_with_her_money(on_board)
    paid_cents = card["paid_cents"] + PURSE_CENTS
    eventually(lambda: on_board.hand.truth()["mdb"]["card"]["paid_cents"] == paid_cents, "the reader keeps the money")


def test_a_scarf_that_jams_is_given_back_to_the_card(on_board: Museum) -> None:
    """The reader says that it gave $4.75 back, and only then nothing is owed."""
    card = on_board.hand.truth()["mdb"]["card"]
    on_board.hand.inject("jam", "B1")
    with Visitor(on_board) as visitor, on_board.hand.watch() as world:
        holds_card(visitor, "B1")
        world.until("motor", slot="B1", on=True)
    leaves_with_her_money(on_board)
    after = on_board.hand.truth()["mdb"]["card"]
    assert (after["refunded_cents"] - card["refunded_cents"], after["paid_cents"]) == (SCARF_CENTS, card["paid_cents"])
    assert [piece for piece in on_board.hand.truth()["pieces"] if piece["slot"] == "B1"] == []


@BOTH
def test_struck_while_a_scarf_jams_for_a_card(on_board: Museum, strike: Strike) -> None:
    """It does not fall: her $4.75 goes back to the card, or is in doubt if the board forgot; and it never does both."""
    card = on_board.hand.truth()["mdb"]["card"]
    with Visitor(on_board) as visitor:
        holds_card(visitor, "B1")
        visitor.sees(lambda p: p.vending == "B1", "the scarf is paid and on its way")
    strike(on_board)
    leaves_with_her_money(on_board)
    after = on_board.hand.truth()["mdb"]["card"]
    ended = {name: after[name] - card[name] for name in ("paid_cents", "refunded_cents", "held_cents")}
    assert sum(ended.values()) == SCARF_CENTS
    assert strike is board_is_reset or ended["refunded_cents"] == SCARF_CENTS
    assert [piece for piece in on_board.hand.truth()["pieces"] if piece["slot"] == "B1"] == []


@pytest.mark.parametrize(("strike", "slot"), once_of((controller_dies, "B2"), (board_is_reset, "B3")))
def test_struck_while_a_card_waits_for_its_purse(on_board: Museum, strike: Strike, slot: str) -> None:
    """Approved, the motor turns, and it strikes: sold, given back or a doubt, but paid for what the books say."""
    with Visitor(on_board) as visitor, on_board.hand.watch() as world:
        holds_card(visitor, slot)
        world.until("motor", slot=slot, on=True)
    strike(on_board)
    leaves_with_her_money(on_board)


@BOTH
def test_struck_before_a_card_was_shown(on_board: Museum, strike: Strike) -> None:
    """Nobody has paid; after it the reader can be paid at again."""
    with Visitor(on_board) as visitor:
        visitor.sees(lambda p: TARJETA in p.wallets, "the reader can be paid at")
        chooses(visitor, "A3")
        assert visitor.client.ask(PayBy(TARJETA)).ok
        visitor.sees(lambda p: p.payment, "a payment waits")
    strike(on_board)
    with Visitor(on_board) as visitor:
        if visitor.picture.payment:
            on_board.hand.press("return")
        visitor.sees(lambda p: not p.payment, "no payment waits")
        holds_card(visitor, "A3")
        visitor.sees_news("sold")
    leaves_with_her_money(on_board)


# The judge of all this


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        (lambda truth: truth["mdb"]["tubes"].update({"25": 0}), "0 coins of 25 lie in their tube"),
        (lambda truth: truth["mdb"]["card"].update(refunded_cents=9_900), "9900 went back to cards"),
        (lambda truth: truth["mdb"]["card"].update(paid_cents=9_900), "9900 came by card"),
        (lambda truth: truth["mdb"].update(bills_cents=500), "cents went into the box, the tubes and the stacker"),
        (lambda truth: truth["coins"].append({"cents": 25, "place": "out"}), "cents left hoppers and tubes"),
    ],
    ids=[
        "a tube robbed",
        "a refund nobody booked",
        "a card nobody booked",
        "a bill nobody booked",
        "a coin nobody ordered",
    ],
)
def test_the_judge_finds_money_the_books_do_not_know(
    on_adapter: Museum, planted: Callable[[dict[str, Any]], None], words: str
) -> None:
    """The truth is changed by one thing: it is found, and named."""
    truth = on_adapter.hand.truth()
    planted(truth)
    _, complaints = judge(on_adapter.folder / "minga.db", truth)
    assert any(words in complaint for complaint in complaints), complaints
