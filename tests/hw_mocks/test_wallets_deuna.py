"""The simulated Deuna has every trap the reference tells of: what an adapter's author can rely on, over real sockets."""

from collections.abc import Iterator

import pytest
from wallets_bench import DEUNA, KEYS, REFERENCE, Merchant, Time

from hw_mocks.wallets import Phone, Refused, SimulatedDeuna


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def deuna(time: Time) -> Iterator[SimulatedDeuna]:
    with SimulatedDeuna(interval_ms=0, mono=time.mono, wall=time.wall) as deuna:
        yield deuna


@pytest.fixture
def merchant(deuna: SimulatedDeuna) -> Iterator[Merchant]:
    merchant = Merchant(deuna.url, KEYS)
    yield merchant
    merchant.close()


@pytest.fixture
def phone(deuna: SimulatedDeuna) -> Phone:
    return Phone(deuna.till)


# Who may call


@pytest.mark.parametrize("missing", ["x-api-key", "x-api-secret"])
def test_nobody_is_let_in_without_both_keys(deuna, merchant, missing):
    """A call without its key or its secret is 401, and opens no charge."""
    del merchant.http.headers[missing]

    assert merchant.request().status_code == 401
    assert not deuna.till.charges


def test_keys_are_compared_when_there_are_some(time):
    """A provider with keys of its own lets no others in."""
    with SimulatedDeuna(keys=("una", "otra"), mono=time.mono, wall=time.wall) as deuna:
        stranger, owner = Merchant(deuna.url, KEYS), Merchant(deuna.url, {"x-api-key": "una", "x-api-secret": "otra"})
        assert [stranger.request().status_code, owner.request().status_code] == [401, 200]
        stranger.close()
        owner.close()


def test_the_path_of_the_printed_manual_leads_nowhere(merchant):
    """`/merchant/api/v1/…`, as the provider's document has it, is 404; so is a GET."""
    assert merchant.http.post("/merchant/api/v1/payment/request", json={}).status_code == 404
    assert merchant.http.get(DEUNA + "info").status_code == 404


def test_a_second_call_within_a_second_is_one_too_many(time):
    """About one call a second is answered, the others are 429 and change nothing."""
    with SimulatedDeuna(mono=time.mono, wall=time.wall) as deuna:
        merchant = Merchant(deuna.url, KEYS)
        first, hurried = merchant.request(), merchant.request(internalTransactionReference="OTRA")
        time.pass_by(seconds=1)
        patient = merchant.request(internalTransactionReference="TERCERA")
        merchant.close()

        assert [first.status_code, hurried.status_code, patient.status_code] == [200, 429, 200]
        assert [charge.reference for charge in deuna.till.charges] == [REFERENCE, "TERCERA"]


# Asking for a payment


def test_a_request_gives_a_picture_a_link_and_a_number(merchant):
    """With format 5 all three come, the picture as a data URI and the number as six digits in a text."""
    told = merchant.request().json()

    assert (told["status"], len(told["transactionId"])) == ("1", 36)
    assert told["qr"].startswith("data:image/svg+xml;base64,")
    assert told["deeplink"].startswith("https://pagar.deuna.invalid/")
    assert told["numericCode"].isdecimal()
    assert len(told["numericCode"]) == 6


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("0", {"deeplink"}),
        ("1", {"qr"}),
        ("2", {"qr", "deeplink"}),
        ("3", {"numericCode"}),
        ("4", {"qr", "numericCode"}),
        ("5", {"qr", "deeplink", "numericCode"}),
    ],
)
def test_the_format_decides_what_comes(merchant, form, shown):
    """Nothing comes that was not asked for."""
    assert merchant.request(format=form).json().keys() == {"transactionId", "status"} | shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"currency": "USD"}, "property currency should not exist"),
        ({"internalTransactionReference": "A" * 21}, "must be at most 20 characters long."),
        ({"detail": "a" * 51}, "at most 50"),
        ({"pointOfSale": "caja-1"}, "pointOfSale"),
        ({"pointOfSale": None}, "pointOfSale"),
        ({"amount": "12.50"}, "amount"),
        ({"amount": 12.505}, "amount"),
        ({"amount": 0}, "amount"),
        ({"expiredTime": "3"}, "expiredTime"),
        ({"format": 5}, "format"),
    ],
)
def test_one_wrong_field_fails_the_whole_request(deuna, merchant, changes, words):
    """The whole call is refused in words, and no charge is opened."""
    refused = merchant.request(**changes)

    assert refused.status_code == 400
    assert words in refused.json()["error"]["response"]["message"]
    assert not deuna.till.charges


def test_a_reference_of_twenty_characters_passes(deuna, merchant):
    """Twenty are allowed, and the amount arrives to the cent."""
    assert merchant.request(internalTransactionReference="A" * 20, amount=0.29).status_code == 200
    assert deuna.till.charges[0].cents == 29


@pytest.mark.parametrize(("rule", "charges"), [("new", 2), ("same", 1), ("refused", 1)])
def test_the_same_reference_again_is_what_the_test_wants_it_to_be(time, rule, charges):
    """Nobody knows what the provider does; by default two charges live, and both can be paid."""
    with SimulatedDeuna(interval_ms=0, same_reference=rule, mono=time.mono, wall=time.wall) as deuna:
        merchant = Merchant(deuna.url, KEYS)
        merchant.request()
        assert merchant.request().status_code == (400 if rule == "refused" else 200)
        merchant.close()
        assert len(deuna.till.charges) == charges


# Asking what has become of it


def test_what_nobody_paid_and_what_never_was_look_the_same(merchant):
    """Both are 200, PENDING, amount 0, date empty, field for field."""
    transaction = merchant.request().json()["transactionId"]
    unpaid, ghost = merchant.info(transaction, "0"), merchant.info("11111111-2222-4333-8444-555555555555", "0")

    assert unpaid == ghost
    assert (ghost["status"], ghost["amount"], ghost["date"]) == ("PENDING", 0, "")


def test_a_code_that_ran_out_stays_pending(merchant, phone, time):
    """The provider never says that a charge has run out; the wallet does."""
    code = merchant.request().json()["numericCode"]
    time.pass_by(minutes=3)

    with pytest.raises(Refused, match="venció"):
        phone.pay(code)
    assert merchant.info()["status"] == "PENDING"


@pytest.mark.parametrize("shown", ["qr", "deeplink", "numericCode"])
def test_it_can_be_paid_by_whatever_the_screen_shows(deuna, merchant, phone, shown):
    """Picture, link and number lead to the same charge, told under our reference, its own id and the transfer's number."""
    told = merchant.request().json()
    payment = phone.pay(told[shown])

    by_all = [
        merchant.info(),
        merchant.info(told["transactionId"], "0"),
        merchant.info(payment.payment_id, "2"),
    ]
    assert by_all[0] == by_all[1] == by_all[2]
    assert (by_all[0]["status"], by_all[0]["amount"]) == ("APPROVED", 12.5)
    assert by_all[0]["date"] == "9/17/2026, 12:00:00 PM"
    assert deuna.till.paid_cents == {REFERENCE: 1250}


def test_the_kind_of_an_id_is_text(merchant):
    """`idType` as a number is refused."""
    assert merchant.deuna("info", idTransacionReference=REFERENCE, idType=1).status_code == 400
    assert merchant.deuna("info", idTransactionReference=REFERENCE, idType="1").status_code == 400


def test_answers_carry_the_payers_name_and_cedula(merchant, phone):
    """Both are there to be dropped, and both are nobody's."""
    phone.pay(merchant.request().json()["numericCode"])

    told = merchant.info()
    assert (told["ordererName"], told["ordererIdentification"]) == ("Fulana Inventada De Prueba", "0000000001")


# Giving back


def test_the_refund_of_what_nobody_paid_lies(deuna, merchant):
    """It says 200 and `status: true`, with no id of a reversal; the same for what never was."""
    transaction = merchant.request().json()["transactionId"]
    for lie in (merchant.refund(transaction), merchant.refund("11111111-2222-4333-8444-555555555555")):
        assert lie.status_code == 200
        assert lie.json()["status"] is True
        assert lie.json()["transactionReverseId"] is None
        assert "cleaned" in lie.json()["message"]
    assert deuna.till.returned_cents == {}


def test_a_refund_is_all_of_it_once(deuna, merchant, phone):
    """A part cannot be given back; all of it can, with an id, and then it is REVERSED; a second refund is refused."""
    told = merchant.request().json()
    phone.pay(told["deeplink"])
    part = merchant.deuna("refund", idTransacionReference=told["transactionId"], idType="0", amount=1)
    done, again = merchant.refund(told["transactionId"]), merchant.refund(told["transactionId"])

    assert part.status_code == 400
    assert len(done.json()["transactionReverseId"]) == 36
    assert again.status_code == 400
    assert merchant.info()["status"] == "REVERSED"
    assert (deuna.till.paid_cents, deuna.till.returned_cents) == ({REFERENCE: 1250}, {REFERENCE: 1250})


def test_in_a_refund_our_reference_means_nothing(deuna, merchant, phone):
    """There `idType` "1" is the transfer's number: asked by our reference, it lies and gives nothing back."""
    payment = phone.pay(merchant.request().json()["deeplink"])
    lie = merchant.deuna("refund", idTransacionReference=REFERENCE, idType="1").json()
    assert (lie["status"], lie["transactionReverseId"]) == (True, None)
    assert deuna.till.returned_cents == {}

    assert merchant.deuna("refund", idTransacionReference=payment.payment_id, idType="1").json()["transactionReverseId"]
    assert deuna.till.returned_cents == {REFERENCE: 1250}


@pytest.mark.parametrize(
    ("same_day", "hours", "status"), [(False, 23, 200), (False, 24, 400), (True, 11, 200), (True, 12, 400)]
)
def test_the_window_of_refunds_closes(time, same_day, hours, status):
    """After 24 hours, or at midnight in Ecuador when the provider means "same day"; it was paid at noon."""
    with SimulatedDeuna(interval_ms=0, same_day=same_day, mono=time.mono, wall=time.wall) as deuna:
        merchant = Merchant(deuna.url, KEYS)
        told = merchant.request().json()
        Phone(deuna.till).pay(told["numericCode"])
        time.pass_by(hours=hours)
        assert merchant.refund(told["transactionId"]).status_code == status
        merchant.close()


def test_a_withdrawn_code_can_still_be_confirmed(deuna, merchant, phone):
    """Who scanned before the charge was cancelled can pay it after; who scans after cannot."""
    told = merchant.request().json()
    bill = phone.scan(told["numericCode"])
    assert merchant.deuna("cancel", transactionId=told["transactionId"], pointOfSale="4200000").status_code == 200
    with pytest.raises(Refused, match="anulado"):
        phone.scan(told["numericCode"])

    bill.confirm()
    assert merchant.info()["status"] == "APPROVED"
    assert deuna.till.paid_cents == {REFERENCE: 1250}
