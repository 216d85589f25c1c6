"""An accountant's program that has never heard of ours, reading the journal that `minga export beancount` writes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core import data

from controller.ledger.connection import open_readonly
from controller.ledger.export import beancount


@dataclass(frozen=True)
class Accountant:
    """What the other program read: its entries, and its complaints."""

    file: Path
    entries: list[Any]
    errors: list[Any]

    def cents(self, account: str, first: date = date.min, last: date = date.max) -> dict[int, int]:
        """By the number of the fact: what it adds to this account, as its owner reads it."""
        posted: dict[int, int] = defaultdict(int)
        for entry in self.entries:
            if isinstance(entry, data.Transaction) and first <= entry.date <= last:
                for line in entry.postings:
                    if line.account == account:
                        assert line.units is not None
                        posted[int(entry.meta["seq"])] -= int(line.units.number * 100)  # type: ignore[operator]
        return dict(posted)


def reads(books: Path, file: Path) -> Accountant:
    """Export these books into this file, and let the other program read it."""
    reader = open_readonly(books)
    file.write_text("".join(beancount(reader, "Minga, quito-museo-1")))
    reader.close()
    entries, errors, _ = loader.load_file(str(file))
    return Accountant(file, entries, errors)
