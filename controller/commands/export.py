"""`minga export`: the books for other programs. It reads them, writes one file, and needs no controller."""

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from controller.commands.controller import ConfigFile
from controller.commands.exportdex import dex
from controller.config import load
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.export import Pieces
from controller.ledger.export import beancount as for_beancount
from controller.ledger.export import hledger as for_hledger

export = typer.Typer(help="Write the books for other programs.", no_args_is_help=True)
export.command()(dex)
NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that is there is replaced.")]


@export.callback()
def _export() -> None:
    """Each form is a command of its own."""


@export.command()
def beancount(file: NewFile, config: ConfigFile = Path("minga.toml")) -> None:
    """Write the whole journal as a Beancount file, with every balance asserted at its end: `bean-check` proves the books.

    Example: minga export beancount minga.beancount --config museum/minga.toml
    """
    _write(file, config, for_beancount)
    typer.echo(f"{file}: look at it with `bean-check {file}`")


@export.command()
def hledger(file: NewFile, config: ConfigFile = Path("minga.toml")) -> None:
    """Write the whole journal as an hledger file, with the same accounts and every balance asserted at its end.

    Example: minga export hledger minga.journal --config museum/minga.toml
    """
    _write(file, config, for_hledger)
    typer.echo(f"{file}: look at it with `hledger -f {file} check`")


def _write(file: Path, config: Path, form: Pieces) -> None:
    """This machine's books in this form. Raises MingaError when the file cannot be written."""
    settings = load(config)
    with closing(open_readonly(settings.machine.database)) as db:
        _written(file, form(db, f"Minga, {settings.machine.name}"))


def _written(file: Path, pieces: Iterable[str]) -> None:
    """The pieces go beside the file, which takes its place when it is whole."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as out:
            out.writelines(pieces)
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MingaError(f"{file}: it cannot be written: {error.strerror}") from None
