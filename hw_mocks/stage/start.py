"""The stage as a process of its own, so that no drawing delays the world; it ends with whoever started it.

`python -m hw_mocks.stage --world run/world.sock --config minga.toml --port 8090` starts one by hand.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from controller.config import load
from controller.errors import MingaError

STOP_S = 5.0


@contextmanager
def staged(
    config: Path, world: Path, port: int = 0, kiosk: str = "", speed: float = 1.0, log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A stage for the world at this socket. It says where it is, to `log` or our own output, and ends with this process."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "hw_mocks.stage", "--guarded"),
            *("--config", str(config), "--world", str(world), "--port", str(port)),
            *("--kiosk", kiosk, "--speed", str(speed)),
        ],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(
    config: Annotated[Path, typer.Option(help="The machine's configuration.")],
    world: Annotated[Path, typer.Option(help="The simulated machine's socket for people.")],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 0,
    kiosk: Annotated[str, typer.Option(help="Where the visitor's page is.")] = "",
    speed: Annotated[float, typer.Option(help="The world's.")] = 1.0,
    guarded: Annotated[bool, typer.Option(help="End when the standard input does.")] = False,
) -> None:
    """Draw a simulated machine on a page."""
    from admin_web.serving import address, listen
    from hw_mocks.stage.app import serve
    from hw_mocks.stage.papers import Papers
    from hw_mocks.stage.screen import address_of

    listener = listen("127.0.0.1", port, "minga simulate")
    loaded = load(config)
    where = address_of(kiosk, loaded.web.port)
    print(f"the stage is on {address(listener)}", flush=True)
    serve(loaded, world, where, speed, Papers(config.resolve().parent), listener, guarded)


def run() -> None:
    """The process; an error a person can mend is one sentence and status 1."""
    try:
        typer.run(main)
    except MingaError as error:
        print(f"stage: {error}", file=sys.stderr)
        raise SystemExit(1) from None
