"""How often a provider is asked about money that will not go back: more and more rarely, and once more before its deadline.

Counted against Deuna in miniature, in simulated time.
"""

from itertools import pairwise

import pytest
from test_wallet_reversal import paid
from wallet_line import DAY_MS, HOUR_MS, MINUTE_MS, Line, TinyDeuna, dates

from controller.protocols.wallets import GivenUp, Proven

FAILING = ["REVERSED_FAILED", "refused"]
"""Each refund is accepted and fails, or is not even accepted."""


def going_back(refunds: str, refund_in_ms: int = DAY_MS) -> Line:
    """A bag's money on its way back by such a provider; only what is asked from now on counts."""
    line = paid(peer=TinyDeuna(refunds=refunds))
    line.sent.clear()
    line.reverse(refund_in_ms=refund_in_ms)
    return line


def calls(line: Line) -> int:
    return len(line.calls("refund")) + len([1 for body in line.calls("info") if body["idType"] == "0"])


@pytest.mark.parametrize("refunds", FAILING)
def test_a_provider_that_goes_on_failing_is_asked_a_few_times_in_half_an_hour(refunds: str) -> None:
    """At most ten refunds and twenty calls in all."""
    line = going_back(refunds)
    line.run(30 * MINUTE_MS)
    assert 8 <= len(line.calls("refund")) <= 10
    assert calls(line) <= 20


@pytest.mark.parametrize("refunds", FAILING)
def test_a_provider_that_goes_on_failing_is_asked_a_few_hundred_times_in_a_day(refunds: str) -> None:
    """One refund in ten minutes, with a look after each."""
    line = going_back(refunds)
    line.run(DAY_MS)
    assert 140 <= len(line.calls("refund")) <= 155
    assert calls(line) <= 310


@pytest.mark.parametrize("refunds", FAILING)
def test_the_pause_between_refunds_doubles_up_to_ten_minutes(refunds: str) -> None:
    """Five seconds, ten, twenty: with the look and the line's own gap each is a few seconds longer, never shorter."""
    line = going_back(refunds)
    line.run(2 * HOUR_MS)
    pauses_ms = [later - sooner for sooner, later in pairwise(line.times("refund"))]
    for pause_ms, least_ms in zip(pauses_ms, [5_000 << n for n in range(7)], strict=False):
        assert least_ms <= pause_ms <= least_ms + 5_000
    assert all(600_000 <= pause_ms <= 605_000 for pause_ms in pauses_ms[7:])
    assert len(pauses_ms) > 12


@pytest.mark.parametrize("refunds", FAILING)
@pytest.mark.parametrize("hours", [1, 3, 24])
def test_one_more_refund_is_tried_shortly_before_the_deadline(refunds: str, hours: int) -> None:
    """The pause would end after it, and the very last try works: it goes back, and nobody is owed anything."""
    line = going_back(refunds, hours * HOUR_MS)
    deadline_ms = line.now_ms + hours * HOUR_MS
    line.run(hours * HOUR_MS - 3 * MINUTE_MS)
    before = len(line.calls("refund"))
    line.peer.refunds = "REVERSED"
    line.run(2 * MINUTE_MS)
    (last_ms,) = line.times("refund")[before:]
    assert deadline_ms - 2 * MINUTE_MS <= last_ms <= deadline_ms - MINUTE_MS
    assert line.events[-1] == Proven(7, "rev-t-0")


def test_a_refund_that_fails_shortly_before_the_deadline_is_tried_again_in_time() -> None:
    """Accepted hours ago, and looked at every ten minutes: the look before the deadline finds that it failed."""
    line = going_back("APPROVED", 3 * HOUR_MS)
    line.run(3 * HOUR_MS - 3 * MINUTE_MS)
    line.peer.papers[0].status, line.peer.refunds = "REVERSED_FAILED", "REVERSED"
    line.run(3 * MINUTE_MS)
    assert line.events[-1] == Proven(7, "rev-t-0")
    assert len(line.calls("refund")) == 2


def test_a_deadline_that_turns_out_to_be_near_has_its_last_try_too() -> None:
    """The clock was set: the day that was thought to last ends in four minutes, and the next refund was due in ten."""
    line = going_back("refused")
    line.run(5 * HOUR_MS)
    before = len(line.calls("refund"))
    while len(line.calls("refund")) == before:
        line.run(5_000)
    line.run(5_000)
    line.host.date(7, dates(line.now_ms, refund_in_ms=4 * MINUTE_MS))
    line.peer.refunds = "REVERSED"
    line.run(3 * MINUTE_MS)
    assert line.events[-1] == Proven(7, "rev-t-0")


def test_what_is_over_is_not_asked_about_again_when_its_date_is_known() -> None:
    """Given up, and dated afterwards: the provider hears nothing more of it."""
    line = going_back("refused", -HOUR_MS)
    line.run(MINUTE_MS)
    assert line.all(GivenUp)
    line.sent.clear()
    line.host.date(7, dates(line.now_ms, refund_in_ms=-2 * HOUR_MS))
    line.run(HOUR_MS)
    assert calls(line) == 0
