"""The simulated machine as a process: the world, what takes its money, and its sockets, until Ctrl-C.

`minga simulate` runs it. Every device is where the configuration looks for one: a ccTalk acceptor, hoppers and an MDB
adapter on their ports; motors, door and buttons on GPIO lines that the controller reaches with
`GPIOZERO_PIN_FACTORY=minga-sim`. With a board the same motors, door and buttons hang on a simulated I/O board instead, and
the devices of the MDB bus where that is wired to it; its real firmware answers at the board's port.
"""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from controller.config import Config, load
from controller.errors import MingaError
from controller.protocols.scanner import Kind
from hw_mocks.acceptor import ECUADOR_COINS, SimulatedAcceptor
from hw_mocks.acts import Acts
from hw_mocks.board import SimulatedBoard
from hw_mocks.hopper import SimulatedBus, SimulatedHopper
from hw_mocks.host import WorldServer
from hw_mocks.mdb import FittedMdb, SimulatedAdapter
from hw_mocks.scanner import SimulatedScanner
from hw_mocks.stage.start import staged
from hw_mocks.things import Coin
from hw_mocks.wallets import FittedWallets
from hw_mocks.wire import SOCKET_VARIABLE
from hw_mocks.world import World

PIECES_EACH = 6
COINS_EACH = 200
"""So many coins lie in each simulated hopper."""


class Tubes(StrEnum):
    """What lies in the changer's tubes to begin with."""

    FILLED = "filled"
    EMPTY = "empty"


def serve_world(
    config: Config,
    run_dir: Path,
    speed: float = 1.0,
    board: Path | None = None,
    tubes: Tubes = Tubes.FILLED,
    beside: Callable[[Path], AbstractContextManager[object]] | None = None,
) -> None:
    """One simulated machine, wired as `config` says, until the process is interrupted.

    `beside` is given the socket for people, and is open as long as the machine is.
    """
    world = World(config.motors, config.cabinet, stock=dict.fromkeys(config.slots(), PIECES_EACH))
    run_dir.mkdir(parents=True, exist_ok=True)
    board = board or (Path(config.board.port) if config.uses_board else None)
    if board and speed != 1:
        raise MingaError("a simulated board keeps its own time, which is ours: leave --speed at 1")
    mdb = FittedMdb(config, world, tubes is Tubes.FILLED) if config.mdb.line != "none" else None
    bus = mdb.bus if mdb and config.mdb.line == "board" else None
    simulated = SimulatedBoard(world, config.motors, config.cabinet, _place(board, "board"), bus=bus) if board else None
    acceptor = None if config.has_changer else SimulatedAcceptor()
    wallets = FittedWallets(config.wallets) if config.wallets else None
    scanner = SimulatedScanner(Kind(config.scanner.kind)) if config.scanner.port else None
    hoppers = _hoppers(config, world, speed)
    tended = [*chain(*hoppers.values())], config.clock.offset_file
    acts = Acts(world, acceptor, ECUADOR_COINS, mdb, simulated, wallets, scanner, *tended)
    server = WorldServer(world, acts, run_dir, speed)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    with ExitStack() as closing:
        _open_ports(config, acceptor, mdb, hoppers, closing)
        _open_more(config, wallets, scanner, closing)
        if simulated:
            server.add(simulated)
        if beside:
            closing.enter_context(beside(server.control_path))
        try:
            print(_where(config, server, board), flush=True)
            server.run()
        except KeyboardInterrupt:
            print("the simulated machine is switched off")


def _open_ports(
    config: Config,
    acceptor: SimulatedAcceptor | None,
    mdb: FittedMdb | None,
    hoppers: dict[str, list[SimulatedHopper]],
    closing: ExitStack,
) -> None:
    """Every serial device appears where the controller looks for it."""
    if acceptor:
        acceptor.open(_place(Path(config.coins.port), "coins"))
        closing.callback(acceptor.close)
    if mdb and config.mdb.line == "qibixx":
        adapter = SimulatedAdapter(mdb.bus)
        adapter.open(_place(Path(config.mdb.port), "mdb"))
        closing.callback(adapter.close)
    for port, line in hoppers.items():
        bus = SimulatedBus(*line)
        bus.open(Path(port))
        closing.callback(bus.close)


def _open_more(
    config: Config, wallets: FittedWallets | None, scanner: SimulatedScanner | None, closing: ExitStack
) -> None:
    """What pays without coins: the wallets' providers listen, the scanner lies at its port."""
    if wallets:
        closing.callback(wallets.close)
        wallets.open()
    if scanner:
        scanner.open(_place(Path(config.scanner.port), "scanner"))
        closing.callback(scanner.close)


def _place(path: Path, section: str) -> Path:
    """Raises MingaError where no pseudo-terminal can lie."""
    if not path.parent.is_dir():
        raise MingaError(f'{path}: no simulated device can lie there; set `port = "run/{section}"` under [{section}]')
    return path


def _hoppers(config: Config, world: World, speed: float) -> dict[str, list[SimulatedHopper]]:
    """The configured hoppers, each full of its coin, by the port where the controller looks for them."""
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
    return ports


def _where(config: Config, server: WorldServer, board: Path | None) -> str:
    lines = [
        f"The simulated machine {config.machine.name} is on. Ctrl-C switches it off.",
        "" if config.has_changer else f"  its coin acceptor   {config.coins.port}",
        f"  its MDB adapter     {config.mdb.port}" if config.mdb.line == "qibixx" else "",
        f"  its I/O board       {board}" if board else "",
        f"  its scanner         {config.scanner.port}" if config.scanner.port else "",
        *(f"  its wallet          {wallet.name} at {wallet.url}" for wallet in config.wallets),
        f"  for people          {server.control_path}",
        f"  for the controller  export GPIOZERO_PIN_FACTORY=minga-sim {SOCKET_VARIABLE}={server.gpio_path}",
    ]
    return "\n".join(filter(None, lines))


def simulate(
    config: Annotated[Path, typer.Option(help="The machine's configuration.")] = Path("minga.toml"),
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="World seconds in one of ours.")] = 1.0,
    run_dir: Annotated[Path | None, typer.Option(help="Where the sockets are put; beside the configuration.")] = None,
    board: Annotated[
        Path | None, typer.Option(help="Where a simulated I/O board answers; board.port when something is wired to it.")
    ] = None,
    tubes: Annotated[Tubes, typer.Option(help="What lies in the changer's tubes to begin with.")] = Tubes.FILLED,
    stage: Annotated[
        int | None,
        typer.Option(help="Also draw the machine on a page at this port; 0 takes a free one.", min=0, max=65_535),
    ] = None,
    kiosk: Annotated[
        str, typer.Option(help="With --stage: where the visitor's page is; at web.port of the configuration.")
    ] = "",
) -> None:
    """Run a simulated machine: motors, spirals, coins, buttons and a door that exist only in this process.

    Example: minga simulate --config museum/minga.toml --stage 8090
    """
    beside = partial(staged, config, port=stage, kiosk=kiosk, speed=speed) if stage is not None else None
    serve_world(load(config), run_dir or config.resolve().parent / "run", speed, board, tubes, beside)
