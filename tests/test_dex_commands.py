"""`minga export dex` and `minga decode dex`: the books of a machine as an audit file, and any audit file in words."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import evareader
import pytest
from builders import Outcome, a_busy_day, books, minga, stamp
from meterstory import story

from controller.domain import facts as f
from controller.ledger.forms import plain
from controller.ledger.journal import Journal
from controller.protocols.evadts import FILE_BYTES_MAX, compose, segment
from controller.protocols.evadts.segment import Segment

VECTORS = json.loads((Path(__file__).parent / "data" / "evadts.json").read_text())["vectors"]
CLOCK_FILE = '[clock]\noffset_file = "offset"\n'
"""A simulated day: its clock can be trusted."""


def machine(folder: Path, name: str = "quito-museo-1", more: str = CLOCK_FILE) -> Path:
    """The folder's configuration."""
    (folder / "minga.toml").write_text(f'[machine]\nname = "{name}"\n{more}')
    return folder / "minga.toml"


@pytest.fixture
def museum(tmp_path: Path) -> Journal:
    """A busy day in the books, and its configuration beside them."""
    machine(tmp_path)
    journal = books(tmp_path)
    a_busy_day(journal)
    return journal


def exported(folder: Path, *more: str) -> list[list[str]]:
    file = folder / "museo.dts"
    done = minga("export", "dex", file, "--config", folder / "minga.toml", *more)
    assert (done.status, done.err) == (0, "")
    assert f"minga decode dex {file}" in done.out
    return evareader.read(file.read_bytes())


def decoded(data: bytes, folder: Path) -> tuple[int, dict[str, Any]]:
    """What the command ends with, and what it says."""
    file = folder / "some.dts"
    file.write_bytes(data)
    done = minga("decode", "dex", file)
    assert done.err == ""
    return done.status, json.loads(done.out)


# The machine's own file


def test_a_busy_day_is_exported(museum: Journal, tmp_path: Path) -> None:
    """Two sales for $3.50, ten dollars filled into a hopper, fifty cents given back twice: read by the second reader."""
    segments = exported(tmp_path)
    assert evareader.block(segments, "VA1") == [700, 2, 700, 2]
    assert evareader.block(segments, "CA2") == [700, 2, 700, 2]
    assert evareader.block(segments, "CA3") == [2075, 1075, 1000, 0, 2075, 1075, 1000, 0, 0, 0]
    assert evareader.block(segments, "CA4") == [100, 0, 100, 0]
    assert evareader.block(segments, "CA17") == [3, 25, 36]
    assert evareader.block(segments, "ID1")[5] == "quito-museo-1"


def test_the_file_says_what_the_books_say(museum: Journal, tmp_path: Path) -> None:
    """What lies in the hopper by the file is what lies there by the running balances."""
    segments = exported(tmp_path)
    (balance_cents,) = museum.db.execute("SELECT cents FROM balances WHERE account = 'hopper:25'").fetchone()
    assert evareader.block(segments, "CA15") == [balance_cents]
    (sold_cents,) = museum.db.execute("SELECT cents FROM tallies WHERE kind = 'sold'").fetchone()
    assert evareader.block(segments, "VA1")[0] == sold_cents


def test_two_files_of_the_same_books_differ_only_in_their_hour(museum: Journal, tmp_path: Path) -> None:
    """Reading resets nothing, and leaves no trace in the books."""
    before = museum.db.execute("SELECT count(*) FROM facts").fetchone()
    once, again = ([each for each in exported(tmp_path) if each[0] not in ("ID5", "EA3", "G85")] for _ in range(2))
    assert once == again
    assert museum.db.execute("SELECT count(*) FROM facts").fetchone() == before


def test_an_emptied_cash_box_is_a_reset(museum: Journal, tmp_path: Path) -> None:
    """Two people count; what is counted since starts at 0, and what is counted ever goes on."""
    count = f.CashCounted("coinbox", 1_075, 1_075, "carmen", "luz", "conteo-1")
    museum.append(stamp(9_000), museum.cycle, [count])
    segments = exported(tmp_path)
    assert evareader.block(segments, "VA1") == [700, 2, 0, 0]
    assert evareader.block(segments, "EA3")[-1] == 1


def test_an_operator_gives_the_machine_a_number(museum: Journal, tmp_path: Path) -> None:
    """Her asset number and where it stands are in the file's first block."""
    segments = exported(tmp_path, "--asset", "UIO-0042", "--location", "Museo de la Ciudad")
    assert evareader.block(segments, "ID1")[3:6] == ["Museo de la Ciudad", None, "UIO-0042"]


def test_without_a_file_it_is_written_to_the_terminal(museum: Journal, tmp_path: Path) -> None:
    """Sign by sign, and nothing else on it, so that it can be piped."""
    command = [Path(sys.executable).with_name("minga"), "export", "dex", "--config", tmp_path / "minga.toml"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert evareader.block(evareader.read(done.stdout), "VA1") == [700, 2, 700, 2]
    assert done.stderr == b""


def test_a_clock_that_nobody_keeps_gives_no_date(tmp_path: Path) -> None:
    """The file is whole without a date, and the command says why."""
    books(tmp_path).close()
    config = machine(tmp_path, more="")
    with patch("controller.clock.synchronized", return_value=False):
        done = minga("export", "dex", tmp_path / "museo.dts", "--config", config)
    assert done.status == 0
    assert "nobody keeps this computer's clock" in done.err
    assert not any(each[0] == "ID5" for each in evareader.read((tmp_path / "museo.dts").read_bytes()))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("la-maquina-del-museo-de-la-ciudad", (), "say a shorter one with `--asset`"),
        ("quito-museo-1", ("--asset", "máquina"), "no asset number"),
        ("quito-museo-1", ("--location", "x" * 31), "`--location` has at most 30"),
    ],
)
def test_a_name_that_no_file_can_hold_is_told(name: str, options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """One sentence, and no file."""
    books(tmp_path).close()
    config = machine(tmp_path, name[:32])
    done = minga("export", "dex", tmp_path / "museo.dts", "--config", config, *options)
    assert done.status == 1
    assert words in done.err
    assert not (tmp_path / "museo.dts").exists()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(museum: Journal, tmp_path: Path) -> None:
    """A folder that is not there is told in a sentence."""
    done = minga("export", "dex", tmp_path / "no" / "museo.dts", "--config", tmp_path / "minga.toml")
    assert done.status == 1
    assert "it cannot be written" in done.err
    assert not list(tmp_path.rglob("*.part"))


def test_a_fact_that_cannot_be_understood_stops_it(museum: Journal, tmp_path: Path) -> None:
    """Counters are never guessed: the sentence names the fact and who says more about it."""
    museum.close()
    with sqlite3.connect(tmp_path / "minga.db") as db:
        db.execute("DROP TRIGGER facts_stay")
        db.execute("UPDATE facts SET body = '{}' WHERE seq = 17")
        (kind,) = db.execute("SELECT type FROM facts WHERE seq = 17").fetchone()
    done = minga("export", "dex", tmp_path / "museo.dts", "--config", tmp_path / "minga.toml")
    assert done.status == 1
    assert f"fact 17, a {kind}, cannot be understood" in done.err


# Any file


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_known_file_is_explained(vector: dict[str, Any], tmp_path: Path) -> None:
    """The check, the sales and every segment as JSON; it ends with 1 exactly when the check is wrong."""
    expect = vector["expect"]
    status, said = decoded("\r\n".join([*vector["lines"], ""]).encode(), tmp_path)
    assert status == (1 if expect["g85_ok"] is False else 0)
    assert (said["g85_ok"], said["g85_said"], said["g85_found"]) == (
        expect["g85_ok"],
        expect["g85_said"],
        expect["g85_found"],
    )
    assert said["paid"]["value"] == f"{expect['va1'][0] // 100}.{expect['va1'][0] % 100:02d}"
    assert said["paid"]["number"] == expect["va1"][1]
    assert (len(said["products"]), said["warnings"]) == (expect["products"], expect["warnings"])
    assert ["*".join(each) for each in said["segments"]] == vector["lines"]


def test_our_own_file_is_explained(museum: Journal, tmp_path: Path) -> None:
    """What was exported is read back to the cent, product by product."""
    exported(tmp_path)
    status, said = decoded((tmp_path / "museo.dts").read_bytes(), tmp_path)
    assert (status, said["warnings"]) == (0, [])
    assert (said["machine"]["asset"], said["currency"], said["decimals"]) == ("quito-museo-1", "USD", 2)
    assert said["paid"] == {"value": "7.00", "number": 2, "value_since_reset": "7.00", "number_since_reset": 2}
    assert said["products"][0] == {
        "id": "A1",
        "price": "3.50",
        "name": "bolso-retazos",
        "number": 1,
        "value": "3.50",
        "number_since_reset": 1,
        "value_since_reset": "3.50",
        "last_sale": "2026-11-21T10:30:01",
    }


def test_what_an_element_is_not_is_a_warning(tmp_path: Path) -> None:
    """One number that is none leaves the others readable, and says which one it is."""
    odd = [Segment("ID4", ("77",)), segment("VA1", "many", 3), segment("ID5", "20261399"), segment("PA1", "1", "1.50")]
    status, said = decoded(compose(odd, "MNG0000042"), tmp_path)
    assert (status, said["decimals"], said["at"]) == (0, 2, None)
    assert said["paid"] == {"value": None, "number": 3, "value_since_reset": None, "number_since_reset": None}
    assert [warning.split(" ")[0] for warning in said["warnings"]] == ["ID401", "ID501", "VA101", "PA102"]


def piped(data: bytes) -> Outcome:
    with patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))):
        return minga("decode", "dex", "-")


def test_a_file_can_come_through_a_pipe() -> None:
    """A minus sign is stdin."""
    assert json.loads(piped(compose([segment("VA1", 1250, 4)], "MNG0000042")).out)["paid"]["value"] == "12.50"


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"DXS" * FILE_BYTES_MAX], ids=["empty", "binary", "big"])
def test_what_is_no_audit_file_is_a_sentence(data: bytes) -> None:
    """No traceback, nothing on stdout, status 1."""
    done = piped(data)
    assert (done.status, done.out) == (1, "")
    assert "this is no audit file" in done.err


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The sentence says which file, and why."""
    done = minga("decode", "dex", tmp_path / "nothing.dts")
    assert (done.status, done.out) == (1, "")
    assert f"{tmp_path / 'nothing.dts'}: it cannot be read: No such file" in done.err


def test_every_counted_fact_goes_through_the_books(tmp_path: Path) -> None:
    """Three days written as rows, read from the disk: the same file as from the facts in memory."""
    machine(tmp_path)
    journal = books(tmp_path)
    (first,) = journal.db.execute("SELECT max(seq) FROM facts").fetchone()
    journal.close()
    with sqlite3.connect(tmp_path / "minga.db") as db:
        db.execute("DROP TRIGGER facts_remain")
        db.execute("DELETE FROM facts WHERE 1")
        rows = [
            (first + n, s.boot_id, s.mono_ms, s.wall_ms, s.trusted, type(fact).__name__, plain(fact))
            for n, (s, fact) in enumerate(story())
        ]
        db.executemany("INSERT INTO facts VALUES (?, 1, ?, ?, ?, ?, ?, ?, x'', x'')", rows)
    segments = exported(tmp_path)
    assert evareader.block(segments, "VA1") == [2225, 7, 1875, 6]
    assert evareader.block(segments, "TA2")[4:] == [500, 1, 500, 1]
