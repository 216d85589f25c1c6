"""Many machines in one process: each with books, a courier and a line of its own, and nobody in front of any.

`python fleet.py BOOKS FOLDER PORT FIRST LAST` copies the same books for each and carries them until it is ended. What they
sold is the same; whose it is the lab knows by their names alone. One process has room for a hundred: each has seven files
open, and paho's `select` knows none above the 1,024th.
"""

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
from controller.domain.chain import HASHED
from controller.ledger.connection import open_readonly
from controller.protocols.sync.topics import of_machine
from lab.store import Store

STACK_BYTES = 512 * 1024


def names(first: int, last: int) -> list[str]:
    """`museo-001` and so on."""
    return [f"museo-{number:03d}" for number in range(first, last + 1)]


def facts_of(books: Path) -> list[tuple[object, ...]]:
    """What lies in each machine's books."""
    db = open_readonly(books)
    rows = [tuple(row) for row in db.execute(f"SELECT {HASHED}, hash FROM facts ORDER BY seq")]
    db.close()
    return rows


def arrived(lab: Store) -> int:
    """How many facts lie on the lines of all machines."""
    with lab.reading() as reading:
        return int(reading.rows("SELECT coalesce(sum(facts), 0) FROM machines")[0][0])


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


def main(books: Path, folder: Path, port: int, first: int, last: int) -> None:
    threading.stack_size(STACK_BYTES)
    for name in names(first, last):
        carry(books, folder, port, name)
    print("carrying", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *(int(word) for word in sys.argv[3:6]))
