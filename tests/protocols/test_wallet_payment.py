"""Paying by a wallet's code: asked for once, watched by our own reference, believed only where the provider names it."""

from itertools import pairwise

import pytest
from wallet_line import (
    BAG,
    BELT,
    CEDULA,
    DAY_MS,
    HOUR_MS,
    LOST,
    MINUTE_MS,
    PAYER,
    STORM,
    UNSENT,
    Line,
    TinyDeuna,
    dates,
    deuna,
    on,
    pix,
    replied,
)

from controller.protocols.wallets import Approved, Charge, Declined, Offered, Reply, Request, Show, Unpaid


def paying() -> Line:
    """A visitor who has the code of the bag before her."""
    line = Line()
    line.ask()
    assert [type(event) for event in line.events] == [Offered]
    return line


def test_what_the_provider_gives_is_what_is_shown() -> None:
    """Link and number of the reply, and nothing that we made up."""
    line = paying()
    show = Show(link="https://pagar.deuna.invalid/merchant?id=t-0", code="483920")
    assert line.events == [Offered(7, show)]


def test_a_paid_code_is_told_once_with_its_cents() -> None:
    """The provider goes on saying it for an hour; it was heard the first time."""
    line = paying()
    line.peer.pay(BAG.reference)
    line.run(HOUR_MS)
    assert line.all(Approved) == [Approved(7, 350)]


def test_asked_again_it_asks_once_and_says_it_again() -> None:
    """The same wish twice is one charge, and the same offer."""
    line = paying()
    line.ask()
    assert line.events[0] == line.events[1]
    assert len(line.calls("request")) == 1


def test_a_ghost_changes_nothing_ever() -> None:
    """PENDING of nothing, for seven days less a minute: no word about it, and it can still be paid then."""
    line = paying()
    line.drop()
    line.run(7 * DAY_MS - MINUTE_MS)
    assert [type(event) for event in line.events] == [Offered]
    line.peer.pay(BAG.reference)
    line.run(HOUR_MS)
    assert line.all(Approved) == [Approved(7, 350)]


def test_a_watch_ends_with_a_last_look() -> None:
    """The provider is out from the sixth day to the ninth: only after it answers again is the payment forgotten."""
    line = paying()
    line.drop()
    line.run(6 * DAY_MS)
    line.spoil = on("info", replied(503))
    line.run(3 * DAY_MS)
    assert line.all(Unpaid) == []
    line.spoil = on("info", LOST, times=0)
    line.run(HOUR_MS)
    assert line.all(Unpaid) == [Unpaid(7)]


def test_a_late_payment_is_found_after_the_screen_went_dark() -> None:
    """Dropped after two minutes, paid at three: told as approved; what that means is not decided here."""
    line = paying()
    line.run(2 * MINUTE_MS)
    line.drop()
    line.run(MINUTE_MS)
    line.peer.pay(BAG.reference)
    line.run(10_000)
    assert line.all(Approved) == [Approved(7, 350)]


@pytest.mark.parametrize("cents", [349, 351, 1, 35_000])
def test_another_amount_is_told_with_that_amount(cents: int) -> None:
    """Nothing is rounded towards what was asked."""
    line = paying()
    line.peer.pay(BAG.reference, cents)
    line.run(10_000)
    assert line.all(Approved) == [Approved(7, cents)]


@pytest.mark.parametrize(
    "trouble",
    [
        LOST,
        UNSENT,
        STORM,
        replied(500),
        replied(503),
        replied(404, message="not found"),
        replied(302),
        replied(401),
        replied(200, status="PENDING", amount=0),
        replied(200, status="NOT_FOUND"),
        replied(200, status=["APPROVED"], amount=3.5),
        Reply(200, b"<html>a captive portal</html>"),
        Reply(200, b"[]"),
        Reply(200, b""),
        Reply(200, b"\xff" * 40),
        replied(200, status="APPROVED", amount=3.5),
        replied(200, status="APPROVED", amount=3.5, internalTransactionReference=BELT.reference, transactionId="t-0"),
        replied(200, status="APPROVED", amount=3.5, internalTransactionReference=BAG.reference, transactionId="t-9"),
        replied(200, status="APPROVED", amount=0, internalTransactionReference=BAG.reference, transactionId="t-0"),
        replied(200, status="APPROVED", amount=3.505, internalTransactionReference=BAG.reference, transactionId="t-0"),
        replied(200, status="APPROVED", amount="many", internalTransactionReference=BAG.reference, transactionId="t-0"),
        replied(200, status="REVERSED", amount=3.5, internalTransactionReference=BAG.reference, transactionId="t-0"),
        replied(200, status="approved", amount=3.5, internalTransactionReference=BAG.reference, transactionId="t-0"),
    ],
    ids=lambda reply: repr(reply)[:60],
)
def test_silence_and_nonsense_mean_unknown(trouble: Reply) -> None:
    """Whatever is not an approval of our reference, our transaction and an amount changes nothing; the next look does."""
    line = paying()
    line.peer.pay(BAG.reference)
    line.spoil = on("info", trouble)
    line.run(3 * MINUTE_MS)
    assert [type(event) for event in line.events] == [Offered]
    line.spoil = on("info", LOST, times=0)
    line.run(2 * MINUTE_MS)
    assert line.all(Approved) == [Approved(7, 350)]


def test_a_lost_reply_to_asking_is_looked_up_and_never_asked_again() -> None:
    """The charge may exist: it is looked for by our own reference, its visitor is told, and it is watched on."""
    line = Line()
    line.spoil = on("request", LOST)
    line.ask()
    assert [type(event) for event in line.events] == [Declined]
    looks = [body for body in line.calls("info") if body["idTransacionReference"] == BAG.reference]
    assert looks[0] == {"idTransacionReference": BAG.reference, "idType": "1"}
    line.drop()
    line.peer.pay(BAG.reference)
    line.run(MINUTE_MS)
    assert (len(line.calls("request")), line.all(Approved)) == (1, [Approved(7, 350)])


@pytest.mark.parametrize("reply", [STORM, replied(500), Reply(200, b""), replied(200, status="0")], ids=repr)
def test_an_asking_that_ends_in_trouble_is_not_repeated(reply: Reply) -> None:
    """Nobody knows whether the charge exists: one call, however long the visitor stands there."""
    line = Line()
    line.spoil = on("request", reply)
    line.ask()
    line.run(10 * MINUTE_MS)
    assert len(line.calls("request")) == 1
    assert [type(event) for event in line.events] == [Declined]


def test_where_twice_is_once_a_lost_asking_is_repeated() -> None:
    """Pix takes the same charge again; when it then says no, the first one may have been paid: it is watched on."""
    line = Line(provider=pix())
    puts = [LOST, replied(400, title="not ATIVA"), replied(400, title="not ATIVA")]
    line.peer.answer = lambda request: puts.pop(0) if request.method == "PUT" else replied(404, title="no such charge")  # type: ignore[method-assign]
    line.ask()
    line.run(10_000)
    line.drop()
    assert (puts, [type(event) for event in line.events]) == ([], [Declined])


def test_an_asking_that_never_left_is_tried_again_a_few_times() -> None:
    """The line was down at that moment: three tries, then the visitor is told; when she goes, nothing is left open."""
    line = Line()
    line.run(2_000)
    line.spoil = on("request", UNSENT)
    line.ask()
    line.run(MINUTE_MS)
    assert len(line.calls("request")) == 3
    line.drop()
    assert [type(event) for event in line.events] == [Declined, Unpaid]


def test_a_charge_that_is_refused_is_nobodys_debt() -> None:
    """HTTP 400: the provider understood and said no. Its words stay with it."""
    line = Line()
    line.spoil = on("request", replied(400, message=f"{PAYER} {CEDULA}"))
    line.ask()
    line.drop()
    assert line.events == [Declined(7, "HTTP 400"), Unpaid(7)]


def test_no_code_is_shown_when_the_provider_has_not_just_answered() -> None:
    """It is away: asked for a sign of life first, and the charge is never sent."""
    line = Line()
    line.spoil = lambda request, reply: UNSENT
    line.ask()
    assert line.calls("request") == []
    assert line.events == [Declined(7, "the provider does not answer")]


def test_a_visitor_who_leaves_while_her_charge_is_being_asked_for_leaves_it_watched() -> None:
    """The reply is on its way when she goes: the charge exists, so it is no nobody's."""
    line = Line()
    line.run(2_000)
    line.tell(line.host.ask(BAG, line.now_ms))
    line.now_ms += 2_000
    request = line.host.to_send(line.now_ms)
    assert request is not None
    line.drop()
    line.tell(line.host.hear(line.peer.answer(request), line.now_ms))
    line.peer.pay(BAG.reference)
    line.run(10_000)
    assert line.events == [Approved(7, 350)]


def test_two_payments_never_mix() -> None:
    """Two codes are out; the provider answers each look with the other one's payment: nobody has paid."""
    line = paying()
    line.ask(BELT)
    line.peer.pay(BAG.reference)

    def swapped(request: Request, reply: Reply) -> Reply:
        if not request.path.endswith("info"):
            return reply
        other = b"t-1" if b'"t-0"' in request.body else b"t-0"
        return line.peer.answer(Request("POST", request.path, request.body.replace(b"t-0", other)))

    line.spoil = swapped
    line.run(MINUTE_MS)
    assert line.all(Approved) == []
    line.spoil = lambda request, reply: reply
    line.run(MINUTE_MS)
    assert line.all(Approved) == [Approved(7, 350)]


def test_a_number_given_to_one_payment_is_not_believed_for_another() -> None:
    """The second charge gets the first one's transaction: it cannot be shown."""
    line = paying()
    line.spoil = on("request", replied(200, transactionId="t-0", status="1", deeplink="https://x.invalid/"))
    line.ask(BELT)
    assert [type(event) for event in line.events] == [Offered, Declined]


def test_after_a_restart_a_payment_is_found_by_our_reference_alone() -> None:
    """The new controller knows number, reference and amount; it asks for nothing anew."""
    line = paying()
    line.restart()
    line.peer.pay(BAG.reference)
    line.tell(line.host.watch(BAG, line.now_ms, dates(line.now_ms), waited=True))
    line.run(10_000)
    assert (line.events, len(line.calls("request"))) == ([Approved(7, 350)], 1)


def test_a_watch_goes_on_where_the_books_say_it_began() -> None:
    """Dropped six days and 23 hours before the restart: one more hour, then it is over."""
    line = Line(now_ms=1_000)
    asked_ms = line.now_ms - 7 * DAY_MS + HOUR_MS
    line.tell(line.host.watch(BAG, line.now_ms, dates(asked_ms)))
    line.run(HOUR_MS - MINUTE_MS)
    assert line.events == []
    line.run(30 * MINUTE_MS)
    assert line.events == [Unpaid(7)]


def test_watching_again_says_the_last_word_again() -> None:
    """An approval that the books did not get is told again."""
    line = paying()
    line.peer.pay(BAG.reference)
    line.run(10_000)
    line.tell(line.host.watch(BAG, line.now_ms, waited=True))
    assert line.all(Approved) == [Approved(7, 350)] * 2


def test_one_look_is_never_sooner_than_the_provider_allows() -> None:
    """Ten codes are out: still 1.3 seconds between any two calls, and about one look in two seconds for each visitor."""
    line = Line()
    for number in range(10):
        line.tell(line.host.ask(Charge(number, f"AAAABBBBCCCC{number:04d}", 100), line.now_ms))
    line.run(5 * MINUTE_MS)
    times = [at for at, _ in line.sent]
    assert min(later - sooner for sooner, later in pairwise(times)) >= 1_300
    assert len(line.all(Offered)) == 10


def test_a_storm_is_waited_out_with_longer_and_longer_pauses() -> None:
    """429 for an hour: some seventy calls and not two thousand."""
    line = paying()
    line.spoil = on("info", STORM)
    before = len(line.sent)
    line.run(HOUR_MS)
    assert 55 <= len(line.sent) - before <= 80


def test_three_failures_in_a_row_are_a_provider_that_is_gone() -> None:
    """It is well, it fails thrice within seconds, it answers: well, gone, well again."""
    line = paying()
    assert line.host.healthy(line.now_ms)
    line.spoil = lambda request, reply: LOST
    line.run(8_000)
    assert not line.host.healthy(line.now_ms)
    assert line.host.trouble == "no answer"
    line.spoil = lambda request, reply: reply
    line.run(2 * MINUTE_MS)
    assert line.host.healthy(line.now_ms)


def test_a_pause_the_provider_asks_for_is_kept() -> None:
    """Retry-After of forty seconds: nothing is asked for so long; one of a day is not believed."""
    line = paying()
    line.spoil = on("info", Reply(429, retry_after_ms=40_000), times=1)
    line.run(60_000)
    times = [at for at, _ in line.sent]
    assert max(later - sooner for sooner, later in pairwise(times)) >= 40_000
    line.spoil = on("info", Reply(429, retry_after_ms=DAY_MS), times=1)
    line.run(3 * MINUTE_MS)
    assert line.host.healthy(line.now_ms)


def test_an_idle_line_is_asked_for_a_sign_of_life_each_minute() -> None:
    """By a reference nobody has, which is answered like any other."""
    line = Line()
    line.run(10 * MINUTE_MS)
    assert {body["idTransacionReference"] for body in line.calls("info")} == {"MINGAPROBE"}
    assert 10 <= len(line.sent) <= 12


def test_cancelling_is_dared_only_where_that_was_allowed() -> None:
    """Deuna's way to cancel is not verified: without a word from the owner it is never called, with one once."""
    quiet, daring = paying(), Line(TinyDeuna(), deuna(cancels=True))
    daring.ask()
    for line in (quiet, daring):
        line.drop()
        line.run(MINUTE_MS)
    assert (quiet.calls("cancel"), daring.calls("cancel")) == ([], [{"transactionId": "t-0", "pointOfSale": "4200000"}])


def test_what_is_delivered_is_asked_about_no_more() -> None:
    """After the confirmation only signs of life go out."""
    line = paying()
    line.peer.pay(BAG.reference)
    line.run(10_000)
    line.host.confirm(BAG.number)
    before = len(line.calls("info"))
    line.run(10 * MINUTE_MS)
    assert {body["idTransacionReference"] for body in line.calls("info")[before:]} == {"MINGAPROBE"}
    assert line.host.open == 0


@pytest.mark.parametrize("charge", [Charge(7, "A" * 21, 350), Charge(7, "", 350), Charge(7, BAG.reference, 0)])
def test_what_the_provider_cannot_carry_is_never_sent(charge: Charge) -> None:
    """A reference of 21 characters, none, a charge of nothing: declined at once."""
    line = Line()
    line.tell(line.host.ask(charge, 0))
    line.run(MINUTE_MS)
    assert [type(event) for event in line.events] == [Declined]
    assert line.calls("request") == []


def test_no_name_and_no_identity_number_gets_past_the_adapter() -> None:
    """The provider sends both with every approval: they are in nothing that is told, kept or shown."""
    line = paying()
    line.peer.pay(BAG.reference)
    line.run(10_000)
    seen = repr([line.events, line.host.__dict__, line.host.trouble, line.peer.answer(line.sent[-1][1])])
    assert line.all(Approved)
    assert PAYER not in seen
    assert CEDULA not in seen
