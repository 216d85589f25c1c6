"""Any replies in any order, with kills: a wallet's host never asks twice, never believes what does not name our payment.

The provider here is not a provider but chance: each reply is what an honest one could say, or anything else, for any payment.
"""

import json
from typing import Any

import hypothesis
import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from wallet_line import CLOCKS, DAY_MS, dates, deuna, replied

from controller.protocols.wallets import (
    Accepted,
    Approved,
    Bounced,
    Charge,
    Declined,
    Event,
    GivenUp,
    Host,
    Offered,
    Proven,
    Reply,
    Unpaid,
)

WIDE = settings().max_examples > 100
REFERENCES = ("AAAABBBBCCCC0001", "AAAABBBBCCCC0002", "AAAABBBBCCCC0003")
STATUSES = st.sampled_from(["PENDING", "APPROVED", "REVERSED", "REVERSED_FAILED", "NOT_FOUND", "1", 1, None])
BODIES = st.fixed_dictionaries(
    {"status": STATUSES},
    optional={
        "amount": st.sampled_from([0, 3.5, 3.49, 5, "3.50", -1, 1e300]),
        "internalTransactionReference": st.sampled_from([*REFERENCES, ""]),
        "transactionId": st.sampled_from(["t-1", "t-2", "t-3", "", None]),
        "transactionReverseId": st.sampled_from(["rev-1", "rev-2", "", None]),
        "deeplink": st.just("https://pagar.deuna.invalid/1"),
    },
)
ODD = st.sampled_from(
    [Reply(None), Reply(None, reached=False), Reply(429), replied(503), replied(400), Reply(200, b"[")]
)

WAITS = st.sampled_from([0, 0, 2_000, 2_000, 60_000, DAY_MS])

GOOD = st.sampled_from(["PENDING", "APPROVED", "REVERSED", "REVERSED_FAILED"])


def well_formed(what: str, number: int | None, status: str) -> dict[str, Any]:
    """An answer to a question about this payment, in the provider's own form."""
    named = {} if number is None else {"internalTransactionReference": REFERENCES[number]}
    more = {
        "request": {"status": "1", "deeplink": "https://pagar.deuna.invalid/1"},
        "refund": {"transactionReverseId": f"rev-{number}"},
    }
    return {"status": status, "amount": 3.5, "transactionId": f"t-{number}", **named, **more.get(what, {})}


class Wallet(RuleBasedStateMachine):
    """Three payments at most, as the books know them, and a host that is killed now and then."""

    @initialize()
    def begin(self) -> None:
        self.now_ms = 0
        self.stages: dict[int, str] = {}
        self.asked: dict[str, int] = {}
        self.numbers: dict[int, set[str]] = {}
        self.proofs: dict[int, str] = {}
        self.host = Host(deuna(), chance=lambda: 0.5, clocks=CLOCKS)

    def charge(self, number: int) -> Charge:
        return Charge(number, REFERENCES[number], 350)

    # What the machine does

    @rule(number=st.integers(0, 2))
    def ask(self, number: int) -> None:
        """Asked for, once or again, as long as the books wait for it."""
        if self.stages.setdefault(number, "asked") == "asked":
            self.hear(self.host.ask(self.charge(number), self.now_ms), None, {})

    @rule(number=st.integers(0, 2))
    def drop(self, number: int) -> None:
        if self.stages.get(number) == "asked":
            self.stages[number] = "dropped"
            self.hear(self.host.drop(self.charge(number), self.now_ms), None, {})

    @rule(refund_in_ms=st.sampled_from([-1, 60_000, DAY_MS]))
    def reverse(self, refund_in_ms: int) -> None:
        """Whatever is paid goes back; what goes back already is asked for again."""
        for number, stage in list(self.stages.items()):
            if stage in ("paid", "reversing"):
                self.stages[number] = "reversing"
                due = dates(self.now_ms, refund_in_ms)
                proof = self.proofs.get(number, "")
                self.hear(self.host.reverse(self.charge(number), self.now_ms, due, proof), None, {})

    @rule(luck=st.integers(0, 3))
    def kill(self, luck: int) -> None:
        """The next controller knows what the books know, and asks as the brain does."""
        if luck:
            return
        self.host = Host(deuna(), chance=lambda: 0.5, clocks=CLOCKS)
        self.numbers = {number: {proof} for number, proof in self.proofs.items()}
        for number, stage in self.stages.items():
            charge, due = self.charge(number), dates(self.now_ms)
            if stage in ("asked", "dropped"):
                self.hear(self.host.watch(charge, self.now_ms, due, waited=stage == "asked"), None, {})
            elif stage == "reversing":
                self.hear(self.host.reverse(charge, self.now_ms, due, self.proofs.get(number, "")), None, {})

    # What the provider does

    @rule(reply=ODD | st.tuples(st.sampled_from([200, 201]), BODIES), wait_ms=WAITS)
    def exchange(self, reply: Reply | tuple[int, dict[str, Any]], wait_ms: int) -> None:
        """The next question gets this reply, whatever it was about."""
        if asked := self.next_question(wait_ms):
            said, body = (reply, {}) if isinstance(reply, Reply) else (replied(reply[0], **reply[1]), reply[1])
            self.answer(asked, said, body)

    @rule(statuses=st.lists(GOOD, min_size=1, max_size=8), wait_ms=st.sampled_from([0, 2_000]))
    def exchange_well(self, statuses: list[str], wait_ms: int) -> None:
        """The next questions get replies of the right form, about the right payment, whatever they say of it."""
        for status in statuses:
            if asked := self.next_question(wait_ms):
                body = well_formed(asked[0], asked[1], status)
                self.answer(asked, replied(200, **body), body)

    def next_question(self, wait_ms: int) -> tuple[str, int | None, dict[str, Any]] | None:
        """What is asked next, about which payment, in which words; None when it is not time."""
        self.now_ms = max(self.now_ms, self.host.wake_ms) + wait_ms
        request = self.host.to_send(self.now_ms)
        if request is None:
            return None
        assert self.host._asked
        return request.path.rsplit("/", 1)[-1], self.host._asked[0], json.loads(request.body)

    def answer(self, asked: tuple[str, int | None, dict[str, Any]], said: Reply, body: dict[str, Any]) -> None:
        what, number, words = asked
        if what == "refund":
            assert number not in self.proofs, "another refund is asked for while one is accepted"
        if what == "request" and said.reached:
            reference = words["internalTransactionReference"]
            self.asked[reference] = self.asked.get(reference, 0) + 1
        if number is not None and body.get("transactionReverseId"):
            self.numbers.setdefault(number, set()).add(body["transactionReverseId"])
        self.now_ms += 50
        self.hear(self.host.hear(said, self.now_ms), what, body)

    # What must be so

    def hear(self, events: list[Event], what: str | None, body: dict[str, Any]) -> None:
        """Everything told follows from the reply just heard; or is said again, which the books take for old news."""
        for event in events:
            if what == "info":
                self.check(event, body)
            elif what == "refund":
                assert isinstance(event, Accepted)
                assert event.proof == body["transactionReverseId"]
            else:
                told = isinstance(event, Offered | Declined | Unpaid) or what is None
                assert told, f"{event} follows from no look: {what} {body}"
            hypothesis.event(type(event).__name__)
            self.book(event)

    def check(self, event: Event, body: dict[str, Any]) -> None:
        reference = REFERENCES[event.number]
        match event:
            case Approved(_, cents):
                assert (body["status"], body["internalTransactionReference"]) == ("APPROVED", reference)
                assert cents == {3.5: 350, 3.49: 349, 5: 500, "3.50": 350}[body["amount"]]
            case Proven(number, proof):
                assert (body["status"], body["internalTransactionReference"]) == ("REVERSED", reference)
                assert proof in self.numbers[number]
                assert self.stages[number] == "reversing"
            case Bounced(number, proof):
                assert body["status"] == "REVERSED_FAILED"
                assert self.proofs[number] == proof
            case GivenUp(number):
                assert self.stages[number] == "reversing"
                assert body["status"] in ("PENDING", "APPROVED", "REVERSED", "REVERSED_FAILED")
            case Unpaid(number):
                assert self.stages[number] == "dropped"
                assert body["status"] in ("PENDING", "REVERSED")

    def book(self, event: Event) -> None:
        """The books take it only from the stage it fits, as the vend cycle does."""
        stage = self.stages[event.number]
        if isinstance(event, Approved) and stage in ("asked", "dropped"):
            self.stages[event.number] = "paid"
        elif isinstance(event, Declined) and stage == "asked":
            self.stages[event.number] = "dropped"
            self.hear(self.host.drop(self.charge(event.number), self.now_ms), None, {})
        elif isinstance(event, Accepted):
            self.proofs[event.number] = event.proof
        elif isinstance(event, Bounced):
            self.proofs.pop(event.number, None)
        elif isinstance(event, Proven | GivenUp | Unpaid):
            self.stages[event.number] = "over"
            self.proofs.pop(event.number, None)

    @invariant()
    @precondition(lambda self: hasattr(self, "asked"))
    def no_payment_is_asked_for_twice(self) -> None:
        """Over any number of kills: at most one asking that the provider may have acted on."""
        assert all(times <= 1 for times in self.asked.values()), self.asked


TestWallet = Wallet.TestCase
TestWallet.settings = settings(max_examples=5_000 if WIDE else 150, stateful_step_count=50)
