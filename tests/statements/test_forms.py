"""The forms of a statement: the same sums in each, letters and bands right, no formula by surprise, the same bytes always."""

import csv
import re
import sqlite3
import zlib
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from babel.numbers import format_currency
from PIL import Image

from controller.domain.catalog import Account, Share, SplitRule
from controller.domain.weave import ROWS, weave
from controller.ledger.statement import Line, Statement, What, statement
from controller.statements.cells import harmless
from controller.statements.commas import COLUMNS, MARK, as_csv, decimal
from controller.statements.fields import fields
from controller.statements.lettering import YARN, band, drawable, wrapped
from controller.statements.paper import as_pdf
from controller.statements.picture import LAST, STITCH_PX, WIDTH_PX, as_png
from controller.statements.plain import as_text
from controller.statements.rows import account, rows
from controller.statements.words import days, money, rule, says
from controller.statements.workbook import as_xlsx

MACHINE = "quito-museo-1"
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
FORMS = (as_csv, as_xlsx, as_pdf, as_png)
CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA = "=cmd|' /C calc'!A0"
PARTS = (Share(Account("fund:comun"), 60), Share(Account("fee:deuna"), 10))
SOLD = Line(
    What.SOLD, 7, datetime.fromisoformat("2026-11-03T10:30"), True, 280, 350, PARTS, 3, "A1", "bolso", "Bolso", 1
)
BACK = replace(
    SOLD,
    what=What.TAKEN_BACK,
    seq=9,
    cents=-280,
    price_cents=-350,
    parts=tuple(Share(part.account, -part.cents) for part in PARTS),
    why="torn",
    by="carmen",
)
PAID = Line(
    What.PAID, 8, datetime.fromisoformat("2026-11-04T09:00"), True, -280, place="safe", by="carmen", witness="luz"
)
RULE = SplitRule(1, (("maker", 80), ("fund:comun", 20)), "fund:comun")


def drawn(*lines: Line, opening_cents: int = 0, name: str = "Ñusta Quilumbaquín") -> Statement:
    certain = all(line.certain for line in lines)
    return Statement("nusta", name, *NOVEMBER, opening_cents, lines, (RULE,), certain, 41, "5a" * 32)


@pytest.fixture
def rosa(db: sqlite3.Connection) -> Statement:
    """A whole month of the simulated co-op."""
    return statement(db, "rosa", *NOVEMBER)


def sheet(book: bytes) -> dict[str, str]:
    """The cells of the first sheet by their places, texts as texts."""
    with ZipFile(BytesIO(book)) as parts:
        shared = [
            "".join(text.itertext())
            for text in ElementTree.fromstring(parts.read("xl/sharedStrings.xml")).iter(f"{CELL}si")
        ]
        cells = {}
        for cell in ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml")).iter(f"{CELL}c"):
            value = cell.find(f"{CELL}v")
            if value is not None and value.text is not None:
                cells[cell.attrib["r"]] = shared[int(value.text)] if cell.get("t") == "s" else value.text
        return cells


def streams(pdf: bytes) -> list[bytes]:
    """What lies packed in a PDF."""
    found = []
    for packed in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


# Words


@pytest.mark.parametrize("cents", [0, 5, 99, 123_450, 123_456_789, -125, -1_000_000])
def test_money_is_as_babel_writes_it_for_ecuador(cents: int) -> None:
    """The same signs, points and commas as on the pages."""
    assert money(cents) == format_currency(cents / 100, "USD", locale="es_EC").replace("\xa0", "")


def test_days_are_as_one_says_them() -> None:
    """A month, a day, a stretch over the new year."""
    assert days(*NOVEMBER) == "del 1 al 30 de noviembre de 2026"
    assert days(NOVEMBER[0], NOVEMBER[0]) == "el 1 de noviembre de 2026"
    assert days(date(2026, 12, 28), date(2027, 1, 3)) == "del 28 de diciembre de 2026 al 3 de enero de 2027"


def test_every_kind_of_line_has_its_sentence() -> None:
    """What happened, who did it, and of which sale; a piece without a name is a piece."""
    settled = replace(SOLD, what=What.SETTLED, why="by-hand", by="carmen")
    moved = Line(What.MOVED, 9, None, True, 125, place="fund:comun", by="carmen")

    assert says(SOLD) == "Bolso, espiral A1 (comisión: deuna)"
    assert "en la mano" in says(settled)
    assert (
        says(replace(BACK, sold_at=SOLD.at))
        == "Devolución de la venta 3 del 03/11/2026, Bolso, espiral A1: «torn» (carmen)"
    )
    assert says(PAID) == "Pago de la caja fuerte: entregó carmen, vio luz"
    assert says(moved) == "Corrección con fund:comun: carmen"
    assert says(Line(What.SOLD, 1, None, True, 5)) == "una prenda"


def test_a_rule_is_told_in_parts_never_in_a_bare_percentage() -> None:
    """Shares are people and funds; who bears the fee stands beside."""
    assert rule(RULE) == "Reparto 1: 80 para usted, 20 fondo comun (partes de 100); la comisión la paga fondo comun."


# The same account in every form


def test_the_account_adds_up_in_its_sums(rosa: Statement) -> None:
    """All sums but the last one make the last one; the last row's balance is it too."""
    *parts, whole = account(rosa)
    assert sum(one.cents for one in parts) == whole.cents == rosa.closing_cents
    assert [row.balance_cents for row in rows(rosa)][-1] == rosa.closing_cents


def test_a_balance_below_zero_is_not_called_a_debt_of_ours() -> None:
    """Paid, then taken back: what she got too much comes off her next sales."""
    below = drawn(SOLD, PAID, BACK)
    assert below.closing_cents == -280
    assert account(below)[-1].label == "Se descuenta de lo próximo"
    assert "Se descuenta de lo próximo" in as_text(below, MACHINE)


def test_the_text_has_every_line_and_every_sum(rosa: Statement) -> None:
    """Nothing is cut: each sentence and the balance after it stand in one row."""
    text = as_text(rosa, MACHINE)
    for row in rows(rosa):
        assert any(row.says in line and line.endswith(money(row.balance_cents)) for line in text.splitlines()), row.says
    assert text.startswith("LIQUIDACIÓN DE ROSA CAIZA\n")
    assert rosa.head[:16] in text


def test_the_csv_opens_in_excel_and_adds_up(rosa: Statement) -> None:
    """UTF-8 with its mark, semicolons, decimal commas; prices less all parts leave nothing."""
    text = as_csv(rosa, MACHINE).decode()
    _, head, opening, *lines, closing = csv.reader(StringIO(text.removeprefix(MARK)), delimiter=";")
    cells = [dict(zip(head, line, strict=True)) for line in lines]

    assert text.startswith(MARK)
    assert tuple(head) == COLUMNS
    assert len(cells) == len(rosa.lines)
    assert (opening[COLUMNS.index("saldo")], closing[COLUMNS.index("saldo")]) == ("0,00", decimal(rosa.closing_cents))
    for cell in cells:
        whole, *parts = (cents(cell[name]) for name in ("precio", "comisión", "fondos", "para usted"))
        assert whole in (0, sum(parts))


def cents(text: str) -> int:
    return int(text.replace(",", "")) if text else 0


def test_the_workbook_has_numbers_and_dates(rosa: Statement) -> None:
    """Sums are numbers, days are days since 1900, words are words; the total is a formula with its value."""
    cells = sheet(as_xlsx(rosa, MACHINE))
    first = rosa.lines[0]
    row = 12

    assert (cells["A1"], cells[f"A{row}"]) == ("Liquidación de Rosa Caiza", str(first.seq))
    assert float(cells[f"K{row}"]) == first.price_cents / 100
    assert first.at is not None
    assert int(cells[f"B{row}"]) == (first.at.date() - date(1899, 12, 30)).days
    total = row + len(rosa.lines)
    assert float(cells[f"O{total}"]) == pytest.approx(sum(line.cents for line in rosa.lines) / 100)


def test_the_json_has_everything_in_cents(rosa: Statement) -> None:
    """A program can add it up again, and finds the proof of where the books ended."""
    told = fields(rosa)
    assert told["opening_cents"] + sum(line["cents"] for line in told["lines"]) == told["closing_cents"]
    assert all(
        line["price_cents"] == line["cents"] + line["fee_cents"] + line["fund_cents"]
        for line in told["lines"]
        if "price_cents" in line
    )
    assert (told["head"]["hash"], told["first_day"]) == (rosa.head, "2026-11-01")


def test_a_month_is_a_few_pages_of_paper(rosa: Statement) -> None:
    """Some 25 lines a page, the band on each."""
    pdf = as_pdf(rosa, MACHINE)
    pages = pdf.count(b"/Type /Page\n")
    assert 2 <= pages <= 1 + len(rosa.lines) / 25
    assert sum(stream.count(b" re f") > 100 for stream in streams(pdf)) == pages


def test_the_paper_carries_its_own_letters() -> None:
    """The typeface is in the file, and Ñ, í and ¡ are in the typeface."""
    pdf = as_pdf(drawn(SOLD, name="Ñusta ¡Quilumbaquín!"), MACHINE)
    maps = b"".join(streams(pdf))

    assert pdf.count(b"/FontFile2") == 2
    for letter in "Ñí¡ó":
        assert f"<{ord(letter):04X}>".encode() in maps, letter


def test_the_picture_is_as_wide_as_a_phone_likes_it(rosa: Statement) -> None:
    """1080 pixels, her band on top, small enough to send; without a line it is shorter."""
    data, none = as_png(rosa, MACHINE), as_png(drawn(), MACHINE)
    image, empty = Image.open(BytesIO(data)), Image.open(BytesIO(none))

    assert image.width == empty.width == WIDTH_PX
    assert image.height > empty.height
    assert len(data) < 150_000
    woven, pixels = weave("rosa"), image.convert("RGB")
    colours = {".": woven.ground, "a": woven.yarn_a, "b": woven.yarn_b}
    for x in range(woven.width):
        for y in range(ROWS):
            spot = pixels.getpixel((x * STITCH_PX + STITCH_PX // 2, y * STITCH_PX + STITCH_PX // 2))
            assert near(spot, YARN[colours[woven.rows[y][x]]]), (x, y)


def near(spot: Any, colour: tuple[int, int, int]) -> bool:
    """A picture of few colours may be off by a shade."""
    return all(abs(one - other) < 12 for one, other in zip(spot, colour, strict=True))


def test_more_lines_than_a_screen_are_counted() -> None:
    """The picture shows the last ones and is no higher for a hundred more."""
    few, many = (Image.open(BytesIO(as_png(drawn(*[SOLD] * n), MACHINE))) for n in (LAST + 1, LAST + 100))
    assert few.height == many.height


@pytest.mark.parametrize("form", FORMS)
def test_the_same_statement_is_the_same_file(form: Any, rosa: Statement, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow, and on another machine, the bytes are the same; another statement has others."""
    first = form(rosa, MACHINE)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert form(rosa, MACHINE) == first
    assert form(replace(rosa, opening_cents=1), MACHINE) != first


@pytest.mark.parametrize("form", FORMS)
def test_a_statement_without_a_line_can_be_drawn(form: Any) -> None:
    """A quiet month is a paper too."""
    assert len(form(drawn(opening_cents=1_250), MACHINE)) > 100


# What people wrote


@pytest.mark.parametrize("words", [FORMULA, "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_word_is_computed_by_a_spreadsheet(words: str) -> None:
    """A name or a reason that begins like a formula gets an apostrophe in CSV and stays text in a workbook."""
    nasty = drawn(
        replace(SOLD, piece=words), replace(BACK, why=words, by=words), replace(PAID, by=words, witness=words)
    )
    text = as_csv(replace(nasty, name=words), words).decode().removeprefix(MARK)
    numbers = re.compile(r"-?[\d]+,\d\d")
    cells = [cell for line in csv.reader(StringIO(text), delimiter=";") for cell in line]
    assert [
        cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not numbers.fullmatch(cell)
    ] == []
    assert harmless(words) in cells

    with ZipFile(BytesIO(as_xlsx(nasty, MACHINE))) as parts:
        formulas = re.findall(rb"<f>([^<]*)</f>", parts.read("xl/worksheets/sheet1.xml"))
    assert formulas
    assert all(re.fullmatch(rb"SUM\([A-Z]\d+:[A-Z]\d+\)", formula) for formula in formulas)


@pytest.mark.parametrize("form", FORMS)
def test_no_word_breaks_a_form(form: Any) -> None:
    """Very long words, letters of other scripts, line ends, quotes and semicolons are all survived."""
    words = 'a;b"c\nd ' + "ñ" * 300 + " 漢字 🧵 \\"
    nasty = drawn(replace(SOLD, piece=words), replace(BACK, why=words), replace(PAID, by=words), name=words)
    assert form(nasty, words)


def test_a_letter_the_typeface_lacks_is_a_question_mark() -> None:
    """Spanish and Kichwa are whole; a needle and thread is not."""
    assert drawable("Ñusta ¿qué? «ä» — 3 × $5") == "Ñusta ¿qué? «ä» — 3 × $5"
    assert drawable("🧵 漢") == "? ?"


def test_a_long_sentence_goes_on_in_the_next_line() -> None:
    """No line is wider than there is room, and no letter is lost."""
    words = "Devolución de la venta 17 " + "ñ" * 30
    lines = wrapped(words, 12, len)
    assert max(map(len, lines)) <= 12
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_an_unset_clock_is_marked_and_explained() -> None:
    """A star at the time, a sentence below; and one for each line that stands elsewhere because of it."""
    unsure = replace(drawn(replace(SOLD, certain=False)), undated=(SOLD,))
    text = as_text(unsure, MACHINE)
    assert "03/11/2026 10:30*" in text
    assert "no estaba en hora: el día puede ser otro" in text
    assert "Una anotación de estos días tiene otra fecha" in text
    assert "*" not in as_text(drawn(SOLD), MACHINE)


def test_a_statement_of_facts_says_so() -> None:
    """Cut by numbers it names them, and can be drawn in every form."""
    cut = replace(drawn(SOLD), first_day=None, last_day=None, seqs=range(7, 12))
    assert "hechos 7 a 11" in as_text(cut, MACHINE)
    assert all(form(cut, MACHINE) for form in FORMS)
    assert fields(cut)["facts"] == [7, 11]


# The band


def test_the_band_covers_the_paper_to_its_edge() -> None:
    """Its stitches lie within the width, whatever it is, and the ground under all of them."""
    for width in (210, 1_080, 333):
        ground, *stitches = band("nusta", width, 7)
        assert ground[1:] == (0, 0, width, ROWS * 7)
        assert all(x >= 0 and x + wide <= width for _, x, _, wide, _ in stitches)
        assert max(x + wide for _, x, _, wide, _ in stitches) > width - 7 * weave("nusta").width


def test_each_maker_has_her_own_band() -> None:
    """The same id gives the same stitches; among twelve hardly two are alike."""
    ids = ("rosa", "luz", "inti", "nusta", "tamia", "sisa", "maria-2", "7-hilos", "carmen", "nina", "blanca", "killa")
    assert weave("rosa") == weave("rosa")
    assert len({weave(maker) for maker in ids}) == len(ids)
