"""What goes to a wallet's provider and how its words are read: fields to the letter, amounts to the cent, and no more."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wallet_line import BAG, CEDULA, LOST, PAYER, deuna, pix, replied

from controller.protocols.wallets import Charge, LocalProtocolError, RefundRule, Reply, Show, State, txid
from controller.protocols.wallets.answers import cents, document, dollars, failed, show
from controller.protocols.wallets.port import (
    Answered,
    Cancel,
    Charged,
    Create,
    Look,
    Probe,
    Refund,
    RefundAccepted,
    RefundRefused,
    Refused,
    Told,
    Unknown,
)

TXID = "MINGA00000K3VJ5Q2MZP7AXWBT"
E2E = "E00000000202608241512abcdefghijk"
EMV = "00020101021226480014br.gov.bcb.pix2526pix.invalid/qr/v2/abcdefgh5204000053038405802EC6304ABCD"


def cob(status: str = "ATIVA", *paid: dict[str, Any], **more: Any) -> Reply:
    """A charge of the bag, as the provider has it on record."""
    return replied(200, txid=TXID, status=status, valor={"original": "3.50"}, pix=list(paid), **more)


def received(*back: dict[str, Any], valor: str = "3.50") -> dict[str, Any]:
    """What was paid for it, who wrote what to it, and what went back."""
    return {"endToEndId": E2E, "valor": valor, "infoPagador": f"{PAYER} {CEDULA}", "devolucoes": list(back)}


def devolution(status: str, valor: str = "3.50") -> dict[str, str]:
    return {"id": "x", "rtrId": "D0001", "valor": valor, "status": status}


# Deuna


def test_deuna_is_asked_with_the_fields_integrators_found_and_no_other() -> None:
    """A number for the amount, minutes for the life, 50 letters at most, and no currency."""
    request = deuna().request(Create(Charge(7, BAG.reference, 29, "x" * 60)))
    assert (request.method, request.path) == ("POST", "/merchant/v1/payment/request")
    assert json.loads(request.body) == {
        "pointOfSale": "4200000",
        "qrType": "dynamic",
        "amount": 0.29,
        "detail": "x" * 50,
        "internalTransactionReference": BAG.reference,
        "format": "5",
        "expiredTime": 3,
    }


@pytest.mark.parametrize("point_of_sale", ["", "A12", "١٢٣", " 1"])
def test_deuna_wants_a_point_of_sale_in_digits(point_of_sale: str) -> None:
    """Digits of our alphabet, at least one."""
    with pytest.raises(LocalProtocolError):
        type(deuna())(point_of_sale, 180, RefundRule.read("24h"))


def test_deuna_counts_in_whole_minutes() -> None:
    """Ninety seconds cannot be asked for."""
    with pytest.raises(LocalProtocolError):
        type(deuna())("1", 90, RefundRule.read("24h"))


def test_keys_are_headers_and_nothing_else() -> None:
    """No request has them in its address or body."""
    assert deuna().keys("k", "s") == {"x-api-key": "k", "x-api-secret": "s"}
    assert pix().keys("k", "") == {"authorization": "Bearer k"}


@pytest.mark.parametrize(
    ("status", "state"),
    [("APPROVED", State.PAID), ("REVERSED", State.REVERSED), ("REVERSED_FAILED", State.REVERSAL_FAILED)],
)
def test_deunas_states_are_read_with_our_reference_only(status: str, state: State) -> None:
    """Ours, and the transaction it was known by; name and cédula are left behind."""
    fields = {"amount": 3.5, "transactionId": "t-0", "ordererName": PAYER, "ordererIdentification": CEDULA}
    reply = replied(200, status=status, internalTransactionReference=BAG.reference, **fields)
    assert deuna().meaning(Look(BAG, "t-0"), reply) == Told(state, 350, "t-0")
    assert isinstance(deuna().meaning(Look(BAG, "t-1"), reply), Unknown)
    assert isinstance(deuna().meaning(Look(Charge(1, "ANOTHER", 350)), reply), Unknown)


# Pix


def test_our_reference_is_the_charges_name() -> None:
    """Sixteen characters are filled to 26 with zeros; the longest that fits has thirty."""
    assert txid(BAG.reference) == TXID
    assert len(txid("A" * 30)) == 35
    for wrong in ("", "A" * 31, "abc", "A-B", "Ñ"):
        with pytest.raises(LocalProtocolError):
            txid(wrong)


def test_pix_is_asked_under_our_own_name() -> None:
    """The amount as text with two decimals, the life in seconds."""
    request = pix().request(Create(BAG))
    assert (request.method, request.path) == ("PUT", f"/cob/{TXID}")
    assert json.loads(request.body) == {
        "calendario": {"expiracao": 180},
        "valor": {"original": "3.50"},
        "chave": "tienda@costureras.invalid",
        "solicitacaoPagador": "quito-museo-1 A1",
    }


def test_pix_gives_a_text_to_draw() -> None:
    """Also when it is only looked at: a lost answer loses nothing."""
    made = replied(201, txid=TXID, status="ATIVA", pixCopiaECola=EMV)
    assert pix().meaning(Create(BAG), made) == Charged("", Show(link=EMV))
    assert pix().meaning(Look(BAG), made) == Told(State.PENDING, show=Show(link=EMV))


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (cob("CONCLUIDA", received()), Told(State.PAID, 350, E2E)),
        (cob("CONCLUIDA", received(valor="3.49")), Told(State.PAID, 349, E2E)),
        (cob("REMOVIDA_PELO_USUARIO_RECEBEDOR"), Told(State.CANCELLED)),
        (cob("REMOVIDA_PELO_PSP"), Told(State.CANCELLED)),
        (cob("CONCLUIDA", received(devolution("EM_PROCESSAMENTO"))), Told(State.REVERSING, 350, E2E, attempts=1)),
        (cob("CONCLUIDA", received(devolution("NAO_REALIZADO"))), Told(State.REVERSAL_FAILED, 350, E2E, attempts=1)),
        (cob("CONCLUIDA", received(devolution("DEVOLVIDO"))), Told(State.REVERSED, 350, E2E, "D0001", 1)),
        (
            cob("CONCLUIDA", received(devolution("DEVOLVIDO", "1.00"))),
            Told(State.REVERSAL_FAILED, 350, E2E, attempts=1),
        ),
        (replied(404, type="https://x.invalid/CobNaoEncontrado", title="não"), Told(State.ABSENT)),
    ],
    ids=lambda value: str(getattr(value, "state", "")),
)
def test_a_pix_charge_is_read_with_all_that_went_back(reply: Reply, told: Told) -> None:
    """A part that went back is no reversal; the number is the bank's own."""
    assert pix().meaning(Look(BAG), reply) == told


@pytest.mark.parametrize(
    "reply",
    [
        cob("CONCLUIDA"),
        cob("CONCLUIDA", received(), received()),
        cob("ATIVA", received()),
        cob("CONCLUIDA", received(valor="muito")),
        replied(200, txid="MINGA00000AAAAAAAAAAAAAAAA", status="CONCLUIDA", pix=[received()]),
        replied(200, status="CONCLUIDA"),
        replied(404, message="a proxy's page"),
        LOST,
    ],
    ids=lambda reply: str(reply.body)[:40],
)
def test_a_pix_charge_that_does_not_add_up_means_nothing(reply: Reply) -> None:
    """Paid twice, paid without a payment, another's charge, a 404 that is not the provider's."""
    assert isinstance(pix().meaning(Look(BAG), reply), Unknown)


def test_a_pix_refund_has_a_number_of_ours_that_is_new_after_each_failure() -> None:
    """The first, and the one after two on record; so a repeated call is one refund."""
    first, third = (pix().request(Refund(BAG, E2E, attempt)) for attempt in (0, 2))
    assert (first.method, first.path) == ("PUT", f"/pix/{E2E}/devolucao/{BAG.reference}000")
    assert third.path.endswith("002")
    assert json.loads(first.body) == {"valor": "3.50"}
    assert pix().meaning(Refund(BAG, E2E), replied(201, status="EM_PROCESSAMENTO", rtrId="D1")) == RefundAccepted("D1")
    for reply in (
        replied(400, title="não"),
        replied(201, status="NAO_REALIZADO", rtrId="D1"),
        replied(201, rtrId="D1"),
    ):
        assert isinstance(pix().meaning(Refund(BAG, E2E), reply), RefundRefused)


def test_pix_takes_a_charge_away_by_itself() -> None:
    """Nothing else is changed with it."""
    request = pix().request(Cancel(BAG))
    assert (request.method, json.loads(request.body)) == ("PATCH", {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"})


# Both


@pytest.mark.parametrize("provider", [deuna(), pix()], ids=["deuna", "pix"])
@given(
    status=st.sampled_from([200, 201, 204, 400, 404, 422, 500]),
    body=st.binary(max_size=200)
    | st.sampled_from(
        [
            b"null",
            b"{}",
            b'{"status": {}}',
            b'{"pix": [[]], "status": 3}',
            b"[" * 5_000,
            b'{"amount": 1e99999999999999999999}',
        ]
    ),
)
def test_no_reply_raises_and_none_is_good_news(provider: Any, status: int, body: bytes) -> None:
    """Any bytes at all: read as nothing, or as a plain no."""
    for intent in (Create(BAG), Look(BAG), Cancel(BAG, "t"), Refund(BAG, "t"), Probe()):
        meaning = provider.meaning(intent, Reply(status, body))
        assert isinstance(meaning, Unknown | Refused | RefundRefused)


def test_a_sign_of_life_asks_for_nothing() -> None:
    """Deuna answers a reference nobody has like any other; Pix says in its own words that there is none."""
    assert json.loads(deuna().request(Probe()).body)["idTransacionReference"] == "MINGAPROBE"
    assert deuna().meaning(Probe(), replied(200, status="PENDING")) == Answered()
    assert pix().request(Probe()).method == "GET"
    assert pix().meaning(Probe(), replied(404, title="Cobrança não encontrada.")) == Answered()


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (Decimal("3.5"), 350),
        (Decimal("0.29"), 29),
        (Decimal(0), 0),
        (Decimal("3.505"), None),
        (Decimal("0.99999999999999999999999999999999999"), None),
        (Decimal("-1"), None),
        (Decimal("1e30"), None),
        (Decimal("NaN"), None),
        ("3.50", 350),
        ("3.5", 350),
        ("3", 300),
        ("3,50", None),
        ("٣.٥٠", None),
        ("3.505", None),
        ("", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_an_amount_is_whole_cents_or_none(value: object, whole: int | None) -> None:
    """Nothing is rounded, and digits are ours."""
    assert cents(value) == whole


@given(st.integers(0, 10_000_000))
def test_amounts_go_and_come_to_the_cent(amount: int) -> None:
    """As a number and as text, for every amount there is."""
    body = json.dumps({"number": float(dollars(amount)), "text": dollars(amount)}).encode()
    read = document(Reply(200, body))
    assert read is not None
    assert [cents(read["number"]), cents(read["text"])] == [amount, amount]


def test_only_what_has_the_form_of_an_offer_is_shown() -> None:
    """A picture as data, a text that can be drawn, a number: anything else is left out."""
    picture = "data:image/png;base64,iVBORw0KGgo="
    assert show(picture, "https://pagar.invalid/1", "483920") == Show(picture, "https://pagar.invalid/1", "483920")
    assert not show("http://elsewhere.invalid/x.png", "line\nbreak", "12a456")
    assert not show(["x"], {"a": 1}, 483920)


@pytest.mark.parametrize("status", [None, 100, 301, 302, 401, 403, 408, 429, 500, 503, 599])
def test_failed_http_is_read_as_nothing(status: int | None) -> None:
    """Whatever was asked."""
    assert isinstance(failed(Reply(status)), Unknown)


def test_a_body_is_never_shown() -> None:
    """It may name people; a reply's own words leave it out."""
    assert PAYER not in repr(replied(200, ordererName=PAYER))


# Deadlines


def wall_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("rule", "asked", "deadline"),
    [
        ("24h", "2026-08-24 20:12", "2026-08-25 20:12"),
        ("90d", "2026-08-24 20:12", "2026-11-22 20:12"),
        ("20:00", "2026-08-24 20:12", "2026-08-25 01:00"),
        ("20:00", "2026-08-25 03:00", "2026-08-25 01:00"),
        ("day", "2026-08-25 03:00", "2026-08-25 05:00"),
    ],
    ids=["a day", "ninety days", "afternoon in Quito", "ten at night in Quito: over", "until midnight in Quito"],
)
def test_a_deadline_is_counted_in_the_providers_own_zone(rule: str, asked: str, deadline: str) -> None:
    """Quito is five hours behind UTC; 20:00 there is 01:00 of the next day."""
    assert RefundRule.read(rule).deadline_ms(wall_ms(asked)) == wall_ms(deadline)


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "24:00", "8:00", "tomorrow", "99999d"])
def test_a_deadline_nobody_can_read_is_refused(text: str) -> None:
    """In words that say what can be written."""
    with pytest.raises(LocalProtocolError, match="24h, 90d, 20:00 or day"):
        RefundRule.read(text)
