"""`minga hub keys` and `minga hub tell`: the keys that machines obey, and what may be told from afar."""

from pathlib import Path
from typing import Annotated

import typer

from controller.domain.facts import Command
from controller.errors import MingaError
from controller.protocols.sync.command import Order
from controller.signing import make_pair, private_key
from lab.config import load
from lab.looking import standings
from lab.store import opened
from lab.telling import Key, new_id, tell

FACTS = 1_000
"""So many facts a command is good for: some days of a museum."""


def keys(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="Makes NAME.key, the private one, and NAME.pub.")],
) -> None:
    """Make a pair of keys: who holds the private one may tell machines; each machine gets the public one.

    Example: minga hub keys claves/lab-1
    """
    private, public = make_pair(name)
    typer.echo(f"{private}: signs commands; keep it off the hub and the broker")
    typer.echo(f"{public}: for each machine, named in `sync.keys` as {name.name!r}")


def say(
    machine: Annotated[str, typer.Argument(help="The machine's name.")],
    command: Annotated[Command, typer.Argument(help="What it should do. Prices, vends and money are not among it.")],
    key: Annotated[Path, typer.Option("--key", help="The private key; its file's name is the key's.")],
    slot: Annotated[str, typer.Option("--slot", help="Which slot, for close-slot.")] = "",
    text: Annotated[str, typer.Option("--text", help="For message: what visitors read; none takes it away.")] = "",
    facts: Annotated[
        int, typer.Option("--facts", min=1, help="Good until the machine's books have so many facts more.")
    ] = FACTS,
    again: Annotated[
        str, typer.Option("--id", help="The number of a command told before: it is done once at most.")
    ] = "",
    config: Annotated[Path, typer.Option("--config", help="The hub's configuration.")] = Path("hub.toml"),
) -> None:
    """Tell a machine something from afar, signed, and print what became of it.

    Example: minga hub tell museo-1 message --text "Hoy cosemos aquí, de 3 a 5." --key claves/lab-1.key
    """
    settings, secret = load(config), private_key(key)
    order = Order(machine, again or new_id(), command.value, _seq(settings.store, machine) + facts, slot, text)
    result = tell(settings, Key(key.stem, secret), order)
    if not result.done:
        raise MingaError(f"{machine} refuses: {result.words} ({result.code})")
    typer.echo(f"{machine}: done ({command.value}, {order.id}); it stands in its books for every member to read")


def _seq(store: str, machine: str) -> int:
    """The newest fact the lab has of it."""
    with opened(store).reading() as reading:
        found = {one.machine: one.seq for one in standings(reading)}
    if machine not in found:
        raise MingaError(f"{machine!r} was never heard here; known are: {', '.join(found) or 'none yet'}")
    return found[machine]
