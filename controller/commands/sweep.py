"""`minga money sweep`: what each day opens with. It reads the books, writes nothing and needs no controller."""

import sqlite3
import time
from datetime import date, datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from controller.commands.acta import acta as minutes
from controller.commands.controller import ConfigFile
from controller.commands.sweepwords import LISTS, as_fields, in_english
from controller.config import load
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.reports import when
from controller.ledger.running import zone_of
from controller.ledger.sweep import STUCK_DAYS, Sweep
from controller.ledger.sweep import sweep as swept_from


def sweep(
    day: Annotated[
        str, typer.Option("--day", help="The day, such as 2026-11-22. Without it: yesterday and today.")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="The last day, when it is more than one.")] = "",
    stuck_days: Annotated[
        int, typer.Option("--stuck-days", min=0, help="From so many days on a sum on its way back is stuck.")
    ] = STUCK_DAYS,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    acta: Annotated[bool, typer.Option("--acta", help="Print it in Spanish for the minutes, to be signed.")] = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Open the day: payments with no drop, drops with no payment, and what is owed. Whatever is open is there, however old.

    Example: minga money sweep --day 2026-11-22
    """
    if json and acta:
        raise MingaError("a page for people or one for programs: leave out `--json` or `--acta`")
    settings = load(config)
    db = open_readonly(settings.machine.database)
    now_ms = _now_ms(db)
    first, last = _days(day, until, datetime.fromtimestamp(now_ms // 1_000, zone_of(db)).date())
    swept = swept_from(db, first, last, now_ms, stuck_days)
    typer.echo(_as_json(swept) if json else minutes(swept, settings.machine.name) if acta else in_english(swept))


def _days(day: str, until: str, today: date) -> tuple[date, date]:
    """From when until when. Raises MingaError for what is no day."""
    first = _day(day) if day else today - timedelta(days=1)
    last = _day(until) if until else first if day else today
    if last < first:
        raise MingaError(f"{last} is before {first}: `--until` is the last day")
    return first, last


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MingaError(f"{text!r} is no day: write it like 2026-11-22") from None


def _now_ms(db: sqlite3.Connection) -> int:
    """This computer's time; or that of the newest fact, where this computer has woken up in another year."""
    (head,) = db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()
    newest = when(db, head)
    here_ms = time.time_ns() // 1_000_000
    return max(here_ms, newest.wall_ms) if newest and newest.certain else here_ms


def _as_json(swept: Sweep) -> str:
    days = {"first_day": swept.first_day.isoformat(), "last_day": swept.last_day.isoformat()}
    lists = {name: [as_fields(line) for line in getattr(swept, name)] for name in (*LISTS, "watched")}
    return dumps(days | lists, ensure_ascii=False)
