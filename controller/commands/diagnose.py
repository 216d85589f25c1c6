"""`minga diagnose`: one small file about this machine, for whoever can help; it holds nothing about anybody."""

from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client, ControllerGone
from controller.commands.controller import ConfigFile
from controller.config import Config, load
from controller.diagnosis import bundle
from controller.errors import MingaError
from controller.protocols.control import TellStatus


def diagnose(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The zip file to write.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Write versions, configuration, devices, figures of the books and logs into one file, without personal data.

    Example: minga diagnose --to diagnostico.zip --config museum/minga.toml
    """
    machine = load(config)
    made = bundle(machine, _status(machine))
    try:
        to.write_bytes(made)
    except OSError as error:
        raise MingaError(f"{to}: cannot be written: {error.strerror}") from None
    typer.echo(f"{to}: {len(made) // 1_000 + 1} kB; look into it before you send it")


def _status(machine: Config) -> dict[str, object] | None:
    """How the devices are; None when no controller runs."""
    try:
        with Client(machine.machine.socket) as client:
            answer = client.ask(TellStatus())
    except ControllerGone:
        return None
    return dict(answer.told or {})
