"""Backups: two slots that take turns, each checked before it counts, and whatever goes wrong told in words.

The sticks are folders; what a real USB stick does when it is pulled was not tried.
"""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Till, a_busy_day, books, coins, minga, stamp

from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen
from controller.domain.facts import MakerJoined
from controller.ledger import backup as backups
from controller.ledger import reports
from controller.ledger.backup import BackupError, back_up, read_backups
from controller.ledger.connection import DatabaseError, open_readonly
from controller.ledger.journal import Journal
from controller.ledger.slot import is_intact, told
from controller.ledger.verify import verify

QUITO = "quito-museo-1"
NIGHT_MS = 1_795_331_400_000


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The books of a busy day; the machine that wrote them is still running."""
    (tmp_path / "machine").mkdir()
    journal = books(tmp_path / "machine")
    a_busy_day(journal)
    yield journal
    journal.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A stick with the folder that somebody made on it."""
    folder = tmp_path / "stick" / "copias"
    folder.mkdir(parents=True)
    return folder


def join(journal: Journal, maker: str) -> None:
    """One more fact in the books."""
    journal.append(stamp(), journal.cycle, [MakerJoined(maker)])


def spoil(file: Path) -> None:
    """Change one byte in the middle, as a stick that forgets does."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x40
    file.write_bytes(content)


# What a backup is


def test_a_backup_is_the_books_whole(journal: Journal, stick: Path) -> None:
    """The copy opens as books, agrees with itself, and has every sum of the machine's own."""
    made = back_up(journal.path, stick, QUITO, NIGHT_MS)
    copy, own = open_readonly(made.file), open_readonly(journal.path)

    assert verify(copy) == []
    assert reports.totals(copy) == reports.totals(own)
    assert (made.seq, made.head, made.epoch) == (journal.seq, journal.head.hex(), 1)


def test_the_manifest_says_what_the_copy_holds(journal: Journal, stick: Path) -> None:
    """Machine, epoch, last fact, head of the chain, checksum, time and version, to be read by people too."""
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    told = json.loads((stick / "quito-museo-1-A.json").read_text())
    digest = subprocess.run(["sha256sum", stick / "quito-museo-1-A.db"], capture_output=True, text=True, check=True)

    assert told["sha256"] == digest.stdout.split()[0]
    assert (told["machine"], told["epoch"], told["seq"]) == (QUITO, 1, journal.seq)
    assert (told["head"], told["wall_ms"]) == (journal.head.hex(), NIGHT_MS)
    assert told["version"]


def test_no_secret_stands_in_the_manifest(journal: Journal, stick: Path) -> None:
    """The key of the claim codes is in the copy, which must be kept like money, and not in the text beside it."""
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    key = journal.db.execute("SELECT value FROM machine WHERE key = 'claim_key'").fetchone()[0]

    assert key not in (stick / "quito-museo-1-A.json").read_text()


def test_the_machine_sells_while_its_books_are_copied(
    journal: Journal, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sale between the copying and the check is not in the copy, and the copy counts all the same."""
    seq, copy = journal.seq, backups._copy

    def slow_copy(db: sqlite3.Connection, fresh: Path) -> None:
        copy(db, fresh)
        till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
        till.tell_all(coins(100, 100, 100, 100, 100, mark=17), SlotChosen("A3"), ItemDropped(5))

    monkeypatch.setattr(backups, "_copy", slow_copy)
    made = back_up(journal.path, stick, QUITO, NIGHT_MS)

    assert made.seq == seq < journal.seq
    assert verify(open_readonly(made.file)) == []


def test_empty_books_can_be_backed_up(tmp_path: Path, stick: Path) -> None:
    """A machine that has never started has its claim key to lose already."""
    assert minga("init", tmp_path / "new", "--name", QUITO).status == 0
    assert back_up(tmp_path / "new" / "minga.db", stick, QUITO, NIGHT_MS).seq == 0


# Two slots


def test_two_slots_take_turns(journal: Journal, stick: Path) -> None:
    """Five nights on one stick: A, B, A, B, A; the last two nights are there, newest first."""
    names = []
    for night in range(5):
        join(journal, f"maker-{night}")
        names.append(back_up(journal.path, stick, QUITO, NIGHT_MS).file.name[-4])

    assert "".join(names) == "ABABA"
    assert [backup.seq for backup in read_backups(stick)] == [journal.seq, journal.seq - 1]


def test_the_order_is_the_chains_and_no_clocks(journal: Journal, stick: Path) -> None:
    """A Pi that wakes in 1970 still replaces the older copy and not the newer."""
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    join(journal, "manuela")
    back_up(journal.path, stick, QUITO, 12_000)
    join(journal, "dolores")

    assert back_up(journal.path, stick, QUITO, NIGHT_MS).file.name == "quito-museo-1-A.db"


@pytest.mark.parametrize("harm", [spoil, Path.unlink, lambda file: file.with_suffix(".json").write_text('{"torn')])
def test_a_damaged_slot_is_replaced_first(journal: Journal, stick: Path, harm: object) -> None:
    """Were the good one replaced, a failure in that moment would leave nothing."""
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    join(journal, "manuela")
    newer = back_up(journal.path, stick, QUITO, NIGHT_MS)
    harm(newer.file)

    assert back_up(journal.path, stick, QUITO, NIGHT_MS).file == newer.file
    assert all(is_intact(backup) for backup in read_backups(stick))


class PulledOut(BaseException):
    """The stick is gone, or the power is."""


STEPS = ("VACUUM", "sync", "sha256", "check_chain", "unlink", "replace", "write_manifest")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_pulled_stick_never_costs_the_newer_copy(
    journal: Journal, stick: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    """Before or after each step of the third backup: the second is still there, whole, and the fourth succeeds."""
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    join(journal, "manuela")
    newer = back_up(journal.path, stick, QUITO, NIGHT_MS)
    join(journal, "dolores")
    owner, name = {"VACUUM": (backups, "_copy"), "unlink": (Path, "unlink"), "replace": (Path, "replace")}.get(
        step, (backups, step)
    )
    real = getattr(owner, name)

    def pulled(*args: object, **more: object) -> object:
        if after:
            real(*args, **more)
        raise PulledOut

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, pulled)
        with pytest.raises(PulledOut):
            back_up(journal.path, stick, QUITO, NIGHT_MS)

    assert newer in [backup for backup in read_backups(stick) if is_intact(backup)]
    assert back_up(journal.path, stick, QUITO, NIGHT_MS).seq == journal.seq
    assert not list(stick.glob("*.new"))


# What is refused


def refusal(database: Path, folder: Path) -> str:
    """Why a backup is not made; one line."""
    with pytest.raises(BackupError) as refused:
        back_up(database, folder, QUITO, NIGHT_MS)
    (line,) = str(refused.value).splitlines()
    return line


def test_a_missing_stick_is_told_and_no_folder_made(journal: Journal, stick: Path) -> None:
    """Without the stick its folder is not there; made anew, it would lie on the very card that may break."""
    shutil.rmtree(stick)

    assert "is the stick in?" in refusal(journal.path, stick)
    assert not stick.exists()


def test_a_file_is_no_stick(journal: Journal, tmp_path: Path) -> None:
    """A path to a file instead of a folder is told."""
    (tmp_path / "letter.txt").write_text("Querida Rosa")
    assert "this is no folder" in refusal(journal.path, tmp_path / "letter.txt")


def test_a_full_stick_is_told(journal: Journal, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room is seen beforehand, and nothing half is left behind."""
    monkeypatch.setattr(backups, "SPARE_BYTES", 10**18)

    assert "is full" in refusal(journal.path, stick)
    assert list(stick.iterdir()) == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (OSError(28, "No space left on device"), "is full"),
        (OSError(30, "Read-only file system"), "is read-only"),
        (OSError(5, "Input/output error"), "take another stick"),
        (OSError(13, "Permission denied"), "may not write"),
    ],
)
def test_what_a_stick_refuses_is_told(
    journal: Journal, stick: Path, monkeypatch: pytest.MonkeyPatch, what: OSError, words: str
) -> None:
    """Whatever the stick's own complaint while it is written, the sentence names the folder and the way out."""

    def refuses(path: Path) -> None:
        raise what

    monkeypatch.setattr(backups, "sync", refuses)
    told = refusal(journal.path, stick)

    assert told.startswith(f"{stick}: ")
    assert words in told
    assert list(stick.iterdir()) == []


def test_what_sqlite_refuses_is_told_like_the_stick(stick: Path) -> None:
    """SQLite's own word for a full disk, from a database that may not grow, leads to the same sentence."""
    db = sqlite3.connect(stick / "small.db")
    db.execute("PRAGMA max_page_count=2")
    with pytest.raises(BackupError, match="is full; delete what is not needed"), told(stick):
        db.execute("CREATE TABLE facts AS SELECT randomblob(100000)")


def test_another_machine_of_the_same_name_keeps_its_copy(journal: Journal, stick: Path, tmp_path: Path) -> None:
    """Two machines were both called quito-museo-1: neither may replace the other's books."""
    (tmp_path / "other").mkdir()
    other = books(tmp_path / "other")
    theirs = back_up(other.path, stick, QUITO, NIGHT_MS)

    assert "another machine that is also called quito-museo-1" in refusal(journal.path, stick)
    assert read_backups(stick) == [theirs]
    assert is_intact(theirs)


def test_two_machines_share_a_stick(journal: Journal, stick: Path, tmp_path: Path) -> None:
    """With names of their own they do not meet."""
    (tmp_path / "other").mkdir()
    back_up(journal.path, stick, QUITO, NIGHT_MS)
    back_up(books(tmp_path / "other").path, stick, "cuenca-1", NIGHT_MS)

    assert {backup.machine for backup in read_backups(stick)} == {QUITO, "cuenca-1"}


def test_books_that_lost_facts_never_replace_a_copy_that_has_them(journal: Journal, stick: Path) -> None:
    """Somebody put back yesterday's card: its books are older than the stick's, and the stick's are the only others."""
    yesterday = shutil.copy(back_up(journal.path, stick, QUITO, NIGHT_MS).file, journal.path.with_name("old.db"))
    join(journal, "manuela")
    newer = back_up(journal.path, stick, QUITO, NIGHT_MS)

    told = refusal(Path(yesterday), stick)
    assert f"goes up to fact {newer.seq} of epoch 1, which the books here do not have" in told
    assert is_intact(newer)


def test_damaged_books_replace_nothing(journal: Journal, stick: Path) -> None:
    """A fact that was changed breaks the chain; both copies on the stick stay as they are."""
    for maker in ("manuela", "dolores"):
        back_up(journal.path, stick, QUITO, NIGHT_MS)
        join(journal, maker)
    held = read_backups(stick)
    journal.db.executescript("DROP TRIGGER facts_stay; UPDATE facts SET wall_ms = 0 WHERE seq = 20;")

    assert "fact 20 does not follow from the one before it" in refusal(journal.path, stick)
    assert read_backups(stick) == held
    assert all(is_intact(backup) for backup in held)


def test_a_balance_that_the_postings_do_not_make_is_found(journal: Journal, stick: Path) -> None:
    """The copy's balances are compared with the sum of the machine's own postings."""
    journal.db.execute("UPDATE balances SET cents = cents - 100 WHERE account = 'maker:rosa'")
    assert "is not what the books say" in refusal(journal.path, stick)


def test_two_backups_at_once_are_one_too_many(journal: Journal, stick: Path) -> None:
    """While the nightly one writes, one by hand is sent away."""
    with backups._one_at_a_time(stick):
        assert "another backup is being written there" in refusal(journal.path, stick)


def test_without_books_there_is_no_backup(tmp_path: Path, stick: Path) -> None:
    """No database yet: a sentence that says how to get one."""
    with pytest.raises(DatabaseError, match="there is no database"):
        back_up(tmp_path / "minga.db", stick, QUITO, NIGHT_MS)


# The command


def test_the_command_backs_up_and_says_so(tmp_path: Path, stick: Path) -> None:
    """One line on the copy, one with the head of the chain for the assembly's notebook, a warning on the same disk."""
    minga("init", tmp_path / "museum", "--name", QUITO)
    journal = Journal(tmp_path / "museum" / "minga.db")
    journal.append(stamp(), Cycle(), [MakerJoined("rosa")])
    said = minga("backup", "--to", stick, "--config", tmp_path / "museum" / "minga.toml")

    assert (said.status, said.out.splitlines()[0][:-14]) == (0, f"{stick}/quito-museo-1-A.db: 1 facts, epoch 1, 0")
    assert f"head of the chain: {journal.head.hex()}" in said.out
    assert "does not survive a broken card" in said.err


def test_the_command_ends_with_1_and_a_sentence(tmp_path: Path) -> None:
    """The timer's unit fails visibly when the stick is not in."""
    minga("init", tmp_path / "museum", "--name", QUITO)
    said = minga("backup", "--to", tmp_path / "stick", "--config", tmp_path / "museum" / "minga.toml")

    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"minga: {tmp_path / 'stick'}: there is no such folder")
