"""The geometry of charts: nothing leaves its box, nothing that is there is invisible, nothing that is not there is drawn."""

from hypothesis import given
from hypothesis import strategies as st

from lab.pages.chart import LEVELS, bars, ceiling, level, lines, strip

VALUES = st.lists(st.integers(-5_000, 2_000_000), max_size=400)


def test_a_bar_stands_for_its_value() -> None:
    """Twice the money is twice as tall; a day without sales has no bar, nor has one on which more was taken back."""
    chart = bars([100, 0, 200, -50], width=80, height=100)
    assert [(bar.x, bar.y, bar.height) for bar in chart.bars] == [(0, 50, 50), (40, 0, 100)]
    assert [(tick.y, tick.value) for tick in chart.ticks] == [(50, 100), (0, 200)]


@given(VALUES)
def test_no_bar_leaves_the_chart_and_none_is_invisible(values: list[int]) -> None:
    """However many days there are, and however small one is beside another."""
    chart = bars(values)
    assert len(chart.bars) == sum(value > 0 for value in values)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= chart.width + 1
        assert 0 <= bar.y < bar.y + bar.height == chart.height


def test_a_line_goes_from_edge_to_edge() -> None:
    """The largest value touches the top, nothing sold lies on the ground."""
    assert lines([0, 5, 10], width=100, height=20) == "0,20 50,10 100,0"
    assert lines([], 100, 20) == ""
    assert lines([0, 0], 100, 20) == "0,20 100,20"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_only_nothing_has_no_shade(value: int, most: int) -> None:
    """And more is never lighter."""
    assert (level(value, most) == 0) == (value == 0)
    assert 0 <= level(value, most) <= level(value + 1, most) < LEVELS


@given(st.integers(1, 10**12))
def test_the_top_of_a_scale_is_round_and_not_far_off(most: int) -> None:
    """At least the most, less than three times it, and half of it is a whole number."""
    top = ceiling(most)
    assert most <= top < 3 * most + 2
    assert top % 2 == 0
    assert ceiling(0) == 0


def test_a_strip_shows_what_lies_in_its_time() -> None:
    """Cut at both ends; what is over, or has not begun, is not drawn; a minute in a month can still be seen."""
    parts = strip([(0, 500), (2_000, 2_500), (5_000, 5_001), (9_900, 20_000)], begin=1_000, end=10_000)
    assert [(part.x, part.width) for part in parts] == [(111, 55), (444, 3), (988, 12)]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))))
def test_no_stretch_leaves_its_strip(spans: list[tuple[int, int]]) -> None:
    """Whatever a machine with a wrong clock tells."""
    for part in strip(spans, 1_000, 500_000):
        assert 0 <= part.x < part.x + part.width <= 1_000
