"""`minga hub web` and `minga hub phrase`: the lab's pages, and the phrase that opens them from elsewhere."""

import json
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import MingaError
from lab.config import LOOPBACK, HubConfig, load

HubFile = Annotated[Path, typer.Option("--config", help="The hub's configuration.")]


def web(
    config: HubFile = Path("hub.toml"),
    host: Annotated[str | None, typer.Option(help="Where to listen; this computer only, unless you say so.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes any free port.", min=0, max=65_535)] = None,
) -> None:
    """Serve the lab's pages: all machines, their sales, the proof that nothing is missing. They change nothing.

    Example: minga hub web --config lab/hub.toml --port 8090
    """
    wishes = {"web_host": host, "web_port": port}
    serve(load(config).model_copy(update={key: wish for key, wish in wishes.items() if wish is not None}))


def phrase() -> None:
    """Ask for a pass phrase, and print the line for hub.toml that lets whoever knows it see the pages.

    Example: minga hub phrase
    """
    from lab.pages.door import hashed

    said = typer.prompt("The pass phrase", hide_input=True, confirmation_prompt=True)
    typer.echo(f"web_phrase = {json.dumps(hashed(said))}")


def serve(config: HubConfig) -> None:
    """Run until told to stop (SIGTERM, Ctrl-C). Raises MingaError with the way out when it cannot start."""
    from admin_web.serving import Server, address, listen  # here, so that `minga hub --help` need not wait for it
    from lab.pages.app import create_app
    from lab.store import opened

    allowed(config)
    app = create_app(opened(config.store), config)
    listener = listen(config.web_host, config.web_port, "minga hub web")
    typer.echo(f"the lab's pages are on {config.web_address or address(listener)}")
    try:
        Server(app).run(sockets=[listener])
    except KeyboardInterrupt:
        typer.echo("stopped")


def allowed(config: HubConfig) -> None:
    """Raises MingaError when others than this computer could see the pages without saying who they are."""
    if config.web_host in LOOPBACK and not config.web_address:
        return
    where = config.web_address or config.web_host
    if not config.web_phrase:
        raise MingaError(
            f"{where}: others can reach the pages there, so a pass phrase is needed: "
            "`minga hub phrase` prints the line `web_phrase` for hub.toml"
        )
    if not config.web_address:
        raise MingaError(
            f'{where}: say in hub.toml how people reach the pages: `web_address = "https://lab.example"`, '
            "or `http://` with this computer's name and port where nobody listens in"
        )
