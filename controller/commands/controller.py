"""`minga controller`: run the machine."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path, typer.Option("--config", help="The machine's configuration.")]


def controller(config: ConfigFile = Path("minga.toml")) -> None:
    """Run the machine: coins, motors and the books, until it is told to stop.

    Example: minga controller --config museum/minga.toml
    """
    from controller.app import run
    from controller.config import load

    run(load(config))
