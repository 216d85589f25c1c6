"""`minga phones`: serve the pages for phones to the network."""

from pathlib import Path
from typing import Annotated

import typer

from admin_web.serving import address, listen
from controller.errors import MingaError


def phones(
    config: Annotated[Path, typer.Option(help="The machine's configuration file.")] = Path("minga.toml"),
    host: Annotated[str | None, typer.Option(help="Where to listen; this machine only, unless you say so.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes any free port.", min=0, max=65_535)] = None,
) -> None:
    """Serve the pages for phones: the seamstresses', the coordinator's, the technician's, and a visitor's receipt.

    Phones come in by a code on the machine's own screen: open the door and press the service button.

    Example: minga phones --config museum/minga.toml --host 0.0.0.0
    """
    from admin_web.gateway import Gateway  # here, so that `minga phones --help` need not wait for it
    from admin_web.phone.app import create_app
    from admin_web.phone.patience import Patient
    from admin_web.serving import Server
    from controller.config import load
    from controller.logbook import keep

    loaded = load(config)
    if not loaded.machine.database.is_file():
        raise MingaError(f"no database at {loaded.machine.database}: `minga init` makes one")
    listener = listen(host or loaded.phones.host, loaded.phones.port if port is None else port, "minga phones")
    keep(loaded.machine.database.parent, "phones")
    gateway = Gateway(loaded.machine.socket, loaded.machine.database)
    app = create_app(gateway, loaded)
    typer.echo(f"the pages for phones are on {address(listener)}")
    if not loaded.phones.address:
        typer.echo("`phones.address` is not set: the kiosk shows no code for them", err=True)
    try:
        Server(app, gateway, Patient).run(sockets=[listener])
    except KeyboardInterrupt:
        typer.echo("stopped")
