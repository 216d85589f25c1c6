"""`minga try`: one part of the machine, with a person at its open door while the controller runs."""

import secrets
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.config import load
from controller.domain.catalog import SlotId
from controller.domain.facts import Found, Part
from controller.domain.money import dollars
from controller.domain.trials import TryPart
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.workshop import Tried, tried

WAIT_S = 60.0
WELL = (Found.FELL, Found.NOTHING, Found.COIN, Found.WORKS)
SAID = {
    Found.FELL: "turned once from home to home; the sensor saw something fall: count what is there",
    Found.NOTHING: "turned once from home to home; nothing fell",
    Found.FAULT: "did not turn from home to home",
    Found.COIN: "is credit in the machine: the return button gives it back",
    Found.COIN_BACK: "fell through: the acceptor did not take it",
    Found.WORKS: "sees its light go out and come back",
    Found.BLIND: "does not see its light go out and come back: clean both sides, look at their plugs",
    Found.UNKNOWN: "nobody can say: look at it",
}


def try_part(
    part: Annotated[Part, typer.Argument(help="motor A3: turn it once; coins: let one in; sensor; lamp: blink.")],
    by: Annotated[str, typer.Option("--by", help="Who stands at the open door; it stands in the books.")],
    slot: Annotated[str, typer.Argument(metavar="[SLOT]", help="Which motor.")] = "",
    wish_id: Annotated[str, typer.Option("--id", help="To ask again without doing it twice.")] = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Try one part; the door must be open and nobody have money in the machine. Ends with 1 when it does not work.

    Example: minga try motor A3 --by diego --config museum/minga.toml
    """
    machine = load(config)
    wish = TryPart(part, by, wish_id or secrets.token_hex(6), SlotId(slot))
    with Client(machine.machine.socket, 8.0) as client:
        answer = client.ask(wish)
    if not answer.ok:
        raise MingaError(answer.words)
    if part is Part.LAMP:
        typer.echo("The lamp blinks.")
        return
    typer.echo("Put a coin in." if part is Part.COINS else "It is being tried ...")
    came = _wait(machine.machine.database, wish)
    assert came.ended is not None
    what = dollars(came.cents) if came.cents else slot or part.value
    why = f" ({came.ended.fault})" if came.ended.fault else ""
    nothing = part is Part.COINS and came.ended.found is Found.NOTHING
    typer.echo("No coin came." if nothing else f"{what}: {SAID[came.ended.found]}{why}.")
    raise typer.Exit(0 if came.ended.found in WELL and not (why or nothing) else 1)


def _wait(database: Path, wish: TryPart) -> Tried:
    """The trial, once it has ended. Raises MingaError after a minute."""
    late_s = time.monotonic() + WAIT_S
    while time.monotonic() < late_s:
        with closing(open_readonly(database)) as db:
            found = tried(db).get((wish.part, wish.slot))
        if found and found.started.wish_id == wish.wish_id and found.ended:
            return found
        time.sleep(0.2)
    raise MingaError("nobody knows yet what came of it: look at the newest facts, `minga ledger show`")
