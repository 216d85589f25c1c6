"""Vouchers and the vend cycle: credit once, words otherwise, and nothing spent when nothing could be bought."""

from dataclasses import replace

import pytest
from builders import A1, A3, Till, coins, dispensing, refunding, shelf
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import facts as f
from controller.domain.cycle import News, Phase
from controller.domain.effects import Dispense
from controller.domain.events import (
    DeadlinePassed,
    Event,
    PayBy,
    Restarted,
    ReturnPressed,
    SlotChosen,
    StillHere,
    Trouble,
    VoucherRefused,
    VoucherShown,
)
from controller.domain.shop import Policy
from controller.domain.stocking import AcceptVouchers, Granted, Refusal, grant
from controller.domain.vouchers import BEGINNING_MS, MINUTE_MAX, minute

TICKET = VoucherShown("000726f05ad1c0de", 500, 1, 468_720)
GIFT = VoucherShown("000726f10badcafe", 225, 1, 468_721)
RESTORED = f.Restored(2, 41, "5a" * 32, "older", 10_000, TICKET.issued_min)
WHATEVER = (
    *(TICKET, GIFT, VoucherRefused("forged"), VoucherRefused("expired"), coins(25)),
    *(SlotChosen(A1), ReturnPressed(), DeadlinePassed(), StillHere(), Restarted()),
)


def news(till: Till) -> News | None:
    return till.cycle.notice.news if till.cycle.notice else None


def test_a_voucher_is_credit() -> None:
    """Five dollars on paper are five dollars, and the books say which paper and which key."""
    till = Till()
    till.tell(TICKET)
    assert till.cycle.credit_cents == 500
    assert till.facts == [f.VoucherTaken("000726f05ad1c0de", 1, 500)]


def test_a_voucher_can_be_the_last_that_is_missing() -> None:
    """With the belt chosen, its spiral turns at once, as after the last coin."""
    till = Till()
    till.tell_all(SlotChosen(A3), TICKET)
    assert till.effects == [Dispense(1, A3)]
    assert [type(fact) for fact in till.facts] == [f.VoucherTaken, f.VendStarted]


def test_coins_and_vouchers_add_up() -> None:
    """A gift of $2.25 and five quarters buy the bag for $3.50."""
    till = Till()
    till.tell_all(GIFT, coins(25, 25, 25, 25, 25), SlotChosen(A1))
    assert (till.cycle.phase, till.cycle.credit_cents) == (Phase.DISPENSING, 0)


def test_a_voucher_shown_twice_is_spent() -> None:
    """By the same paper or by a photograph of it: the first one took it."""
    till = Till()
    till.tell_all(TICKET, TICKET)
    assert (news(till), till.cycle.credit_cents) == (News.VOUCHER_SPENT, 500)
    assert len(till.written(f.VoucherTaken)) == 1


@given(st.lists(st.sampled_from(WHATEVER), max_size=30))
def test_each_voucher_is_credit_at_most_once(events: list[Event]) -> None:
    """Whatever is done between, and in whatever order: restarts, purchases, money asked back."""
    till = Till()
    till.tell_all(TICKET, *events)
    taken = [fact.voucher_id for fact in till.written(f.VoucherTaken)]  # type: ignore[attr-defined]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("till", [dispensing(), refunding()], ids=["a piece falls", "money goes back"])
def test_while_the_machine_is_busy_nothing_is_spent(till: Till) -> None:
    """It is told to come again; shown once more afterwards it is credit."""
    before = till.cycle
    decision = till.tell(TICKET)
    assert (decision.facts, decision.effects, news(till)) == ((), (), News.VOUCHER_LATER)
    assert replace(till.cycle, notice=None) == replace(before, notice=None)
    till.cycle = replace(till.cycle, phase=Phase.IDLE, vend=None, payout=None)
    assert till.tell(TICKET).facts


def test_while_a_wallet_is_asked_nothing_is_spent() -> None:
    """Two ways to pay at once would pay twice; the wallet's wait goes on as it was."""
    till = Till(shelf(policy=Policy(wallets=("deuna",))))
    till.tell_all(SlotChosen(A1), PayBy("deuna", None))
    before = till.cycle
    assert till.tell(TICKET).facts == ()
    assert (till.cycle.payment, till.cycle.deadline_ms) == (before.payment, before.deadline_ms)
    assert before.payment is not None


@pytest.mark.parametrize(
    "till",
    [Till(shelf(troubles=[Trouble.DOOR_OPEN])), Till(shelf(policy=Policy(credit_max_cents=200)))],
    ids=["door open", "enough credit"],
)
def test_what_could_not_be_honoured_is_not_taken(till: Till) -> None:
    """While nothing is sold, or enough is in already: the voucher stays good."""
    if till.shop.selling:
        till.tell(coins(100, 100))
    assert till.tell(TICKET).facts == ()
    assert news(till) is News.VOUCHER_LATER


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("forged", News.VOUCHER_FORGED),
        ("expired", News.VOUCHER_EXPIRED),
        ("wrong-machine", News.VOUCHER_ELSEWHERE),
        ("revoked", News.VOUCHER_REVOKED),
        ("unknown-key", News.VOUCHER_UNKNOWN),
        ("not-a-voucher", News.VOUCHER_UNKNOWN),
        ("of a later Minga", News.VOUCHER_UNKNOWN),
    ],
)
def test_each_refusal_has_its_own_news(reason: str, told: News) -> None:
    """Nothing is written down, and credit that is in stays."""
    till = Till()
    till.tell(coins(25))
    assert till.tell(VoucherRefused(reason)).facts == ()
    assert (news(till), till.cycle.credit_cents) == (told, 25)


# After a restore


def test_after_a_restore_older_vouchers_wait() -> None:
    """Spent in the lost hours or not, the books cannot know; one issued afterwards is good at once."""
    till = Till(shelf(RESTORED))
    till.tell(TICKET)
    assert (news(till), till.facts) == (News.VOUCHER_WAITS, [])
    till.tell(GIFT)
    assert till.cycle.credit_cents == 225


def test_a_person_may_accept_them() -> None:
    """Her name stands in the books; asked again, nothing more is written."""
    till = Till(shelf(RESTORED))
    granted = grant(AcceptVouchers("carmen"), till.shop, frozenset())
    assert granted == Granted((f.VouchersAccepted("carmen"),))
    till.shop = shelf(RESTORED, f.VouchersAccepted("carmen"))
    till.tell(TICKET)
    assert till.cycle.credit_cents == 500
    assert grant(AcceptVouchers("carmen"), till.shop, frozenset()) == Granted(())


def test_nobody_accepts_nothing() -> None:
    """Without a name it is refused in words."""
    refused = grant(AcceptVouchers("  "), shelf(RESTORED), frozenset())
    assert isinstance(refused, Refusal)
    assert refused.words == "say who decides it"


def test_minutes_are_counted_from_2026() -> None:
    """A clock that has not arrived there, or runs far beyond, still gives a minute that four bytes can hold."""
    assert minute(BEGINNING_MS + 60_000 * 468_720) == 468_720
    assert (minute(0), minute(10**18)) == (0, MINUTE_MAX)
