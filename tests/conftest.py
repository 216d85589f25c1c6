"""What all tests share: chance that can be repeated, files that are closed, and no silent skips where all is at hand.

Where `CI` or `MINGA_REQUIRE_ALL` is set, a skipped test is a failure: nothing may be missing there, so a skip hides a bug.
"""

import gc
import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

LONG = (
    "tests/system/",
    "tests/test_bench.py",
    "tests/crash/",
    "tests/admin_web/test_kiosk",
    "tests/devices/",
    "tests/simulation/",
    "tests/test_tidy.py",
    "tests/firmware/",
    "tests/hw_mocks/",
)
"""What takes long, or mostly waits, the longest first. Nothing here has to be complete: it only says who goes first."""
FILES_LEFT_MAX = 64
"""So many more files than before may be open when a test file is through; a shared browser or machine has some of them."""
REQUIRE_ALL = bool(os.environ.get("CI") or os.environ.get("MINGA_REQUIRE_ALL"))

settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("wide", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile("ci" if REQUIRE_ALL else "here")


class Shifts(LoadFileScheduling):
    """Side by side, a file stays in one process; long ones go first, so that none is left to run alone at the end."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give this process the longest file that waits; among equals, that with the most tests."""
        longest = min(self.workqueue, key=place_in_queue)
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


def place_in_queue(file: str) -> int:
    return next((place for place, long in enumerate(LONG) if file.startswith(long)), len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shifts:
    """With `-n`: who gets which tests. xdist's own groups do nothing under pytest 9.2, whose node ids cannot be changed."""
    return Shifts(config, log)


def pytest_collection_finish() -> None:
    """The tests themselves are no garbage; not looked at again, they cost no later look for some its tenth of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def files_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever leaves files open is named, before `select` refuses one beyond the 1,024th somewhere else."""
    before = _open_files()
    yield
    gc.collect()  # books that only a circle of references holds close now, not whenever Python looks
    left = _open_files() - before
    assert left <= FILES_LEFT_MAX, f"the tests of {request.path.name} left {left} files open"


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def pytest_report_header(config: pytest.Config) -> str:
    """Say before the first test by what chance this run can be repeated."""
    profile = config.getoption("--hypothesis-profile", None) or ("ci" if REQUIRE_ALL else "here")
    seeds = [f"{name}={os.environ[name]}" for name in ("MINGA_SEED", "MINGA_SEEDS") if name in os.environ]
    skips = "a skip is a failure" if REQUIRE_ALL else "skips are allowed"
    return f"chance: {', '.join(seeds) or 'the usual seeds'}, hypothesis profile {profile!r}; {skips}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many crashes were survived, in whichever process that was."""
    for reports in terminalreporter.stats.values():
        for name, value in (fact for report in reports for fact in getattr(report, "user_properties", ())):
            if name == "survived":
                terminalreporter.write_line(f"survived: {value}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip while setting up or running a test."""
    report = yield
    return _refuse_skip(report) if REQUIRE_ALL else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skip of a whole file, such as by `importorskip`."""
    report = yield
    return _refuse_skip(report) if REQUIRE_ALL else report


def _refuse_skip(report: Report) -> Report:
    """Turn a skip into a failure that gives its reason; an expected failure stays what it is."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped where nothing may be: {reason}"
    return report
