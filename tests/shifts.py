"""Who runs which test file when several processes share them: a file stays in one, and what takes long goes first.

So nothing long is left to run alone at the end. How long a file takes is known from the last whole run, by pytest's own
cache; where there was none, its folder has to do. Real machines come first of all: one of them serves many files.
"""

from collections import defaultdict

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

MACHINES = "tests/system/"
GUESSES_S = {
    MACHINES: 60,
    "tests/test_tidy.py": 60,
    "tests/test_bench.py": 60,
    "tests/crash/": 40,
    "tests/simulation/": 30,
    "tests/admin_web/": 20,
    "tests/devices/": 15,
    "tests/firmware/": 15,
    "tests/hw_mocks/": 15,
}
"""Seconds of a typical file that is slow there. A name that is missing costs a longer end of the run, and nothing else."""
REMEMBERED = "minga/seconds"
USUAL = "not wide"
"""What pyproject.toml chooses when nobody else does."""


def file_of(test: str) -> str:
    return test.partition("::")[0]


def guess_s(file: str) -> float:
    return next((seconds for place, seconds in GUESSES_S.items() if file.startswith(place)), 1)


class Shifts(LoadFileScheduling):  # type: ignore[misc]
    """xdist's own scheduling by files, but for who goes first."""

    def __init__(self, config: pytest.Config, log: Producer, known_s: dict[str, float]) -> None:
        super().__init__(config, log)
        self._known_s = known_s

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give this process the longest file that waits."""
        self.workqueue.move_to_end(min(self.workqueue, key=self.place), last=False)
        super()._assign_work_unit(node)

    def place(self, file: str) -> tuple[bool, float]:
        """Sorts files into the order in which they should begin."""
        return not file.startswith(MACHINES), -self._known_s.get(file, guess_s(file))


class Memory:
    """How long each file took, kept from one run of all tests to the next."""

    def __init__(self, config: pytest.Config) -> None:
        self._cache: pytest.Cache | None = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
        option = config.option
        everywhere = config.args_source is pytest.Config.ArgsSource.TESTPATHS
        self._is_whole = everywhere and not option.keyword and option.markexpr == USUAL
        self._took_s = defaultdict[str, float](float)

    @property
    def known_s(self) -> dict[str, float]:
        return dict(self._cache.get(REMEMBERED, {})) if self._cache is not None else {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._took_s[file_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._cache is not None and self._is_whole and exitstatus == pytest.ExitCode.OK:
            self._cache.set(REMEMBERED, {file: round(seconds, 1) for file, seconds in self._took_s.items()})
