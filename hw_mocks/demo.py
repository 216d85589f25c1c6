"""`minga demo`: a whole simulated museum day in half a minute, with bad luck in it, and the books at the end."""

import json as jsons
import random
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from controller.ledger import words
from controller.ledger.reports import Totals
from hw_mocks.day import Day, plan
from hw_mocks.museum import QUICK, REAL_TIME, Museum
from hw_mocks.verdict import judge

SPEED = 10.0
"""Faster, and a busy computer would cut a motor too late: pieces would fall that nobody bought."""
VISITORS = 30


def demo(
    seed: Annotated[int, typer.Option(help="The same seed brings the same visitors and the same bad luck.")] = 2026,
    visitors: Annotated[int, typer.Option(min=1, max=500, help="How many people come.")] = VISITORS,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of the story and the books.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Afterwards stay up in real time, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The kiosk's port; 0 takes a free one.")] = 0,
) -> None:
    """Play one simulated museum day with the real controller: coins, jams, a power cut in mid-vend; then show the books.

    Ends with status 0 only if every invariant of the books holds against what physically happened.

    Example: minga demo --visitors 60 --seed 7
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the museum ends its processes then too
    with tempfile.TemporaryDirectory(prefix="minga-demo-") as folder, Museum(Path(folder), port) as museum:
        museum.found()
        day, totals, complaints = _play(museum, seed, visitors, quiet=json)
        if json:
            found = {"seed": seed, "visitors": visitors, "power_cuts": day.power_cuts}
            typer.echo(jsons.dumps(found | asdict(totals) | {"invariants": complaints or "ok"}))
        else:
            _tell(day, totals, complaints)
        if serve and not complaints:
            _serve(museum)
    raise typer.Exit(1 if complaints else 0)


def _play(museum: Museum, seed: int, visitors: int, quiet: bool) -> tuple[Day, Totals, list[str]]:
    with _progress(visitors, quiet) as step:
        museum.open(QUICK, SPEED)
        museum.fill_shelf()
        day = Day(museum, random.Random(seed))
        day.play(plan(seed, visitors, list(museum.config.slots())), step)
        day.close()
        page = _fetch(museum.port)
        truth = museum.hand.truth()
        museum.stop()
    totals, complaints = judge(museum.folder / "minga.db", truth)
    if "Rosa" not in page:
        complaints.append("the kiosk's page does not show the shelf")
    return day, totals, complaints


def _fetch(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


@contextmanager
def _progress(visitors: int, quiet: bool) -> Iterator[Callable[[str], None]]:
    columns = (
        TextColumn("a museum day"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("opening", total=visitors)
        yield lambda words: bar.update(task, advance=1, description=words)


def _tell(day: Day, totals: Totals, complaints: list[str]) -> None:
    typer.echo("What went wrong today, and what became of it:")
    for sentence in day.told:
        typer.echo(f"  {sentence}")
    typer.echo("\nThe books at closing time:")
    typer.echo(words.books(totals))
    typer.echo("")
    for complaint in complaints:
        typer.echo(f"BROKEN: {complaint}")
    if not complaints:
        typer.echo("Every invariant holds: each coin and each piece is where the books say.")


def _serve(museum: Museum) -> None:
    (museum.folder / "run" / "clock").write_text("0")
    museum.open(REAL_TIME, 1.0)
    with museum.client() as client:
        for slot in client.watch().slots:
            museum.hand.fill(slot.slot, slot.quantity)
    typer.echo(f"\nThe machine stays up in real time. Ctrl-C ends it.\n  the kiosk    http://127.0.0.1:{museum.port}/")
    typer.echo(f"  a hand in it minga hand --world {museum.folder / 'run' / 'world.sock'} insert cents=25")
    try:
        museum.wait()
    except KeyboardInterrupt:
        typer.echo("closing")
