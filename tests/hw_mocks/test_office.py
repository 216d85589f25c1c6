"""The office beside a simulated museum: what is secret stays in its folder, and its paper reaches the scanner whole."""

import stat
from pathlib import Path

import pytest
import serial
from builders import minga

from controller.config import Cabinet, Motors, load
from hw_mocks.museum import COMMON, MACHINE
from hw_mocks.office import VOUCHER_CENTS, WALLET, Office
from hw_mocks.scanner import SimulatedScanner
from hw_mocks.tabletop import tabletop
from hw_mocks.takings import Takings, in_words


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    (tmp_path / "minga.toml").write_text(COMMON + office.found())
    return office


def test_the_machine_gets_what_it_needs_and_no_more(office: Office, tmp_path: Path) -> None:
    """A wallet on this computer, a scanner, one public key; the private one lies in the office alone, for its owner only."""
    config = load(tmp_path / "minga.toml")
    assert [wallet.name for wallet in config.wallets] == [WALLET]
    assert config.wallets[0].url.startswith("http://127.0.0.1:")
    assert (config.scanner.port, list(config.vouchers.keys)) == (str(tmp_path / "run/scanner"), ["1"])
    private = [file for file in tmp_path.rglob("*") if file.is_file() and "PRIVATE KEY" in file.read_text()]
    assert private == [office.folder / "vales-1.key"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in (office.folder, *private)] == [0o700, 0o600]


def test_every_voucher_is_another_one(office: Office) -> None:
    """Each is in the register, for this machine, of the worth that is told."""
    issued = [office.voucher() for _ in range(3)]
    assert len({one.code for one in issued}) == 3
    assert {(one.machine, one.cents) for one in issued} == {(MACHINE, VOUCHER_CENTS)}


def test_a_paper_is_read_by_the_scanner_as_it_is(tmp_path: Path) -> None:
    """`@FILE` gives `minga hand` what no shell should quote: signs, and the space at a code's end."""
    code = "V1:%$ *+A'-. "
    (tmp_path / "vale.txt").write_text(f"{code}\n")
    scanner = SimulatedScanner()
    scanner.open(tmp_path / "scanner")
    try:
        with (
            tabletop(tmp_path, Motors(), Cabinet(), scanner=scanner) as table,
            serial.Serial(str(tmp_path / "scanner"), timeout=5) as port,
        ):
            paper = f"code=@{tmp_path / 'vale.txt'}"
            said = minga("hand", "--world", table.server.control_path, "show_code", paper)
            assert (said.status, port.read_until(b"\r")) == (0, f"{code}\r".encode())
            said = minga("hand", "--world", table.server.control_path, "show_code", f"{paper}.2")
            assert (said.status, "vale.txt.2: cannot be read" in said.err) == (1, True)
    finally:
        scanner.close()


def test_the_ways_of_paying_are_one_a_line() -> None:
    """Dollars under dollars, and a bar for each way's part of the whole."""
    told = in_words(Takings({"coins": 7_500, "deuna": 2_500}, {"deuna": 450}, {"deuna": 47})).splitlines()
    assert [line.split()[-2:] for line in told[1:3]] == [["$75.00", "█" * 18], ["$25.00", "█" * 6]]
    assert [line.index(".") for line in told[1:]] == [39] * 4
    assert "back to deuna" in told[3]
