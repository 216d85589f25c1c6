"""Closing a period: who may, up to where, and what has to be looked at before."""

from dataclasses import replace

import pytest
from builders import A1, CLAIM, shelf

from controller.domain import facts as f
from controller.domain.periods import ClosePeriod, Stretch, first_seq, grant
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal

NOVEMBER = ClosePeriod("2026-11", 48, "carmen", "luz", "cierre-2026-11")
HEAD = "5a" * 32
COUNTED = Stretch(HEAD, counted=True)
CLOSED = f.PeriodClosed("2026-11", 48, HEAD, "carmen", "luz", "", "cierre-2026-11")
DOUBT = f.VendInDoubt(9, A1, 350, "no-drop", CLAIM, ())


def refused(wish: ClosePeriod, shop: Shop, stretch: Stretch = COUNTED) -> str:
    answer = grant(wish, shop, stretch)
    assert isinstance(answer, Refusal), answer
    assert answer.words
    return answer.code


def test_two_people_close_november() -> None:
    """The fact names both, how far it goes and the hash of the fact it goes to."""
    assert grant(NOVEMBER, shelf(), COUNTED) == Granted((CLOSED,))


def test_the_next_period_begins_after_the_last_fact_of_the_one_before() -> None:
    """The first one begins with the first fact."""
    assert first_seq(shelf().assembly.periods) == 1
    assert first_seq(shelf(CLOSED).assembly.periods) == 49


def test_a_period_never_goes_back() -> None:
    """What is closed stays closed: the next one has to go further, and not beyond the books."""
    december = replace(NOVEMBER, label="2026-12", wish_id="cierre-2026-12")
    assert refused(replace(december, to_seq=48), shelf(CLOSED)) == "nothing-new"
    assert refused(replace(december, to_seq=12), shelf(CLOSED)) == "nothing-new"
    assert refused(replace(december, to_seq=9_999), shelf(CLOSED), Stretch("", counted=True)) == "no-fact"
    assert isinstance(grant(replace(december, to_seq=49), shelf(CLOSED), COUNTED), Granted)


def test_a_label_is_used_once() -> None:
    """Two statements of November would be one too many."""
    again = replace(NOVEMBER, to_seq=60, wish_id="otra-vez")
    assert refused(again, shelf(CLOSED)) == "closed-already"


def test_asked_again_it_is_done_already() -> None:
    """The answer may be lost with the power: the same wish is granted with nothing to write, another under its id is not."""
    done = replace(COUNTED, done=CLOSED)
    assert grant(NOVEMBER, shelf(CLOSED), done) == Granted(())
    assert refused(replace(NOVEMBER, witness="rosa"), shelf(CLOSED), done) == "used-id"


@pytest.mark.parametrize("witness", ["", "carmen", " carmen "])
def test_nobody_closes_alone(witness: str) -> None:
    """Whoever closes needs another pair of eyes."""
    assert refused(replace(NOVEMBER, witness=witness), shelf()) == "one-person"


def test_a_box_that_nobody_counted_is_counted_first_or_explained() -> None:
    """A reason is written into the books for ever."""
    uncounted = Stretch(HEAD, counted=False)
    assert refused(NOVEMBER, shelf(), uncounted) == "not-counted"
    answer = grant(replace(NOVEMBER, despite=" la llave está en Otavalo "), shelf(), uncounted)
    assert answer == Granted((replace(CLOSED, despite="la llave está en Otavalo"),))


def test_a_piece_in_doubt_is_decided_first_or_explained() -> None:
    """Its price is nobody's yet."""
    assert refused(NOVEMBER, shelf(DOUBT)) == "doubts-open"
    assert isinstance(grant(replace(NOVEMBER, despite="espera a la visitante"), shelf(DOUBT), COUNTED), Granted)


@pytest.mark.parametrize("label", ["noviembre", "2026-13", "2026-W54", "2026-W00", "2026-11 ", "", "26-11"])
def test_a_label_is_a_month_or_a_week(label: str) -> None:
    """Anything else could be mistaken for another period one day."""
    assert refused(replace(NOVEMBER, label=label), shelf()) == "bad-period"


def test_a_wish_without_a_number_is_refused() -> None:
    """Without one nobody could ask again safely."""
    assert refused(replace(NOVEMBER, wish_id=" "), shelf()) == "no-id"
    assert refused(replace(NOVEMBER, despite="x" * 201), shelf()) == "too-long"
