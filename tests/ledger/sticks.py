"""A machine's card and its stick, for the tests of backups: it sells, backs up, loses its card and gets it back."""

import shutil
from pathlib import Path

from builders import A3, Till, a_busy_day, books, coins, stamp

from controller.domain.events import ItemDropped, SlotChosen
from controller.ledger.backup import back_up
from controller.ledger.journal import Journal
from controller.ledger.restore import Restoration, restore
from controller.ledger.slot import Backup

QUITO = "quito-museo-1"
NIGHT_MS = 1_795_331_400_000


class Museum:
    """A machine's card and its stick, both folders; what happens is a sale a time."""

    def __init__(self, folder: Path) -> None:
        self.stick, self.card = folder / "stick", folder / "card"
        self.stick.mkdir()
        self.card.mkdir()
        self.database = self.card / "minga.db"
        self.till = a_busy_day(books(self.card))

    @property
    def journal(self) -> Journal:
        assert self.till.journal is not None
        return self.till.journal

    def sells(self, times: int = 1) -> None:
        for _ in range(times):
            mark = self.journal.marks.get("nri-1234", 0) + 5
            self.till.tell_all(coins(100, 100, 100, 100, 100, mark=mark), SlotChosen(A3))
            self.till.tell(ItemDropped(self.till.cycle.last_vend_id))

    def backs_up(self) -> Backup:
        return back_up(self.database, self.stick, QUITO, NIGHT_MS)

    def stops(self) -> None:
        self.journal.close()

    def loses_its_card(self) -> None:
        self.stops()
        shutil.rmtree(self.card)
        self.card.mkdir()

    def restores(self, backup: Backup, anyway: bool = False) -> Restoration:
        return restore(backup, self.database, QUITO, stamp(), anyway)

    def starts(self) -> Journal:
        """The books that are there now, and a till that goes on with them."""
        journal = Journal(self.database)
        self.till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
        return journal


def spoil(backup: Backup) -> None:
    """Change one byte in the middle, as a stick that forgets does."""
    content = bytearray(backup.file.read_bytes())
    content[len(content) // 2] ^= 0x40
    backup.file.write_bytes(content)
