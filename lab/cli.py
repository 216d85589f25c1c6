"""`minga hub`: the lab's hub, from an empty folder to the question whether anything is missing."""

from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import MingaError
from lab.alertcli import alerts
from lab.config import HubConfig, commented, load
from lab.datacli import export, metrics, snapshot
from lab.looking import Proof, Refusal, Standing, proofs, refusals, standings
from lab.pages.cli import phrase, web
from lab.store import opened
from lab.store.base import Store
from lab.tellcli import keys, say

hub = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The lab's hub: takes in what machines send and proves that nothing is missing. Start with `minga hub init`.",
)
hub.command()(keys)
hub.command("tell")(say)
HubFile = Annotated[Path, typer.Option("--config", help="The hub's configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Machine = Annotated[str, typer.Argument(metavar="[MACHINE]", help="Only this machine; without it, all.")]
ALL = ""


@hub.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it may exist already.")],
    store: Annotated[str, typer.Option("--store", help="A file, or postgresql://user@host/database.")] = "lab.db",
) -> None:
    """Make a hub's folder: hub.toml with a comment on every key, where it is missing, and the tables of its store.

    Example: minga hub init lab --store postgresql://minga@127.0.0.1/lab
    """
    file = folder / "hub.toml"
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(commented(store=store), encoding="utf-8")
    made = opened(load(file).store, make=True)
    made.close()
    typer.echo(f"{file}: look through it, it explains itself; facts are kept in {made.name}")
    typer.echo(f"Then: minga hub run --config {file}")


@hub.command()
def run(config: HubFile = Path("hub.toml")) -> None:
    """Take in what machines send, until told to stop.

    Example: minga hub run --config lab/hub.toml
    """
    from lab.hub import run as run_hub

    run_hub(load(config))


@hub.command()
def status(json: Json = False, config: HubFile = Path("hub.toml")) -> None:
    """One line a machine: when it was heard, how far its facts reach, what is missing, what was refused. No hub need run.

    Example: minga hub status
    """
    with _store(load(config)).reading() as reading:
        found = standings(reading)
    if json:
        typer.echo(dumps({"machines": [asdict(one) for one in found]}))
        return
    for line in map(_standing_words, found) if found else ["no machine has been heard yet"]:
        typer.echo(line)


@hub.command()
def strays(
    machine: Machine = ALL,
    seen: Annotated[bool, typer.Option("--seen", help="Note that a person has looked at those listed.")] = False,
    json: Json = False,
    config: HubFile = Path("hub.toml"),
) -> None:
    """List what was refused and why. The facts themselves stay, here and in the machine's own books.

    Example: minga hub strays museo-1
    """
    store = _store(load(config))
    with store.reading() as reading:
        found = refusals(reading, _known(store, machine))
    if seen:
        for name in sorted({one.machine for one in found}):
            newest = max(one.number for one in found if one.machine == name)
            with store.changing(name) as changing:
                changing.run("UPDATE strays SET seen = 1 WHERE machine = ? AND number <= ?", name, newest)
    if json:
        typer.echo(dumps({"strays": [asdict(one) for one in found]}))
        return
    for line in map(_refusal_words, found) if found else ["nothing was refused"]:
        typer.echo(line)


@hub.command()
def verify(machine: Machine = ALL, json: Json = False, config: HubFile = Path("hub.toml")) -> None:
    """Read every fact again and reckon its hash: is the line whole, from the first to the last? Ends with status 1 if not.

    Example: minga hub verify museo-1
    """
    store = _store(load(config))
    with store.reading() as reading:
        found = list(proofs(reading, _known(store, machine)))
    if json:
        typer.echo(dumps({"machines": [asdict(one) for one in found]}))
    else:
        for one in found:
            typer.echo(_proof_words(one))
    if not all(one.is_whole for one in found):
        raise typer.Exit(1)


hub.command()(web)
hub.command()(phrase)
hub.command()(export)
hub.command()(snapshot)
hub.command()(metrics)
hub.command()(alerts)


def _store(config: HubConfig) -> Store:
    return opened(config.store)


def _known(store: Store, machine: str) -> str:
    """Raises MingaError for a machine that was never heard."""
    with store.reading() as reading:
        names = [name for (name,) in reading.rows("SELECT machine FROM machines ORDER BY machine")]
    if machine and machine not in names:
        raise MingaError(f"{machine!r} was never heard here; known are: {', '.join(names) or 'none yet'}")
    return machine


def _standing_words(one: Standing) -> str:
    said = [f"{one.machine}: heard {_when(one.last_heard_ms)}, facts 1 to {one.seq} of epoch {one.epoch}"]
    if one.missing:
        said.append(f"MISSING {one.missing[0]} to {one.missing[1]}, waited for by {_messages(one.waiting)}")
    elif one.waiting:
        said.append(f"facts of a newer epoch lack those before them; waiting: {_messages(one.waiting)}")
    else:
        said.append("none missing")
    said.append(
        f"refused: {one.refused}" + (f" ({one.unseen} not looked at: `minga hub strays`)" if one.unseen else "")
    )
    if one.scars:
        said.append(f"scars: {one.scars}, passing over {one.passed} numbers")
    if one.unread:
        said.append(f"not to be read: {_messages(one.unread)}")
    return "; ".join(said)


def _refusal_words(one: Refusal) -> str:
    why = {
        "reused": "these numbers hold other facts here: an old database was put back without `minga restore`",
        "broken": "they follow from nothing that is known here",
        "late": "a restore had ended their epoch",
    }[one.why]
    kept = f"{one.bytes} bytes kept" if one.bytes else "only the numbers kept, there are too many"
    mark = "" if one.is_seen else ", new"
    return f"{one.machine}: facts {one.first} to {one.last} of epoch {one.epoch}, {_when(one.heard_ms)}: {why} ({kept}{mark})"


def _proof_words(one: Proof) -> str:
    if one.is_whole:
        passed = f", {one.passed} passed over" if one.passed else ""
        return (
            f"{one.machine}: whole: {one.facts} facts, {one.first} to {one.last}, no gap{passed}; head {one.head[:16]}…"
        )
    return f"{one.machine}: NOT WHOLE: {one.gaps} facts missing, {one.wrong} that do not follow from the one before"


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _when(at_ms: int) -> str:
    if not at_ms:
        return "never"
    return datetime.fromtimestamp(at_ms // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
