"""`minga hub export`, `snapshot` and `metrics`: the open data and the machines' figures as files, without any page."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import MingaError
from lab.config import load
from lab.store import opened

HubFile = Annotated[Path, typer.Option("--config", help="The hub's configuration.")]


def export(
    name: Annotated[str, typer.Argument(metavar="SET", help="Which set: `minga hub export --help` lists them.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, replaced if it is there.")],
    form: Annotated[str, typer.Option("--format", help="csv, json, xlsx or parquet; else what FILE ends in.")] = "",
    machine: Annotated[
        list[str] | None, typer.Option("--machine", help="Only this machine; as often as you like.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="From this day on, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--until", help="Up to this day.")] = "",
    config: HubFile = Path("hub.toml"),
) -> None:
    """Write one set of the open data: ventas, dias, vacios, paros, pagos, participacion, respuestas or maquinas.

    Example: minga hub export ventas ventas.parquet --since 2026-11-01 --machine museo-1
    """
    from lab.opendata import writing  # here, so that `minga hub --help` need not wait for it
    from lab.opendata.sets import SETS
    from lab.opendata.wanted import wanted

    made = SETS.get(name)
    how = writing.FORMATS.get(form or file.suffix.removeprefix("."))
    if made is None:
        raise MingaError(f"{name!r} is no data set; there are {', '.join(SETS)}")
    if how is None:
        raise MingaError(f"{form or file.name!r}: there are {', '.join(writing.FORMATS)}: say one with `--format`")
    try:
        chosen = wanted(machine or (), since, until)
    except ValueError as error:
        raise MingaError(f"{error}: write days like 2026-11-01") from None
    store = opened(load(config).store)
    rows = _whole(file, lambda part: writing.export(store, made, chosen, how, part))
    typer.echo(f"{file}: {rows} rows")


def snapshot(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where minga.db and metadata.json are put.")],
    config: HubFile = Path("hub.toml"),
) -> None:
    """Write all open data into one SQLite file that is only read, and the words in which Datasette shows it.

    Example: minga hub snapshot snapshot --config lab/hub.toml
    """
    from lab.opendata import snapshot as made

    store = opened(load(config).store)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        counts = made.snapshot(store, folder)
    except OSError as error:
        raise MingaError(f"{folder}: it cannot be written: {error.strerror}") from None
    typer.echo(f"{folder / made.DATABASE}: {', '.join(f'{name} {rows}' for name, rows in counts.items())}")


def metrics(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as minga.prom.")],
    config: HubFile = Path("hub.toml"),
) -> None:
    """Write how every machine stands as figures for Prometheus, for the node exporter's folder of text files.

    Example: minga hub metrics minga.prom --config lab/hub.toml
    """
    from lab.opendata.gauges import exposition
    from lab.pages.fleet import fleet
    from lab.pages.standing import standing

    now_ms = time.time_ns() // 1_000_000
    with opened(load(config).store).reading() as reading:
        told = exposition(standing(seen, now_ms) for seen in fleet(reading, now_ms))
    _whole(file, lambda part: part.write_bytes(told))


def _whole(file: Path, write: Callable[[Path], int]) -> int:
    """Write it beside the file and put it in its place when it is whole. Raises MingaError when that cannot be."""
    part = file.with_name(f"{file.name}.part")
    try:
        found = write(part)
        os.replace(part, file)
    except OSError as error:
        raise MingaError(f"{file}: it cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return found
