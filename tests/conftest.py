"""What all tests share: chance that can be repeated, and no silent skips where everything is at hand.

Where `CI` or `MINGA_REQUIRE_ALL` is set, a skipped test is a failure: nothing may be missing there, so a skip hides a bug.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import settings

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

REQUIRE_ALL = bool(os.environ.get("CI") or os.environ.get("MINGA_REQUIRE_ALL"))

settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("wide", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile("ci" if REQUIRE_ALL else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, a file stays in one process; so do all tests of whole machines, which hand theirs on to the next."""
    for item in items:
        alone = "system" in item.path.parts
        item.add_marker(pytest.mark.xdist_group("system" if alone else str(item.path)))


def pytest_report_header(config: pytest.Config) -> str:
    """Say before the first test by what chance this run can be repeated."""
    profile = config.getoption("--hypothesis-profile", None) or ("ci" if REQUIRE_ALL else "here")
    seeds = [f"{name}={os.environ[name]}" for name in ("MINGA_SEED", "MINGA_SEEDS") if name in os.environ]
    skips = "a skip is a failure" if REQUIRE_ALL else "skips are allowed"
    return f"chance: {', '.join(seeds) or 'the usual seeds'}, hypothesis profile {profile!r}; {skips}"


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
