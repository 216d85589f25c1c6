"""`minga statement`: a maker's account over some days, on the terminal or in files. It only reads the books."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime
from difflib import get_close_matches
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from controller.commands.controller import ConfigFile
from controller.commands.statementforms import FORMS, as_listed
from controller.config import load
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.running import zone_of
from controller.ledger.statement import Statement, figures
from controller.ledger.statement import statement as drawn_up

Out = Path | None


def statement(
    maker: Annotated[
        str, typer.Argument(metavar="[MAKER]", help="Her id, such as rosa. Without it: every maker.")
    ] = "",
    since: Annotated[
        str, typer.Option("--from", help="The first day, such as 2026-11-01. Without it: of --to's month.")
    ] = "",
    until: Annotated[str, typer.Option("--to", help="The last day. Without it: today.")] = "",
    pdf: Annotated[Out, typer.Option("--pdf", help="Write a PDF to print; of every maker, into this folder.")] = None,
    xlsx: Annotated[Out, typer.Option("--xlsx", help="Write a workbook for Excel or LibreOffice.")] = None,
    csv: Annotated[Out, typer.Option("--csv", help="Write CSV as Excel opens it in Ecuador.")] = None,
    png: Annotated[Out, typer.Option("--png", help="Write a picture to send by WhatsApp.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Tell a maker what she is owed and how it came to be: every sale, every part, to the cent. In Spanish.

    Without a maker it lists them all; with a form too, each gets a file of her own in that folder.

    Example: minga statement rosa --from 2026-11-01 --to 2026-11-30 --pdf rosa.pdf
    """
    settings = load(config)
    wanted = {form: path for form, path in {"pdf": pdf, "xlsx": xlsx, "csv": csv, "png": png}.items() if path}
    if json and wanted:
        raise MingaError("`--json` prints: leave it out, or leave out the files")
    with closing(open_readonly(settings.machine.database)) as db:
        first, last = _days(since, until, datetime.now(zone_of(db)).date())
        makers = _makers(db, maker)
        if not maker and not wanted and not json:
            typer.echo(as_listed(db, figures(db, first, last), first, last))
            return
        for path in wanted.values() if not maker else ():
            _folder(path)
        drawn = [drawn_up(db, name, first, last) for name in makers]
    if json:
        from controller.statements.fields import fields

        listed = [fields(one) for one in drawn]
        typer.echo(dumps(listed[0] if maker else listed, ensure_ascii=False))
    elif wanted:
        _write(drawn, wanted, settings.machine.name, into_folders=not maker)
    else:
        from controller.statements.plain import as_text

        typer.echo(as_text(drawn[0], settings.machine.name))


def _makers(db: sqlite3.Connection, maker: str) -> list[str]:
    """The one that is asked for, or all who have joined. Raises MingaError for one whom the books do not know."""
    joined = [name for (name,) in db.execute("SELECT maker FROM joined ORDER BY maker")]
    if maker and maker not in joined:
        near = get_close_matches(maker, joined, 1)
        hint = f": did you mean {near[0]}?" if near else f"; there are {', '.join(joined) or 'none yet'}"
        raise MingaError(f"no maker is called {maker!r}{hint}")
    return [maker] if maker else joined


def _write(drawn: list[Statement], wanted: Mapping[str, Path], machine: str, into_folders: bool) -> None:
    for form, path in wanted.items():
        draw: Callable[[Statement, str], bytes] = FORMS[form]()
        for one in drawn:
            file = path / f"{one.maker}-{one.first_day}-{one.last_day}.{form}" if into_folders else path
            try:
                file.write_bytes(draw(one, machine))
            except OSError as error:
                raise MingaError(f"{file}: it cannot be written: {error.strerror}") from None
            typer.echo(str(file))


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise MingaError(f"{path} is no folder: without a maker every maker gets a file in one") from None


def _days(since: str, until: str, today: date) -> tuple[date, date]:
    """From when until when. Raises MingaError for what is no day."""
    last = _day(until) if until else today
    first = _day(since) if since else last.replace(day=1)
    if last < first:
        raise MingaError(f"{last} is before {first}: `--to` is the last day")
    return first, last


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MingaError(f"{text!r} is no day: write it like 2026-11-01") from None
