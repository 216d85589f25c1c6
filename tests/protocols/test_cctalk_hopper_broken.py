"""Hosts with a planted defect, each of the kind that gives money away or hides it: the oracle of the tests notices all."""

import pytest
from hopper_line import complaints

from controller.protocols.cctalk import Exchange, HopperHost, Outcome, Question


class RetriesBlindly(HopperHost):
    """Sends a dispense again when its answer does not come, as any other question."""

    def start(self) -> None:
        super().start()
        self._line = type("Blind", (Exchange,), {"ask": _ask_three_times})(3)


def _ask_three_times(line: Exchange, question: Question, now_ms: int) -> None:
    Exchange.ask(line, Question(question.header, question.data, question.timeout_ms, 3, question.answer_bytes), now_ms)


class TrustsStatus(HopperHost):
    """Believes what status says of the last payout, also after a reset."""

    def _conclude(self, now, coins, before):  # type: ignore[no-untyped-def]
        self.outcome = Outcome(now.status.paid)


class ForgetsTheCount(HopperHost):
    """Pays an order as if nobody had begun it."""

    def _pay(self, coins, before):  # type: ignore[no-untyped-def]
        still = yield from self._come_to_rest(coins)
        yield from super()._pay(coins, still.lifetime)


def test_no_complaint_about_the_host() -> None:
    """In every trouble of the list the host tells the truth."""
    assert complaints(HopperHost) == []


@pytest.mark.parametrize(
    ("broken", "noticed"),
    [
        (RetriesBlindly, "the answer to the dispense is lost"),
        (TrustsStatus, "forgets how far it came"),
        (ForgetsTheCount, "nothing, pay again: 6 left"),
    ],
)
def test_a_broken_host_is_noticed(broken: type[HopperHost], noticed: str) -> None:
    """A blind retry, a trusted status and an ignored count each let the list complain."""
    assert any(noticed in complaint for complaint in complaints(broken))
