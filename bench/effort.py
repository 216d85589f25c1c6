"""How much to measure: the quick bench, the full one, and one small enough for a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` counts those that are kept; each piece runs one more first. The rest is per round, in the name's unit."""

    rounds: int
    visits: int
    loaded_visits: int
    sales: int
    parser_kb: int
    starts: int
    idle_s: float
    straced_visits: int


QUICK = Effort(3, visits=10, loaded_visits=10, sales=100, parser_kb=256, starts=3, idle_s=5.0, straced_visits=6)
FULL = Effort(9, visits=60, loaded_visits=60, sales=400, parser_kb=1_024, starts=12, idle_s=30.0, straced_visits=40)
TINY = Effort(0, visits=2, loaded_visits=1, sales=8, parser_kb=16, starts=0, idle_s=0.3, straced_visits=1)
"""One round of everything, only to see that it runs."""
