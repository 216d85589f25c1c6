"""The current budget, read from the tables of `parts.md`: the page is the source, drawing and tests follow it."""

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_name("parts.md")


class Load(NamedTuple):
    """One thing on a rail. Currents in milliamperes."""

    name: str
    typical_ma: int
    peak_ma: int
    source: str


class Rail(NamedTuple):
    """One supply: `name` such as `24 V`, what it is for, its loads, and the line that adds them up."""

    name: str
    purpose: str
    loads: tuple[Load, ...]
    together: Load

    @property
    def fuse(self) -> str:
        """Such as `F1 1.6 A slow`; empty when it has none."""
        found = re.search(r"fuse (F\d [\d.]+ A slow)", self.together.source)
        return found[1] if found else ""

    @property
    def supply(self) -> str:
        """Such as `2.5 A`."""
        found = re.search(r"supply ([\d.]+ A)", self.together.source)
        assert found, f"{self.name} has no supply"
        return found[1]


def rails() -> list[Rail]:
    """Every rail in the order of the page."""
    chapters = re.findall(r"^### (\S+ V): ([^\n]+)\n(.*?)(?=^###|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [_rail(name, purpose, table) for name, purpose, table in chapters]


def _rail(name: str, purpose: str, text: str) -> Rail:
    rows = re.findall(r"^\| (.+?) \| \**(\d+)\** \| \**(\d+)\** \| (.+?) \|$", text, re.MULTILINE)
    loads = [Load(what.strip("*"), int(typical), int(peak), source) for what, typical, peak, source in rows]
    return Rail(name, purpose, tuple(loads[:-1]), loads[-1])
