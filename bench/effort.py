"""How much to measure: the quick bench, the full one, the wide one, and one small enough for a test."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` counts those that are kept; each piece runs one more first. The rest is per round, in the name's unit.

    `facts` are the sizes of books that a killed machine comes back to; `backlog` are the facts that wait for the lab.
    """

    rounds: int
    visits: int
    loaded_visits: int
    sales: int
    parser_kb: int
    starts: int
    idle_s: float
    straced_visits: int
    kills: int
    facts: tuple[int, ...]
    disk_visits: int
    disk_idle_s: float
    backlog: int


QUICK = Effort(
    3,
    visits=10,
    loaded_visits=10,
    sales=100,
    parser_kb=256,
    starts=3,
    idle_s=5.0,
    straced_visits=6,
    kills=3,
    facts=(1_000, 200_000),
    disk_visits=2,
    disk_idle_s=10.0,
    backlog=10_000,
)
FULL = Effort(
    9,
    visits=60,
    loaded_visits=60,
    sales=400,
    parser_kb=1_024,
    starts=12,
    idle_s=30.0,
    straced_visits=40,
    kills=7,
    facts=(1_000, 200_000),
    disk_visits=20,
    disk_idle_s=120.0,
    backlog=100_000,
)
WIDE = replace(FULL, facts=(*FULL.facts, 2_000_000))
"""The longest books take minutes to write."""
TINY = Effort(
    0,
    visits=2,
    loaded_visits=1,
    sales=8,
    parser_kb=16,
    starts=0,
    idle_s=0.3,
    straced_visits=1,
    kills=0,
    facts=(500,),
    disk_visits=1,
    disk_idle_s=0.3,
    backlog=400,
)
"""One round of everything, only to see that it runs."""
