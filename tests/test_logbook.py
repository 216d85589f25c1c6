"""The log that is kept beside the books: bounded, ours alone, and nothing in it opens a door."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.logbook import BYTES_MAX, FOLDER, LINE_CHARS_MAX, covered, keep, newest


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A folder in which this process keeps its log; afterwards it keeps it no more."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.setLevel(logging.INFO)
    keep(tmp_path, "controller")
    yield tmp_path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_what_our_own_code_says_is_kept_with_its_time(kept: Path) -> None:
    """A device's word is; the address that a library asks for is not."""
    logging.getLogger("controller.devices.worker").warning("coins: no answer")
    logging.getLogger("httpx").info("GET https://wallet.example/payments/MCB3T6KQ2WZ7XH5L")
    (line,) = newest(kept, "controller", 10)
    assert line.endswith("Z WARNING controller.devices.worker: coins: no answer")


def test_it_never_grows_beyond_its_bound(kept: Path) -> None:
    """A device that complains without end fills two small files and no card; the newest lines are there."""
    log = logging.getLogger("minga")
    for number in range(4_000):
        log.warning("complaint %d %s", number, "x " * 60)
    sizes = [file.stat().st_size for file in (kept / FOLDER).iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= BYTES_MAX
    assert "complaint 3999" in newest(kept, "controller", 5)[-1]


@pytest.mark.parametrize(
    "secret",
    [
        "4TC-YNH",
        "hq3v5m2c7ak4sd6xwt2ey5rnbu",
        "9xQm-3fTzK_bV7aLp2Rw8YcNd5EuHs6GjXoA1iZtB4k",
        "739164",
        "6d696e67612d656e2d717569746f2121",
    ],
    ids=["claim", "phone's code", "phone's key", "PIN", "machine's secret"],
)
def test_whatever_opens_something_is_covered(secret: str) -> None:
    """Also in the middle of a sentence."""
    assert secret not in covered(f"a defect at {secret}, seen twice")


def test_what_a_technician_needs_is_not() -> None:
    """Ports, numbers of payments, and times stay as they are; an endless line is cut."""
    line = (
        "coins: port /dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00 failed 3 times, payment 17, 1795275000 ms"
    )
    assert covered(line) == line
    assert len(covered("x " * 5_000)) == LINE_CHARS_MAX


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The machine starts without a log, and says so once."""
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    keep(tmp_path, "controller")
    assert "no log is kept" in caplog.text
    assert newest(tmp_path, "controller", 10) == []
