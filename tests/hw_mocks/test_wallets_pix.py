"""The simulated Pix-like provider is as clean as its specification: what an adapter's author can rely on."""

import binascii
from collections.abc import Iterator

import pytest
from wallets_bench import BEARER, TXID, Merchant, Time

from hw_mocks.wallets import Phone, Refused, SimulatedPix

REMOVED = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pix(time: Time) -> Iterator[SimulatedPix]:
    with SimulatedPix(mono=time.mono, wall=time.wall) as pix:
        yield pix


@pytest.fixture
def merchant(pix: SimulatedPix) -> Iterator[Merchant]:
    merchant = Merchant(pix.url, BEARER)
    yield merchant
    merchant.close()


@pytest.fixture
def phone(pix: SimulatedPix) -> Phone:
    return Phone(pix.till)


def problem(answer) -> tuple[int, str]:
    """The status and the name of a problem (RFC 7807)."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["type"].rpartition("/")[2]


def test_a_charge_is_opened_under_our_own_txid(merchant):
    """It is ATIVA, tells its amount and its life, and gives a code to copy and a location."""
    opened = merchant.put()
    told = opened.json()

    assert opened.status_code == 201
    assert (told["txid"], told["status"], told["revisao"]) == (TXID, "ATIVA", 0)
    assert told["valor"] == {"original": "12.50"}
    assert told["calendario"] == {"criacao": "2026-09-17T17:00:00.000Z", "expiracao": 180}
    assert told["location"] in told["pixCopiaECola"]
    assert merchant.cob() == told


def test_the_code_to_copy_is_a_sound_emv_code(merchant):
    """Its checksum is right, it is dynamic, in dollars, and leads to the location."""
    code = merchant.put().json()["pixCopiaECola"]

    assert code.startswith("00020101021226")
    assert "5303840" in code
    assert f"{binascii.crc_hqx(code[:-4].encode(), 0xFFFF):04X}" == code[-4:]


def test_the_same_txid_again_revises_one_charge(pix, merchant):
    """A lost reply can be asked for again: there is one charge, at the amount that was asked last."""
    first, again = merchant.put().json(), merchant.put(dollars="13.00").json()

    assert (again["revisao"], again["valor"]["original"]) == (1, "13.00")
    assert again["pixCopiaECola"] == first["pixCopiaECola"]
    assert [charge.cents for charge in pix.till.charges] == [1300]


@pytest.mark.parametrize(
    ("txid", "dollars", "expires_s"),
    [
        ("a" * 25, "1.00", 60),
        ("a" * 36, "1.00", 60),
        ("a-" * 13, "1.00", 60),
        (TXID, "1.5", 60),
        (TXID, "0.00", 60),
        (TXID, "1.00", 0),
    ],
)
def test_what_does_not_respect_the_schema_is_a_problem(pix, merchant, txid, dollars, expires_s):
    """26 to 35 letters and digits, two decimals, some time to live."""
    assert problem(merchant.put(txid, dollars, expires_s)) == (400, "CobOperacaoInvalida")
    assert not pix.till.charges


def test_what_is_not_there_is_not_found(merchant):
    """Unlike a ghost, an unknown charge, payment or way is 404 and says so."""
    assert problem(merchant.http.get(f"/cob/{TXID}")) == (404, "CobNaoEncontrado")
    assert problem(merchant.http.get("/pix/E0")) == (404, "PixNaoEncontrado")
    assert problem(merchant.http.get("/nada")) == (404, "NaoEncontrado")


def test_without_a_token_nobody_is_let_in(merchant):
    """403, and no charge is opened."""
    del merchant.http.headers["authorization"]
    assert problem(merchant.put()) == (403, "AcessoNegado")


@pytest.mark.parametrize("shown", ["pixCopiaECola", "location"])
def test_a_payment_shows_in_the_charge(pix, merchant, phone, shown):
    """CONCLUIDA, with the payment's end-to-end id, amount and time; it is told the same under its own id."""
    payment = phone.pay(merchant.put().json()[shown])
    told = merchant.cob()

    assert told["status"] == "CONCLUIDA"
    (received,) = told["pix"]
    assert (received["endToEndId"], received["txid"], received["valor"]) == (payment.payment_id, TXID, "12.50")
    assert len(received["endToEndId"]) == 32
    assert merchant.http.get(f"/pix/{payment.payment_id}").json() == received
    assert pix.till.paid_cents == {TXID: 1250}


def test_a_charge_that_ran_out_reads_active_and_is_not_paid(merchant, phone, time):
    """The status describes the record. Scanned in time and confirmed too late is refused as well."""
    code = merchant.put(expires_s=180).json()["pixCopiaECola"]
    bill = phone.scan(code)
    time.pass_by(minutes=3)

    assert merchant.cob()["status"] == "ATIVA"
    for late in (bill.confirm, lambda: phone.pay(code)):
        with pytest.raises(Refused, match="venció"):
            late()


def test_withdrawing_is_final(merchant, phone):
    """A withdrawn charge is not paid, not even by who had scanned it, and neither revised nor withdrawn again."""
    bill = phone.scan(merchant.put().json()["location"])
    assert merchant.http.patch(f"/cob/{TXID}", json=REMOVED).json()["status"] == REMOVED["status"]

    with pytest.raises(Refused, match="anulado"):
        bill.confirm()
    assert problem(merchant.put()) == (400, "CobOperacaoInvalida")
    assert problem(merchant.http.patch(f"/cob/{TXID}", json=REMOVED)) == (400, "CobOperacaoInvalida")


def test_withdrawing_comes_alone(merchant):
    """Together with another change it is refused, and the charge is as before."""
    before = merchant.put().json()
    mixed = merchant.http.patch(f"/cob/{TXID}", json=REMOVED | {"valor": {"original": "1.00"}})

    assert problem(mixed) == (400, "CobOperacaoInvalida")
    assert merchant.cob() == before


def test_what_is_paid_cannot_be_withdrawn(merchant, phone):
    """The buyer was faster: the merchant hears it."""
    phone.pay(merchant.put().json()["location"])
    assert problem(merchant.http.patch(f"/cob/{TXID}", json=REMOVED)) == (400, "CobOperacaoInvalida")


def test_parts_can_be_given_back_until_all_is(pix, merchant, phone):
    """Two refunds with ids of our own; a third would exceed what was paid, and an id serves once."""
    e2eid = phone.pay(merchant.put().json()["location"]).payment_id
    first, again = merchant.give_back(e2eid, "D1", "5.00"), merchant.give_back(e2eid, "D1", "5.00")
    second, third = merchant.give_back(e2eid, "D2", "7.50"), merchant.give_back(e2eid, "D3", "0.01")

    assert [first.status_code, second.status_code] == [201, 201]
    assert problem(again) == problem(third) == (400, "PixDevolucaoInvalida")
    assert [refund["status"] for refund in merchant.cob()["pix"][0]["devolucoes"]] == ["DEVOLVIDO", "DEVOLVIDO"]
    assert pix.till.returned_cents == {TXID: 1250}


def test_a_refund_takes_its_time(pix, merchant, phone, time):
    """It is EM_PROCESSAMENTO until the money is back, and can be asked about by its id."""
    e2eid = phone.pay(merchant.put().json()["location"]).payment_id
    pix.faults.set(reversal_ms=60_000)
    assert merchant.give_back(e2eid, "D1").json()["status"] == "EM_PROCESSAMENTO"
    assert pix.till.returned_cents == {}

    time.pass_by(minutes=1)
    told = merchant.http.get(f"/pix/{e2eid}/devolucao/D1").json()
    assert (told["status"], told["horario"]["liquidacao"]) == ("DEVOLVIDO", "2026-09-17T17:01:00.000Z")
    assert pix.till.returned_cents == {TXID: 1250}


def test_after_ninety_days_nothing_is_given_back(merchant, phone, time):
    """The window of the specification."""
    e2eid = phone.pay(merchant.put().json()["location"]).payment_id
    time.pass_by(days=90)
    assert problem(merchant.give_back(e2eid, "D1")) == (400, "PixDevolucaoInvalida")
