"""`minga slot`: the shelf for whoever stands at the machine: what each slot holds, why one is closed; open, close, count."""

from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.config import load
from controller.domain.catalog import SlotId
from controller.domain.money import dollars
from controller.domain.stocking import CloseSlot, CountSlot, OpenSlot, Wish
from controller.errors import MingaError

slot = typer.Typer(
    help="Look at the slots, open a closed one, close one, count one.", no_args_is_help=True, add_completion=False
)
Name = Annotated[str, typer.Argument(metavar="SLOT", help="The slot as on the glass, such as A3.")]
By = Annotated[str, typer.Option("--by", help="Who does it; it stands in the books.")]
REASONS = {
    "jammed": "the spiral jammed: look for a piece that is caught",
    "stuck-home": "the motor does not leave home: look at its gear",
    "no-motor": "no motor answers: look at its plug",
    "doubt": "a piece may have fallen unseen: count what is there",
    "by-hand": "somebody closed it",
}


@slot.command("list")
def show(config: ConfigFile = Path("minga.toml")) -> None:
    """List every slot: what it holds, its price, how many are left, and why a closed one is closed.

    Example: minga slot list --config museum/minga.toml
    """
    with Client(load(config).machine.socket) as client:
        picture = client.watch()
    for each in picture.slots:
        why = f"closed: {REASONS.get(each.reason, each.reason)}" if each.reason else each.status
        typer.echo(f"{each.slot:<4}{each.quantity:>3} × {each.product:<18}{dollars(each.price_cents):>8}  {why}")
    if not picture.slots:
        typer.echo("No slot holds anything yet: `minga catalogue` or the co-op's pages bring products.")


@slot.command("open")
def reopen(name: Name, by: By, config: ConfigFile = Path("minga.toml")) -> None:
    """Open a closed slot after looking at it. A spiral that stands in mid-turn is brought home: mind a falling piece.

    Example: minga slot open A3 --by nina
    """
    _ask(config, OpenSlot(SlotId(name), by))
    typer.echo(f"{name} may sell again. If its spiral cannot come home it closes itself: see `minga slot list`.")


@slot.command("close")
def shut(name: Name, by: By, config: ConfigFile = Path("minga.toml")) -> None:
    """Close a slot, so that it sells nothing until somebody opens it.

    Example: minga slot close A3 --by nina
    """
    _ask(config, CloseSlot(SlotId(name), by))
    typer.echo(f"{name} sells nothing until it is opened: `minga slot open {name}`.")


@slot.command()
def count(
    name: Name,
    before: Annotated[int, typer.Argument(help="How many the books say are there.")],
    after: Annotated[int, typer.Argument(help="How many are there.")],
    by: By,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Write down how many pieces a slot holds; the first number guards against counting while something sells.

    Example: minga slot count A3 2 6 --by rosa
    """
    _ask(config, CountSlot(SlotId(name), before, after, by))
    typer.echo(f"In the books: {name} holds {after}.")


def _ask(config: Path, wish: Wish) -> None:
    with Client(load(config).machine.socket) as client:
        answer = client.ask(wish)
    if not answer.ok:
        raise MingaError(answer.words)
