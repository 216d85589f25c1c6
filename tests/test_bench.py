"""The bench itself runs: every piece of it, once, small, on the real processes. How fast it was is no test's business."""

import pytest

from bench.effort import TINY
from bench.run import PIECES, measure
from bench.table import HEAD, Rounds, Row, printed


@pytest.mark.system
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_bench_checks_what_it_measured(piece: str) -> None:
    """No row of the table stands there without a check of what was done, or without saying why nothing was measured."""
    rows = measure([piece], TINY)
    table = printed(rows)

    assert rows
    assert [row.metric for row in rows if row.subject == "FAILED"] == []
    assert [row.metric for row in rows if not row.checked and "not " not in row.subject] == []
    assert all(name in table.splitlines()[0] for name in HEAD)
    assert all(row.metric in table for row in rows)


def test_the_first_round_does_not_count() -> None:
    """A cold start of both sides is thrown away; the ratio is the median of the rounds that follow."""
    rounds = Rounds()
    for subject, floor in ((90.0, 1.0), (3.0, 1.0), (4.0, 2.0), (8.0, 2.0)):
        rounds.add([subject], [floor])

    assert (rounds.ratio, rounds.spread) == (3.0, "2.00 to 4.00")


def test_a_missed_goal_is_told_in_capitals() -> None:
    """Whoever looks down the last column finds what is too slow."""
    table = printed([Row("G1", "press", "9 ms", "C echo 1 ms", 9.0, limit="≤ 5×", ok=False)])

    assert table.splitlines()[2].endswith("9.00×          ≤ 5×   NO")
