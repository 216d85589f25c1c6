"""`minga ledger`: read the books and check them. Neither command writes or needs the controller to run."""

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from controller.ledger import reports, words
from controller.ledger.connection import open_readonly
from controller.ledger.verify import verify as audit

ledger = typer.Typer(help="Read the books and check them.", no_args_is_help=True)
Database = Annotated[Path, typer.Option("--db", help="The machine's database.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@ledger.command()
def show(db: Database = Path("minga.db"), json: AsJson = False) -> None:
    """Print the balances as people read them.

    Example: minga ledger show --db museum/minga.db
    """
    totals = reports.totals(open_readonly(db))
    typer.echo(words.as_json(totals) if json else words.books(totals))


@ledger.command()
def verify(db: Database = Path("minga.db"), json: AsJson = False) -> None:
    """Derive everything again from the facts; end with status 1 at the first thing that does not agree.

    Example: minga ledger verify --db museum/minga.db
    """
    books = open_readonly(db)
    complaints = audit(books, stop_at_first=True)
    if complaints:  # then no total can be trusted, or even be had
        if json:
            typer.echo(dumps({"invariants": [str(complaint) for complaint in complaints]}, ensure_ascii=False))
    elif json:
        typer.echo(words.as_json(reports.totals(books), invariants="ok"))
    else:
        totals = reports.totals(books)
        typer.echo(f"The books are whole: {totals.facts} facts, {totals.sales} sales, every cent accounted for.")
    for complaint in complaints:
        typer.echo(f"{db}: {complaint}", err=True)
    raise typer.Exit(1 if complaints else 0)
