"""The question after a sale: one answer a sale, in words of the configuration, while its thanks is on the screen."""

from dataclasses import replace

import pytest
from builders import A1, BAG, Till, coins, dispensing, shelf
from test_view import picture

from controller.domain import facts as f
from controller.domain.cycle import Phase
from controller.domain.events import DeadlinePassed, ItemDropped, Restarted, SlotChosen, VisitorAnswers
from controller.domain.shop import Policy

ASKS = Policy(question="what-brought-you", answers=("seen", "gift"))
GIFT = VisitorAnswers(1, "what-brought-you", "gift")


def thanked(*paid: int) -> Till:
    """A till that has just sold its first bag, whose machine asks a question."""
    till = dispensing(paid=paid or (100, 100, 100, 50), shop=shelf(policy=ASKS))
    till.tell(ItemDropped(1))
    return till


def test_an_answer_is_one_fact_without_a_person() -> None:
    """Which sale, which piece, which words: nothing else is known, and no money moves."""
    till = thanked()
    assert till.tell(GIFT).facts == (f.VisitorAnswered(1, A1, BAG, "what-brought-you", "gift"),)
    assert picture(till).notice is not None
    assert picture(till).notice.answered


def test_a_second_answer_to_the_same_sale_changes_nothing() -> None:
    """Two quick fingers, or the same request sent again: the first answer stands."""
    till = thanked()
    till.tell(GIFT)
    before = till.cycle
    assert till.tell(replace(GIFT, answer="seen")).facts == ()
    assert till.tell(GIFT).facts == ()
    assert till.cycle == before


@pytest.mark.parametrize(
    "stranger",
    [
        replace(GIFT, vend_id=2),
        replace(GIFT, question="how-old-are-you"),
        replace(GIFT, answer="Rosa, 099 123 4567"),
        replace(GIFT, question=""),
    ],
    ids=["another sale", "another question", "free text", "no question"],
)
def test_only_words_of_the_configuration_are_written_down(stranger: VisitorAnswers) -> None:
    """Whatever else is sent could be about a person, and is forgotten."""
    assert thanked().tell(stranger).facts == ()


def test_a_machine_that_asks_nothing_writes_no_answer() -> None:
    """Without a question in the configuration there are no answers either."""
    till = dispensing()
    till.tell(ItemDropped(1))
    assert till.tell(VisitorAnswers(1)).facts == ()
    assert till.tell(GIFT).facts == ()


def test_an_answer_that_comes_too_late_is_forgotten() -> None:
    """The thanks has left the screen by itself, or the next visitor's coin has taken its place."""
    late, followed = thanked(), thanked()
    late.now_ms += ASKS.notice_ms
    followed.tell(coins(25))
    assert late.tell(GIFT).facts == ()
    assert followed.tell(GIFT).facts == ()


def test_whoever_is_done_with_the_thanks_gets_the_shelf_and_keeps_her_rest() -> None:
    """Half a dollar too much was put in: the thanks goes, the fifty cents and their time stay."""
    till = thanked(100, 100, 100, 100)
    till.now_ms += 5_000
    decision = till.tell(VisitorAnswers(1))
    assert (decision.facts, decision.cycle.notice, decision.cycle.credit_cents) == ((), None, 50)
    assert decision.cycle.deadline_ms == till.now_ms + ASKS.credit_idle_ms


def test_an_answer_survives_a_power_cut_and_is_not_asked_again() -> None:
    """After the restart the thanks has its whole time again, and its answer is still there."""
    till = thanked()
    till.tell_all(GIFT, Restarted())
    assert till.cycle.notice is not None
    assert (till.cycle.notice.answered, till.cycle.notice.vend.vend_id) == (True, 1)
    assert till.tell(GIFT).facts == ()


def test_the_thanks_says_who_got_what_of_this_sale() -> None:
    """To the cent as it was posted, and not what the next sale would give."""
    till = thanked()
    (sold,) = till.written(f.Sold)
    told = picture(till).notice
    assert isinstance(sold, f.Sold)
    assert told is not None
    assert (told.vend_id, told.shares) == (1, sold.shares)


def test_the_next_choice_takes_the_thanks_off_the_screen() -> None:
    """As does its own deadline: nobody has to touch anything."""
    chosen, left = thanked(), thanked()
    chosen.tell(SlotChosen(A1))
    left.now_ms += ASKS.notice_ms
    left.tell(DeadlinePassed())
    assert [till.cycle.notice for till in (chosen, left)] == [None, None]
    assert left.cycle.phase is Phase.IDLE
