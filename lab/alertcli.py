"""`minga hub alerts`: what is open now, and a trial message to see whether alerts arrive."""

from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import MingaError
from lab.alerts.register import entries, prepare
from lab.alerts.rules import Alert
from lab.alerts.teller import Teller
from lab.alerts.words import sentence, trial
from lab.config import HubConfig, load
from lab.model.catchup import prepare as prepare_model
from lab.pages.fleet import Seen, fleet
from lab.store import opened


def alerts(
    attempt: Annotated[bool, typer.Option("--try", help="Send a trial message to all addresses in `alerts`.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    config: Annotated[Path, typer.Option("--config", help="The hub's configuration.")] = Path("hub.toml"),
) -> None:
    """List what about the machines needs somebody, as the hub last saw it; or try whether alerts arrive.

    Example: minga hub alerts --json
    """
    settings = load(config)
    if attempt:
        _try(settings)
        return
    found = _open(settings)
    if json:
        typer.echo(dumps({"alerts": [{"machine": seen.name, **asdict(alert)} for seen, alert in found]}))
        return
    for seen, alert in found:
        typer.echo(f"{seen.name}: {sentence(alert, seen.zone, settings.alert.language)}")
    if not found:
        typer.echo("nothing is open")


def _open(settings: HubConfig) -> list[tuple[Seen, Alert]]:
    store = opened(settings.store)
    prepare_model(store)
    prepare(store)
    with store.reading() as reading:
        return [
            (seen, entry.alert)
            for seen in fleet(reading, 0)
            for entry in entries(reading, seen.name)
            if not entry.over_ms
        ]


def _try(settings: HubConfig) -> None:
    teller = Teller(settings.alerts)
    if not teller:
        raise MingaError("nobody is told anything: name addresses in `alerts`, or in MINGA_LAB_ALERTS")
    if not teller.tell(trial(settings.alert.language)):
        raise MingaError("no address took the trial message: are they right, and is this computer in touch?")
    typer.echo("a trial message went out")
