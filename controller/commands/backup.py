"""`minga backup`: a checked copy of the books on a stick. The controller may run."""

from pathlib import Path
from typing import Annotated

import typer

from controller.clock import Clock
from controller.commands.controller import ConfigFile
from controller.config import load
from controller.ledger.backup import back_up
from controller.ledger.slot import Backup


def backup(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder on the stick; it is never made here.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Copy the books to a stick, check the copy, and let it take the place of the older of the two there.

    Example: minga backup --to /media/minga/copias --config museum/minga.toml
    """
    machine = load(config)
    made = back_up(machine.machine.database, to, machine.machine.name, Clock(machine.clock.offset_file).wall_ms())
    typer.echo(f"{words(made)}, checked")
    typer.echo(f"head of the chain: {made.head}")
    if to.stat().st_dev == machine.machine.database.stat().st_dev:
        typer.echo(f"{to}: is on the same disk as the books; this backup does not survive a broken card", err=True)


def words(backup: Backup) -> str:
    """A backup in one line."""
    megabytes = backup.file.stat().st_size / 1_000_000
    return f"{backup.file}: {backup.seq:,} facts, epoch {backup.epoch}, {megabytes:.1f} MB"
