"""The bench itself runs: every piece of it, once, small, on the real processes. How fast it was is no test's business."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench import b_mdb, history, interpreters, mdblines, run, servers
from bench.effort import QUICK, TINY, WIDE
from bench.pollhours import Account, account
from bench.run import PIECES, measure
from bench.slowdisk import SlowDisk, library
from bench.table import HEAD, CheckFailed, Rounds, Row, printed
from bench.toll import MSS_BYTES, Toll
from controller.ledger.connection import open_readonly
from controller.ledger.integrity import tail, whole
from controller.ledger.verify import verify


@pytest.mark.wide
@pytest.mark.system
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_bench_checks_what_it_measured(piece: str) -> None:
    """No row of the table stands there without a check of what was done, or without saying why nothing was measured."""
    rows = measure([piece], TINY)
    table = printed(rows)

    assert rows
    assert [row.metric for row in rows if row.subject == "FAILED"] == []
    assert [row.metric for row in rows if not row.checked and "not " not in row.subject] == []
    assert all(name in table.splitlines()[0] for name in HEAD)
    assert all(row.metric in table for row in rows)


def test_the_first_round_does_not_count() -> None:
    """A cold start of both sides is thrown away; the ratio is the median of the rounds that follow."""
    rounds = Rounds()
    for subject, floor in ((90.0, 1.0), (3.0, 1.0), (4.0, 2.0), (8.0, 2.0)):
        rounds.add([subject], [floor])

    assert (rounds.ratio, rounds.spread) == (3.0, "2.00 to 4.00")


def test_a_missed_goal_is_told_in_capitals() -> None:
    """Whoever looks down the last column finds what is too slow."""
    table = printed([Row("G1", "press", "9 ms", "C echo 1 ms", 9.0, limit="≤ 5×", ok=False)])

    assert table.splitlines()[2].endswith("9.00×          ≤ 5×   NO")


def test_books_written_for_measuring_are_books(tmp_path: Path) -> None:
    """A hurried history has true hashes, lines that add up, and facts in which the auditor finds no fault."""
    facts = history.write(tmp_path, 700)

    with closing(open_readonly(tmp_path / "minga.db")) as db:
        assert 650 < facts <= 700
        assert db.execute("SELECT count(*) FROM facts WHERE type = 'Sold'").fetchone()[0] > 150
        assert verify(db) == []
        assert tail(db) is None
    assert whole(tmp_path / "minga.db", rest=lambda: None) == []


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_every_sync_of_a_slowed_program_is_counted(tmp_path: Path) -> None:
    """The tally is read from outside and has fsync and fdatasync of a program that knows nothing of it."""
    slow = library()
    assert slow is not None
    disk = SlowDisk(slow, tmp_path, slower_ms=1)
    words = "import os, sys; file = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR); os.fsync(file); os.fdatasync(file)"
    command = [sys.executable, "-c", words, str(tmp_path / "file")]

    before = disk.syncs
    subprocess.run(command, env=os.environ | disk.environment, check=True)

    assert (before, disk.syncs) == (0, 2)


def test_the_longest_books_are_only_for_who_asks() -> None:
    """Two million facts take minutes to write: the quick bench leaves them out, `--wide` has them."""
    assert run._arguments([]).effort == QUICK
    assert max(QUICK.facts) == 200_000
    assert run._arguments(["--wide"]).effort == WIDE
    assert max(WIDE.facts) == 2_000_000


@pytest.mark.parametrize("piece", [1, 2, 3, 64])
def test_both_decoders_of_marked_bytes_find_the_same_blocks(piece: int) -> None:
    """Where a plain FF stands before a zero, its second half and the zero look like a mark and are none."""
    block = bytes((0xFF, 0xFF, 0x00, 0xFE))
    marked = b"\xff\xff\xff\xff\x00\xff\x00\xfe" + b"\xff\x00\x00"
    for decoder in (mdblines.Marked(), mdblines.Plain()):
        found = [each for at in range(0, len(marked), piece) for each in decoder.feed(marked[at : at + piece])]
        assert found == [block, b"\0"]


def test_a_decoder_that_is_named_takes_its_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It stands in the goal's row; one that finds other blocks is told as such, and one that is not there as well."""
    (tmp_path / "listener_from_ambato.py").write_text(
        "class Ear:\n    from bench.mdblines import Plain\n    def __new__(cls): return cls.Plain()\n"
        "class Deaf:\n    def feed(self, data): return []\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name, told in (("Ear", None), ("Deaf", "0 MDB blocks came"), ("Eye", "names no decoder")):
        monkeypatch.setenv(b_mdb.VARIABLE, f"{tmp_path}:listener_from_ambato:{name}")
        if told:
            with pytest.raises(CheckFailed, match=told):
                b_mdb.measure(TINY)
        else:
            assert b_mdb.measure(TINY)[0].floor.startswith("Ear ")


def test_without_micropython_the_table_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where it has no wheel nothing is put in its place: the heap is not measured, and CPython alone answers."""
    monkeypatch.setattr(interpreters, "MICROPYTHON", tmp_path / "micropython")

    assert [each.name for each in interpreters.interpreters()] == ["CPython"]
    assert [row.subject for row in interpreters.missing("heap, configured")] == ["not measured: no MicroPython here"]


@pytest.mark.parametrize("piece", ["drain", "wire", "collector"])
def test_without_a_broker_the_table_says_so(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sync is measured through a real Mosquitto or not at all."""
    monkeypatch.setattr(servers, "MOSQUITTO", None)

    assert {row.subject for row in measure([piece], TINY)} == {"not measured: no mosquitto here"}


def test_a_toll_counts_packets_as_an_ethernet_would_carry_them() -> None:
    """Every full segment has its headers, and the bare acknowledgements that come back are counted as well."""
    said = b"vendido" * MSS_BYTES
    with (
        socket.create_server(("127.0.0.1", 0)) as far,
        Toll(far.getsockname()[1]) as toll,
        socket.create_connection(("127.0.0.1", toll.port)) as near,
        far.accept()[0] as other,
    ):
        near.sendall(said)
        heard = 0
        while heard < len(said):
            heard += len(other.recv(65_536))
        toll.rest()
        passed = toll.passed

    least = len(said) // MSS_BYTES * 40
    assert (passed.connections, passed.payload_bytes) == (1, len(said))
    assert least <= passed.ip_bytes - len(said) < 10 * least


@pytest.fixture(params=["deuna", "pix"])
def wallet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    """A simulated provider behind a meter, its time in the test's hand."""
    key = tmp_path / "wallet.key"
    key.write_text("clave-de-prueba")
    key.chmod(0o600)
    with account(request.param, str(key)) as one:
        yield one


def test_the_hours_of_a_wallet_are_counts(wallet: Account) -> None:
    """A sign of life a minute, a look every two seconds while a code is shown, every five after that; swept, as when idle."""
    parts = wallet.story(reopens_ms=5_000)

    assert [round(part.an_hour(len(part.asked))) for part in parts] == [60, 1_800, 720, 60]
    assert parts[1].connections < 10 < 100 < parts[2].connections


def test_what_passes_a_meter_is_counted(wallet: Account) -> None:
    """Two questions on one connection, and after a cut a third on a new one; each is as long as the first."""
    counts = []
    with wallet.line() as line:
        for rest in (None, wallet.meter.cut, None):
            assert line.exchange(wallet.probe).status in (200, 404)
            counts.append(wallet.meter.counts)
            if rest:
                rest()

    _, sent, received = counts[0]
    assert sent > len(wallet.probe.path) + len(wallet.probe.body)
    assert counts == [(1, sent, received), (1, 2 * sent, 2 * received), (2, 3 * sent, 3 * received)]


def test_an_hour_without_answers_is_no_figure(wallet: Account) -> None:
    """A provider that cannot be reached costs little; that must not stand in the table."""
    wallet.meter.close()

    with pytest.raises(CheckFailed, match="cannot be reached"):
        wallet.story(reopens_ms=5_000)
