"""The forms that a simulated Pix-like provider speaks in: problems, amounts, times, and the code to copy or to draw.

Names and forms are those of the Pix API 2.9.0 (Banco Central do Brasil). What is asked in dollars stays in dollars: the code
says 840 and EC where a Brazilian one says 986 and BR.
"""

import binascii
import re
from datetime import UTC, datetime
from typing import Any

from hw_mocks.wallets.door import Answer
from hw_mocks.wallets.till import Charge, Payment, Reversal

PROBLEMS = {
    "AcessoNegado": (403, "Acesso Negado"),
    "CobNaoEncontrado": (404, "Cobrança não encontrada."),
    "CobOperacaoInvalida": (400, "Cobrança inválida."),
    "NaoEncontrado": (404, "Não Encontrado"),
    "PixDevolucaoInvalida": (400, "Devolução inválida."),
    "PixDevolucaoNaoEncontrada": (404, "Devolução não encontrada."),
    "PixNaoEncontrado": (404, "Pix não encontrado."),
    "ServicoIndisponivel": (503, "Serviço Indisponível"),
}
AMOUNT = re.compile(r"[0-9]{1,10}\.[0-9]{2}")

Fields = dict[str, Any]


class Bad(Exception):
    """The call is answered with this problem (RFC 7807)."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        status, title = PROBLEMS[name]
        self.answer = problem(status, name, title, detail)


def problem(status: int, name: str, title: str, detail: str) -> Answer:
    body = {
        "type": f"https://pix.bcb.gov.br/api/v2/error/{name}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return Answer(status, body, "application/problem+json")


def cents_of(amount: object, name: str) -> int:
    """`12.50` is 1250. Raises Bad, a problem of this name, for anything else."""
    if not isinstance(amount, str) or not AMOUNT.fullmatch(amount) or not int(amount.replace(".", "")):
        raise Bad(name, "O campo valor não respeita o schema.")
    return int(amount.replace(".", ""))


def amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def moment(at_wall_ms: int) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    seconds, rest_ms = divmod(at_wall_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ms:03}Z"


def copy_and_paste(location: str) -> str:
    """The EMV code, merchant-presented and dynamic, that leads a wallet to this charge."""
    account = _tlv("00", "br.gov.bcb.pix") + _tlv("25", location)
    head = _tlv("00", "01") + _tlv("01", "12") + _tlv("26", account) + _tlv("52", "0000") + _tlv("53", "840")
    shop = _tlv("58", "EC") + _tlv("59", "TIENDA SIMULADA") + _tlv("60", "QUITO") + _tlv("62", _tlv("05", "***"))
    text = head + shop + "6304"
    return f"{text}{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"


def pix(charge: Charge, payment: Payment, now_ms: int, skew_ms: int) -> Fields:
    """A payment that was received, what the payer wrote to it (here her name and cédula), and all its refunds."""
    told: Fields = {
        "endToEndId": payment.payment_id,
        "txid": charge.reference,
        "valor": amount(payment.cents),
        "horario": moment(payment.paid_wall_ms + skew_ms),
        "infoPagador": f"{payment.payer.name} {payment.payer.identity}",
    }
    if payment.reversals:
        told["devolucoes"] = [refund(reversal, now_ms, skew_ms) for reversal in payment.reversals]
    return told


def refund(reversal: Reversal, now_ms: int, skew_ms: int) -> Fields:
    """A refund: under way, done, or not to be done."""
    hours = {"solicitacao": moment(reversal.asked_wall_ms + skew_ms)}
    if reversal.arrived_wall_ms is not None:
        hours["liquidacao"] = moment(reversal.arrived_wall_ms + skew_ms)
    told = {
        "id": reversal.reversal_id,
        "rtrId": "D" + reversal.reversal_id.rjust(31, "0")[:31],
        "valor": amount(reversal.cents),
        "horario": hours,
    }
    if reversal.due_ms > now_ms:
        return told | {"status": "EM_PROCESSAMENTO"}
    if reversal.fails:
        return told | {"status": "NAO_REALIZADO", "motivo": "a conta do pagador está encerrada"}
    return told | {"status": "DEVOLVIDO"}
