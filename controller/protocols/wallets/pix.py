"""A Pix-like provider: the subset of the Pix API 2.9.0 (Banco Central do Brasil, Apache-2.0) that a machine needs.

    PUT   /cob/{txid}                      asks; repeating it is harmless while nobody has paid
    GET   /cob/{txid}                      with what was paid, and what went back
    PATCH /cob/{txid}                      takes it away
    PUT   /pix/{e2eid}/devolucao/{id}      gives back, under a number that we choose

It is the clean model beside Deuna: our own number is the charge's name, an unknown one is a 404, a refund has an id that
works once. Amounts are in the currency of the country; none is sent. A status describes the record, not time: an expired
charge still reads ATIVA. The keys are one fixed bearer token; OAuth and client certificates, as banks in Brazil want them,
are not here.
"""

import json
import re
from typing import Any

from .answers import cents, document, dollars, failed, name, objects, show
from .errors import LocalProtocolError
from .port import (
    Answered,
    Cancel,
    Capabilities,
    Charge,
    Charged,
    Create,
    Intent,
    Look,
    Meaning,
    Probe,
    Refund,
    RefundAccepted,
    RefundRefused,
    Refused,
    Reply,
    Request,
    Show,
    State,
    Told,
    Unknown,
)
from .rule import RefundRule

TXID_CHARS_MIN, TXID_CHARS_MAX = 26, 35
PREFIX = "MINGA"
PROBE = "MINGAPROBE"
REMOVED = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
_REFERENCE = re.compile(r"[A-Z0-9]{1,30}", re.ASCII)


def txid(reference: str) -> str:
    """The charge's name: `MINGA`, as many zeros as 26 characters need, and our reference.

    Raises LocalProtocolError for a reference that is not 1 to 30 capital letters and digits.
    """
    if not _REFERENCE.fullmatch(reference):
        raise LocalProtocolError("a Pix reference is 1 to 30 capital letters and digits")
    return PREFIX + reference.rjust(TXID_CHARS_MIN - len(PREFIX), "0")


class Pix:
    """`receiver` is the key (`chave`) that is paid to."""

    def __init__(self, receiver: str, expiry_s: int, refund: RefundRule) -> None:
        self._receiver, self._expiry_s = receiver, expiry_s
        self.capabilities = Capabilities(
            gap_ms=300,
            poll_ms=2_000,
            reference_chars=TXID_CHARS_MAX - len(PREFIX),
            expiry_settable=True,
            cancels=True,
            partial_refunds=True,
            creates_again=True,
            refund=refund,
        )

    def keys(self, key: str, secret: str) -> dict[str, str]:  # noqa: ARG002 - one token is all
        """A bearer token."""
        return {"authorization": f"Bearer {key}"}

    def request(self, intent: Intent) -> Request:
        """Raises LocalProtocolError for a reference Pix does not carry."""
        match intent:
            case Create(charge):
                return Request("PUT", _cob(charge), json.dumps(self._wanted(charge)).encode())
            case Look(charge):
                return Request("GET", _cob(charge))
            case Cancel(charge):
                return Request("PATCH", _cob(charge), json.dumps({"status": REMOVED}).encode())
            case Refund(charge, transaction, attempt):
                path = f"/pix/{transaction}/devolucao/{charge.reference}{attempt:03d}"
                return Request("PUT", path, json.dumps({"valor": dollars(charge.cents)}).encode())
            case Probe():
                return Request("GET", f"/cob/{txid(PROBE)}")

    def meaning(self, intent: Intent, reply: Reply) -> Meaning:
        """A 404 to a question is an answer: there is no such charge."""
        if trouble := failed(reply):
            return trouble
        answer = document(reply)
        if answer is None:
            return Unknown("the answer is no JSON object")
        taken = reply.status in (200, 201)
        why = f"HTTP {reply.status}"
        if not taken and reply.status in range(200, 300):
            return Unknown(why, everywhere=False)
        match intent:
            case Create(charge):
                return _charged(answer, charge) if taken else Refused(why)
            case Refund():
                return _refunded(answer) if taken else RefundRefused(why)
            case Look(charge) | Cancel(charge) if taken:
                return _told(answer, charge)
            case Look() | Cancel() if reply.status == 404 and _is_problem(answer):
                return Told(State.ABSENT)
            case Cancel() if _is_problem(answer):
                return Answered()
            case Probe() if answer.get("txid") == txid(PROBE) or (reply.status == 404 and _is_problem(answer)):
                return Answered()
            case _:
                return Unknown(why, everywhere=False)

    def _wanted(self, charge: Charge) -> dict[str, Any]:
        return {
            "calendario": {"expiracao": self._expiry_s},
            "valor": {"original": dollars(charge.cents)},
            "chave": self._receiver,
            "solicitacaoPagador": charge.detail[:140],
        }


def _cob(charge: Charge) -> str:
    return f"/cob/{txid(charge.reference)}"


def _is_problem(answer: dict[str, Any]) -> bool:
    """An error of the API itself (RFC 7807), and not of something on the way."""
    return isinstance(answer.get("title"), str) or isinstance(answer.get("type"), str)


def _show(answer: dict[str, Any]) -> Show:
    return show(link=answer.get("pixCopiaECola"))


def _charged(answer: dict[str, Any], charge: Charge) -> Meaning:
    if answer.get("txid") != txid(charge.reference):
        return Unknown("it speaks of another charge", everywhere=False)
    return Charged("", _show(answer))


def _told(answer: dict[str, Any], charge: Charge) -> Meaning:
    status, paid = answer.get("status"), objects(answer.get("pix"))
    if answer.get("txid") != txid(charge.reference):
        return Unknown("it speaks of another charge", everywhere=False)
    if len(paid) == 1 and status == "CONCLUIDA":
        return _paid(paid[0])
    if paid or status == "CONCLUIDA":
        return Unknown("it is paid, but not once", everywhere=False)
    if status == "ATIVA":
        return Told(State.PENDING, show=_show(answer))
    if isinstance(status, str) and status.startswith("REMOVIDA_"):
        return Told(State.CANCELLED)
    return Unknown("a status that is not known", everywhere=False)


def _paid(pix: dict[str, Any]) -> Meaning:
    """What was paid, and what of it went back; a part that went back is not yet a reversal."""
    transaction, paid_cents = name(pix.get("endToEndId")), cents(pix.get("valor"))
    if not transaction or not paid_cents:
        return Unknown("paid, but of no amount or without its number", everywhere=False)
    back = objects(pix.get("devolucoes"))
    done = [one for one in back if one.get("status") == "DEVOLVIDO"]
    statuses = {one.get("status") for one in back}
    state, proof = State.PAID, ""
    if done and sum(cents(one.get("valor")) or 0 for one in done) >= paid_cents:
        state, proof = State.REVERSED, name(done[-1].get("rtrId"))
    elif "EM_PROCESSAMENTO" in statuses:
        state = State.REVERSING
    elif back:
        state = State.REVERSAL_FAILED
    return Told(state, paid_cents, transaction, proof, len(back))


def _refunded(answer: dict[str, Any]) -> Meaning:
    proof = name(answer.get("rtrId"))
    if answer.get("status") not in ("EM_PROCESSAMENTO", "DEVOLVIDO"):
        return RefundRefused("not carried out")
    return RefundAccepted(proof) if proof else RefundRefused("no number for the reversal")
