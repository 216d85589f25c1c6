"""The I/O board's pages keep up with its program: drawings, pins and currents are what the firmware and the tables say."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import pytest

from firmware import pins

ROOT = Path(__file__).resolve().parents[1]
BOARD = ROOT / "docs" / "board"
DRAWINGS = sorted((BOARD / "drawings").glob("*.svg"))
STAMP = "simulated, not yet tried on hardware"
SVG_BYTES_MAX = 60_000
PIXELS_WIDE = 1_200
SOURCES = ("*reference*", "*datasheet*", "*computed*", "*estimate, not measured*")


class Table(NamedTuple):
    """One supply's table: its rows of (typical mA, peak mA, source), then the sums and the fuse as the page has them."""

    name: str
    loads: list[tuple[int, int, str]]
    typical_ma: int
    peak_ma: int
    fuse: str


def tables() -> list[Table]:
    """The current budget of `parts.md`, read here by a rule of its own."""
    found = []
    for chapter in re.split(r"^### ", (BOARD / "parts.md").read_text(), flags=re.MULTILINE)[1:]:
        rows = [
            line.strip("| ").split(" | ") for line in chapter.splitlines() if re.match(r"\| .* \| \**\d+\** \|", line)
        ]
        *loads, (_, typical, peak, fuse) = rows
        numbers = [(int(row[1]), int(row[2]), row[3]) for row in loads]
        found.append(Table(chapter.split(":")[0], numbers, int(typical.strip("*")), int(peak.strip("*")), fuse))
    return found


def words(drawing: Path) -> list[tuple[float, str, float, float]]:
    """Each word of a drawing: how far it begins from its x (0, a half or 1 of its width), itself, x and size."""
    begins = {"start": 0.0, "middle": 0.5, "end": 1.0}
    texts = ElementTree.parse(drawing).getroot().iter("{http://www.w3.org/2000/svg}text")
    return [
        (
            begins[text.get("text-anchor", "start")],
            text.text or "",
            float(text.get("x", 0)),
            float(text.get("font-size", 0)),
        )
        for text in texts
    ]


# Drawings


def test_the_drawings_are_those_the_script_draws(tmp_path: Path) -> None:
    """A pin, a current or a stroke that changed is drawn again: `python docs/board/draw.py`."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, BOARD / "draw.py", "--into", tmp_path], check=True, env=environment)
    drawn = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert drawn == {file.name: file.read_text() for file in DRAWINGS}


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.stem)
def test_a_drawing_is_light_and_says_what_it_is_worth(drawing: Path) -> None:
    """At most 60 kB, real text, and the stamp that nobody has built it."""
    assert drawing.stat().st_size <= SVG_BYTES_MAX
    assert STAMP in [text for _, text, _, _ in words(drawing)]


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.stem)
def test_no_word_runs_off_the_sheet(drawing: Path) -> None:
    """Also in a wide font, of which a letter takes 55 hundredths of its size, each line ends on the paper."""
    for before, text, x, size in words(drawing):
        wide = 0.55 * size * len(text)
        assert x - before * wide >= 0, text
        assert x + (1 - before) * wide <= PIXELS_WIDE, text


def test_every_drawing_is_shown_on_a_page() -> None:
    """No drawing lies unused."""
    shown = {name for page in BOARD.glob("*.md") for name in re.findall(r"\]\(drawings/(\S+\.svg)\)", page.read_text())}
    assert shown == {drawing.name for drawing in DRAWINGS}


def test_every_pin_is_drawn_with_its_circuit() -> None:
    """Each pin of the program stands in the drawing of the header, and once more where something is wired to it."""
    texts = {drawing.stem: {text for _, text, _, _ in words(drawing)} for drawing in DRAWINGS}
    for name, number in pins.PINS.items():
        assert name in texts["pins"]
        assert any(f"GP{number} {name}" in circuit for stem, circuit in texts.items() if stem != "pins"), name


# Pages


@pytest.mark.parametrize("page", sorted(BOARD.glob("*.md")), ids=lambda page: page.stem)
def test_every_page_says_that_nothing_was_tried(page: Path) -> None:
    """In its first lines, in bold."""
    assert f"**{STAMP}" in "\n".join(page.read_text().splitlines()[:12]).lower()


def test_the_pin_map_names_every_pin_with_its_number() -> None:
    """The table has exactly the pins of `firmware/pins.py`, and no GPIO twice."""
    told = re.findall(r"^\| (\d+) \| GP(\d+) \| `(\w+)` \|", (BOARD / "pins.md").read_text(), re.MULTILINE)
    assert {name: int(number) for _, number, name in told} == pins.PINS
    assert len({place for place, _, _ in told}) == len(told) == len(pins.PINS)


def test_the_registers_lie_as_the_program_shifts() -> None:
    """Row 0 is the first register's first output, column 0 the second's; columns 8 and 9 and the brake follow."""
    told = (BOARD / "pins.md").read_text()
    assert (pins.COLUMN_0, pins.ROWS_MAX, pins.COLUMNS_MAX, pins.BRAKE) == (8, 8, 10, 18)
    for row in ("QA to QH | rows 0 to 7", "QA to QH | columns 0 to 7", "QA, QB | columns 8 and 9", "QC | brake"):
        assert row in told


# Currents


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_the_currents_of_a_supply_add_up(table: Table) -> None:
    """Typical and peak, to the milliampere."""
    assert (sum(row[0] for row in table.loads), sum(row[1] for row in table.loads)) == (table.typical_ma, table.peak_ma)
    assert all(typical <= peak for typical, peak, _ in table.loads)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_current_names_its_source(table: Table) -> None:
    """A reference, a data sheet, a computation, or the word that it is an estimate."""
    assert table.loads
    for _, _, source in table.loads:
        assert any(word in source for word in SOURCES), source


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_fuse_bears_its_loads_and_its_supply_can_blow_it(table: Table) -> None:
    """The peak fits through the fuse, and the supply gives more than the fuse lets through."""
    supply = re.search(r"supply ([\d.]+) A", table.fuse)
    fuse = re.search(r"fuse F\d ([\d.]+) A", table.fuse)
    assert supply
    assert table.peak_ma <= float((fuse or supply)[1]) * 1_000 <= float(supply[1]) * 1_000


def test_the_board_takes_from_5_v_what_it_gives_at_3_3() -> None:
    """The sum of the 3.3 V rail is a row of the 5 V rail."""
    by_name = {table.name: table for table in tables()}
    row = next(row for row in by_name["5 V"].loads if "all of" in row[2] or "won by the converter" in row[2])
    assert row[:2] == (by_name["3.3 V"].typical_ma, by_name["3.3 V"].peak_ma)
