"""Which test file begins when: so that a run on few processors does not end with one long file on one of them."""

from types import SimpleNamespace
from typing import Any

import pytest
from shifts import REMEMBERED, USUAL, Memory, Shifts

KIOSK, TOWNS, SALE, SPLIT = (
    "tests/admin_web/test_quiosco.py",
    "tests/simulation/test_pueblos.py",
    "tests/system/test_venta.py",
    "tests/domain/test_split.py",
)


def order(files: tuple[str, ...], known_s: dict[str, float]) -> list[str]:
    shifts = Shifts.__new__(Shifts)
    shifts._known_s = known_s
    return sorted(files, key=shifts.place)


def test_what_took_long_last_time_goes_first() -> None:
    """Wherever it lies; a machine of real processes still comes before all, so that its files share it."""
    assert order((SPLIT, TOWNS, KIOSK, SALE), {SPLIT: 90.0, TOWNS: 7.5, KIOSK: 40.0, SALE: 3.0}) == [
        SALE,
        SPLIT,
        KIOSK,
        TOWNS,
    ]


def test_a_file_nobody_has_measured_goes_by_its_folder() -> None:
    """A new story of towns begins before a new sum."""
    assert order((SPLIT, TOWNS), {}) == [TOWNS, SPLIT]


class Cache(dict[str, Any]):
    """pytest's cache, for one test."""

    def set(self, key: str, value: object) -> None:
        self[key] = value


@pytest.mark.parametrize(
    ("chosen", "status", "kept"),
    [({}, 0, {SPLIT: 2.5, TOWNS: 8.0}), ({}, 1, {}), ({"keyword": "split"}, 0, {}), ({"markexpr": "system"}, 0, {})],
    ids=["all, green", "all, one red", "by a word", "by a marker"],
)
def test_only_a_whole_green_run_is_remembered(chosen: dict[str, str], status: int, kept: dict[str, float]) -> None:
    """Every phase of every test counts for its file; who ran only some of them has learned nothing about the rest."""
    cache, option = Cache(), SimpleNamespace(**({"keyword": "", "markexpr": USUAL} | chosen))
    config: Any = SimpleNamespace(cache=cache, option=option, args_source=pytest.Config.ArgsSource.TESTPATHS)
    memory = Memory(config)
    for test, seconds in (
        (f"{SPLIT}::test_a_cent", 2.0),
        (f"{SPLIT}::test_a_dime[3]", 0.5),
        (f"{TOWNS}::test_all", 8.0),
    ):
        report: Any = SimpleNamespace(nodeid=test, duration=seconds)
        memory.pytest_runtest_logreport(report)
    session: Any = None
    memory.pytest_sessionfinish(session, status)
    assert cache.get(REMEMBERED, {}) == kept
