"""A whole simulated machine inside this process, for tests and measurements: the real sockets and threads, no child process.

While it is open, gpiozero's devices are made on its lines.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gpiozero import Device

from controller.config import Cabinet, Motors
from hw_mocks.acceptor import ECUADOR_COINS
from hw_mocks.acts import Acts
from hw_mocks.client import WorldClient
from hw_mocks.gpio import SimulatedFactory
from hw_mocks.host import WorldServer
from hw_mocks.moneyacts import Acceptor
from hw_mocks.scanner import SimulatedScanner
from hw_mocks.world import World


@dataclass(frozen=True, slots=True)
class Tabletop:
    """`hand` does what people do; `server` has the socket paths; `factory` is gpiozero's, as long as this is open."""

    server: WorldServer
    hand: WorldClient
    factory: SimulatedFactory


@contextmanager
def tabletop(
    run_dir: Path,
    motors: Motors,
    cabinet: Cabinet,
    stock: Mapping[str, int] | None = None,
    speed: float = 1.0,
    acceptor: Acceptor | None = None,
    scanner: SimulatedScanner | None = None,
) -> Iterator[Tabletop]:
    """Set the machine up in `run_dir` and take it away again."""
    world = World(motors, cabinet, stock)
    before = Device.pin_factory
    with (
        WorldServer(world, Acts(world, acceptor, ECUADOR_COINS, scanner=scanner), run_dir, speed) as server,
        WorldClient(server.control_path) as hand,
    ):
        factory = Device.pin_factory = SimulatedFactory(server.gpio_path)
        try:
            yield Tabletop(server, hand, factory)
        finally:
            factory.close()
            Device.pin_factory = before
