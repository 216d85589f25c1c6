"""Draws the wiring drawings of these pages from `firmware/pins.py` and the tables of `parts.md`: `python docs/board/draw.py`.

`--into` another folder than `drawings/` compares before it replaces; the tests do that.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from plates import coins, curtain, mdb, motors, panel, pi, pins, power
from sheet import Sheet

HERE = Path(__file__).parent
PLATES: dict[str, Callable[[], Sheet]] = {
    "pins": pins.draw,
    "pi": pi.draw,
    "power": power.draw,
    "motors": motors.draw,
    "curtain": curtain.draw,
    "coins": coins.draw,
    "mdb": mdb.draw,
    "panel": panel.draw,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--into", type=Path, default=HERE / "drawings", help="the folder for the drawings")
    folder = options.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PLATES.items():
        (folder / f"{name}.svg").write_text(draw().svg())


if __name__ == "__main__":
    main()
