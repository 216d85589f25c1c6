"""Many machines in one process: each with books, a courier and a line of its own, and nobody in front of any.

`python fleet.py BOOKS FOLDER PORT COUNT` copies the same books for each and carries them until it is ended. What they sold is
the same; whose it is the lab knows by their names alone.
"""

import resource
import shutil
import sys
import threading
import time
from pathlib import Path

from controller.clock import Clock
from controller.config import load
from controller.courier import Courier
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.protocols.sync.topics import of_machine

STACK_BYTES = 512 * 1024
FILES = 4_096


def names(count: int) -> list[str]:
    """`museo-001` and so on."""
    return [f"museo-{number:03d}" for number in range(1, count + 1)]


def carry(books: Path, folder: Path, port: int, name: str) -> None:
    """One machine begins to carry."""
    home = folder / name
    home.mkdir()
    shutil.copy(books, home / "minga.db")
    (home / "minga.toml").write_text(
        f'[machine]\nname = "{name}"\ndisk_free_mb_min = 1\n[sync]\nbroker = "mqtt://127.0.0.1:{port}"\n'
    )
    config = load(home / "minga.toml")
    network = Broker(config.sync, name, of_machine(name), Backoff(0.2, 3.0))
    courier = Courier(config, Clock(None, config.clock.zone, False), network, "0")
    courier.start()
    network.start(courier, courier.will)


def main(books: Path, folder: Path, port: int, count: int) -> None:
    threading.stack_size(STACK_BYTES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))  # each has seven open
    for name in names(count):
        carry(books, folder, port, name)
    print("carrying", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
