"""A statement as one picture (PNG) to send by WhatsApp: what she is owed, how that came to be, and the last lines."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from controller.ledger.statement import Statement
from controller.statements import rows as tables
from controller.statements.lettering import (
    ASH,
    BOLD,
    INK,
    MARIGOLD,
    REGULAR,
    THREAD,
    WOOL,
    Colour,
    band,
    wrapped,
)
from controller.statements.words import UNSURE_TOLD, money, proof, stretch

WIDTH_PX, MARGIN_PX, STITCH_PX = 1_080, 64, 10
LAST = 8
"""So many lines fit a screen that is held in a hand; the rest is on paper."""


def as_png(statement: Statement, machine: str) -> bytes:
    """As high as it has to be."""
    sheet = _Sheet(Image.new("RGB", (WIDTH_PX, 4_000), WOOL))
    sheet.band(statement.maker)
    sheet.title(statement, machine)
    sheet.sums(tables.account(statement)[:-1])
    sheet.seam()
    sheet.sums(tables.shared(statement))
    sheet.seam()
    sheet.last(statement)
    sheet.foot(statement)
    image = sheet.image.crop((0, 0, WIDTH_PX, sheet.y + MARGIN_PX // 2)).quantize(64)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


class _Sheet:
    """A picture that is written from top to bottom; `y` is where the next thing goes."""

    def __init__(self, image: Image.Image) -> None:
        self.image, self.y = image, 0
        self._draw = ImageDraw.Draw(image)

    def band(self, maker: str) -> None:
        for colour, x, y, width, height in band(maker, WIDTH_PX, STITCH_PX):
            self._draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
            self.y = max(self.y, int(y + height))
        self.y += 40

    def title(self, statement: Statement, machine: str) -> None:
        self.words(f"Liquidación de {statement.name}", 52, bold=True)
        self.words(f"Máquina {machine}, {stretch(statement)}", 32, colour=ASH)
        self.y += 34
        self._draw.rectangle((MARGIN_PX, self.y, MARGIN_PX + 14, self.y + 176), fill=MARIGOLD)
        self.y += 6
        self.words(tables.closing(statement), 38, indent=44)
        self.words(money(abs(statement.closing_cents)), 104, bold=True, indent=44)
        self.y += 30

    def sums(self, sums: tuple[tables.Sum, ...]) -> None:
        for one in sums:
            self.row(one.label, one.cents, 36, bold=one.bold)

    def last(self, statement: Statement) -> None:
        """The newest lines, newest first, as a message is read."""
        listed = list(tables.rows(statement))
        if not listed:
            self.words("En estos días no hubo nada.", 34)
            return
        shown = listed[: -LAST - 1 : -1]
        told = "Lo último" if len(shown) < len(listed) else "Todo, lo último primero"
        self.words(told, 36, bold=True)
        self.y += 6
        for row in shown:
            self.row(row.says, row.line.cents, 30, above=row.when)
        if len(shown) < len(listed):
            self.words(f"y {len(listed) - len(shown)} anotaciones más, en el papel", 28, colour=ASH)

    def foot(self, statement: Statement) -> None:
        self.seam()
        for note in tables.notes(statement, UNSURE_TOLD):
            self.words(note, 26, colour=ASH)
        self.words(proof(statement), 26, colour=ASH)

    def seam(self) -> None:
        self.y += 18
        for x in range(MARGIN_PX, WIDTH_PX - MARGIN_PX, 24):
            self._draw.line((x, self.y, x + 14, self.y), fill=THREAD, width=4)
        self.y += 24

    def row(self, label: str, cents: int, size: int, bold: bool = False, above: str = "") -> None:
        """A sum at the right, and its words as wide as the sum leaves them."""
        if above:
            self.words(above, 24, colour=ASH, lead=1.15)
        top, amount, font = self.y, money(cents), _font(size, bold)
        width = font.getlength(amount)
        self._draw.text((WIDTH_PX - MARGIN_PX - width, top), amount, INK, font)
        self.words(label, size, bold, room=int(WIDTH_PX - 2 * MARGIN_PX - width - 40))
        if above:
            self.y += 12

    def words(
        self,
        text: str,
        size: int,
        bold: bool = False,
        colour: Colour = INK,
        indent: int = 0,
        room: int = WIDTH_PX - 2 * MARGIN_PX,
        lead: float = 1.35,
    ) -> None:
        font = _font(size, bold)
        for line in wrapped(text, room - indent, font.getlength):
            self._draw.text((MARGIN_PX + indent, self.y), line, colour, font)
            self.y += int(size * lead)


def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """The basic layout is in every Pillow; the other one depends on what a machine has."""
    return ImageFont.truetype(BOLD if bold else REGULAR, size, layout_engine=ImageFont.Layout.BASIC)
