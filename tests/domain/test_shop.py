"""The shop changes only by facts, and knows when it can honour a coin."""

import pytest
from builders import A1, A2, A3, B1, BAG, EVERY_FACT, LUZ, ROSA, SHELF, shelf

from controller.domain import facts as f
from controller.domain.catalog import Closed, SlotId
from controller.domain.events import HARMLESS, Trouble
from controller.domain.shop import Shop, after


def test_the_shelf_is_what_the_facts_say() -> None:
    """Four slots, each with its product, its maker and its price."""
    shop = shelf()

    assert [(slot.slot, slot.product, slot.price_cents, slot.quantity) for slot in shop] == [
        ("A1", "bolso-retazos", 350, 5),
        ("A2", "bolso-retazos", 350, 5),
        ("A3", "chumpi-rojo", 500, 5),
        ("B1", "panuelo-pajaro", 225, 5),
    ]
    assert shop.slots[A3].maker == LUZ


def test_a_new_price_holds_in_every_slot_of_the_product() -> None:
    """Rosa's bag costs $4 in both its slots as soon as she says so; nobody else's price moves."""
    shop = shelf(f.ProductSet(BAG, ROSA, 400))
    assert [slot.price_cents for slot in shop] == [400, 400, 500, 225]


def test_a_sale_takes_one_piece_out_of_the_books() -> None:
    """Sold means one less in that slot; a slot that the books think empty stays at none."""
    sold = EVERY_FACT[11]
    shop = shelf(sold, sold)
    emptied = shelf(f.SlotCounted(A1, 5, 0, "rosa"), sold)

    assert (shop.slots[A1].quantity, shop.slots[A2].quantity) == (3, 5)
    assert emptied.slots[A1].quantity == 0


def test_a_closed_slot_does_not_sell_until_it_is_opened() -> None:
    """Closing says why; opening forgets it."""
    closed = shelf(f.SlotClosed(A1, Closed.JAMMED))
    opened = after(closed, f.SlotOpened(A1, "luz"))

    assert (closed.slots[A1].sells, closed.slots[A1].closed) == (False, Closed.JAMMED)
    assert opened.slots[A1].sells


def test_a_twin_has_the_same_product_and_price_and_can_sell() -> None:
    """A1's twin is A2, while A2 has pieces and is open; a belt is no twin of a bag."""
    shop = shelf()
    assert shop.twin(shop.slots[A1]) == shop.slots[A2]
    assert shop.twin(shop.slots[A3]) is None

    for change in (f.SlotCounted(A2, 5, 0, "luz"), f.SlotClosed(A2, Closed.DOUBT)):
        without = shelf(change)
        assert without.twin(without.slots[A1]) is None


def test_the_slots_stand_in_the_order_of_the_glass() -> None:
    """A2 stands left of A10, whatever the alphabet thinks, and tray B below both."""
    shop = shelf(f.SlotAssigned(SlotId("A10"), BAG, 8))
    assert list(shop.slots) == ["A1", "A2", "A3", "A10", "B1"]


@pytest.mark.parametrize("trouble", list(Trouble))
def test_any_trouble_stops_the_selling_but_a_missing_hopper(trouble: Trouble) -> None:
    """A machine with any trouble sells nothing; without a hopper it only gives no change."""
    assert shelf(troubles=[trouble]).selling == (trouble in HARMLESS)


def test_a_machine_needs_a_rule_and_a_piece_to_sell() -> None:
    """Without a split rule, or with every slot empty or closed, a coin could not be honoured."""
    assert shelf().selling
    assert not Shop().selling
    without_rule = Shop()
    for fact in SHELF:
        without_rule = without_rule if isinstance(fact, f.RuleApproved) else after(without_rule, fact)
    assert not without_rule.selling

    empty = [f.SlotCounted(slot, 5, 0, "rosa") for slot in (A1, A2, A3)]
    assert shelf(*empty).selling
    assert not shelf(*empty, f.SlotClosed(B1, Closed.DOUBT)).selling


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_every_fact_can_be_lived_through(fact: f.Fact) -> None:
    """No fact that fits the shelf is beyond the shop, and none changes the troubles, which only devices know."""
    opened = next(known for known in EVERY_FACT if isinstance(known, f.ProposalOpened))
    shop = shelf(f.PaymentAsked(6, "deuna", "MCB3T6KQ2WZ7XH5L", 250, A1), opened, troubles=[Trouble.DOOR_OPEN])
    assert after(shop, fact).troubles == {Trouble.DOOR_OPEN}


def test_the_shop_is_never_changed_in_place() -> None:
    """A fact makes a new shop; a decision that still looks at the old one sees no difference."""
    shop = shelf()
    after(after(shop, f.SlotCounted(A1, 5, 8, "rosa")), f.ProductSet(BAG, ROSA, 999))

    assert (shop.slots[A1].quantity, shop.slots[A1].price_cents) == (5, 350)
    with pytest.raises(TypeError):
        shop.slots[A1] = shop.slots[A2]  # type: ignore[index]
