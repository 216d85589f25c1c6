"""One host and one provider in memory and in virtual time; what goes over the line can be lost, delayed or replaced.

The provider is a Deuna in miniature, ghosts, refund lie and payers' names included.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from controller.protocols.wallets import (
    Accepted,
    Bounced,
    Charge,
    Clocks,
    Dates,
    Deuna,
    Event,
    Host,
    Pix,
    Provider,
    RefundRule,
    Reply,
    Request,
)

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
PAYER, CEDULA = "Rosa Inventada De Prueba", "1712345678"
BAG = Charge(7, "K3VJ5Q2MZP7AXWBT", 350, "quito-museo-1 A1")
BELT = Charge(8, "QW7N2LDXE4SYH6MA", 500, "quito-museo-1 A3")
CLOCKS = Clocks()
LOST, UNSENT = Reply(None), Reply(None, reached=False)
STORM = Reply(429, b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."}')

Spoil = Callable[[Request, Reply], Reply]


def deuna(cancels: bool = False) -> Deuna:
    """The adapter, for a point of sale that nobody has."""
    return Deuna("4200000", 180, RefundRule.read("24h"), cancels)


def pix() -> Pix:
    """The clean one, for a shop that nobody has."""
    return Pix("tienda@costureras.invalid", 180, RefundRule.read("90d"))


def replied(http: int, /, **fields: Any) -> Reply:
    """A reply with these fields."""
    return Reply(http, json.dumps(fields).encode())


def dates(host_ms: int, refund_in_ms: int = DAY_MS) -> Dates:
    """A payment asked for right now that can go back for a day."""
    return Dates(host_ms, host_ms + refund_in_ms)


@dataclass
class Paper:
    """What the provider has on paper about one charge."""

    transaction: str
    reference: str
    cents: int
    paid_cents: int = 0
    status: str = "PENDING"
    reversal: str | None = None


@dataclass
class TinyDeuna:
    """Answers as integrators saw Deuna answer. `refunds` says how a refund of a paid charge ends."""

    papers: list[Paper] = field(default_factory=list)
    refunds: str = "REVERSED"

    def pay(self, reference: str, cents: int | None = None) -> Paper:
        """A buyer pays this charge, or another amount than was asked."""
        paper = next(paper for paper in self.papers if paper.reference == reference)
        paper.paid_cents, paper.status = paper.cents if cents is None else cents, "APPROVED"
        return paper

    def answer(self, request: Request) -> Reply:
        asked = json.loads(request.body)
        match request.path.rsplit("/", 1)[-1]:
            case "request":
                return self._open(asked)
            case "info":
                return self._info(asked)
            case "refund":
                return self._refund(asked)
        return replied(200, status=True)

    def _open(self, asked: dict[str, Any]) -> Reply:
        paper = Paper(f"t-{len(self.papers)}", asked["internalTransactionReference"], round(asked["amount"] * 100))
        self.papers.append(paper)
        link = f"https://pagar.deuna.invalid/merchant?id={paper.transaction}"
        return replied(200, transactionId=paper.transaction, status="1", deeplink=link, numericCode="483920")

    def _find(self, asked: dict[str, Any]) -> Paper | None:
        name = {"0": "transaction", "1": "reference"}[asked["idType"]]
        return next((one for one in self.papers if getattr(one, name) == asked["idTransacionReference"]), None)

    def _info(self, asked: dict[str, Any]) -> Reply:
        paper = self._find(asked)
        if paper is None or not paper.paid_cents:
            return replied(200, status="PENDING", amount=0, date="", internalTransactionReference="")
        return replied(
            200,
            status=paper.status,
            internalTransactionReference=paper.reference,
            amount=paper.paid_cents / 100,
            transactionId=paper.transaction,
            transferNumber="000123456789",
            date="8/24/2026, 3:12:00 PM",
            ordererName=PAYER,
            ordererIdentification=CEDULA,
        )

    def _refund(self, asked: dict[str, Any]) -> Reply:
        paper = self._find(asked)
        if paper is None or not paper.paid_cents:
            return replied(200, status=True, message="QR with id 4200000 cleaned", transactionReverseId=None)
        if paper.status == "REVERSED" or self.refunds == "refused":
            return replied(400, message=f"{PAYER} cannot be refunded")
        paper.status, paper.reversal = self.refunds, f"rev-{paper.transaction}"
        return replied(200, status=True, transactionReverseId=paper.reversal)


class Line:
    """The line between one host and a provider. `events` is everything the host said, `sent` everything it asked, `proofs`
    the numbers of accepted refunds that the books have kept."""

    def __init__(self, peer: TinyDeuna | None = None, provider: Provider | None = None, now_ms: int = 0) -> None:
        self.peer, self.now_ms = peer or TinyDeuna(), now_ms
        self.host = Host(provider or deuna(), chance=lambda: 0.5, clocks=CLOCKS)
        self.events: list[Event] = []
        self.sent: list[tuple[int, Request]] = []
        self.proofs: dict[int, str] = {}
        self.spoil: Spoil = lambda request, reply: reply

    def tell(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, Accepted):
                self.proofs[event.number] = event.proof
            elif isinstance(event, Bounced):
                del self.proofs[event.number]

    def ask(self, charge: Charge = BAG) -> None:
        """Somebody wants to pay, and the line has time for that."""
        self.tell(self.host.ask(charge, self.now_ms))
        self.run(8_000)

    def drop(self, charge: Charge = BAG) -> None:
        self.tell(self.host.drop(charge, self.now_ms))

    def reverse(self, charge: Charge = BAG, refund_in_ms: int = DAY_MS) -> None:
        due, proof = dates(self.now_ms, refund_in_ms), self.proofs.get(charge.number, "")
        self.tell(self.host.reverse(charge, self.now_ms, due, proof))

    def run(self, ms: int) -> None:
        """Let this much time pass."""
        until_ms = self.now_ms + ms
        while self.now_ms < until_ms:
            request = self.host.to_send(self.now_ms)
            if request is None:
                self.now_ms = max(self.now_ms + 1, min(self.host.wake_ms, until_ms))
                continue
            self.sent.append((self.now_ms, request))
            reply = self.spoil(request, self.peer.answer(request))
            self.now_ms += 50
            self.tell(self.host.hear(reply, self.now_ms))

    def restart(self) -> None:
        """The controller is killed; the next one knows only what the books say."""
        self.host = Host(deuna(), chance=lambda: 0.5, clocks=CLOCKS)
        self.events = []

    def calls(self, what: str) -> list[dict[str, Any]]:
        """The bodies of all calls to this path."""
        return [json.loads(request.body) for _, request in self.sent if request.path.endswith(what)]

    def times(self, what: str) -> list[int]:
        """When each call to this path was made."""
        return [at_ms for at_ms, request in self.sent if request.path.endswith(what)]

    def all(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


def on(what: str, reply: Reply, times: int = 1_000_000) -> Spoil:
    """This reply to calls of one path, so often; the provider has acted all the same."""
    left = [times]

    def spoil(request: Request, said: Reply) -> Reply:
        if request.path.endswith(what) and left[0] > 0:
            left[0] -= 1
            return reply
        return said

    return spoil
