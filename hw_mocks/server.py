"""The simulated machine as a process: the world, its coin acceptor and its sockets, until Ctrl-C.

`minga simulate` runs it. The coin acceptor is a serial device where the configuration looks for one; motors, door and
buttons are GPIO lines that the controller reaches with `GPIOZERO_PIN_FACTORY=minga-sim`. With `--board` the same motors,
door and buttons hang on a simulated I/O board instead, whose real firmware answers at that path.
"""

import signal
from pathlib import Path
from typing import Annotated

import typer

from controller.config import Config, load
from controller.errors import MingaError
from hw_mocks.acceptor import ECUADOR_COINS, SimulatedAcceptor
from hw_mocks.acts import Acts
from hw_mocks.board import SimulatedBoard
from hw_mocks.hopper import SimulatedBus, SimulatedHopper
from hw_mocks.host import WorldServer
from hw_mocks.things import Coin
from hw_mocks.wire import SOCKET_VARIABLE
from hw_mocks.world import World

PIECES_EACH = 6
COINS_EACH = 200
"""So many coins lie in each simulated hopper."""


def serve_world(config: Config, run_dir: Path, speed: float = 1.0, board: Path | None = None) -> None:
    """One simulated machine, wired as `config` says, until the process is interrupted."""
    world = World(config.motors, config.cabinet, stock=dict.fromkeys(config.slots(), PIECES_EACH))
    acceptor = SimulatedAcceptor()
    run_dir.mkdir(parents=True, exist_ok=True)
    server = WorldServer(world, Acts(world, acceptor, ECUADOR_COINS), run_dir, speed)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    port = Path(config.coins.port)
    if board and speed != 1:
        raise MingaError("a simulated board keeps its own time, which is ours: leave --speed at 1")
    if not port.parent.is_dir():
        raise MingaError(f'{port}: no simulated device can lie there; set `port = "run/coins"` under [coins]')
    acceptor.open(port)
    buses = _hoppers(config, world, speed)
    if board:
        server.add(SimulatedBoard(world, config.motors, config.cabinet, board))
    try:
        print(_where(config, server), flush=True)
        if board:
            print(f"  its I/O board       {board}", flush=True)
        server.run()
    except KeyboardInterrupt:
        print("the simulated machine is switched off")
    finally:
        acceptor.close()
        for bus in buses:
            bus.close()


def _hoppers(config: Config, world: World, speed: float) -> list[SimulatedBus]:
    """The configured hoppers, each full of its coin, on the ports where the controller looks for them."""
    ports: dict[str, list[SimulatedHopper]] = {}
    for number, hopper in enumerate(config.hoppers):
        simulated = SimulatedHopper(
            hopper.coin_cents,
            COINS_EACH,
            lambda cents: world.coins.append(Coin(0, cents, world.now_ms, "out")),
            address=hopper.address,
            serial=345_678 + number,
            security=hopper.security,
            speed=speed,
        )
        ports.setdefault(hopper.port, []).append(simulated)
    buses = [SimulatedBus(*hoppers) for hoppers in ports.values()]
    for bus, port in zip(buses, ports, strict=True):
        bus.open(Path(port))
    return buses


def _where(config: Config, server: WorldServer) -> str:
    return f"""The simulated machine {config.machine.name} is on. Ctrl-C switches it off.
  its coin acceptor   {config.coins.port}
  for people          {server.control_path}
  for the controller  export GPIOZERO_PIN_FACTORY=minga-sim {SOCKET_VARIABLE}={server.gpio_path}"""


def simulate(
    config: Annotated[Path, typer.Option(help="The machine's configuration.")] = Path("minga.toml"),
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="World seconds in one of ours.")] = 1.0,
    run_dir: Annotated[Path | None, typer.Option(help="Where the sockets are put; beside the configuration.")] = None,
    board: Annotated[Path | None, typer.Option(help="Where a simulated I/O board answers, instead of GPIO.")] = None,
) -> None:
    """Run a simulated machine: motors, spirals, coins, buttons and a door that exist only in this process.

    Example: minga simulate --config museum/minga.toml
    """
    serve_world(load(config), run_dir or config.resolve().parent / "run", speed, board)
