"""`minga export`: the books for other programs. It reads them, writes one file, and needs no controller."""

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from controller.commands.controller import ConfigFile
from controller.config import load
from controller.errors import MingaError
from controller.ledger.connection import open_readonly

export = typer.Typer(help="Write the books for other programs.", no_args_is_help=True)


@export.callback()
def _export() -> None:
    """Each form is a command of its own."""


@export.command()
def beancount(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that is there is replaced.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Write the whole journal as a Beancount file, with every balance asserted at its end: `bean-check` proves the books.

    Example: minga export beancount minga.beancount --config museum/minga.toml
    """
    from controller.ledger.export import beancount as pieces_of

    settings = load(config)
    with closing(open_readonly(settings.machine.database)) as db:
        written(file, pieces_of(db, f"Minga, {settings.machine.name}"))
    typer.echo(f"{file}: look at it with `bean-check {file}`")


@export.command()
def hledger(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that is there is replaced.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Write the whole journal as an hledger file, with the same accounts and every balance asserted at its end.

    Example: minga export hledger minga.journal --config museum/minga.toml
    """
    from controller.ledger.export.hledger import hledger as pieces_of

    settings = load(config)
    with closing(open_readonly(settings.machine.database)) as db:
        written(file, pieces_of(db, f"Minga, {settings.machine.name}"))
    typer.echo(f"{file}: look at it with `hledger -f {file} check`")


def written(file: Path, pieces: Iterable[str]) -> None:
    """Write the pieces beside the file and put it in its place when it is whole. Raises MingaError when that cannot be."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as out:
            out.writelines(pieces)
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MingaError(f"{file}: it cannot be written: {error.strerror}") from None
