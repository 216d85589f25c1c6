"""A statement on paper: a PDF for A4, her woven band on top of every page, some 25 lines a page.

Nothing in the file says when it was made: the same statement is the same file.
"""

import logging
from datetime import UTC, date, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from controller.ledger.statement import Statement
from controller.statements import rows as tables
from controller.statements import selling
from controller.statements.lettering import ASH, BOLD, INK, MARIGOLD, REGULAR, THREAD, WOOL, band, drawable, wrapped
from controller.statements.words import PROMISE, UNSURE_TOLD, money, proof, rule, stretch

WIDTH_MM, HEIGHT_MM, MARGIN_MM, STITCH_MM = 210, 297, 14, 1.0
COLUMNS_MM = (27, 66, 10, 15, 15, 14, 17, 18)
LINE_MM, PAD_MM, FOOT_MM = 4.2, 1.6, 22
FACE = "minga"
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table of a font that it leaves out
BEFORE_ALL = date(2026, 1, 1)
LEFT_COLUMNS = 2


def as_pdf(statement: Statement, machine: str) -> bytes:
    """The whole statement."""
    pdf = _Paper(statement, machine)
    pdf.add_page()
    pdf.opening()
    pdf.headings()
    for row in tables.rows(statement):
        pdf.row(row)
    pdf.ending()
    return bytes(pdf.output())


class _Paper(FPDF):
    """The pages of one statement. Lengths are millimetres."""

    def __init__(self, statement: Statement, machine: str) -> None:
        super().__init__(format="A4")
        self.statement, self.machine = statement, machine
        self.add_font(FACE, "", REGULAR)
        self.add_font(FACE, "B", BOLD)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(False)
        self.set_title(f"Liquidación de {statement.name}")
        self.set_lang("es-EC")
        made = statement.last_day or BEFORE_ALL
        self.set_creation_date(datetime(made.year, made.month, made.day, tzinfo=UTC))

    def header(self) -> None:
        for colour, x, y, width, height in band(self.statement.maker, WIDTH_MM, STITCH_MM):
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, style="F")
        self.set_y(14)
        self._type(16 if self.page_no() == 1 else 10, bold=True)
        self._line(f"Liquidación de {self.statement.name}", 8 if self.page_no() == 1 else 5)
        self._type(9.5, colour=ASH)
        self._line(f"Máquina {self.machine}, {stretch(self.statement)}", 5)
        self.ln(3)

    def footer(self) -> None:
        self.set_y(HEIGHT_MM - 12)
        self._type(7.5, colour=ASH)
        self.cell(0, 4, f"Hoja {self.page_no()} de {{nb}}. {proof(self.statement)}")

    def opening(self) -> None:
        """The sum she waits for, large; beside it how it came to be, and whose the rest of the prices is."""
        top = self.get_y()
        self.set_fill_color(*MARIGOLD)
        self.rect(MARGIN_MM, top, 1.6, 22, style="F")
        self.set_xy(MARGIN_MM + 4, top + 1)
        self._type(10, colour=ASH)
        self.cell(46, 5, tables.closing(self.statement), new_x=XPos.LEFT, new_y=YPos.NEXT)
        self._type(26, bold=True)
        self.cell(46, 13, money(abs(self.statement.closing_cents)))
        ends = [
            self._sums(MARGIN_MM + 52, top, 66, tables.account(self.statement)),
            self._sums(MARGIN_MM + 124, top, 58, tables.shared(self.statement)),
        ]
        self.set_y(max(top + 22, *ends) + 5)

    def _sums(self, x: float, y: float, width: float, sums: tuple[tables.Sum, ...]) -> float:
        """A short list of sums; where it ends."""
        for one in sums:
            self.set_xy(x, y)
            self._type(9, bold=one.bold)
            self.cell(width - 24, 4.8, one.label)
            self.cell(24, 4.8, money(one.cents), align="R")
            y += 4.8
        return y

    def headings(self) -> None:
        self._type(8, bold=True)
        self.set_fill_color(*WOOL)
        for number, (heading, width) in enumerate(zip(tables.HEADINGS, COLUMNS_MM, strict=True)):
            self.cell(width, 6, heading, align="L" if number < LEFT_COLUMNS else "R", fill=True)
        self.ln(6)

    def row(self, row: tables.Row) -> None:
        """As high as its sentence needs; a row that does not fit begins a page."""
        self._type(8)
        told = wrapped(row.says, COLUMNS_MM[1] - 2 * self.c_margin, self.get_string_width)
        height = len(told) * LINE_MM + PAD_MM
        if self.get_y() + height > HEIGHT_MM - FOOT_MM:
            self.add_page()
            self.headings()
            self._type(8)
        top, line = self.get_y() + PAD_MM / 2, row.line
        prices = (line.price_cents, line.fee_cents, line.fund_cents)
        cells = [str(line.vend_id or ""), *(money(cents) if row.priced and cents else "" for cents in prices)]
        self.set_y(top)
        self.cell(COLUMNS_MM[0], LINE_MM, row.when)
        for number, words in enumerate(told):
            self.set_xy(MARGIN_MM + COLUMNS_MM[0], top + number * LINE_MM)
            self.cell(COLUMNS_MM[1], LINE_MM, words)
        self.set_xy(MARGIN_MM + sum(COLUMNS_MM[:2]), top)
        for width, text in zip(COLUMNS_MM[2:], [*cells, money(line.cents), money(row.balance_cents)], strict=True):
            self.cell(width, LINE_MM, text, align="R")
        self.set_y(top + height - PAD_MM / 2)
        self.set_draw_color(*THREAD)
        self.line(MARGIN_MM, self.get_y(), WIDTH_MM - MARGIN_MM, self.get_y())

    def ending(self) -> None:
        """What holds for all of it, and room to sign."""
        notes = (*selling.told(self.statement), *tables.notes(self.statement, UNSURE_TOLD))
        told = [*notes, *map(rule, self.statement.rules), PROMISE]
        self._type(8, colour=ASH)
        lines = [line for words in told for line in wrapped(words, WIDTH_MM - 2 * MARGIN_MM - 4, self.get_string_width)]
        if self.get_y() + len(lines) * LINE_MM + 34 > HEIGHT_MM - FOOT_MM:
            self.add_page()
            self._type(8, colour=ASH)
        self.ln(4)
        if not self.statement.lines:
            self._line("En estos días no hubo nada.", LINE_MM)
        for words in lines:
            self._line(words, LINE_MM)
        self.ln(18)
        for who in (self.statement.name, "por el grupo"):
            self.cell(75, 5, drawable(who), border="T", align="C")
            self.cell(20, 5, "")

    def _type(self, size: float, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(FACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _line(self, text: str, height: float) -> None:
        self.cell(0, height, drawable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
