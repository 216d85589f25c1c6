"""`minga demo`: a whole simulated museum day in half a minute, with bad luck in it, and the books at the end.

`--serve` keeps the machine afterwards, in real time, and says how to pay it with coins, a phone and a voucher, and how a
member's phone comes in.
"""

import json as jsons
import random
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from controller.domain.money import dollars
from controller.ledger import words
from controller.ledger.reports import Totals
from hw_mocks.day import Day, plan
from hw_mocks.museum import QUICK, REAL_TIME, Museum
from hw_mocks.office import VOUCHER_CENTS, Office
from hw_mocks.stage.plug import Plug
from hw_mocks.takings import Takings, in_words, takings
from hw_mocks.verdict import judge

SPEED = 10.0
"""Faster, and a busy computer would cut a motor too late: pieces would fall that nobody bought."""
VISITORS = 30
PAPERS = 3
"""So many vouchers lie ready for whoever plays with the machine afterwards."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What is left of a day: its story, the books, and every invariant that does not hold."""

    day: Day
    totals: Totals
    takings: Takings
    complaints: list[str]


def demo(
    seed: Annotated[int, typer.Option(help="The same seed brings the same visitors and the same bad luck.")] = 2026,
    visitors: Annotated[int, typer.Option(min=1, max=500, help="How many people come.")] = VISITORS,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of the story and the books.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Afterwards stay up in real time, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The kiosk's port; 0 takes a free one.")] = 0,
) -> None:
    """Play one simulated museum day with the real controller: coins, phones, vouchers, jams, a power cut in mid-vend.

    Then show the books. Ends with status 0 only if every invariant of them holds against what physically happened.

    Example: minga demo --visitors 60 --seed 7
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the museum ends its processes then too
    with tempfile.TemporaryDirectory(prefix="minga-demo-") as folder, Museum(Path(folder), port) as museum:
        museum.found()
        office = Office(museum.folder)
        joined = office.found()
        museum.open(QUICK + joined, SPEED)
        evening = _play(Day(museum, office, random.Random(seed)), seed, visitors, quiet=json)
        if json:
            typer.echo(_as_json(evening, seed=seed, visitors=visitors))
        else:
            _tell(evening)
        if serve and not evening.complaints:
            _serve(museum, office, joined)
    raise typer.Exit(1 if evening.complaints else 0)


def _play(day: Day, seed: int, visitors: int, quiet: bool) -> Evening:
    museum = day.museum
    with _progress(visitors, quiet) as step:
        museum.fill_shelf()
        day.play(plan(seed, visitors, list(museum.config.slots())), step)
        day.close()
        page = _fetch(museum.port)
        truth = museum.hand.truth()
        museum.stop()
    totals, complaints = judge(museum.folder / "minga.db", truth)
    if "Rosa" not in page:
        complaints.append("the kiosk's page does not show the shelf")
    return Evening(day, totals, takings(museum.folder / "minga.db"), complaints)


def _as_json(evening: Evening, **found: int) -> str:
    power_cuts = {"power_cuts": evening.day.power_cuts}
    books = asdict(evening.totals) | asdict(evening.takings)
    return jsons.dumps(found | power_cuts | books | {"invariants": evening.complaints or "ok"})


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


def _tell(evening: Evening) -> None:
    typer.echo("What went wrong today, and what became of it:")
    for sentence in evening.day.told:
        typer.echo(f"  {sentence}")
    typer.echo("\nThe books at closing time:")
    typer.echo(words.books(evening.totals))
    typer.echo(f"\n{in_words(evening.takings)}\n")
    for complaint in evening.complaints:
        typer.echo(f"BROKEN: {complaint}")
    if not evening.complaints:
        typer.echo("Every invariant holds: each coin, payment, voucher and piece is where the books say.")


def _serve(museum: Museum, office: Office, joined: str) -> None:
    (museum.folder / "run" / "clock").write_text("0")
    museum.open(REAL_TIME + joined, 1.0, stage=0, phones=0)
    with museum.client() as client:
        for slot in client.watch().slots:
            museum.hand.fill(slot.slot, slot.quantity)
    typer.echo(_ways_to_pay(museum, [office.paper(f"vale-{number}.txt") for number in range(1, PAPERS + 1)]))
    try:
        with Plug(museum):
            museum.wait()
    except KeyboardInterrupt:
        typer.echo("closing")


def _ways_to_pay(museum: Museum, papers: list[Path]) -> str:
    hand = f"minga hand --world {museum.folder / 'run' / 'world.sock'}"
    return "\n".join(
        (
            "\nThe machine stays up in real time. Ctrl-C ends it.",
            f"  the machine  {museum.stage}/",
            "               to see and to touch: coins, buttons, a phone, and a drawer of mishaps; the kiosk is its screen",
            f"  the kiosk    http://127.0.0.1:{museum.port}/",
            f"  the co-op    {museum.phones}/",
            "               its pages for phones. Be one of its people: open the machine, press the service button inside,",
            "               touch \"A member's phone\", choose a face and a PIN, and say yes on the machine's screen",
            "From another terminal you are the visitor:",
            f"  a coin       {hand} insert cents=25",
            f"  your phone   {hand} pay",
            "               after a touch on a piece's QR corner: pays what the screen shows, with a simulated wallet",
            f"  a voucher    {hand} show_code code=@{papers[0]}",
            f"               {dollars(VOUCHER_CENTS)}, once; {len(papers) - 1} more lie beside it",
        )
    )
