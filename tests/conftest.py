"""What all tests share: chance that can be repeated, files that are closed, and no silent skips where all is at hand.

Where `CI` or `MINGA_REQUIRE_ALL` is set, a skipped test is a failure: nothing may be missing there, so a skip hides a bug.
"""

import gc
import os
import signal
import tempfile
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from shifts import Memory, Shifts
from xdist.remote import Producer

from hw_mocks.garments import DRAWER_VARIABLE

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

FILES_LEFT_MAX = 64
"""So many more files than before may be open when a test file is through; a shared browser or machine has some of them."""
REQUIRE_ALL = bool(os.environ.get("CI") or os.environ.get("MINGA_REQUIRE_ALL"))

HERE = settings(max_examples=50, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says how busy this computer is, and nothing about Minga."""
settings.register_profile("here", HERE)
settings.register_profile("ci", HERE, derandomize=True)
settings.register_profile("wide", HERE, max_examples=5_000)
settings.load_profile("ci" if REQUIRE_ALL else "here")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shifts:
    """With `-n`: who gets which tests. xdist's own groups do nothing under pytest 9.2, whose node ids cannot be changed."""
    memory = Memory(config)
    config.pluginmanager.register(memory)
    return Shifts(config, log, memory.known_s)


def pytest_configure(config: pytest.Config) -> None:
    """Each simulated photo is taken once in a run, whichever process wants it first.

    And Ctrl-C means something: what a shell starts in the background ignores it, and so would every process of a test.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if DRAWER_VARIABLE not in os.environ:
        drawer = tempfile.TemporaryDirectory(prefix="minga-photos-")
        os.environ[DRAWER_VARIABLE] = drawer.name
        config.add_cleanup(drawer.cleanup)


def pytest_collection_finish() -> None:
    """The tests themselves are no garbage; not looked at again, they cost no later look for some its tenth of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def files_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever leaves files open is named, before `select` refuses one beyond the 1,024th somewhere else."""
    before = _open_files()
    yield
    if _open_files() > before:
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
