"""The code scanner's worker on a real pseudo-terminal: codes once, losses in words, and no code where it could leak."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inbox import Inbox, wait_for

from controller.devices.scanner import CodeScanner
from controller.devices.worker import Backoff
from controller.domain.events import HARMLESS, DeviceGone, DeviceReturned, Event, Reading, Trouble
from controller.protocols.scanner import GM65_LOOK, HONEYWELL_LOOK, HONEYWELL_REST, NEW_LINE_MS, Kind
from hw_mocks.scanner import SimulatedScanner

VOUCHER = "V1:6BFOXN*TS0BI$ZD-PHP2S% 4.CH/:NUD+  "
BACK = DeviceReturned("scanner", Trouble.NO_WALLET)


class Told(Inbox):
    """Keeps what the brain would hear of the scanner."""

    def take(self, message: Event | Reading) -> None:
        assert isinstance(message, Event)
        self.told.append(message)


class Bench:
    """One scanner, one cable, whoever takes codes, and any number of workers."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "scanner"
        self.scanner = SimulatedScanner()
        self.brain = Told()
        self.codes: list[str] = []
        self.fails: Exception | None = None
        self.workers: list[CodeScanner] = []

    def take(self, code: str) -> None:
        if self.fails:
            raise self.fails
        self.codes.append(code)

    def worker(self, kind: Kind = Kind.PLAIN, same_code_ms: int = 3_000) -> CodeScanner:
        worker = CodeScanner(
            str(self.link),
            self.brain.put,
            self.take,
            kind=kind,
            same_code_ms=same_code_ms,
            backoff=Backoff(0.02, 0.1),
        )
        self.workers.append(worker)
        worker.start()
        return worker

    def believed(self, same_code_ms: int = 3_000) -> CodeScanner:
        """A worker that believes the first code too: whatever line it may have come into is ended."""
        self.scanner.open(self.link)
        worker = self.worker(self.scanner.kind, same_code_ms)
        wait_for(lambda: not worker.reason)
        self.scanner.noise(b"\r")
        wait_for(lambda: not worker._scanner._skipping)
        return worker

    def wait_codes(self, *codes: str) -> None:
        wait_for(lambda: self.codes == list(codes))

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.scanner.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged, tracebacks too."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text


def test_a_code_reaches_whoever_takes_codes(bench: Bench) -> None:
    """Whole, with the spaces at its end; the brain hears only that the scanner works."""
    bench.believed()
    assert bench.scanner.show(VOUCHER)
    bench.wait_codes(VOUCHER)
    assert bench.brain.told == [BACK]


def test_a_code_held_before_the_window_is_taken_once(bench: Bench) -> None:
    """The scanner tells it five times and more; another one is taken as soon as it is seen."""
    worker = bench.believed()
    bench.scanner.hold("luz")
    wait_for(lambda: worker.status()["seen"].get("repeat", 0) >= 5)
    bench.scanner.hold("rosa")
    bench.wait_codes("luz", "rosa")


def test_a_missing_scanner_is_told_in_words_and_stops_no_sale(bench: Bench) -> None:
    """Said once, however often the port is tried; plugged in, it works."""
    worker = bench.worker()
    bench.brain.until(lambda: len(bench.brain.told) == 1)
    why = f"port {bench.link} is not there; plug it in, or look at `scanner.port`"
    assert bench.brain.told == [DeviceGone("scanner", why, Trouble.NO_WALLET)]
    assert Trouble.NO_WALLET in HARMLESS
    assert worker.status()["reason"] == why
    bench.scanner.open(bench.link)
    bench.brain.until(lambda: bench.brain.told[1:] == [BACK])
    assert worker.status()["works"]


def test_a_pulled_cable_is_told_and_the_scanner_found_again(bench: Bench) -> None:
    """What it said last before is no part of what it says first after."""
    worker = bench.believed()
    bench.scanner.half("inti-rosa-luz")
    wait_for(lambda: worker._scanner.kept > 0 or worker.status()["seen"].get("a half line", 0) > 0)
    bench.scanner.close()
    bench.brain.until(lambda: len(bench.brain.all(DeviceGone)) == 1)
    (gone,) = bench.brain.all(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert str(bench.link) in gone.reason
    bench.scanner.open(bench.link)
    bench.brain.until(lambda: len(bench.brain.all(DeviceReturned)) == 2)
    wait_for(lambda: not worker._scanner._skipping)
    bench.scanner.show("chumpi-rojo")
    bench.wait_codes("chumpi-rojo")
    assert worker.status()["losses"] == 1


def test_a_half_code_is_dropped_and_the_next_one_is_whole(bench: Bench) -> None:
    """The scanner loses its breath; after its silence a voucher counts."""
    worker = bench.believed()
    bench.scanner.half(VOUCHER)
    wait_for(lambda: worker.status()["seen"].get("a half line") == 1 and not worker._scanner._skipping)
    bench.scanner.show("luz")
    bench.wait_codes("luz")


def test_a_code_with_a_long_silence_in_it_is_no_code(bench: Bench) -> None:
    """Neither its head nor its tail is told; shown again without one, it is."""
    worker = bench.believed()
    bench.scanner.stall(VOUCHER, NEW_LINE_MS // 2)
    wait_for(lambda: worker.status()["seen"].get("a half line") == 1)
    wait_for(lambda: not worker._scanner._skipping)
    assert bench.codes == []
    bench.scanner.show(VOUCHER)
    bench.wait_codes(VOUCHER)


def test_noise_becomes_no_code(bench: Bench) -> None:
    """Right before a code it takes that one along; the next sight of it is taken."""
    worker = bench.believed()
    bench.scanner.noise(b"\x00\xff\x80")
    bench.scanner.show("luz")
    wait_for(lambda: worker.status()["seen"].get("no UTF-8") == 1)
    bench.scanner.show("luz")
    bench.wait_codes("luz")


def test_a_gm65_looks_when_it_is_told_to(bench: Bench) -> None:
    """Its answer to the command is no code and spoils none; without the command it sees nothing."""
    bench.scanner = SimulatedScanner(Kind.GM65, waits=True)
    worker = bench.believed()
    assert not bench.scanner.show("luz")
    worker.look()
    wait_for(lambda: bench.scanner.heard == [GM65_LOOK])
    assert bench.scanner.show("rosa")
    bench.wait_codes("rosa")
    assert worker.status()["seen"] == {"answered": 1, "code": 1, "repeat": 0}


def test_a_honeywell_looks_and_rests(bench: Bench) -> None:
    """Both commands reach it, in order; at rest it sees nothing."""
    bench.scanner = SimulatedScanner(Kind.HONEYWELL, b"\r\n", waits=True)
    worker = bench.believed()
    worker.look()
    worker.rest()
    wait_for(lambda: bench.scanner.heard == [HONEYWELL_LOOK, HONEYWELL_REST])
    assert not bench.scanner.show("luz")
    worker.look()
    wait_for(lambda: bench.scanner.show("rosa"))
    bench.wait_codes("rosa")


def test_a_code_for_which_there_is_no_room_is_told_again(bench: Bench) -> None:
    """Whoever takes codes is full for a moment; the voucher is still held there, and is taken then."""
    worker = bench.believed()
    bench.fails = queue.Full()
    bench.scanner.hold(VOUCHER)
    wait_for(lambda: worker.status()["untaken"] >= 2)
    bench.fails = None
    bench.wait_codes(VOUCHER)


def test_no_log_tells_a_code(bench: Bench, logged: Callable[[], str]) -> None:
    """Taken, refused, dropped, without room: what stands in the log is how long it was."""
    worker = bench.believed(same_code_ms=0)
    bench.scanner.show(VOUCHER)
    bench.wait_codes(VOUCHER)
    bench.fails = queue.Full(VOUCHER)
    bench.scanner.show(VOUCHER)
    bench.scanner.show(f"\x07{VOUCHER}")
    wait_for(lambda: worker.status()["seen"].get("a control byte") == 1)
    bench.scanner.half(VOUCHER)
    wait_for(lambda: worker.status()["seen"].get("a half line") == 1)
    assert f"a code of {len(VOUCHER)} characters" in logged()
    assert f"a line of {len(VOUCHER) + 1} bytes is no code: a control byte" in logged()
    assert VOUCHER[:6] not in logged() + str(worker.status()) + str(bench.brain.told)


def test_a_defect_behind_the_scanner_is_told_without_the_code(
    bench: Bench, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes codes has a defect and names the code in it: the scanner is lost, the code stays unknown."""
    ended: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", ended.append)
    worker = bench.believed()
    bench.fails = ValueError(VOUCHER)
    bench.scanner.show(VOUCHER)
    bench.brain.until(lambda: len(bench.brain.all(DeviceGone)) == 1)
    wait_for(lambda: len(ended) == 1)
    assert "whoever takes codes failed with ValueError" in worker.reason
    assert "in take" in logged()
    assert VOUCHER[:6] not in logged() + str(bench.brain.told) + str(ended[0].exc_value)
    assert ended[0].exc_value is not None
    assert ended[0].exc_value.__suppress_context__


def test_a_worker_ends_at_once_when_told_to(bench: Bench) -> None:
    """Also while nothing comes; the port is free for the next one."""
    bench.believed().stop()
    bench.worker()
    bench.brain.until(lambda: bench.brain.told == [BACK, BACK])
