"""The voucher desk behind the scanner: what the brain hears of each code, whatever lies in the files and on the line."""

import logging
import queue
from pathlib import Path

import pytest
from inbox import Inbox, wait_for
from voucher_bench import ISSUED_MIN, NOON_MS, TODAY, Files, code, ticket

from controller.devices.scanner import CodeScanner
from controller.devices.vouchers import VoucherDesk
from controller.domain.events import DeviceReturned, Event, Reading, VoucherRefused, VoucherShown
from controller.errors import MingaError
from controller.signing import public_key
from hw_mocks.scanner import SimulatedScanner

TICKET = ticket()
GOOD = VoucherShown(TICKET.voucher_id, 500, 1, ISSUED_MIN)
DAY_MS = 86_400_000


class Told(Inbox):
    """Keeps what the brain would hear."""

    def take(self, message: Event | Reading) -> None:
        assert isinstance(message, Event)
        self.told.append(message)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def heard(files: Files, text: str, now_ms: int | None = NOON_MS) -> Event:
    told: list[Event] = []
    files.desk(told.append, lambda: now_ms).take(text)
    return told[0]


def test_a_code_before_a_real_scanner_becomes_an_event(files: Files, tmp_path: Path) -> None:
    """From a pseudo-terminal through scanner and desk; held for long it is told once."""
    scanner, brain = SimulatedScanner(), Told()
    scanner.open(tmp_path / "scanner")
    desk = files.desk(brain.put)  # type: ignore[arg-type]
    worker = CodeScanner(str(tmp_path / "scanner"), brain.put, desk.take)
    worker.start()
    try:
        wait_for(lambda: not worker.reason)
        scanner.noise(b"\r")
        wait_for(lambda: not worker._scanner._skipping)
        scanner.hold(code(TICKET))
        brain.until(lambda: GOOD in brain.told)
        wait_for(lambda: worker.status()["seen"].get("repeat", 0) >= 3)
        assert [event for event in brain.told if not isinstance(event, DeviceReturned)] == [GOOD]
    finally:
        worker.stop()
        scanner.close()


def test_a_day_ends_where_the_machine_stands(files: Files) -> None:
    """Good until midnight in Quito, which is five in the morning in UTC."""
    last_minute_ms = NOON_MS + 12 * 3_600_000 - 60_000
    assert heard(files, code(TICKET), last_minute_ms) == GOOD
    assert heard(files, code(TICKET), last_minute_ms + 60_000) == VoucherRefused("expired")


def test_without_a_trusted_clock_no_voucher_expires(files: Files) -> None:
    """A machine that woke in 1970 knows no date: the voucher is signed, its own, and good once."""
    assert heard(files, code(ticket(last_day=TODAY - 30)), None) == VoucherShown(TICKET.voucher_id, 500, 1, ISSUED_MIN)


def test_a_revoked_voucher_is_refused_as_soon_as_the_list_is_there(files: Files) -> None:
    """The file is looked at with each code: no restart is needed, and words after a # are for people."""
    told: list[Event] = []
    desk = files.desk(told.append)
    desk.take(code(TICKET))
    files.revoked.write_text(f"# lost\n{TICKET.voucher_id.upper()}  # by Carmen\n\n")
    desk.take(code(TICKET))
    assert told == [GOOD, VoucherRefused("revoked")]


@pytest.mark.parametrize("broken", ["not an id\n", None], ids=["rubbish", "gone"])
def test_a_broken_list_leaves_the_last_one_standing(
    files: Files, broken: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """What was revoked stays revoked, and the log says what is wrong; the code is not in it."""
    files.revoked.write_text(f"{TICKET.voucher_id}\n")
    told: list[Event] = []
    desk = files.desk(told.append)
    if broken is None:
        files.revoked.unlink()
    else:
        files.revoked.write_text(broken)
    with caplog.at_level(logging.DEBUG):
        desk.take(code(TICKET))
    assert told == [VoucherRefused("revoked")]
    assert "the last one stands" in caplog.text
    assert code(TICKET) not in caplog.text


def test_a_machine_does_not_start_without_its_list(files: Files) -> None:
    """A list that is named and not there would let revoked vouchers through unnoticed."""
    files.revoked.unlink()
    with pytest.raises(MingaError, match=r"anulados.txt: the revocation list cannot be read: .*`vouchers.revoked`"):
        files.desk(lambda _: None)


@pytest.mark.parametrize("text", ["", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"])
def test_a_broken_key_is_told_by_its_file(files: Files, text: str) -> None:
    """The sentence names the file and the key of the configuration."""
    files.key.write_text(text)
    with pytest.raises(MingaError, match=r"vales-1.pub: this public key cannot be read: .*`vouchers.keys`"):
        public_key(files.key, "vouchers.keys")


def test_a_full_inbox_is_the_scanners_to_try_again(files: Files) -> None:
    """The desk swallows nothing: seen again, the code is told again."""

    def full(event: Event) -> None:
        raise queue.Full

    desk: VoucherDesk = files.desk(full)
    with pytest.raises(queue.Full):
        desk.take(code(TICKET))
