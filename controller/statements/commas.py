"""A statement as CSV that Excel opens by a double click in Ecuador: semicolons, decimal commas, UTF-8 with its mark.

Words that people chose can begin like a formula (`=cmd|…`): such a cell gets an apostrophe in front, so that no program
computes it.
"""

import csv
from io import StringIO

from controller.ledger.statement import Statement
from controller.statements import selling
from controller.statements.cells import harmless
from controller.statements.rows import Row, rows
from controller.statements.words import money, stretch

COLUMNS = (
    *("hecho", "fecha", "hora", "reloj en hora", "qué", "detalle", "venta", "espiral", "prenda", "reparto"),
    *("precio", "comisión", "comisión de", "fondos", "para usted", "saldo", "quién", "testigo"),
    *selling.COLUMNS,
)
WHATS = {"sold": "venta", "settled": "venta", "taken-back": "devolución", "paid": "pago", "moved": "corrección"}
MARK = "\ufeff"


def as_csv(statement: Statement, machine: str) -> bytes:
    """The lines, between an opening and a closing row; after it, who sold what, in words."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(f"Liquidación de {statement.name}"), harmless(f"Máquina {machine}"), stretch(statement)])
    writer.writerow(COLUMNS)
    writer.writerow(_edge("saldo anterior", statement.opening_cents))
    writer.writerows(_row(row) for row in rows(statement))
    writer.writerow(_edge("saldo", statement.closing_cents))
    writer.writerows([harmless(words)] for words in selling.told(statement))
    return (MARK + text.getvalue()).encode()


def decimal(cents: int) -> str:
    """`1234,50`: a number to a spreadsheet in Spanish, without a sign of the dollar or of the thousands."""
    return money(cents).replace("$", "").replace(".", "")


def _edge(word: str, cents: int) -> list[str]:
    cells = [""] * len(COLUMNS)
    cells[COLUMNS.index("qué")], cells[COLUMNS.index("saldo")] = word, decimal(cents)
    return cells


def _row(row: Row) -> list[str]:
    line = row.line
    price = [decimal(cents) if row.priced else "" for cents in (line.price_cents, line.fee_cents, line.fund_cents)]
    day, hour = (f"{line.at:%d/%m/%Y}", f"{line.at:%H:%M}") if line.at else ("", "")
    words = [row.says, str(line.vend_id or ""), line.slot, line.piece, str(line.rule_id or "")]
    when = [str(line.seq), day, hour, "sí" if line.certain else "no", WHATS[line.what]]
    fees_of = harmless(" y ".join(line.fees_of))
    hers = [decimal(line.cents), decimal(row.balance_cents), harmless(line.by), harmless(line.witness)]
    taxed = [*selling.words_of(line), *_vat(row)]
    return [*when, *map(harmless, words), *price[:2], fees_of, price[2], *hers, *taxed]


def _vat(row: Row) -> list[str]:
    """The rate, the VAT in the price, and the rest of it; empty where nobody has said who sells."""
    line = row.line
    if line.sold_as is None:
        return ["", "", ""]
    return [selling.rate(line.sold_as.vat_permille), decimal(line.vat_cents), decimal(line.net_cents)]
