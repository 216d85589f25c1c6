"""What can be wrong with a simulated provider, seen from a merchant's socket; and the truth, which no trouble changes."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue

import httpx
import pytest
from wallets_bench import BEARER, KEYS, REFERENCE, TXID, Merchant, Time

from hw_mocks.wallets import Phone, Refused, SimulatedDeuna, SimulatedPix

TAKEN_S = 10


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def deuna(time: Time) -> Iterator[SimulatedDeuna]:
    with SimulatedDeuna(interval_ms=0, retry_s=0.01, mono=time.mono, wall=time.wall) as deuna:
        yield deuna


@pytest.fixture
def merchant(deuna: SimulatedDeuna) -> Iterator[Merchant]:
    merchant = Merchant(deuna.url, KEYS)
    yield merchant
    merchant.close()


@pytest.fixture
def phone(deuna: SimulatedDeuna) -> Phone:
    return Phone(deuna.till)


# On the net


def test_an_outage_refuses_connections_and_cuts_those_that_stood(deuna, merchant, phone, time):
    """For hours nobody can call, while the buyer's own way stays open; then it is there again, at the same port."""
    code = merchant.request().json()["numericCode"]
    deuna.faults.set(down=True)
    for _ in range(2):
        with pytest.raises(httpx.NetworkError):
            merchant.http.post("/")
    with pytest.raises(httpx.ConnectError):
        httpx.post(deuna.url, trust_env=False)
    phone.pay(code)

    time.pass_by(hours=5)
    deuna.faults.repair()
    assert merchant.info()["status"] == "APPROVED"


def test_a_lost_reply_was_acted_on(deuna, merchant):
    """The connection ends without a word, and the charge is open; the next call is heard."""
    deuna.faults.set(lost_replies=1)
    with pytest.raises(httpx.RemoteProtocolError):
        merchant.request()

    assert [charge.reference for charge in deuna.till.charges] == [REFERENCE]
    assert merchant.info()["status"] == "PENDING"


def test_only_some_replies_are_lost_where_a_test_wants_it(deuna, merchant, phone):
    """The questions are answered; the refund is not, and yet the money is back."""
    told = merchant.request().json()
    phone.pay(told["qr"])
    deuna.faults.set(lost_replies=1, lost_on="/refund")
    assert merchant.info()["status"] == "APPROVED"
    with pytest.raises(httpx.RemoteProtocolError):
        merchant.refund(told["transactionId"])

    assert merchant.info()["status"] == "REVERSED"
    assert deuna.till.returned_cents == {REFERENCE: 1250}


def test_a_hanging_provider_answers_nobody_and_does_nothing(deuna, time):
    """The caller's own time-out is all that ends it; repaired, it answers again."""
    deuna.faults.set(hangs=True)
    impatient = Merchant(deuna.url, KEYS, answer_s=0.05)
    with pytest.raises(httpx.ReadTimeout):
        impatient.request()
    impatient.close()
    deuna.faults.repair()

    merchant = Merchant(deuna.url, KEYS)
    assert merchant.request().status_code == 200
    merchant.close()
    assert len(deuna.till.charges) == 1


def test_errors_last_a_while(deuna, merchant, time):
    """503 for a minute of the provider's time, with nothing done; then all is well by itself."""
    deuna.faults.set(error_status=503, error_until_ms=time.now_ms + 60_000)
    assert merchant.request().status_code == 503
    assert not deuna.till.charges

    time.pass_by(minutes=1)
    assert merchant.request().status_code == 200


def test_in_a_storm_every_call_is_one_too_many(deuna, merchant):
    """429 whatever the pace, and nothing is done."""
    deuna.faults.set(storm=True)
    assert [merchant.request().status_code, merchant.deuna("info").status_code] == [429, 429]
    assert not deuna.till.charges


def test_every_call_is_remembered_with_its_answer(deuna, merchant):
    """So a test can count how often, and with what, a provider was asked."""
    merchant.request()
    deuna.faults.set(lost_replies=1)
    with pytest.raises(httpx.RemoteProtocolError):
        merchant.info()
    assert list(deuna.door.seen) == [("POST /merchant/v1/payment/request", 200), ("POST /merchant/v1/payment/info", 0)]


# Of payments


def test_paying_twice_is_one_payment(deuna, merchant, phone):
    """The second try is refused, also by another phone and by who had scanned before; the money moves once."""
    told = merchant.request().json()
    before_cents, bill = phone.payer.purse_cents, phone.scan(told["deeplink"])
    phone.pay(told["numericCode"])
    for again in (bill.confirm, lambda: phone.pay(told["qr"]), lambda: Phone(deuna.till).pay(told["deeplink"])):
        with pytest.raises(Refused, match="ya fue pagado"):
            again()

    assert deuna.till.paid_cents == {REFERENCE: 1250}
    assert before_cents - phone.payer.purse_cents == 1250


def test_an_approval_can_come_late(deuna, merchant, phone, time):
    """The buyer paid at once; the provider knows it four minutes later, and says when she paid."""
    deuna.faults.set(late_ms=240_000)
    phone.pay(merchant.request().json()["numericCode"])
    assert merchant.info()["status"] == "PENDING"
    assert deuna.till.paid_cents == {REFERENCE: 1250}

    time.pass_by(minutes=4)
    told = merchant.info()
    assert (told["status"], told["date"]) == ("APPROVED", "9/17/2026, 12:00:00 PM")


def test_scanned_in_time_can_be_confirmed_after_expiry(deuna, merchant, phone, time):
    """Late payment cannot be prevented; with `takes_expired` not even the scan is."""
    first, second = merchant.request().json(), merchant.request(internalTransactionReference="SEGUNDA").json()
    bill = phone.scan(first["numericCode"])
    time.pass_by(hours=1)
    bill.confirm()
    deuna.faults.set(takes_expired=True)
    phone.pay(second["numericCode"])

    assert deuna.till.paid_cents == {REFERENCE: 1250, "SEGUNDA": 1250}


@pytest.mark.parametrize("by", ["the provider", "the buyer"])
def test_another_amount_can_be_approved(deuna, merchant, phone, by):
    """It is told as it was paid, and the truth has the same cents."""
    code = merchant.request().json()["numericCode"]
    if by == "the provider":
        deuna.faults.set(other_cents=125)
    phone.pay(code, cents=None if by == "the provider" else 125)

    assert (merchant.info()["status"], merchant.info()["amount"]) == ("APPROVED", 1.25)
    assert deuna.till.paid_cents == {REFERENCE: 125}


def test_a_wrong_clock_shows_in_dates_only(deuna, merchant, phone):
    """A day behind, and still approved."""
    deuna.faults.set(skew_ms=-86_400_000)
    phone.pay(merchant.request().json()["numericCode"])
    assert (merchant.info()["status"], merchant.info()["date"]) == ("APPROVED", "9/16/2026, 12:00:00 PM")


# Of refunds


def test_a_refund_can_fail_after_it_was_taken_up(deuna, merchant, phone, time):
    """It has the id of a reversal, is APPROVED a while, then REVERSED_FAILED with no cent back; asked again, it works."""
    told = merchant.request().json()
    phone.pay(told["numericCode"])
    deuna.faults.set(refund="fails", reversal_ms=30_000)
    assert merchant.refund(told["transactionId"]).json()["transactionReverseId"]
    assert merchant.info()["status"] == "APPROVED"
    time.pass_by(seconds=30)
    assert merchant.info()["status"] == "REVERSED_FAILED"
    assert deuna.till.returned_cents == {}

    deuna.faults.repair()
    assert merchant.refund(told["transactionId"]).json()["transactionReverseId"]
    assert merchant.info()["status"] == "REVERSED"


def test_a_refund_can_need_asking(deuna, merchant, phone):
    """Twice it lies, as about an unpaid charge; the third time the money is back."""
    told = merchant.request().json()
    phone.pay(told["numericCode"])
    deuna.faults.set(refund_asks=2)
    ids = [merchant.refund(told["transactionId"]).json()["transactionReverseId"] for _ in range(3)]

    assert [bool(one) for one in ids] == [False, False, True]
    assert deuna.till.returned_cents == {REFERENCE: 1250}


def test_a_clean_provider_fails_cleanly(time):
    """Pix-like: 503 until it was asked often enough; NAO_REALIZADO where it fails for good, and a new id may try again."""
    with SimulatedPix(mono=time.mono, wall=time.wall) as pix:
        merchant = Merchant(pix.url, BEARER)
        e2eid = Phone(pix.till).pay(merchant.put().json()["location"]).payment_id
        pix.faults.set(refund_asks=1, refund="fails")
        assert merchant.give_back(e2eid, "D1").status_code == 503
        assert merchant.give_back(e2eid, "D1").json()["status"] == "NAO_REALIZADO"
        assert pix.till.returned_cents == {}
        pix.faults.repair()
        assert merchant.give_back(e2eid, "D2").json()["status"] == "DEVOLVIDO"
        assert pix.till.returned_cents == {TXID: 1250}
        merchant.close()


# Webhooks


@pytest.fixture
def posts() -> Iterator[tuple[str, "SimpleQueue[dict]", Callable[[int], None]]]:
    """A merchant's address: its url, what is posted to it, and how to refuse the next so many."""
    heard: SimpleQueue[dict] = SimpleQueue()
    refusals: list[int] = []

    class Address(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not refusals:
                heard.put({"path": self.path, **json.loads(body)})
            self.send_response(refusals.pop() if refusals else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Address)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard, lambda count: refusals.extend([500] * count)
    server.shutdown()
    server.server_close()


def test_a_payment_is_posted_twice_to_the_address_of_its_charge(deuna, merchant, phone, posts):
    """Unsigned, with the payer's name and cédula in it, the same both times."""
    url, heard, _ = posts
    deuna.faults.set(webhook_copies=2)
    phone.pay(merchant.request(callbackUrl=f"{url}/aviso").json()["numericCode"])
    first, second = heard.get(timeout=TAKEN_S), heard.get(timeout=TAKEN_S)

    assert first == second
    assert (first["path"], first["internalTransactionReference"], first["amount"]) == ("/aviso", REFERENCE, 12.5)
    assert (first["customerFullName"], first["customerIdentification"]) == ("Fulana Inventada De Prueba", "0000000001")


def test_a_webhook_nobody_took_comes_again(deuna, merchant, phone, posts):
    """Three more times after the first failure; here the third is taken."""
    url, heard, refuse = posts
    refuse(2)
    phone.pay(merchant.request(callbackUrl=url).json()["numericCode"])
    assert heard.get(timeout=TAKEN_S)["internalTransactionReference"] == REFERENCE


def test_a_clean_provider_posts_in_batches(time, posts):
    """The Pix-like one posts a list of payments to its own address with /pix behind it."""
    url, heard, _ = posts
    with SimulatedPix(webhook_url=url, mono=time.mono, wall=time.wall) as pix:
        merchant = Merchant(pix.url, BEARER)
        Phone(pix.till).pay(merchant.put().json()["location"])
        told = heard.get(timeout=TAKEN_S)
        merchant.close()
    assert (told["path"], [one["txid"] for one in told["pix"]]) == ("/pix", [TXID])


def test_a_simulation_calls_nobody_else(deuna, merchant, phone):
    """An address beyond this computer is not called, whatever the charge says."""
    phone.pay(merchant.request(callbackUrl="https://museo.invalid/aviso").json()["numericCode"])
    deuna.courier.close()
    assert (deuna.courier.delivered, deuna.courier.given_up) == (0, 1)
