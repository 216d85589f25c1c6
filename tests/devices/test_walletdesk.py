"""A wallet's desk over real HTTP: what it tells the brain, what it sends and to whom, and what it keeps to itself."""

import gzip
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from inbox import wait_for
from wallet_bench import CEDULA, FASTEST, KEY, PAYER, REFERENCE, SECRET, Answer, Bench, bag

from controller.devices import walletdesk
from controller.devices.walletline import BODY_BYTES_MAX, WalletLine, key_in
from controller.domain.effects import CancelPayment, ConfirmPayment, RequestPayment, ReversePayment, WatchPayment
from controller.domain.events import (
    DeviceGone,
    DeviceReturned,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    ReversalAccepted,
    ReversalBounced,
    ReversalProven,
    ReversalRefused,
    Trouble,
)
from controller.domain.wallet import Offer, Stage
from controller.errors import MingaError
from controller.protocols.wallets import Reply, Request

ASK = Request("POST", "/merchant/v1/payment/info", b"{}")
NOON_MS = 1_787_590_800_000
"""24 August 2026, 12:00 in Quito."""
HOUR_MS = 3_600_000


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(walletdesk, "ROUND_MS", 10)
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def line(bench: Bench) -> WalletLine:
    return WalletLine(bench.peer.url, {"x-api-key": KEY})


# What the brain hears


def test_a_visitor_pays_by_her_wallet(bench: Bench) -> None:
    """Offered, paid, delivered; then only signs of life go out."""
    desk = bench.desk()
    desk.perform(RequestPayment(bag()))
    assert bench.heard.wait(PaymentOffered) == PaymentOffered(
        1, Offer(link="https://pagar.deuna.invalid/1", code="483920")
    )
    bench.pays()
    assert bench.heard.wait(PaymentApproved) == PaymentApproved(1, 350)
    desk.perform(ConfirmPayment(bag()))
    wait_for(lambda: desk.host.open == 0)
    (asked,) = bench.peer.made("request")
    assert (asked.body["amount"], asked.body["detail"]) == (3.5, "quito-museo-1 A1")


def test_a_vend_that_failed_is_refunded_with_proof(bench: Bench) -> None:
    """The provider's number and its later word."""
    desk = bench.desk()
    desk.perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    bench.pays()
    bench.heard.wait(PaymentApproved)
    bench.peer.says("refund", status=True, transactionReverseId="rev-0042")
    desk.perform(ReversePayment(bag(Stage.REVERSING)))
    wait_for(lambda: bool(bench.peer.made("refund")))
    bench.pays("REVERSED")
    assert bench.heard.wait(ReversalProven) == ReversalProven(1, "rev-0042")


def test_a_provider_that_goes_and_comes_is_told_by_its_wallets_name(bench: Bench) -> None:
    """The screen offers it only while it answers."""
    bench.peer.says("info", 503)
    bench.desk()
    gone = bench.heard.wait(DeviceGone)
    assert gone == DeviceGone("deuna", "HTTP 503", Trouble.NO_WALLET)
    bench.waits()
    assert bench.heard.wait(DeviceReturned) == DeviceReturned("deuna", Trouble.NO_WALLET)


def test_no_charge_is_made_while_nobody_answers(bench: Bench) -> None:
    """The visitor is told at once, and nothing was sent that could be paid."""
    bench.peer.says("info", 503)
    bench.desk().perform(RequestPayment(bag()))
    assert bench.heard.wait(PaymentDeclined) == PaymentDeclined(1, "the provider does not answer")
    assert bench.peer.made("request") == []


def test_after_a_kill_everything_is_found_by_our_reference(bench: Bench) -> None:
    """Asked for by one controller, paid and given back by the next, proven by the third: one charge, one refund."""
    bench.desk().perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    bench.desks[-1].stop()
    bench.pays()
    desk = bench.desk()
    before = len(bench.peer.calls)
    desk.perform(WatchPayment(bag()))
    bench.heard.wait(PaymentApproved)
    looks = [call.body for call in bench.peer.calls[before:] if call.body["idTransacionReference"] == REFERENCE]
    assert looks[0]["idType"] == "1"
    bench.peer.says("refund", status=True, transactionReverseId="rev-0042")
    desk.perform(ReversePayment(bag(Stage.REVERSING)))
    assert bench.heard.wait(ReversalAccepted) == ReversalAccepted(1, "rev-0042")
    desk.stop()
    bench.peer.says("refund", 400, message="already reversed")
    bench.pays("REVERSED")
    bench.desk().perform(ReversePayment(replace(bag(Stage.REVERSING), proof="rev-0042")))
    assert bench.heard.wait(ReversalProven) == ReversalProven(1, "rev-0042")
    assert (len(bench.peer.made("request")), len(bench.peer.made("refund"))) == (1, 1)


def test_a_refund_that_fails_takes_its_number_back(bench: Bench) -> None:
    """Accepted, REVERSED_FAILED, accepted anew: each is told, and the newest number is the proof."""
    desk = bench.desk()
    bench.pays()
    bench.peer.says("refund", status=True, transactionReverseId="rev-0041")
    desk.perform(ReversePayment(bag(Stage.REVERSING)))
    bench.heard.wait(ReversalAccepted)
    bench.peer.says("refund", status=True, transactionReverseId="rev-0042")
    bench.pays("REVERSED_FAILED")
    assert bench.heard.wait(ReversalBounced) == ReversalBounced(1, "rev-0041")
    wait_for(lambda: len(bench.heard.all(ReversalAccepted)) >= 2)
    bench.pays("REVERSED")
    assert bench.heard.wait(ReversalProven) == ReversalProven(1, "rev-0042")


def test_a_full_inbox_loses_no_approval(bench: Bench) -> None:
    """The brain is busy: it is told when there is room."""
    desk = bench.desk()
    desk.perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    bench.heard.full = True
    bench.pays()
    wait_for(lambda: desk.refusals > 2)
    bench.heard.full = False
    assert bench.heard.wait(PaymentApproved) == PaymentApproved(1, 350)


# The time of day


def failing(bench: Bench) -> None:
    """A payment of yesterday's controller has to go back, and the provider says no."""
    bench.faster = FASTEST
    bench.pays()
    bench.peer.says("refund", 400, message="no")
    bench.desk().perform(ReversePayment(bag(Stage.REVERSING)))


def test_a_deadline_counts_from_when_the_books_say_it_was_asked_for(bench: Bench) -> None:
    """Asked for 25 hours ago: a no is final, once a refund nobody remembers would have been carried out."""
    bench.trusted_ms, bench.asked_ms = NOON_MS, NOON_MS - 25 * HOUR_MS
    failing(bench)
    bench.heard.until(lambda: bool(bench.heard.all(ReversalRefused)), 60)
    assert bench.heard.all(ReversalRefused) == [ReversalRefused(1, "HTTP 400")]


@pytest.mark.parametrize(("trusted_ms", "asked_ms"), [(None, NOON_MS - 25 * HOUR_MS), (NOON_MS, None)])
def test_without_a_clock_to_trust_a_no_is_not_final(bench: Bench, trusted_ms: int | None, asked_ms: int | None) -> None:
    """Nobody knows how old it is: it is asked again, by the monotonic clock."""
    bench.trusted_ms, bench.asked_ms = trusted_ms, asked_ms
    failing(bench)
    wait_for(lambda: len(bench.peer.made("refund")) >= 4, 30)
    assert bench.heard.all(ReversalRefused) == []


def test_a_clock_that_is_set_later_dates_what_is_open(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network comes back after the controller: from then on the books' time counts."""
    monkeypatch.setattr(walletdesk, "DATING_MS", 1)
    bench.asked_ms = NOON_MS - 8 * 24 * HOUR_MS
    desk = bench.desk()
    desk.perform(CancelPayment(bag()))
    wait_for(lambda: desk.host.open == 1)
    bench.trusted_ms = NOON_MS
    wait_for(lambda: desk.host.open == 0)


# What it sends, and to whom


def test_keys_go_in_headers_of_every_call_and_nowhere_else(bench: Bench) -> None:
    """Not in a path, not in a body."""
    bench.desk().perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    assert {(call.headers["x-api-key"], call.headers["x-api-secret"]) for call in bench.peer.calls} == {(KEY, SECRET)}
    assert all(KEY not in f"{call.path}{call.body}" for call in bench.peer.calls)


def test_nothing_about_people_keys_or_payments_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at its most talkative: no name, no cédula, no key, no reference."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("controller").setLevel(logging.DEBUG)
    desk = bench.desk()
    desk.perform(RequestPayment(bag()))
    bench.heard.wait(PaymentOffered)
    bench.pays()
    bench.heard.wait(PaymentApproved)
    bench.peer.says("info", 400, message=f"{PAYER} {CEDULA}")
    desk.perform(ReversePayment(bag(Stage.REVERSING)))
    before = len(bench.peer.calls)
    wait_for(lambda: len(bench.peer.calls) > before + 2)
    desk.stop()
    assert "payment 1: approved" in caplog.text
    seen = caplog.text + repr(bench.heard.told) + repr(desk.status())
    assert not [word for word in (PAYER, "Luz", CEDULA, KEY, SECRET, REFERENCE, "t-0") if word in seen]


def test_a_redirect_is_not_followed(bench: Bench) -> None:
    """Whoever stands in the way gets neither keys nor belief."""
    bench.peer.does("info", Answer(302, b"{}", {"location": f"{bench.peer.url}/elsewhere"}))
    assert line(bench).exchange(ASK).status == 302
    assert bench.peer.made("elsewhere") == []


def test_a_proxy_of_the_environment_is_not_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's traffic goes where its configuration says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert line(bench).exchange(ASK).status == 200


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"[" + b" " * (BODY_BYTES_MAX + 1) + b"]"),
        Answer(200, gzip.compress(b"{}"), {"content-encoding": "gzip"}),
        Answer(200, b"{" + b" " * 400, drip_s=0.02),
    ],
    ids=["too long", "packed", "dripping"],
)
def test_an_answer_keeps_its_size_and_its_time(bench: Bench, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not is nothing to be read."""
    monkeypatch.setattr("controller.devices.walletline.WHOLE_S", 1.0)
    bench.peer.does("info", answer)
    assert (line(bench).exchange(ASK).status, line(bench).exchange(ASK).body) == (200, b"")


def test_a_request_that_may_have_arrived_is_told_from_one_that_did_not(bench: Bench) -> None:
    """Cut after it was read: perhaps. Nobody listens: surely not. A certificate nobody vouches for: surely not."""
    bench.peer.does("info", Answer(cut=True))
    assert line(bench).exchange(ASK) == Reply(None, reached=True)
    https = WalletLine(bench.peer.url.replace("http://", "https://"), {})
    assert https.exchange(ASK) == Reply(None, reached=False)
    bench.peer.server.server_close()
    assert line(bench).exchange(ASK) == Reply(None, reached=False)


@pytest.mark.parametrize(("text", "ms"), [("7", 7_000), ("soon", 0), ("99999", 3_600_000), ("-1", 0), ("٧", 0)])
def test_a_pause_the_provider_asks_for_is_heard_in_seconds(bench: Bench, text: str, ms: int) -> None:
    """A date, or nonsense, is no pause."""
    bench.peer.does("info", Answer(429, b"{}", {"retry-after": text.encode().decode("latin-1")}))
    assert line(bench).exchange(ASK).retry_after_ms == ms


# Keys


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_stops_the_start(bench: Bench, mode: int) -> None:
    """The message says what to type."""
    (bench.folder / "key").chmod(mode)
    with pytest.raises(MingaError, match="chmod 600"):
        bench.desk()


@pytest.mark.parametrize("text", [None, "", "two words", "ñandú", "k" * 5_000, "line\nline"])
def test_a_file_without_a_key_in_it_stops_the_start(tmp_path: Path, text: str | None) -> None:
    """Missing, empty, or something else: the file is named, and nothing that stands in it."""
    file = tmp_path / "wallet.key"
    if text is not None:
        file.write_text(text)
        file.chmod(0o600)
    with pytest.raises(MingaError, match=str(file)) as caught:
        key_in(file)
    assert not text or text not in str(caught.value)
