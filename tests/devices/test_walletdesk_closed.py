"""A reversal that a person has closed: the desk lets the payment be, over real HTTP, whatever its provider says of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inbox import wait_for
from wallet_bench import FASTEST, REFERENCE, Bench, bag

from controller.devices import walletdesk
from controller.domain.effects import ConfirmPayment, RequestPayment, ReversePayment
from controller.domain.events import PaymentOffered, ReversalProven, ReversalRefused
from controller.domain.wallet import Payment, Stage

OTHER = "K7Q2WZ5XMCB3T6LH"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(walletdesk, "ROUND_MS", 10)
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_no_refund_is_asked_for_once_a_person_has_closed_it(bench: Bench) -> None:
    """The provider said no for days; then it gives the money back after all. Nobody asks, and nothing more is told."""
    bench.faster = FASTEST
    bench.pays()
    bench.peer.says("refund", 400, message="no")
    desk = bench.desk()
    desk.perform(ReversePayment(bag(Stage.REVERSING)))
    wait_for(lambda: len(bench.peer.made("refund")) >= 2, 30)
    desk.perform(ConfirmPayment(bag(Stage.REVERSING)))
    wait_for(lambda: desk.host.open == 0)
    before = len(bench.peer.calls)
    bench.pays("REVERSED")
    desk.perform(RequestPayment(Payment(2, "deuna", OTHER, 350, bag().slot)))
    bench.heard.wait(PaymentOffered)

    asked = [call for call in bench.peer.calls[before:] if REFERENCE in f"{call.path}{call.body}"]
    assert asked == []
    assert bench.heard.all(ReversalProven) + bench.heard.all(ReversalRefused) == []


def test_a_payment_it_never_heard_of_is_let_be(bench: Bench) -> None:
    """After a restart the person's wish may come again: harmless."""
    desk = bench.desk()
    desk.perform(ConfirmPayment(Payment(7, "deuna", REFERENCE, 350, "")))  # type: ignore[arg-type]
    desk.perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    assert desk.host.open == 1
