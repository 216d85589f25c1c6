"""The list of envelopes on paper: a line for each maker with her sum, what to put in, and room for her signature."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fpdf import FPDF

from controller.statements.lettering import BOLD, INK, REGULAR, THREAD, band, drawable
from controller.statements.words import money

if TYPE_CHECKING:
    from admin_web.phone.payout import Envelope
    from controller.domain.facts import PeriodClosed

WIDTH_MM, MARGIN_MM, STITCH_MM, ROW_MM, LAST_MM = 210, 14, 1.0, 17, 265
FACE = "minga"
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing in the file says when it was made: the same list is the same file."""


def as_pdf(machine: str, period: PeriodClosed, envelopes: list[Envelope]) -> bytes:
    """The whole list, A4, some thirteen makers a page."""
    pdf = _Paper(machine, period)
    pdf.add_page()
    for envelope in envelopes:
        pdf.row(envelope)
    pdf.total(sum(envelope.amount.cents for envelope in envelopes))
    return bytes(pdf.output())


class _Paper(FPDF):
    """The pages of one list. Lengths are millimetres."""

    def __init__(self, machine: str, period: PeriodClosed) -> None:
        super().__init__(format="A4")
        self.machine, self.period = machine, period
        self.add_font(FACE, "", REGULAR)
        self.add_font(FACE, "B", BOLD)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(False)
        self.set_title(f"Sobres {period.label}")
        self.set_lang("es-EC")
        self.set_creation_date(BEFORE_ALL)

    def header(self) -> None:
        for colour, x, y, width, height in band(self.machine, WIDTH_MM, STITCH_MM):
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, style="F")
        self.set_xy(MARGIN_MM, 15)
        self._type(16, bold=True)
        self.cell(0, 8, f"Sobres del período {self.period.label}")
        self.set_xy(MARGIN_MM, 23)
        self._type(9)
        proof = f"libro hasta el hecho {self.period.to_seq}, huella {self.period.head[:16]}"
        self.cell(0, 5, drawable(f"Máquina {self.machine}, {proof}"))
        self.set_y(33)

    def row(self, envelope: Envelope) -> None:
        """Her name and sum; below, what goes in; to the right, where she signs."""
        if self.get_y() > LAST_MM:
            self.add_page()
        top = self.get_y()
        self._type(12, bold=True)
        self.set_xy(MARGIN_MM, top + 2)
        self.cell(70, 6, drawable(envelope.name))
        self.cell(30, 6, money(envelope.amount.cents), align="R")
        self._type(8)
        self.set_xy(MARGIN_MM, top + 9)
        inside = ", ".join(f"{pile.count} de {money(pile.cents)}" for pile in envelope.amount.piles)
        self.cell(110, 5, drawable(inside))
        self.set_xy(132, top + 10)
        self.cell(64, 5, drawable(f"pagado: {envelope.who}" if envelope.paid else "firma"), border="T", align="C")
        self.set_draw_color(*THREAD)
        self.line(MARGIN_MM, top + ROW_MM, WIDTH_MM - MARGIN_MM, top + ROW_MM)
        self.set_draw_color(*INK)
        self.set_y(top + ROW_MM)

    def total(self, cents: int) -> None:
        self._type(12, bold=True)
        self.set_xy(MARGIN_MM, self.get_y() + 3)
        self.cell(70, 7, "Todas")
        self.cell(30, 7, money(cents), align="R")

    def _type(self, size: float, bold: bool = False) -> None:
        self.set_font(FACE, "B" if bold else "", size)
        self.set_text_color(*INK)
