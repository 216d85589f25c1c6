"""A statement as a workbook (XLSX): real numbers and real dates, so that it can be added up, sorted and filtered.

Words are written as text whatever they begin with; the only formulas are our own sums. Excel shows numbers and dates as its
own country writes them.
"""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from controller.ledger.statement import Statement
from controller.statements import selling
from controller.statements.commas import COLUMNS, WHATS
from controller.statements.rows import Row, account, notes, rows
from controller.statements.words import PROMISE, UNSURE_TOLD, proof, rule, stretch

MONEY, DAY, HOUR = '"$"#,##0.00', "dd/mm/yyyy", "hh:mm"
WIDTHS = {"detalle": 52, "prenda": 20, "fecha": 11, "qué": 13, "quién": 14, "testigo": 14, "comisión de": 12}
SHEET = "Liquidación"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
BEFORE_ALL = date(2026, 1, 1)
TABLE_ROW = 10
"""Where the headings of the table are; the account in sums stands above it."""


def as_xlsx(statement: Statement, machine: str) -> bytes:
    """One sheet: the account in sums, then the lines."""
    file = BytesIO()
    book = Workbook(file, OPTIONS)
    made = datetime.combine(statement.last_day or BEFORE_ALL, datetime.min.time(), UTC).replace(tzinfo=None)
    book.set_properties({"title": f"Liquidación de {statement.name}", "created": made})
    sheet = book.add_worksheet(SHEET)
    _Drawing(book, sheet).draw(statement, machine)
    book.close()
    return file.getvalue()


class _Drawing:
    """The sheet and its few formats."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.money, self.day = book.add_format({"num_format": MONEY}), book.add_format({"num_format": DAY})
        self.hour, self.bold = book.add_format({"num_format": HOUR}), book.add_format({"bold": True})
        self.total = book.add_format({"bold": True, "num_format": MONEY, "top": 1})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.head = book.add_format({"bold": True, "bg_color": "#F8F2E4", "bottom": 1, "text_wrap": True})

    def draw(self, statement: Statement, machine: str) -> None:
        sheet, listed = self.sheet, list(rows(statement))
        sheet.write_string(0, 0, f"Liquidación de {statement.name}", self.title)
        sheet.write_string(1, 0, f"Máquina {machine}, {stretch(statement)}")
        for place, one in enumerate(account(statement), start=3):
            sheet.write_string(place, 0, one.label, self.bold if one.bold else None)
            self._money(place, 5, one.cents, self.total if one.bold else self.money)
        for column, heading in enumerate(COLUMNS):
            sheet.write_string(TABLE_ROW, column, heading, self.head)
            sheet.set_column(column, column, WIDTHS.get(heading, 10))
        for number, row in enumerate(listed, start=TABLE_ROW + 1):
            self._row(number, row)
        end = TABLE_ROW + 1 + len(listed)
        if listed:
            self._totals(end, statement)
        told = [
            *selling.told(statement),
            *notes(statement, UNSURE_TOLD),
            *map(rule, statement.rules),
            PROMISE,
            proof(statement),
        ]
        for number, words in enumerate(told, start=end + 2):
            sheet.write_string(number, 0, words)
        sheet.freeze_panes(TABLE_ROW + 1, 0)
        sheet.autofilter(TABLE_ROW, 0, max(TABLE_ROW, end - 1), len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _row(self, number: int, row: Row) -> None:
        line, sheet = row.line, self.sheet
        sheet.write_number(number, _column("hecho"), line.seq)
        if line.at:
            sheet.write_datetime(number, _column("fecha"), datetime.combine(line.at, datetime.min.time()), self.day)
            sheet.write_datetime(number, _column("hora"), line.at.time(), self.hour)
        words = {"reloj en hora": "sí" if line.certain else "no", "qué": WHATS[line.what], "detalle": row.says}
        words |= {"espiral": line.slot, "prenda": line.piece, "quién": line.by, "testigo": line.witness}
        words |= dict(zip(selling.COLUMNS[:2], selling.words_of(line), strict=True))
        for heading, text in (words | {"comisión de": " y ".join(line.fees_of)}).items():
            sheet.write_string(number, _column(heading), text)
        for heading, count in (("venta", line.vend_id), ("reparto", line.rule_id)):
            if count:
                sheet.write_number(number, _column(heading), count)
        sums = {"para usted": line.cents, "saldo": row.balance_cents}
        if row.priced:
            sums |= {"precio": line.price_cents, "comisión": line.fee_cents, "fondos": line.fund_cents}
        if line.sold_as:
            sheet.write_number(number, _column("tarifa de IVA"), line.sold_as.vat_permille / 10)
            sums |= {"IVA incluido": line.vat_cents, "sin IVA": line.net_cents}
        for heading, cents in sums.items():
            self._money(number, _column(heading), cents, self.money)

    def _totals(self, end: int, statement: Statement) -> None:
        """Sums that the workbook keeps itself, with their values at hand for programs that do not compute."""
        self.sheet.write_string(end, _column("detalle"), "Total", self.bold)
        columns = {"precio": "price_cents", "comisión": "fee_cents", "fondos": "fund_cents", "para usted": "cents"}
        if selling.taxed(statement):
            columns |= {"IVA incluido": "vat_cents", "sin IVA": "net_cents"}
        for heading, field in columns.items():
            letter = chr(ord("A") + _column(heading))
            cents = sum(getattr(line, field) for line in statement.lines)
            formula = f"=SUM({letter}{TABLE_ROW + 2}:{letter}{end})"
            self.sheet.write_formula(end, _column(heading), formula, self.total, cents / 100)

    def _money(self, row: int, column: int, cents: int, form: Any) -> None:
        """The nearest binary number to the cents: a workbook knows no others, and shows it to the cent."""
        self.sheet.write_number(row, column, cents / 100, form)


def _column(heading: str) -> int:
    return COLUMNS.index(heading)
