"""How a machine is judged: what it does in one word, what needs a person, and in which order."""

from dataclasses import replace
from typing import Any

import pytest
from labtown import HOUR_MS, MINUTE_MS, NOW_MS

from controller.domain.events import Trouble
from lab.pages.fleet import Line, Seen
from lab.pages.standing import Verdict, standing

SLOTS = [{"slot": slot, "product": "chumpi-rojo", "quantity": 3} for slot in ("A1", "A2", "A3", "B1")]
STATE = {"troubles": [], "lacks": [], "trusted": True, "slots": SLOTS, "seq": 120, "cash_cents": {"coinbox": 1_250}}
WELL = Seen(
    Line("museo-1", 1, 120, bytes(32), 120, 0, 0, 0, NOW_MS - HOUR_MS, NOW_MS - 4_000),
    *({"online": True}, {"zone": "America/Guayaquil"}, STATE),
    *(NOW_MS - MINUTE_MS, 120, 0, 0, 20_779),
)


def judged(seen: Seen = WELL, **state: Any) -> tuple[Verdict, list[str]]:
    """The verdict and the codes of what it needs, after it has said this."""
    stand = standing(replace(seen, state=STATE | state), NOW_MS)
    return stand.verdict, [concern.about or concern.code for concern in stand.concerns]


def heard(age_ms: int) -> Seen:
    return replace(WELL, line=replace(WELL.line, last_heard_ms=NOW_MS - age_ms))


def test_a_machine_that_is_well_needs_nobody() -> None:
    """It sells, and nothing is said about it."""
    assert judged() == (Verdict.SELLS, [])


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble != Trouble.CLOSED])
def test_a_trouble_stops_it_and_needs_somebody(trouble: Trouble) -> None:
    """Whatever it is."""
    assert judged(troubles=[trouble]) == (Verdict.STOPPED, [trouble])


def test_night_is_no_trouble() -> None:
    """Outside its hours a machine rests; with its door open at night it does not."""
    assert judged(troubles=["closed"]) == (Verdict.RESTS, [])
    assert judged(troubles=["closed", "door-open"]) == (Verdict.STOPPED, ["door-open"])


@pytest.mark.parametrize(("minutes", "verdict"), [(149, Verdict.SELLS), (151, Verdict.SILENT)])
def test_a_machine_is_silent_after_two_hours_and_a_half(minutes: int, verdict: Verdict) -> None:
    """It tells its state every two hours, whatever happens."""
    assert judged(heard(minutes * MINUTE_MS))[0] == verdict


def test_a_lost_connection_is_silence_at_once() -> None:
    """The broker says so by the machine's last will."""
    assert judged(replace(WELL, status={"online": False})) == (Verdict.SILENT, ["silent"])


def test_a_machine_that_has_said_nothing_yet_is_no_error() -> None:
    """Only its facts have come so far."""
    stand = standing(replace(WELL, status={}, meta={}, state={}), NOW_MS)
    assert (stand.verdict, stand.concerns) == (Verdict.SELLS, ())


def test_what_keeps_the_copy_from_being_whole_needs_somebody() -> None:
    """Missing facts with their numbers, refused ones with how many."""
    stand = standing(replace(WELL, missing_to=140, refused=2), NOW_MS)
    assert [(one.code, one.n, one.to) for one in stand.concerns] == [("missing", 121, 140), ("refused", 2, 0)]


def test_facts_of_a_newer_epoch_may_wait_without_a_gap_in_the_numbers() -> None:
    """A restore has branched off before the line's end, and nobody here knows where yet."""
    assert judged(replace(WELL, line=replace(WELL.line, waiting=3))) == (Verdict.SELLS, ["branch"])


def test_many_facts_that_stay_on_a_machine_in_touch_are_stuck() -> None:
    """A few are on their way."""
    assert judged(seq=300) == (Verdict.SELLS, [])
    assert judged(seq=400) == (Verdict.SELLS, ["stuck"])


def test_half_an_empty_shelf_needs_somebody() -> None:
    """One empty spiral does not; a wholly empty machine sells nothing."""
    empty = [slot | {"quantity": 0} for slot in SLOTS]
    assert judged(slots=[*empty[:1], *SLOTS[1:]]) == (Verdict.SELLS, [])
    assert judged(slots=[*empty[:2], *SLOTS[2:]]) == (Verdict.SELLS, ["sold-out"])
    assert judged(slots=empty) == (Verdict.EMPTY, ["sold-out"])


def test_the_worst_comes_first() -> None:
    """By the heaviest thing: three small ones do not outweigh a machine nobody hears."""
    silent = standing(heard(3 * HOUR_MS), NOW_MS)
    lacking = replace(WELL, state=STATE | {"lacks": ["no-hopper", "no-bills", "box-full"], "trusted": False}, refused=1)
    assert sorted([standing(lacking, NOW_MS), silent], key=lambda stand: stand.order)[0] is silent


def test_change_for_visitors_is_not_cash_that_waits() -> None:
    """Only what somebody has to fetch counts."""
    cash_cents = {"coinbox": 1_250, "hopper:25": 800, "tube:10": 90, "bills": 500, "safe": 9_000}
    assert replace(WELL, state=STATE | {"cash_cents": cash_cents}).cash_cents == 1_750
