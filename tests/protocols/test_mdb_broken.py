"""Hosts with planted mistakes are caught by the same checks that the product's hosts pass; and a share of the fuzzing."""

from collections.abc import Callable

import fuzz_mdb
import pytest
from mdb_peers import ChangerPeer, ReaderPeer
from mdb_trouble import complaints, double_credits, ready
from mdb_visit import PRICE_CENTS, Visit

from controller.protocols import mdb
from controller.protocols.mdb import Block, CashlessHost, ChangerHost, Event, LocalProtocolError, Scale
from controller.protocols.mdb.conversation import Ask, Script
from controller.protocols.mdb.payout import Order, Part


class DispensesBlindly(ChangerHost):
    """Repeats a payout command until it hears an ACK."""

    def _part(self, part: Part, order: Order, coins: int) -> Script[bool]:
        yield Ask(part.command)
        yield from self._come_to_rest(coins)
        yield from self._read_report()
        return True


class ForgetsNumbers(ChangerHost):
    """Takes every block for a new one."""

    def hear(self, block: Block, now_ms: int) -> list[Event]:
        self.mark = 0
        return super().hear(block, now_ms)


class IgnoresDoubts(ChangerHost):
    """Does not look at the board's word that a block may be a repetition."""

    def hear(self, block: Block, now_ms: int) -> list[Event]:
        return super().hear(block._replace(repeat=False), now_ms)


class PaysFirst(CashlessHost):
    """Says VEND SUCCESS as soon as the reader approves."""

    def _finish(self) -> Script[None]:
        self._outcome = True
        yield from super()._finish()


class AsksAgain(CashlessHost):
    """Asks for a second vend in a session of a reader that sells one thing at a time."""

    def _can(self, option: int) -> bool:
        return True


class ResetsAtOnce(CashlessHost):
    """Does not wait until a paid vend is written down."""

    def _tell(self, event: Event) -> None:
        super()._tell(event)
        if isinstance(event, mdb.Unsettled):
            self._unsettled = None


class RepeatsRequest(CashlessHost):
    """Sends the request again although it was ACKed."""

    def _await(self, done: Callable[[], bool], patience_ms: int) -> Script[bool]:
        if self.state is mdb.State.VEND and self._vend:
            price = self._amount(self._vend.price_cents)
            yield from self._say(b"\x03\x00" + price + self._vend.item.to_bytes(2, "big"))
        return (yield from super()._await(done, patience_ms))


def sale_complaints(make: Callable[[], CashlessHost]) -> list[str]:
    """Where a reader sees a sale that the rules forbid."""
    found = []
    visit = Visit(ReaderPeer(), make())
    approved = visit.approved()
    if approved.amount_cents != PRICE_CENTS:
        found.append(f"{approved.amount_cents} cents were approved, {PRICE_CENTS} were paid")
    visit.line.run(5_000)
    if visit.peer.paid:
        found.append("the visitor paid before the piece fell")
    if visit.peer.vends > 1:
        found.append("the reader was asked twice for one vend")
    visit.host.delivered(1)
    visit.line.run(150)
    try:
        visit.host.request(2, PRICE_CENTS, 7)
        found.append("a second vend was requested before the session's end")
    except LocalProtocolError:
        visit.line.run(2_000)
    return found + reset_complaints(make)


def reset_complaints(make: Callable[[], CashlessHost]) -> list[str]:
    visit = Visit(ReaderPeer(), make())
    visit.approved()
    visit.peer.waiting.append(b"\x0b\x05")
    visit.line.run(5_000)
    return ["a paid vend was reset before it was booked"] if visit.sent(b"\x10") > 1 else []


def test_the_hosts_of_the_product_give_no_cause_for_complaint() -> None:
    """All checks that the planted mistakes fail are passed."""
    assert sale_complaints(CashlessHost) == []
    assert double_credits(ChangerHost, hands_twice=True) == double_credits(ChangerHost, hands_twice=False) == []
    assert complaints(ChangerHost, 2) == complaints(ChangerHost, 3) == []


@pytest.mark.parametrize("level", [2, 3])
def test_a_blind_repetition_of_a_payout_is_caught(level: int) -> None:
    """With the ACK lost, coins leave twice."""
    assert any("ACK of the order is lost" in each for each in complaints(DispensesBlindly, level))


def test_credit_for_a_repeated_block_is_caught() -> None:
    """Handed over twice by the board, or said twice by the changer: two coins where one fell."""
    assert double_credits(ForgetsNumbers, hands_twice=True)
    assert double_credits(IgnoresDoubts, hands_twice=False)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (PaysFirst, "paid before the piece fell"),
        (AsksAgain, "second vend was requested"),
        (ResetsAtOnce, "reset before it was booked"),
    ],
)
def test_a_sale_against_the_rules_is_caught(broken: type[CashlessHost], words: str) -> None:
    """Success before delivery, a second request in one session, a RESET before the books know."""
    assert any(words in each for each in sale_complaints(broken))


def test_a_request_said_again_after_its_ack_is_caught() -> None:
    """The reader says that it is out of sequence, and the vend never comes to its approval in peace."""
    with pytest.raises(AssertionError):
        assert sale_complaints(RepeatsRequest) == []


def scale_complaints() -> list[str]:
    """Where a host holds a coin for another value than the maker's table gives it."""
    found = []
    for factor, decimals, credits, cents in (
        (5, 2, (1, 5), {0: 5, 1: 25}),
        (1, 1, (3,), {0: 30}),
        (100, 2, (1,), {0: 100}),
    ):
        line = ready(peer=ChangerPeer(scale=factor, decimals=decimals, credits=credits))
        (told,) = [event for event in line.events if isinstance(event, mdb.Found)]
        if told.values_cents != cents:
            found.append(f"factor {factor}, {decimals} decimals: {told.values_cents}")
    return found


@pytest.mark.parametrize(
    "wrong",
    [
        lambda scale, number: number * scale.factor,
        lambda scale, number: number * 100 // 10**scale.decimals,
        lambda scale, number: number * scale.factor * 10 // 10**scale.decimals,
    ],
    ids=["decimals forgotten", "factor forgotten", "tenths"],
)
def test_a_wrongly_scaled_amount_is_caught(wrong: Callable[[Scale, int], int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Three changers that count in different units: with a mistake in the scaling a coin has another value."""
    assert scale_complaints() == []
    monkeypatch.setattr(Scale, "cents", wrong)
    assert scale_complaints()


def test_malformed_blocks_make_no_money_and_lose_none() -> None:
    """A share of the fuzzing: every cent that fell is told, no other is, orders pay what they say, cards what is known."""
    changer = fuzz_mdb.fuzz_changer(4_000, seed=1)
    bill = fuzz_mdb.fuzz_bill(3_000, seed=2)
    reader = fuzz_mdb.fuzz_reader(3_000, seed=3)
    assert changer["fallen_cents"]
    assert changer["orders"]
    assert bill["fallen_cents"]
    assert reader["vends"]
    assert [changer[key] for key in ("false_cents", "lost_cents", "wrong_orders")] == [0, 0, 0]
    assert [bill[key] for key in ("false_cents", "lost_cents")] == [0, 0]
    assert [reader[key] for key in ("false_cents", "unasked_cents", "false_approvals")] == [0, 0, 0]


def test_nothing_that_is_read_can_crash() -> None:
    """Random bytes and damaged blocks are explained or refused."""
    result = fuzz_mdb.fuzz_readings(5_000, seed=4)
    assert result["explained"]
    assert result["refused"]
