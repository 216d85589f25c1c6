"""Restoring: the books come back to the cent, nothing that is counted comes twice, and nothing is thrown away."""

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from builders import A2, B1, KEY, coins, minga, stamp
from sticks import NIGHT_MS, QUITO, Museum, spoil

from controller.domain import facts as f
from controller.domain.change import Hopper
from controller.domain.claims import code
from controller.domain.cycle import Cycle, Phase
from controller.domain.events import DeadlinePassed, Event, HoppersAnswered, ReturnPressed, SlotChosen
from controller.errors import MingaError
from controller.ledger import reports, schema
from controller.ledger import restore as restoring
from controller.ledger.alone import alone
from controller.ledger.backup import back_up, read_backups
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, read_fact
from controller.ledger.restore import IDS_APART, choose
from controller.ledger.schema import create
from controller.ledger.slot import Backup, BackupError
from controller.ledger.verify import verify


@pytest.fixture
def museum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Museum:
    monkeypatch.setattr(schema.secrets, "token_hex", lambda size: KEY.hex())
    return Museum(tmp_path)


def facts_of(journal: Journal) -> list[f.Fact]:
    """Every fact, oldest first."""
    rows = journal.db.execute("SELECT type, body FROM facts ORDER BY seq")
    return [read_fact(*row) for row in rows]


def refusal(museum: Museum, backup: Backup) -> str:
    """Why a restore is refused; the books that are there stay as they are, and no half copy stays."""
    before = museum.database.read_bytes() if museum.database.exists() else None
    with pytest.raises(BackupError) as refused:
        museum.restores(backup)
    assert (museum.database.read_bytes() if museum.database.exists() else None) == before
    assert not list(museum.card.glob("*.restoring*"))
    return str(refused.value)


# What comes back


def test_a_new_card_has_the_books_to_the_cent(museum: Museum) -> None:
    """The card is lost; from the stick every total is what it was at the backup, and the auditor agrees."""
    backup, totals = museum.backs_up(), reports.totals(open_readonly(museum.database))
    museum.loses_its_card()
    done = museum.restores(backup)
    back = reports.totals(open_readonly(museum.database))

    assert verify(open_readonly(museum.database)) == []
    assert (back.makers, back.funds, back.cash, back.sold_cents) == (
        totals.makers,
        totals.funds,
        totals.cash,
        totals.sold_cents,
    )
    assert (done.standing, done.aside, back.facts) == ("no-books", None, totals.facts + 1)


def test_the_new_epoch_stands_in_the_books(museum: Museum) -> None:
    """One fact says from which fact on, with its hash; numbers go on without a gap, in epoch 2."""
    backup = museum.backs_up()
    museum.loses_its_card()
    museum.restores(backup)
    journal = museum.starts()
    museum.sells()
    rows = journal.db.execute("SELECT seq, epoch FROM facts WHERE seq >= ?", [backup.seq]).fetchall()

    restored = facts_of(journal)[backup.seq]
    assert isinstance(restored, f.Restored)
    assert restored.vouchers_wait_min > 0
    assert replace(restored, vouchers_wait_min=-1) == f.Restored(2, backup.seq, backup.head, "no-books", IDS_APART)
    assert rows == [(backup.seq, 1), *((seq, 2) for seq in range(backup.seq + 1, journal.seq + 1))]
    assert verify(journal.db) == []


def test_no_id_of_the_lost_time_comes_again(museum: Museum) -> None:
    """Vends, payouts, claim codes and starts of the lost time are far behind those of the new epoch."""
    backup = museum.backs_up()
    museum.sells(3)
    museum.till.tell_all(coins(25, mark=40), DeadlinePassed())
    lost, boots = museum.journal.cycle, museum.journal.boots()
    museum.loses_its_card()
    museum.restores(backup)
    cycle = museum.starts().cycle

    assert cycle.last_vend_id - IDS_APART == lost.last_vend_id - 3
    assert cycle.last_claim_id - IDS_APART == lost.last_claim_id - 1
    assert cycle.last_payout_id - IDS_APART == lost.last_payout_id
    assert museum.journal.boots() == boots + IDS_APART
    museum.till.tell_all(coins(25, mark=99), DeadlinePassed())
    assert museum.till.facts[-1].claim == code(KEY, cycle.last_claim_id + 1)
    assert verify(museum.journal.db) == []


def test_the_acceptors_history_is_no_money(museum: Museum) -> None:
    """The acceptor's counter is ahead of the backup: without a mark, its first reading is where counting begins."""
    backup = museum.backs_up()
    museum.sells()
    museum.loses_its_card()
    museum.restores(backup)

    assert museum.starts().marks == {}


PAID = coins(100, 100, 100, 50, mark=20)
HOPPER = Hopper("hopper:50", 50, 0, 1_234)


@pytest.mark.parametrize(
    ("visit", "account", "cents", "kind"),
    [
        ((PAID, SlotChosen(A2)), "doubt", 350, f.VendInDoubt),
        ((PAID, ReturnPressed()), "claims", 350, f.ClaimOwed),
        ((PAID, ReturnPressed(), HoppersAnswered(3, (HOPPER,))), "doubt", 350, f.PayoutInDoubt),
        ((PAID,), "unclaimed", 350, f.CreditAbandoned),
    ],
    ids=["a vend", "a payout", "coins ordered", "credit"],
)
def test_what_was_under_way_waits_for_a_person(
    museum: Museum, visit: tuple[Event, ...], account: str, cents: int, kind: type[f.Fact]
) -> None:
    """It has long ended in the world: no motor is asked, no coin leaves, and no stranger sees the code."""
    museum.till.shop = replace(museum.till.shop, floats={"hopper:50": 1_000})
    museum.till.tell_all(*visit)
    backup = museum.backs_up()
    before = reports.balances(museum.journal.db)
    museum.loses_its_card()
    museum.restores(backup)
    journal = museum.starts()

    assert any(isinstance(fact, kind) for fact in facts_of(journal)[backup.seq :])
    assert reports.balances(journal.db)[account] - before.get(account, 0) == cents
    assert (journal.cycle.phase, journal.cycle.notice, journal.cycle.codes) == (Phase.IDLE, None, ())
    assert verify(journal.db) == []


# What is refused, and what it takes


def test_an_older_backup_is_refused_unless_told(museum: Museum) -> None:
    """The sentence counts what would be lost. Told, the newer books lie aside, whole, with their date in the name."""
    backup = museum.backs_up()
    museum.sells(2)
    newer = reports.totals(open_readonly(museum.database))
    more = museum.journal.seq - backup.seq
    museum.stops()

    assert f"have gone on since: they have {more} facts more; `--anyway`" in refusal(museum, backup)
    done = museum.restores(backup, anyway=True)
    assert done.aside is not None
    assert done.aside.name.startswith("minga-aside-20261121-")
    aside = open_readonly(done.aside)
    assert reports.totals(aside) == newer
    assert verify(aside) == verify(open_readonly(museum.database)) == []
    assert (done.standing, done.ids_skipped) == ("older", IDS_APART + 2)


def test_books_with_another_history_are_refused_unless_told(museum: Museum) -> None:
    """Since the backup two machines have gone on by themselves: neither contains the other."""
    fork = shutil.copy(museum.backs_up().file, museum.card / "fork.db")
    museum.sells()
    backup = museum.backs_up()
    museum.stops()
    other = Journal(Path(fork))
    other.append(stamp(), other.cycle, [f.MakerJoined("manuela")])
    other.close()
    Path(fork).replace(museum.database)

    assert "have another history" in refusal(museum, backup)
    assert museum.restores(backup, anyway=True).standing == "strange"


@pytest.mark.parametrize("rubbish", [b"", b"Querida Rosa: " * 999], ids=["empty", "a letter"])
def test_books_that_cannot_be_read_are_put_aside_when_told(museum: Museum, rubbish: bytes) -> None:
    """Nobody can tell how much is lost with them, so a person has to say it; the rubbish is kept for whoever can read it."""
    backup = museum.backs_up()
    museum.loses_its_card()
    museum.database.write_bytes(rubbish)

    assert "cannot be read" in refusal(museum, backup)
    done = museum.restores(backup, anyway=True)
    assert done.aside is not None
    assert done.aside.read_bytes() == rubbish
    assert verify(open_readonly(museum.database)) == []


def test_another_machines_backup_is_refused_unless_told(museum: Museum) -> None:
    """A museum with two machines has two sticks on the table."""
    backup = back_up(museum.database, museum.stick, "cuenca-1", NIGHT_MS)
    museum.loses_its_card()

    assert "it is of cuenca-1, and this machine is quito-museo-1" in refusal(museum, backup)
    assert museum.restores(backup, anyway=True).epoch == 2


def test_a_machine_that_only_started_is_replaced_without_asking(
    museum: Museum, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new card, set up and booted once: it has seen no trade, so nothing is lost."""
    backup = museum.backs_up()
    museum.loses_its_card()
    monkeypatch.undo()
    create(museum.database)
    journal = Journal(museum.database)
    journal.append(
        stamp(), Cycle(), [f.Booted(1, "0.1.0"), f.ClockSet(0, False), f.TroubleSeen("no-coins", "coins", "")]
    )
    journal.close()

    assert museum.restores(backup).standing == "empty"
    assert museum.starts().shop.claim_key == KEY


def test_a_backup_that_has_everything_is_restored_without_asking(museum: Museum) -> None:
    """The same books again, or books that went on from these: nothing is lost."""
    early = shutil.copy(museum.backs_up().file, museum.card / "early.db")
    museum.sells()
    backup = museum.backs_up()
    museum.stops()

    assert museum.restores(backup).standing == "same"
    Path(early).replace(museum.database)
    assert museum.restores(backup).standing == "newer"


@pytest.mark.parametrize("anyway", [False, True])
def test_a_damaged_backup_is_never_restored(museum: Museum, anyway: bool) -> None:
    """One byte is enough, and `--anyway` does not help: there is the other slot."""
    backup = museum.backs_up()
    museum.stops()
    spoil(backup)

    with pytest.raises(BackupError, match="is damaged, it is not what was once written"):
        museum.restores(backup, anyway)
    assert verify(open_readonly(museum.database)) == []


def test_a_forger_needs_more_than_a_new_checksum(museum: Museum) -> None:
    """A copy with one changed fact and a checksum to match breaks the chain, whatever is told."""
    backup = museum.backs_up()
    museum.stops()
    db = sqlite3.connect(backup.file)
    db.executescript(
        "DROP TRIGGER facts_stay; UPDATE facts SET body = replace(body, '350', '351') WHERE type = 'Sold';"
    )
    db.close()
    told = json.loads(backup.file.with_suffix(".json").read_text())
    told["sha256"] = restoring.sha256(backup.file)
    backup.file.with_suffix(".json").write_text(json.dumps(told))

    with pytest.raises(BackupError, match="does not follow from the one before it"):
        museum.restores(read_backups(museum.stick)[0], anyway=True)


def test_a_running_controller_is_never_robbed_of_its_books(museum: Museum) -> None:
    """While a controller holds the lock, a restore is refused, whatever is told."""
    backup = museum.backs_up()
    with alone(museum.database), pytest.raises(MingaError, match="another controller"):
        museum.restores(backup, anyway=True)


# The command


def test_the_command_restores_the_newest_from_a_folder(museum: Museum, tmp_path: Path) -> None:
    """The folder is enough; which slot it was, the new epoch, where the old books lie and what to count are told."""
    (museum.card / "minga.toml").write_text(f'[machine]\nname = "{QUITO}"\n')
    museum.backs_up()
    museum.sells()
    newest = museum.backs_up()
    museum.stops()
    said = minga("restore", museum.stick, "--config", museum.card / "minga.toml")

    assert (said.status, said.err) == (0, "")
    first, second, third, last = said.out.splitlines()
    assert first.startswith(f"{newest.file}: {newest.seq} facts, epoch 1")
    assert "epoch 2 begins" in second
    assert "minga-aside-" in third
    assert last.startswith("Now count every slot")


def test_the_command_refuses_in_one_sentence_and_obeys_when_told(museum: Museum) -> None:
    """An older slot, named by its file: status 1; with `--anyway` status 0."""
    (museum.card / "minga.toml").write_text(f'[machine]\nname = "{QUITO}"\n')
    older = museum.backs_up()
    museum.sells()
    museum.stops()
    words = ("restore", older.file, "--config", museum.card / "minga.toml")
    said, told = minga(*words), minga(*words, "--anyway")

    assert (said.status, told.status) == (1, 0)
    assert len(said.err.splitlines()) == 1
    assert "`--anyway`" in said.err


def test_a_damaged_newest_gives_way_to_the_one_before(museum: Museum) -> None:
    """From a folder the newest whole one is taken; when none is left, that is told."""
    older = museum.backs_up()
    museum.sells()
    spoil(museum.backs_up())
    assert choose(museum.stick, QUITO) == older

    spoil(older)
    with pytest.raises(BackupError, match="every backup of quito-museo-1 here is damaged"):
        choose(museum.stick, QUITO)


@pytest.mark.parametrize(
    ("name", "words"),
    [("copias", "no backup"), ("empty", "only of nobody"), ("letter.db", "no backup")],
)
def test_what_is_no_backup_is_told(tmp_path: Path, name: str, words: str) -> None:
    """A missing path, an empty folder, a lone file: one sentence that names it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "letter.db").write_text("Querida Rosa")
    with pytest.raises(BackupError, match=words):
        choose(tmp_path / name, QUITO)


def test_the_shelf_comes_back_as_it_was(museum: Museum) -> None:
    """What the books say of the shelf is the backup's: pieces sold since are to be counted by a person."""
    backup, shop = museum.backs_up(), museum.journal.shop
    museum.sells(2)
    museum.loses_its_card()
    museum.restores(backup)

    assert museum.starts().shop.slots == shop.slots
    assert museum.starts().shop.slots[B1].closed == "doubt"
