"""A wallet's payment goes back: proven by the provider's number and its later word, or given up for a person to see to.

The number itself outlives a kill; how often a provider is asked that goes on failing stands in `test_wallet_patience`.
"""

import pytest
from wallet_line import (
    BAG,
    DAY_MS,
    HOUR_MS,
    LOST,
    MINUTE_MS,
    STORM,
    UNSENT,
    Line,
    Spoil,
    TinyDeuna,
    dates,
    on,
    replied,
)

from controller.protocols.wallets import Accepted, Approved, Bounced, Charge, GivenUp, Proven, Reply


def paid(cents: int | None = None, peer: TinyDeuna | None = None) -> Line:
    """A bag that was paid for and could not be given out."""
    line = Line(peer)
    line.ask()
    line.peer.pay(BAG.reference, cents)
    line.run(10_000)
    assert line.all(Approved)
    line.events.clear()
    return line


ACCEPTED, BOUNCED, PROVEN = Accepted(7, "rev-t-0"), Bounced(7, "rev-t-0"), Proven(7, "rev-t-0")


def well() -> Spoil:
    return lambda request, reply: reply


def test_a_refund_ends_with_the_providers_number_and_its_later_word() -> None:
    """Look, refund, look: within ten seconds, and by one refund. The number is told as soon as it is heard."""
    line = paid()
    line.reverse()
    line.run(10_000)
    assert line.events == [ACCEPTED, PROVEN]
    assert line.calls("refund") == [{"idTransacionReference": "t-0", "idType": "0"}]


def test_the_number_alone_is_no_proof() -> None:
    """Deuna gives its number, and goes on saying APPROVED for an hour: nothing is proven, and nothing refunded again."""
    line = paid(peer=TinyDeuna(refunds="APPROVED"))
    line.reverse()
    line.run(HOUR_MS)
    assert (line.events, len(line.calls("refund"))) == ([ACCEPTED], 1)
    line.peer.papers[0].status = "REVERSED"
    line.run(HOUR_MS)
    assert line.events == [ACCEPTED, PROVEN]


def test_a_number_that_never_comes_true_is_a_doubt() -> None:
    """Accepted, and APPROVED for seven days: a person looks, and is told the number; no second refund was asked for."""
    line = paid(peer=TinyDeuna(refunds="APPROVED"))
    line.reverse()
    line.run(6 * DAY_MS)
    assert line.events == [ACCEPTED]
    line.run(2 * DAY_MS)
    why = "accepted as rev-t-0, but never said to have gone back"
    assert line.events == [ACCEPTED, GivenUp(7, why, doubt=True)]
    assert len(line.calls("refund")) == 1


def test_the_word_alone_is_no_proof() -> None:
    """REVERSED without a number ever heard: until the deadline the number is asked for; then it is a doubt, for it may be
    back, and a person has to look."""
    line = paid()
    line.peer.papers[0].status = "REVERSED"
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(HOUR_MS - MINUTE_MS)
    assert line.events == []
    line.run(HOUR_MS)
    (given_up,) = line.events
    assert isinstance(given_up, GivenUp)
    assert "look there before paying" in given_up.why
    assert given_up.doubt


def test_the_refund_lie_is_a_no() -> None:
    """`status: true` and no reversal number: asked again until the deadline, then given up; never proven."""
    line = paid()
    line.spoil = on("refund", replied(200, status=True, message="QR cleaned", transactionReverseId=None))
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(HOUR_MS - MINUTE_MS)
    assert line.events == []
    assert len(line.calls("refund")) > 3
    line.spoil = on("refund", replied(200, status=True, transactionReverseId=""))
    line.peer.refunds = "refused"
    line.run(HOUR_MS)
    assert line.all(Proven) == []


def test_a_no_before_the_deadline_is_asked_again() -> None:
    """Refused for twenty minutes, then it works: proven."""
    line = paid(peer=TinyDeuna(refunds="refused"))
    line.reverse()
    line.run(20 * MINUTE_MS)
    line.peer.refunds = "REVERSED"
    line.run(30 * MINUTE_MS)
    assert line.events == [ACCEPTED, PROVEN]


def test_a_no_after_the_deadline_is_final() -> None:
    """Past 20:00: one try, one look that finds the money still there, and a person has to see to it."""
    line = paid(peer=TinyDeuna(refunds="refused"))
    line.reverse(refund_in_ms=-HOUR_MS)
    line.run(MINUTE_MS)
    assert line.events == [GivenUp(7, "HTTP 400")]
    assert len(line.calls("refund")) == 1


def test_a_reversal_that_failed_is_asked_for_again() -> None:
    """REVERSED_FAILED after an accepted refund: its number is taken back, another try has another one, and that counts."""
    line = paid(peer=TinyDeuna(refunds="REVERSED_FAILED"))
    line.reverse()
    line.run(4_000)
    assert line.events == [ACCEPTED, BOUNCED]
    line.spoil = on("refund", replied(200, status=True, transactionReverseId="rev-second"))
    line.peer.refunds = "REVERSED"
    line.run(HOUR_MS)
    assert line.events == [ACCEPTED, BOUNCED, Accepted(7, "rev-second"), Proven(7, "rev-second")]


def test_a_reversal_that_goes_on_failing_is_given_up_at_the_deadline() -> None:
    """It is never told as proven, and not before its time as lost; it surely did not go back, so that it is no doubt."""
    line = paid(peer=TinyDeuna(refunds="REVERSED_FAILED"))
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(HOUR_MS - MINUTE_MS)
    assert {type(event) for event in line.events} == {Accepted, Bounced}
    line.run(HOUR_MS)
    assert line.events[-1] == GivenUp(7, "the reversal failed")
    assert line.all(Proven) == []


@pytest.mark.parametrize("silence", [LOST, UNSENT, STORM, replied(503), Reply(200, b"<html>")], ids=repr)
def test_silence_is_never_final(silence: Reply) -> None:
    """The provider is out from before the deadline to a day after it; then everything goes its way."""
    line = paid()
    line.spoil = lambda request, reply: silence
    line.peer.refunds = "refused"  # what the provider does meanwhile, unheard
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(DAY_MS)
    assert line.events == []
    line.peer.refunds = "REVERSED"
    line.spoil = well()
    line.run(HOUR_MS)
    assert line.events == [ACCEPTED, PROVEN]


def test_a_lost_reply_to_a_refund_is_looked_up_first() -> None:
    """It was carried out: after a look that says so no money is asked back twice, and the end waits for a person."""
    line = paid()
    line.spoil = on("refund", LOST, times=1)
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(20_000)
    order = [request.path.rsplit("/", 1)[-1] for _, request in line.sent]
    assert order[order.index("refund") + 1] == "info"
    line.run(2 * HOUR_MS)
    assert line.peer.papers[0].reversal == "rev-t-0"
    assert [type(event) for event in line.events] == [GivenUp]


def test_after_a_lost_reply_a_no_is_not_final_before_that_refund_had_its_time() -> None:
    """It may still be carried out: for a quarter of an hour nobody is told that the money stays."""
    line = paid()
    line.spoil = on("refund", LOST, times=1)
    line.peer.refunds = "APPROVED"
    line.reverse(refund_in_ms=-HOUR_MS)
    line.run(3_000)
    line.peer.refunds = "refused"
    line.run(10 * MINUTE_MS)
    assert line.events == []
    line.run(HOUR_MS)
    assert line.events == [GivenUp(7, "HTTP 400")]


def test_no_refund_is_asked_for_what_the_provider_does_not_call_paid() -> None:
    """PENDING where the books say paid: it is looked at for seven days, then a person has to."""
    line = paid()
    line.peer.papers[0].paid_cents = 0
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(6 * DAY_MS)
    assert (line.events, line.calls("refund")) == ([], [])
    line.run(2 * DAY_MS)
    assert line.events == [GivenUp(7, "the provider knows nothing of it being paid")]


def test_a_payment_of_another_amount_goes_back_with_that_amount() -> None:
    """Three dollars were paid for a bag of 3.50: the books reverse three."""
    line = paid(300)
    line.reverse(Charge(7, BAG.reference, 300))
    line.run(10_000)
    assert line.events == [ACCEPTED, PROVEN]


def test_a_total_refund_of_another_amount_than_the_books_is_not_asked_for() -> None:
    """The books reverse 3.50 and the provider says 5.00 were paid: after the deadline a person has to look."""
    line = paid(500)
    line.reverse(BAG, refund_in_ms=HOUR_MS)
    line.run(3 * HOUR_MS)
    assert line.calls("refund") == []
    assert line.events == [GivenUp(7, "the provider speaks of another amount")]


def test_after_a_restart_a_refund_is_taken_up_by_our_reference_alone() -> None:
    """Number, reference and amount are all the new controller has: it finds the transaction, and the money goes back."""
    line = paid()
    before = len(line.calls("info"))
    line.restart()
    line.reverse()
    line.run(10_000)
    assert line.calls("info")[before] == {"idTransacionReference": BAG.reference, "idType": "1"}
    assert line.events == [ACCEPTED, PROVEN]


def killed(line: Line, **how: int) -> None:
    """The controller is killed as soon as the provider has accepted its refund; the next one takes it up."""
    line.reverse(**how)
    while line.peer.papers[0].reversal is None:
        line.run(100)
    assert line.events == [ACCEPTED]
    line.restart()


def test_a_kill_between_the_refund_and_its_proof_gives_back_once() -> None:
    """The books have the number, and the next controller only looks: proven by one look, and no second refund."""
    line = paid()
    killed(line)
    line.reverse()
    line.run(10_000)
    assert line.events == [PROVEN]
    assert len(line.calls("refund")) == 1


@pytest.mark.parametrize("says", ["APPROVED", "PENDING"])
def test_while_it_is_accepted_no_second_refund_is_asked_for(says: str) -> None:
    """Killed every hour of a day while the provider cannot make up its mind: one refund, and in the end one proof."""
    line = paid(peer=TinyDeuna(refunds=says))
    killed(line)
    for _ in range(24):
        line.restart()
        line.reverse()
        line.run(HOUR_MS)
    assert (line.events, len(line.calls("refund"))) == ([], 1)
    line.peer.papers[0].status = "REVERSED"
    line.run(HOUR_MS)
    assert line.events == [PROVEN]


def test_a_machine_that_sleeps_every_night_gives_up_all_the_same() -> None:
    """Twelve hours a day for nine days, each of them begun anew with the number of the first: the doubt is told once."""
    line = paid(peer=TinyDeuna(refunds="APPROVED"))
    killed(line)
    asked_ms = line.now_ms
    for _ in range(9):
        line.restart()
        line.tell(line.host.reverse(BAG, line.now_ms, dates(asked_ms), line.proofs[7]))
        line.run(12 * HOUR_MS)
        if line.events:
            break
        line.now_ms += 12 * HOUR_MS
    assert [type(event) for event in line.events] == [GivenUp]
    assert 7 * DAY_MS <= line.now_ms - asked_ms < 8 * DAY_MS


def test_a_number_from_before_the_kill_that_fails_is_taken_back() -> None:
    """The next controller learns that the refund failed, says so, and asks for another one."""
    line = paid(peer=TinyDeuna(refunds="APPROVED"))
    killed(line)
    line.peer.papers[0].status, line.peer.refunds = "REVERSED_FAILED", "REVERSED"
    line.spoil = on("refund", replied(200, status=True, transactionReverseId="rev-second"))
    line.reverse()
    line.run(MINUTE_MS)
    assert line.events == [BOUNCED, Accepted(7, "rev-second"), Proven(7, "rev-second")]


def test_a_number_the_books_never_got_is_a_doubt() -> None:
    """Killed between the provider's answer and the commit: it says REVERSED and gives no number, so a person looks; no second
    refund is carried out."""
    line = paid()
    killed(line, refund_in_ms=HOUR_MS)
    line.proofs.clear()
    line.reverse(refund_in_ms=HOUR_MS)
    line.run(2 * HOUR_MS)
    (given_up,) = line.events
    assert isinstance(given_up, GivenUp)
    assert given_up.doubt
    assert (line.peer.papers[0].reversal, line.peer.papers[0].status) == ("rev-t-0", "REVERSED")


def test_a_number_the_books_lost_is_said_again() -> None:
    """The disk refused and the brain asks anew: the host has not forgotten, and asks nothing of the provider."""
    line = paid(peer=TinyDeuna(refunds="APPROVED"))
    line.reverse()
    line.run(10_000)
    line.proofs.clear()
    line.reverse()
    assert (line.events, len(line.calls("refund"))) == ([ACCEPTED, ACCEPTED], 1)


def test_a_number_told_again_completes_the_proof_after_a_restart() -> None:
    """A provider that answers a second refund with the number of the first one ends it well."""
    line = paid()
    line.peer.papers[0].status = "REVERSED"
    line.restart()
    line.spoil = on("refund", replied(200, status=True, transactionReverseId="rev-first"))
    line.reverse()
    line.run(MINUTE_MS)
    assert line.events == [Accepted(7, "rev-first"), Proven(7, "rev-first")]


def test_asked_again_it_says_the_last_word_again() -> None:
    """The books did not get the proof: it is told again, and nothing is asked of the provider."""
    line = paid()
    line.reverse()
    line.run(10_000)
    line.reverse()
    line.run(10_000)
    assert line.events == [ACCEPTED, PROVEN, PROVEN]
    assert len(line.calls("refund")) == 1


def test_a_deadline_that_is_known_later_counts() -> None:
    """The clock was set meanwhile: the day is over sooner than feared."""
    line = paid(peer=TinyDeuna(refunds="refused"))
    line.reverse()
    line.run(HOUR_MS)
    assert line.events == []
    line.host.date(7, dates(line.now_ms, refund_in_ms=-HOUR_MS))
    line.run(30 * MINUTE_MS)
    assert line.events == [GivenUp(7, "HTTP 400")]


def test_a_refund_goes_on_while_others_pay() -> None:
    """A visitor's looks come first and do not starve it."""
    line = paid()
    line.reverse()
    line.tell(line.host.ask(Charge(8, "QW7N2LDXE4SYH6MA", 500), line.now_ms))
    line.run(30_000)
    assert line.all(Proven) == [PROVEN]
