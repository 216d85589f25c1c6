"""`minga export dex`: the machine's meters as an EVA-DTS audit file. It reads the books and needs no controller."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from controller.clock import Clock
from controller.commands.controller import ConfigFile
from controller.config import load
from controller.domain.times import Moment
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.meters import read_meters
from controller.ledger.running import zone_of
from controller.statements.dts import ASSET_CHARS_MAX, LOCATION_CHARS_MAX, Identity, audit_file

STDOUT = Path("-")


def dex(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, replaced if it is there; without one: stdout.")
    ] = STDOUT,
    asset: Annotated[
        str, typer.Option("--asset", help="The operator's number of the machine. Without it: the machine's name.")
    ] = "",
    location: Annotated[str, typer.Option("--location", help="Where it stands, in a few words.")] = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Write the machine's counters as an EVA-DTS audit file, as vending operators' programs read them.

    They are counted from the facts of the books. "Since the last reset" is since the cash box was counted last; writing a
    file resets nothing. Without a clock that can be trusted the file has no date.

    Example: minga export dex museo.dts --asset UIO-0042 --location "Museo de la Ciudad" --config museum/minga.toml
    """
    settings = load(config)
    identity = _identity(asset or settings.machine.name, location)
    clock = Clock(settings.clock.offset_file, settings.clock.zone, settings.clock.trust_rtc)
    now = Moment(clock.wall_ms(), clock.trusted())
    with closing(open_readonly(settings.machine.database)) as db:
        data = audit_file(read_meters(db), identity, zone_of(db), now)
    _write(file, data)
    if not now.certain:
        typer.echo("nobody keeps this computer's clock: the file has no date of its own", err=True)


def _identity(asset: str, location: str) -> Identity:
    """Whose file it is. Raises MingaError for what no audit file can hold."""
    if not (asset.isascii() and asset.isprintable()):
        raise MingaError(f"{asset!r} is no asset number: it has letters that an audit file cannot hold")
    if len(asset) > ASSET_CHARS_MAX:
        many = f"{asset!r} has {len(asset)} characters and an asset number at most {ASSET_CHARS_MAX}"
        raise MingaError(f"{many}: say a shorter one with `--asset`")
    if len(location) > LOCATION_CHARS_MAX:
        raise MingaError(f"{location!r} has {len(location)} characters: `--location` has at most {LOCATION_CHARS_MAX}")
    return Identity(asset, location)


def _write(file: Path, data: bytes) -> None:
    """Write it beside the file and put it in its place when it is whole. Raises MingaError when that cannot be."""
    if file == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    part = file.with_name(file.name + ".part")
    try:
        part.write_bytes(data)
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MingaError(f"{file}: it cannot be written: {error.strerror}") from None
    typer.echo(f"{file}: look at it with `minga decode dex {file}`")
