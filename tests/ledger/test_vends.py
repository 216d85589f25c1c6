"""A vend's fact by its number: what halving finds is what reading all would, wherever the books end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import a_busy_day, books

from controller.domain import facts as f
from controller.ledger.forms import read_fact
from controller.ledger.journal import Journal
from controller.ledger.vends import Numbered, of_vend


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Sales, a jam and a doubt: more vends begin than are sold."""
    journal = books(tmp_path)
    a_busy_day(journal)
    yield journal
    journal.close()


@pytest.mark.parametrize("kind", [f.VendStarted, f.Sold])
def test_every_vend_is_found_and_no_other(journal: Journal, kind: type[Numbered]) -> None:
    """Each number there is, those on either side and those in a gap; with the books cut off at any fact."""
    rows = journal.db.execute("SELECT seq, body FROM facts WHERE type = ?", [kind.__name__]).fetchall()
    there = {
        fact.vend_id: (seq, fact) for seq, body in rows if isinstance(fact := read_fact(kind.__name__, body), kind)
    }
    wanted = range(max(there) + 3)
    assert len(there) > 1
    assert set(wanted) - set(there)
    for before in range(journal.seq + 2):
        for vend_id in wanted:
            known = there.get(vend_id)
            assert of_vend(journal.db, kind, vend_id, before) == (known if known and known[0] < before else None)
