"""The picture of the machine: one truth for the screen, the buttons and the coins."""

import pytest
from builders import A1, A2, A3, B1, Till, coins, dispensing, shelf

from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen, Trouble, VendUnknown
from controller.domain.shop import Policy, Shop
from controller.domain.view import View, view


def picture(till: Till, later_ms: int = 0) -> View:
    """What the machine shows `later_ms` after the till's last event."""
    return view("quito-museo-1", 3, 17, 1_795_275_000_000, till.cycle, till.shop, till.now_ms + later_ms)


def test_an_idle_machine_shows_its_shelf() -> None:
    """Who it is, that coins are welcome, and every slot with its price in shares that add up."""
    shown = picture(Till())

    assert (shown.machine, shown.boot_id, shown.version, shown.phase) == ("quito-museo-1", 3, 17, "idle")
    assert shown.coins_welcome
    assert [slot.slot for slot in shown.slots] == [A1, A2, A3, B1]
    assert all(sum(share.cents for share in slot.shares) == slot.price_cents for slot in shown.slots)


def test_the_shares_on_the_glass_are_those_of_the_next_sale() -> None:
    """What the visitor reads before she pays is what is posted after: the odd cent included."""
    till = dispensing()
    till.tell(ItemDropped(1))
    promised = picture(till).slots[0].shares
    till.tell_all(coins(100, 100, 100, 50), SlotChosen(A1), ItemDropped(2))
    sold = till.written(f.Sold)[-1]

    assert isinstance(sold, f.Sold)
    assert sold.shares == promised


def test_a_choice_shows_what_is_missing() -> None:
    """A bag of 3.50 and a dollar: 2.50 are missing, and there are 90 seconds to find them."""
    till = Till()
    till.tell_all(coins(100), SlotChosen(A1))
    shown = picture(till, later_ms=30_000)

    assert (shown.chosen, shown.credit_cents, shown.missing_cents) == ("A1", 100, 250)
    assert shown.left_ms == 60_000


def test_a_turning_spiral_is_shown_and_coins_are_not_welcome() -> None:
    """While A1 turns the screen says so and the acceptor refuses."""
    shown = picture(dispensing())
    assert (shown.phase, shown.vending, shown.coins_welcome, shown.missing_cents) == ("dispensing", "A1", False, 0)


def test_a_claim_code_is_shown_six_times_longer_than_a_thank_you() -> None:
    """The thank-you is gone after 20 seconds; the code can be copied for two minutes."""
    thanks, doubt = dispensing(), dispensing()
    thanks.tell(ItemDropped(1))
    doubt.tell(VendUnknown(1, "no-drop"))
    notice = picture(doubt, later_ms=119_999).notice

    assert picture(thanks, later_ms=19_999).notice is not None
    assert picture(thanks, later_ms=20_000).notice is None
    assert notice is not None
    assert (notice.news, notice.cents, notice.left_ms) == ("doubt", 350, 1)
    assert notice.claim is not None
    assert picture(doubt, later_ms=120_000).notice is None


@pytest.mark.parametrize(
    ("change", "trouble", "status", "reason"),
    [
        (None, None, "ready", None),
        (f.SlotCounted(A1, 5, 0, "rosa"), None, "sold-out", None),
        (f.SlotClosed(A1, Closed.DOUBT), None, "closed", "doubt"),
        (None, Trouble.DOOR_OPEN, "paused", None),
        (f.SlotClosed(A1, Closed.JAMMED), Trouble.DOOR_OPEN, "closed", "jammed"),
    ],
    ids=["ready", "sold out", "closed", "paused", "closed in a paused machine"],
)
def test_each_slot_says_whether_it_sells(
    change: f.Fact | None, trouble: Trouble | None, status: str, reason: str | None
) -> None:
    """A slot is ready, sold out, closed for a reason, or paused with the whole machine; its own reason comes first."""
    till = Till(shelf(*[change] if change else [], troubles=[trouble] if trouble else []))
    slot = picture(till).slots[0]
    assert (slot.status, slot.reason) == (status, reason)


def test_troubles_are_listed_in_a_steady_order() -> None:
    """The same troubles make the same picture, so that nothing on the screen jumps."""
    till = Till(shelf(troubles=[Trouble.NO_MOTORS, Trouble.DISK, Trouble.DOOR_OPEN]))
    assert picture(till).troubles == ("disk", "door-open", "no-motors")


def test_a_new_machine_shows_an_empty_shelf() -> None:
    """Before anything is put in, there is a picture without slots, and no coin is welcome."""
    till = Till(Shop(policy=Policy()), cycle=Cycle())
    shown = picture(till)
    assert (shown.slots, shown.coins_welcome, shown.notice, shown.left_ms) == ((), False, None, None)


def test_time_that_is_over_is_not_negative() -> None:
    """A deadline that has passed but was not told yet shows as 0."""
    till = Till()
    till.tell(coins(100))
    assert picture(till, later_ms=100_000).left_ms == 0
