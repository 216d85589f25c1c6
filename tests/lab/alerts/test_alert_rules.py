"""When somebody is told, and when not: each rule just below its limit, at it, and when it cannot know."""

from dataclasses import replace
from typing import Any

import pytest
from bookwrite import DAY_MS, HOUR_MS, NOON_MS
from hypothesis import given
from hypothesis import strategies as st

from lab.alerts.limits import Limits
from lab.alerts.rules import OF_BOOKS, Alert, Rule, look
from lab.alerts.sight import Sight
from lab.alerts.words import SENTENCES, sentence
from lab.pages.fleet import Line, Seen

LIMITS = Limits()
NOW_MS = NOON_MS
"""A Saturday noon in Quito."""
SLOTS = [{"slot": "A1", "product": "chumpi-rojo", "quantity": 3}]
STATE = {"troubles": [], "trusted": True, "slots": SLOTS, "seq": 120}
META = {"zone": "America/Guayaquil", "hours": ["tue-sat 09:00-17:00"]}
SEEN = Seen(
    Line("museo-1", 1, 120, bytes(32), 120, 0, 0, 0, NOW_MS - 90 * DAY_MS, NOW_MS - 4_000),
    *({"online": True}, META, STATE, NOW_MS - 4_000, 120, 0, 0, 20_779),
)
WELL = Sight(SEEN, idle_since_ms=NOW_MS - HOUR_MS, vends=20)


def found(sight: Sight = WELL, **limits: Any) -> list[Alert]:
    return list(look(sight, Limits(**limits), NOW_MS).alerts)


def seen(line: dict[str, Any] | None = None, **more: Any) -> Sight:
    """A machine that is well, but for this."""
    return replace(WELL, seen=replace(SEEN, line=replace(SEEN.line, **(line or {})), **more))


def test_nobody_is_told_about_a_machine_that_is_well() -> None:
    """It sells, was heard just now, and every rule could judge it."""
    assert found() == []
    assert look(WELL, LIMITS, NOW_MS).judged == frozenset(Rule)


@pytest.mark.parametrize(("ago_ms", "is_told"), [(3 * HOUR_MS - 1, False), (3 * HOUR_MS, True)])
def test_a_machine_is_offline_after_three_hours_of_silence(ago_ms: int, is_told: bool) -> None:
    """To the millisecond."""
    alerts = found(seen({"last_heard_ms": NOW_MS - ago_ms}))
    assert alerts == ([Alert(Rule.OFFLINE, NOW_MS - ago_ms)] if is_told else [])


def test_a_machine_that_was_only_announced_is_silent_since_then() -> None:
    """The broker had kept its note; it has never said anything itself."""
    assert found(seen({"last_heard_ms": 0, "first_heard_ms": NOW_MS - DAY_MS})) == [
        Alert(Rule.OFFLINE, NOW_MS - DAY_MS)
    ]


def test_only_hours_of_opening_count_for_no_sales() -> None:
    """From Thursday noon to Saturday noon it was open for 5 + 8 + 3 hours: enough for 16, not for 17."""
    idle = replace(WELL, idle_since_ms=NOW_MS - 2 * DAY_MS)
    assert found(idle, no_sales_h=17) == []
    assert found(idle, no_sales_h=16) == [Alert(Rule.NO_SALES, NOW_MS - 2 * DAY_MS, n=16)]


@pytest.mark.parametrize(
    "state",
    [{"troubles": ["door-open"]}, {"slots": [{**SLOTS[0], "quantity": 0}]}, {"seq": 121}],
    ids=["stopped", "empty", "facts on the machine"],
)
def test_a_machine_that_does_not_say_it_sells_is_not_judged_for_no_sales(state: dict[str, Any]) -> None:
    """It is told by other rules, or its sales are still on their way: what is open stays open."""
    sight = replace(WELL, idle_since_ms=NOW_MS - 9 * DAY_MS, seen=replace(SEEN, state=STATE | state))
    judged = look(sight, LIMITS, NOW_MS)
    assert judged.alerts == ()
    assert judged.judged == frozenset(Rule) - {Rule.NO_SALES}


def test_a_machine_that_has_not_said_how_it_is_does_not_say_that_it_sells() -> None:
    """Its facts may come before its first note."""
    sight = replace(WELL, idle_since_ms=NOW_MS - 9 * DAY_MS, seen=replace(SEEN, state={}))
    assert found(sight) == []


def test_hours_that_nobody_can_read_raise_no_alarm() -> None:
    """A note is a stranger's word."""
    sight = replace(WELL, idle_since_ms=NOW_MS - 9 * DAY_MS)
    assert found(replace(sight, seen=replace(SEEN, meta={**META, "hours": ["siempre"]}))) == []


@given(failed=st.integers(0, 20), percent=st.integers(1, 100))
def test_jams_are_told_from_their_share_on(failed: int, percent: int) -> None:
    """Of 20 vends exactly when the share is reached."""
    alerts = found(replace(WELL, failed_ms=tuple(range(failed))), failed_percent=percent)
    assert bool(alerts) == (failed > 0 and failed / 20 * 100 >= percent)


def test_one_failure_of_a_young_machine_is_no_share() -> None:
    """One of its first two vends is no half of twenty."""
    assert found(replace(WELL, vends=2, failed_ms=(NOW_MS,))) == []


def test_each_slot_that_is_empty_for_a_day_is_told_by_its_name() -> None:
    """One that is empty for less is not."""
    empty = {"A1": NOW_MS - DAY_MS, "B7": NOW_MS - DAY_MS + 1}
    assert found(replace(WELL, empty_since_ms=empty)) == [Alert(Rule.EMPTY, NOW_MS - DAY_MS, "A1")]


@pytest.mark.parametrize("cents", [-500, 500])
def test_a_count_that_is_five_dollars_off_is_told(cents: int) -> None:
    """Too little or too much; a cent less is not."""
    assert found(replace(WELL, counts={"coinbox": (7, cents), "safe": (8, 499)})) == [
        Alert(Rule.CASH, 7, "coinbox", n=cents)
    ]


def test_a_clock_that_is_not_trusted_for_half_a_day_is_told() -> None:
    """By the hub's own clock since the start; once it is trusted, no more."""
    lost = replace(WELL, started_ms=NOW_MS - 12 * HOUR_MS)
    assert found(replace(lost, seen=replace(SEEN, state=STATE | {"trusted": False}))) == [
        Alert(Rule.CLOCK, NOW_MS - 12 * HOUR_MS)
    ]
    assert found(lost) == []


def test_missing_facts_are_told_and_the_books_are_not_judged() -> None:
    """After an hour of waiting; nobody says that nothing was sold while sales may be among what is missing."""
    sight = replace(seen({"waiting": 2}, missing_to=140), waiting_ms=NOW_MS - HOUR_MS, counts={"safe": (7, 900)})
    judged = look(sight, LIMITS, NOW_MS)
    assert judged.alerts == (Alert(Rule.MISSING, NOW_MS - HOUR_MS, n=121, of=140),)
    assert judged.judged == frozenset(Rule) - OF_BOOKS


def test_what_was_refused_is_told_at_once() -> None:
    """Until a person has looked."""
    assert found(replace(seen(refused=3), refused_ms=NOW_MS)) == [Alert(Rule.REFUSED, NOW_MS, n=3)]


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("language", SENTENCES)
def test_every_rule_has_words_in_both_languages(rule: Rule, language: str) -> None:
    """A whole sentence, with nothing left to fill in."""
    said = sentence(Alert(rule, NOW_MS, "A1", n=-1_250, of=20), "America/Guayaquil", language)
    assert len(said) > 20
    assert "{" not in said


def test_an_amount_and_a_moment_are_said_as_people_there_write_them() -> None:
    """In Quito's time, with a comma."""
    said = sentence(Alert(Rule.CASH, NOW_MS, "coinbox", n=-1_205), "America/Guayaquil", "es")
    assert said == "el conteo de coinbox (2026-11-21 12:00) no cuadra: faltan $12,05"
