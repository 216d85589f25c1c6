"""A clean simulated provider, as its kind should be: a subset of the Pix API 2.9.0 over HTTP, in dollars.

    PUT   /cob/{txid}                    open a charge under our own txid; again while it is ATIVA: revise it
    GET   /cob/{txid}                    what has become of it     PATCH /cob/{txid}   withdraw it, and nothing else with that
    PUT   /pix/{e2eid}/devolucao/{id}    give back all or a part, under our own id, which is used once
    GET   /pix/{e2eid}                   a payment                 GET   /pix/{e2eid}/devolucao/{id}   a refund

`status` describes the record: a charge that ran out is still ATIVA, and no wallet pays it. What was withdrawn or ran out
between scan and confirmation is refused. Callers show a bearer token; the real API adds OAuth 2 and client certificates.
"""

import re
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from hw_mocks.wallets import pix_words as words
from hw_mocks.wallets.courier import RETRY_S, Courier
from hw_mocks.wallets.door import Answer, Call, Door
from hw_mocks.wallets.faults import Faults
from hw_mocks.wallets.pix_words import Bad, Fields
from hw_mocks.wallets.till import Charge, Clock, Payment, Till, mono_ms, wall_ms

ACTIVE, PAID, REMOVED = "ATIVA", "CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR"
EXPIRES_S = 86_400
REFUND_WINDOW_MS = 90 * 86_400_000
TXID, REFUND_ID = re.compile("[a-zA-Z0-9]{26,35}"), re.compile("[a-zA-Z0-9]{1,35}")
ALPHABET = string.ascii_lowercase + string.digits
TOO_MANY = words.problem(429, "MuitasRequisicoes", "Muitas requisições.", "Tente mais tarde.")


@dataclass(slots=True)
class Cob:
    """The record of a charge, beside what its till knows of it."""

    charge: Charge
    created_wall_ms: int
    expires_s: int
    key: str
    revision: int = 0


class SimulatedPix:
    """`with SimulatedPix() as pix:` listens at `pix.url`; `pix.till` has the truth, `pix.faults` the knobs.

    `token` is the bearer token it lets in; without it any that is not empty. Payments are posted to `webhook_url`/pix.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        token: str | None = None,
        webhook_url: str = "",
        retry_s: float = RETRY_S,
        seed: int = 0,
        mono: Clock = mono_ms,
        wall: Clock = wall_ms,
    ) -> None:
        self.faults = Faults()
        self.till = Till(self.faults, mono, wall, seed, looks_again=True)
        self.till.on_paid = self._tell_paid
        self.till.number_payment = self._end_to_end
        self.courier = Courier(retry_s)
        self.door = Door(self._answer, self.faults, mono, TOO_MANY, _broken, port)
        self._token, self._webhook_url = token, webhook_url
        self._cobs: dict[str, Cob] = {}

    @property
    def url(self) -> str:
        return self.door.url

    def open(self) -> Self:
        self.door.open()
        return self

    def close(self) -> None:
        self.door.close()
        self.courier.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Who is asked for what

    def _answer(self, call: Call) -> Answer:
        word, _, token = call.headers.get("authorization", "").partition(" ")
        with self.till.lock:
            self.till.settle()
            try:
                if word != "Bearer" or not token or token != (self._token or token):
                    raise Bad("AcessoNegado", "Requisição de participante sem autorização.")
                return self._routed(call)
            except Bad as bad:
                return bad.answer

    def _routed(self, call: Call) -> Answer:
        match call.method, *call.path.strip("/").split("/"):
            case "PUT", "cob", txid:
                return Answer(201, self._put(txid, _fields(call, "CobOperacaoInvalida")))
            case "GET", "cob", txid:
                return Answer(200, self._cob(self._there(txid)))
            case "PATCH", "cob", txid:
                return Answer(200, self._withdraw(self._there(txid), _fields(call, "CobOperacaoInvalida")))
            case "GET", "pix", e2eid:
                return Answer(200, self._pix(*self._paid(e2eid)))
            case "PUT", "pix", e2eid, "devolucao", refund_id:
                return Answer(201, self._give_back(e2eid, refund_id, _fields(call, "PixDevolucaoInvalida")))
            case "GET", "pix", e2eid, "devolucao", refund_id:
                return Answer(200, self._refund(e2eid, refund_id))
        raise Bad("NaoEncontrado", "Entidade não encontrada.")

    # Charges

    def _put(self, txid: str, asked: Fields) -> Fields:
        wrong = "CobOperacaoInvalida"
        value, calendar = asked.get("valor"), asked.get("calendario", {})
        cents = words.cents_of(value.get("original") if isinstance(value, dict) else None, wrong)
        expires_s = calendar.get("expiracao", EXPIRES_S) if isinstance(calendar, dict) else None
        if not TXID.fullmatch(txid) or type(expires_s) is not int or expires_s < 1:
            raise Bad(wrong, "O campo txid ou calendario.expiracao não respeita o schema.")
        if not isinstance(asked.get("chave"), str) or not asked["chave"]:
            raise Bad(wrong, "O campo chave não corresponde a uma conta do usuário recebedor.")
        cob = self._cobs.get(txid)
        if cob is None:
            cob = self._cobs[txid] = self._opened(txid, cents, expires_s, asked["chave"])
        elif self._status(cob) != ACTIVE:
            raise Bad(wrong, f"A cobrança não está {ACTIVE}.")
        else:
            cob.charge.cents, cob.expires_s, cob.revision = cents, expires_s, cob.revision + 1
            cob.charge.expires_ms = self.till.mono_ms() + expires_s * 1000
        return self._cob(cob)

    def _opened(self, txid: str, cents: int, expires_s: int, key: str) -> Cob:
        location = f"pix.invalid/qr/v2/{self._letters(32)}"
        expires_ms = self.till.mono_ms() + expires_s * 1000
        charge = self.till.open(Charge(txid, txid, cents, expires_ms, words.copy_and_paste(location), location))
        return Cob(charge, self.till.wall_ms(), expires_s, key)

    def _withdraw(self, cob: Cob, asked: Fields) -> Fields:
        if asked != {"status": REMOVED} or self._status(cob) != ACTIVE:
            raise Bad("CobOperacaoInvalida", f"Só {ACTIVE} pode passar a {REMOVED}, sem outra alteração.")
        cob.charge.withdrawn = True
        return self._cob(cob)

    def _there(self, txid: str) -> Cob:
        if txid not in self._cobs:
            raise Bad("CobNaoEncontrado", "Cobrança não encontrada para o txid informado.")
        return self._cobs[txid]

    def _status(self, cob: Cob) -> str:
        return PAID if self.till.known(cob.charge) else REMOVED if cob.charge.withdrawn else ACTIVE

    def _cob(self, cob: Cob) -> Fields:
        created = words.moment(cob.created_wall_ms + self.faults.now.skew_ms)
        payment = self.till.known(cob.charge)
        return {
            "calendario": {"criacao": created, "expiracao": cob.expires_s},
            "txid": cob.charge.reference,
            "revisao": cob.revision,
            "location": cob.charge.code,
            "status": self._status(cob),
            "valor": {"original": words.amount(cob.charge.cents)},
            "chave": cob.key,
            "pixCopiaECola": cob.charge.link,
        } | ({"pix": [self._pix(cob.charge, payment)]} if payment else {})

    # Payments and refunds

    def _paid(self, e2eid: str) -> tuple[Charge, Payment]:
        for cob in self._cobs.values():
            payment = self.till.known(cob.charge)
            if payment and payment.payment_id == e2eid:
                return cob.charge, payment
        raise Bad("PixNaoEncontrado", "Pix não encontrado para o e2eid informado.")

    def _pix(self, charge: Charge, payment: Payment) -> Fields:
        return words.pix(charge, payment, self.till.mono_ms(), self.faults.now.skew_ms)

    def _give_back(self, e2eid: str, refund_id: str, asked: Fields) -> Fields:
        wrong = "PixDevolucaoInvalida"
        _, payment = self._paid(e2eid)
        cents = words.cents_of(asked.get("valor"), wrong)
        if not REFUND_ID.fullmatch(refund_id) or any(refund_id == one.reversal_id for one in payment.reversals):
            raise Bad(wrong, "O id não respeita o schema ou já foi utilizado.")
        if cents + sum(one.cents for one in payment.reversals if not one.fails) > payment.cents:
            raise Bad(wrong, "As devoluções excederiam o valor do pix originário.")
        if self.till.mono_ms() - payment.paid_ms >= REFUND_WINDOW_MS or self.faults.now.refund == "refused":
            raise Bad(wrong, "A devolução viola a janela de tempo permitida.")
        payment.refund_asks += 1
        if payment.refund_asks <= self.faults.now.refund_asks:
            raise Bad("ServicoIndisponivel", "O serviço de devoluções não está disponível.")
        reversal = self.till.reverse(payment, refund_id, cents)
        return words.refund(reversal, self.till.mono_ms(), self.faults.now.skew_ms)

    def _refund(self, e2eid: str, refund_id: str) -> Fields:
        _, payment = self._paid(e2eid)
        for reversal in payment.reversals:
            if reversal.reversal_id == refund_id:
                return words.refund(reversal, self.till.mono_ms(), self.faults.now.skew_ms)
        raise Bad("PixDevolucaoNaoEncontrada", "Devolução não encontrada para o e2eid informado.")

    def _tell_paid(self, charge: Charge, payment: Payment) -> None:
        if self._webhook_url:
            body = {"pix": [self._pix(charge, payment)]}
            self.courier.post(f"{self._webhook_url}/pix", body, self.faults.now.webhook_copies)

    def _end_to_end(self) -> str:
        at = datetime.fromtimestamp(self.till.wall_ms() / 1000, UTC)
        return f"E00000000{at:%Y%m%d%H%M}{self._letters(11)}"

    def _letters(self, count: int) -> str:
        return "".join(self.till.chance.choices(ALPHABET, k=count))


def _fields(call: Call, wrong: str) -> Fields:
    fields = call.fields()
    if fields is None:
        raise Bad(wrong, "O corpo não é um objeto JSON.")
    return fields


def _broken(status: int) -> Answer:
    return words.problem(status, "ServicoIndisponivel", "Serviço Indisponível", "Tente mais tarde.")
