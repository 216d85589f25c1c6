"""`minga web`: serve the kiosk's page to this machine's screen."""

import re
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import MingaError


def web(
    config: Annotated[Path, typer.Option(help="The machine's configuration file.")] = Path("minga.toml"),
    host: Annotated[str | None, typer.Option(help="Where to listen; this machine only, unless you say so.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes any free port.", min=0, max=65_535)] = None,
    framed_by: Annotated[
        str, typer.Option(help="A page on this computer that may show this one in a frame: http://127.0.0.1:8090.")
    ] = "",
) -> None:
    """Serve the visitor's page. It starts grey when the controller is not up yet, and wakes with it.

    Example: minga web --config museum/minga.toml --port 8080
    """
    serve(config, host, port, framed_by)


def serve(file: Path, host: str | None = None, port: int | None = None, framed_by: str = "") -> None:
    """Run until told to stop (SIGTERM, Ctrl-C). Raises MingaError with the way out when it cannot start."""
    from admin_web.gateway import Gateway  # here, so that `minga web --help` need not wait for it
    from admin_web.kiosk.app import create_app
    from admin_web.kiosk.house import house
    from admin_web.serving import Server, address, listen
    from controller.config import load
    from controller.logbook import keep

    if framed_by and not re.fullmatch(r"http://127\.0\.0\.1:\d{1,5}", framed_by):
        raise MingaError(f"{framed_by}: only a page on this computer may frame this one, such as http://127.0.0.1:8090")
    config = load(file)
    where = host or config.web.host
    listener = listen(where, config.web.port if port is None else port, "minga web")
    if not config.machine.database.is_file():
        typer.echo(f"no database at {config.machine.database} yet; names and photos come with it", err=True)
    keep(config.machine.database.parent, "web")
    gateway = Gateway(config.machine.socket, config.machine.database)
    app = create_app(gateway, config.machine.media, where, house(config), framed_by)
    typer.echo(f"the kiosk page is on {address(listener)}")
    try:
        Server(app, gateway).run(sockets=[listener])
    except KeyboardInterrupt:
        typer.echo("stopped")
