"""`minga hand`: reach into the simulated machine from a terminal: put in a coin, press a button, let a fault begin."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.errors import MingaError
from hw_mocks.acts import ACTS
from hw_mocks.client import CannotBe, WorldClient
from hw_mocks.faults import FAULTS

DEEDS = "\n\n".join(f"{name}: {act.__doc__}" for name, act in ACTS.items())

FAULTS_IN_WORDS = "\n\n".join(f"{name}: {fault.words}." for name, fault in FAULTS.items())


def hand(
    act: Annotated[str, typer.Argument(help="What to do.")],
    details: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE...", help="Such as cents=25 or slot=A1; @FILE takes what the file says."),
    ] = None,
    world: Annotated[Path, typer.Option(help="The simulated machine's socket.")] = Path("run/world.sock"),
) -> None:
    try:
        with WorldClient(world) as client:
            answer = client.do(act, **dict(_detail(text) for text in details or ()))
    except CannotBe as error:
        raise MingaError(str(error)) from None
    except OSError as error:
        raise MingaError(f"{world}: no simulated machine answers ({error}); start one with `minga simulate`") from None
    typer.echo(json.dumps(answer, ensure_ascii=False))


hand.__doc__ = f"""Do something to the simulated machine, as a visitor or a mishap would.

Example: minga hand insert cents=25

{DEEDS}

The faults that can begin and be repaired, those of a spiral with slot=A1:

{FAULTS_IN_WORDS}
"""


def _detail(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise MingaError(f"{text!r}: a detail is NAME=VALUE, such as cents=25")
    if value.startswith("@"):
        return name, _written(Path(value[1:]))
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _written(file: Path) -> str:
    """The text in a file, such as a voucher's code, which no shell should have to quote. A space at its end counts."""
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise MingaError(f"{file}: cannot be read: {error}") from None
