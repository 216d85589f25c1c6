"""`minga restore`: a backup becomes the books again. Only while no controller runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from controller.clock import Clock
from controller.commands.backup import words
from controller.commands.controller import ConfigFile
from controller.config import load
from controller.ledger import restore as restoring
from controller.ledger.journal import Stamp


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup's .db file, or the folder: then the newest undamaged one.")],
    config: ConfigFile = Path("minga.toml"),
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even another machine's, or older than the books here.")
    ] = False,
) -> None:
    """Put a backup in the place of the books, which are put aside and never deleted. A new epoch begins.

    Example: minga restore /media/minga/copias --config museum/minga.toml
    """
    machine = load(config)
    clock = Clock(machine.clock.offset_file)
    chosen = restoring.choose(backup, machine.machine.name)
    made = datetime.fromtimestamp(chosen.wall_ms // 1_000, UTC)
    typer.echo(f"{words(chosen)}, made {made:%Y-%m-%d %H:%M} UTC by Minga {chosen.version}")
    now = Stamp(0, clock.mono_ms(), clock.wall_ms(), clock.trusted())
    done = restoring.restore(chosen, machine.machine.database, machine.machine.name, now, anyway)
    typer.echo(f"{machine.machine.database}: the books are back; epoch {done.epoch} begins")
    if done.aside:
        typer.echo(f"{done.aside}: here lie the books that were there before")
    typer.echo("Now count every slot and empty the coin box: docs/backups.md says why.")
