"""`minga sync`: how the way to the lab stands, in words: what waits and since when, what the lab said, what it refused."""

import dataclasses
import json
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from controller.client import Client, ControllerGone
from controller.commands.controller import ConfigFile
from controller.config import Config, load
from controller.courier import place_of, read, recalled, told
from controller.courier.post import Line
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.protocols.control import SyncNow, TellStatus

NOW_S, LOOK_S = 10.0, 0.2
"""So long `--now` waits for the lab's answer, and how often it looks."""
WHY = {
    "reused": "the lab holds other facts with these numbers",
    "broken": "they do not follow from what the lab holds",
    "late": "they are of before a restore that the lab knows of",
}
NO_LAB = "This machine has no lab: `sync.broker` in its configuration names none."


def sync(
    now: Annotated[bool, typer.Option("--now", help="Send everything that waits now, and wait a little.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; times in milliseconds since 1970.")] = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Tell how much waits to go to the lab, since when, what the lab said last, and what it has refused and why.

    Example: minga sync --now --config museum/minga.toml
    """
    machine = load(config)
    if not machine.sync.broker:
        typer.echo(json.dumps(None) if as_json else NO_LAB)
        return
    status = _after_asking(machine) if now else _status(machine)
    if as_json:
        typer.echo(json.dumps(status, ensure_ascii=False))
        return
    for line in words(status, ZoneInfo(machine.clock.zone)):
        typer.echo(line)


def words(status: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """How the sync stands, a sentence a line."""

    def at(ms: int | None) -> str:
        return datetime.fromtimestamp(ms // 1_000, zone).strftime("%Y-%m-%d %H:%M") if ms else "a time nobody knows"

    line, waits, heard_ms = status["line"], status["waits"], status["heard_ms"]
    since = f" since {at(line['since_ms'])}" if line["since_ms"] else ""
    said = [f"{status['broker']}: {'in touch' if line['in_touch'] else 'no connection'}{since}."]
    said += [f"  {line['why']}"] if line["why"] else []
    held = f"The lab holds {status['held']:,} of {status['facts']:,} facts"
    said.append(
        f"{held}; {waits:,} wait, the oldest since {at(status['oldest_ms'])}." if waits else f"{held}; none waits."
    )
    said.append(f"The lab answered last at {at(heard_ms)}." if heard_ms else "The lab has never answered.")
    if line["silent"] and waits:
        said.append(
            "  The broker takes what is sent, and no answer comes: does the hub run, and may it and this machine"
        )
        said.append("  write at that broker? (By MQTT 3.1.1 a broker does not say what it refuses.)")
    said += [f"  {line['refusal']}"] if line["refusal"] else []
    if line["foreign"]:
        said.append(f"  {line['foreign']}: were older books put back without `minga restore`?")
    if not status["refused"]:
        return [*said, "Nothing was refused."]
    said.append(f"The lab keeps {status['quarantined']:,} facts aside; they stand in these books as ever:")
    return said + [f"  {r['first']} to {r['last']}: {WHY.get(r['why'], r['why'])}" for r in status["refused"]]


def _after_asking(machine: Config) -> dict[str, Any]:
    """Everything is to go now; how it stands when nothing waits any more, or after a while."""
    with Client(machine.machine.socket) as client:
        answer = client.ask(SyncNow())
        if not answer.ok:
            raise MingaError(answer.words)
        late_s = time.monotonic() + NOW_S
        status = _of(client)
        while status["waits"] and time.monotonic() < late_s:
            time.sleep(LOOK_S)
            status = _of(client)
    return status


def _status(machine: Config) -> dict[str, Any]:
    """As the controller knows it; when none runs, as the books and the courier's memory have it."""
    try:
        with Client(machine.machine.socket) as client:
            return _of(client)
    except ControllerGone:
        database = machine.machine.database
        memory = read(place_of(database))
        with closing(open_readonly(database)) as db:
            found = told(db, machine.sync.broker, recalled(db, memory), memory, Line(why="no controller runs"))
        return dataclasses.asdict(found)


def _of(client: Client) -> dict[str, Any]:
    status = (client.ask(TellStatus()).told or {}).get("sync")
    if not isinstance(status, dict):
        raise MingaError("the controller was started without a lab: start it again to use `sync.broker`")
    return status
