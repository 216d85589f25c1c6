"""The forms of a statement, each imported only when it is asked for, and the list of all makers' figures."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date

from controller.ledger.people import makers
from controller.ledger.statement import Figures, Statement
from controller.statements.words import days, money

Draw = Callable[[Statement, str], bytes]
HEADINGS = ("", "Saldo anterior", "Prendas", "Para ella", "Pagado", "Le debemos")
WIDTHS = (28, 15, 9, 13, 13, 13)


def _pdf() -> Draw:
    from controller.statements.paper import as_pdf

    return as_pdf


def _xlsx() -> Draw:
    from controller.statements.workbook import as_xlsx

    return as_xlsx


def _csv() -> Draw:
    from controller.statements.commas import as_csv

    return as_csv


def _png() -> Draw:
    from controller.statements.picture import as_png

    return as_png


FORMS: dict[str, Callable[[], Draw]] = {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv, "png": _png}


def as_listed(db: sqlite3.Connection, known: Mapping[str, Figures], first: date, last: date) -> str:
    """Every maker in a row, and all of them together."""
    named = {maker: words.name for maker, words in makers(db).items()}
    rows = [_row(f"{named.get(maker) or maker} ({maker})", one) for maker, one in known.items()]
    all_of_them = Figures(*(sum(getattr(one, field) for one in known.values()) for field in Figures.__slots__))
    head = HEADINGS[0].ljust(WIDTHS[0]) + "".join(map(str.rjust, HEADINGS[1:], WIDTHS[1:]))
    return "\n".join([f"Liquidaciones {days(first, last)}", "", head, *rows, _row("Todas", all_of_them)])


def _row(name: str, one: Figures) -> str:
    sums = map(money, (one.earned_cents, one.paid_cents, one.closing_cents))
    cells = (money(one.opening_cents), str(one.pieces), *sums)
    return name.ljust(WIDTHS[0]) + "".join(map(str.rjust, cells, WIDTHS[1:]))
