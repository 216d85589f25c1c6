"""`minga board`: the I/O board for whoever stands at the open door: who it is, a new program for it, and trying its parts.

Looking is always possible. Updating and trying need the port for themselves, so the controller must be stopped for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client, ControllerGone
from controller.commands.boardtrial import listen, try_curtain, turn
from controller.commands.controller import ConfigFile
from controller.config import Config, load
from controller.devices.boardsession import Session
from controller.devices.boardupdate import Prompt, program, version
from controller.devices.worker import DeviceTrouble
from controller.errors import MingaError

board = typer.Typer(help="Look at the I/O board, update it, try its parts.", no_args_is_help=True, add_completion=False)

STARTS_MS = 10_000
"""A board that was reset sleeps two seconds; its USB and a slow computer may take longer."""
LANES = ("vends", "payments", "bus", "workshop")
STOP = "stop the controller first: sudo systemctl stop minga-controller"


class Part(StrEnum):
    """What can be tried."""

    MOTOR = "motor"
    CURTAIN = "curtain"
    COINS = "coins"
    PANEL = "panel"


@board.command()
def status(config: ConfigFile = Path("minga.toml")) -> None:
    """Tell who the board is and whether it can be used; ends with 1 if not. Asks the controller when one runs.

    Example: minga board status --config museum/minga.toml
    """
    settings = load(config)
    troubles = _troubles(settings)
    if troubles is not None:
        ill = [each for each in troubles if each in ("no-motors", "no-coins", "door-open", "no-sensor")]
        typer.echo(
            f"The controller has the board at {settings.board.port}; it says: {', '.join(ill) or 'all is well'}."
        )
        raise typer.Exit(1 if ill else 0)
    with _words(), Session(settings) as session:
        found = session.find()
    typer.echo(f"board     life {found.boot_id:08x}, begun by {found.cause}; link version {found.version}")
    typer.echo(f"firmware  {found.firmware}{_advice(found.firmware)}")
    typer.echo("numbers   " + ", ".join(f"{lane} {number}" for lane, number in zip(LANES, found.highest, strict=True)))


@board.command()
def update(
    usb: Annotated[str, typer.Option("--usb", help="The board's USB port, where MicroPython's prompt is.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Put this version's program on the board: compile, copy, compare every file, reset, and see it answer.

    The board needs MicroPython already. Can be repeated at any time; what broke off is done anew.

    Example: minga board update --usb /dev/ttyACM0
    """
    settings = _alone(config)
    with _words():
        files = program()
        typer.echo(f"{len(files)} files, {sum(map(len, files.values()))} bytes, are version {version()}.")
        _ask_for_reset(settings)
        with Prompt(usb) as prompt:
            prompt.install(files, version(), typer.echo)
        typer.echo("The board is reset.")
        with Session(settings) as session:
            found = session.find(STARTS_MS)
    if found.firmware != version():
        raise MingaError(
            f"the board says {found.firmware} and not {version()}: is it the one at {usb}? "
            "Take its power away for a moment, then look with `minga board status`"
        )
    typer.echo(f"It answers with firmware {found.firmware}.")


@board.command("test")
def try_part(
    part: Annotated[Part, typer.Argument(help="motor A3: turn it once; curtain; coins or panel: show what comes.")],
    slot: Annotated[str, typer.Argument(metavar="[SLOT]", help="Which motor.")] = "",
    seconds: Annotated[int, typer.Option(min=1, max=3_600, help="How long coins or panel are watched.")] = 60,
    yes: Annotated[bool, typer.Option("--yes", help="Turn the motor without asking.")] = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Try one part with a person who looks. Ends with 1 when it does not work. Nothing of it goes into the books.

    Example: minga board test motor A3
    """
    settings = _alone(config)
    if part is Part.MOTOR:
        if slot not in settings.slots():
            raise MingaError(f"{slot or 'no slot'}: this machine has {', '.join(settings.slots())}")
        if not yes:
            typer.confirm(f"{slot} turns once and may drop a piece. Are all hands out?", abort=True)
    with _words(), Session(settings) as session:
        session.find()
        session.prepare()
        match part:
            case Part.MOTOR:
                well = turn(session, settings, slot)
            case Part.CURTAIN:
                well = try_curtain(session)
            case Part.COINS | Part.PANEL:
                well = listen(session, settings, seconds, money=part is Part.COINS)
    raise typer.Exit(0 if well else 1)


def _alone(config: Path) -> Config:
    """The configuration, once it is sure that the board is ours. Raises MingaError."""
    settings = load(config)
    if not settings.uses_board:
        raise MingaError(f"{config}: nothing of this machine is on a board; see `motors.drive` and `coins.kind`")
    if _troubles(settings) is not None:
        raise MingaError(STOP)
    return settings


def _troubles(settings: Config) -> tuple[str, ...] | None:
    """What the running controller says is wrong; None when none runs."""
    try:
        with Client(settings.machine.socket) as client:
            return client.watch().troubles
    except ControllerGone:
        return None


def _ask_for_reset(settings: Config) -> None:
    """Open the two seconds in which the prompt answers. A board without our program needs none."""
    try:
        with Session(settings) as session:
            found = session.find()
            typer.echo(f"The board has firmware {found.firmware}; it is reset for the update.")
            session.reset()
    except DeviceTrouble as trouble:
        typer.echo(f"No board of ours answers yet ({trouble}).")


def _advice(found: str) -> str:
    """What to do about another version than ours."""
    ours = version()
    return "" if found == ours else f"; this program brings {ours}: minga board update"


@contextmanager
def _words() -> Iterator[None]:
    """What is wrong with the board is one sentence."""
    try:
        yield
    except DeviceTrouble as trouble:
        raise MingaError(str(trouble)) from None
