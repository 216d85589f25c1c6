"""What a data set is: a name that stays, columns that say what they hold, and a way to its rows.

The names of sets and columns are Spanish, because those who own the numbers speak it; every one is explained in English too.
The codebook, the sheets and the metadata are made from these words, so none of them can say something else.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.model.calendar import Calendar, calendar, zone_called
from lab.opendata.veil import Veil
from lab.opendata.wanted import Wanted
from lab.store.base import Reading

Cell = str | int | float | date | None
"""Empty (None) is what nobody knows, or what the rule for small groups keeps back. No text is ever empty."""
Cells = tuple[Cell, ...]


class Said(NamedTuple):
    """The same in Spanish and in English."""

    es: str
    en: str

    def by(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


class Kind(Enum):
    """What a column holds, and how SQL calls that."""

    TEXT = "VARCHAR"
    DAY = "DATE"
    WHOLE = "BIGINT"
    DEGREES = "DOUBLE"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `about` gives meaning, unit, and the words it can hold."""

    name: str
    kind: Kind
    about: Said


@dataclass(frozen=True, slots=True)
class Source:
    """Where a set takes its rows from: one moment of the lab, what is wanted of it, and what hides the people."""

    reading: Reading
    wanted: Wanted
    veil: Veil

    def machines(self) -> list[str]:
        """Those that are wanted, by name."""
        query = f"SELECT machine FROM machines WHERE {self.wanted.some} ORDER BY machine"
        return [machine for (machine,) in self.reading.rows(query, *self.wanted.machines)]

    def zone(self, machine: str) -> ZoneInfo:
        """Where the read model has put the machine's days."""
        found = self.reading.rows("SELECT zone FROM modelled WHERE machine = ?", machine)
        return zone_called(found[0][0] if found else "")

    def local(self, machine: str) -> Calendar:
        """The machine's calendar."""
        return calendar(self.zone(machine))


@dataclass(frozen=True, slots=True)
class DataSet:
    """A set; `row` says what one row is, `silent` what the set does not say, `tables` which tables it is made of."""

    name: str
    title: Said
    row: Said
    silent: Said
    tables: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Source], Generator[Cells]]


def text(name: str, es: str, en: str) -> Column:
    return Column(name, Kind.TEXT, Said(es, en))


def whole(name: str, es: str, en: str) -> Column:
    """Counts, cents and minutes: whole numbers, so that sums are exact."""
    return Column(name, Kind.WHOLE, Said(es, en))


def day(name: str, es: str, en: str) -> Column:
    return Column(name, Kind.DAY, Said(es, en))


def degrees(name: str, es: str, en: str) -> Column:
    return Column(name, Kind.DEGREES, Said(es, en))


MACHINE = text("maquina", "El nombre de la máquina.", "The machine's name.")
MONTH = text(
    "mes", "Año y mes, como 2026-11, donde está la máquina.", "Year and month, such as 2026-11, where it stands."
)
MAKER = text(
    "costurera",
    "Un seudónimo que es siempre el mismo en este laboratorio, u «otras» (vea «Grupos pequeños»).",
    "A pseudonym, always the same within this lab, or `otras` (see “Small groups”).",
)
PRODUCT = text(
    "prenda",
    "Un seudónimo de la prenda, porque su nombre diría quién la hizo; «otras» donde la costurera es «otras».",
    "A pseudonym of the product, whose name would tell its maker; `otras` where the maker is `otras`.",
)
DATE = day("fecha", "El día, donde está la máquina.", "The day, where the machine stands.")
HOUR = whole("hora", "La hora en que empezó, de 0 a 23.", "The hour in which it began, 0 to 23.")
