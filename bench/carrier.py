"""A machine that only carries: the real courier and its real connection, on books that are full already.

`python -m bench.carrier CONFIG` sends everything the books have, waits until the lab has answered for the last fact and the
machine has written that down, and tells when it began, when it was done, and what memory it took.
"""

import sys
import time
from contextlib import closing
from pathlib import Path

from bench.process import peak_mb, rss_mb
from bench.program import tell
from bench.servers import waited
from controller.clock import Clock
from controller.config import load
from controller.courier import Courier
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.ledger.connection import open_readonly
from controller.ledger.outbox import newest
from controller.protocols.sync.notes import Ack, heard
from controller.protocols.sync.topics import ACK, of_machine, parted

WITHIN_S = 600.0


class Ear:
    """Hears everything before the courier does, and knows when the lab has answered for fact `end`."""

    def __init__(self, courier: Courier, end: int) -> None:
        self._courier, self._end = courier, end
        self.is_answered = False

    def came(self) -> None:
        self._courier.came()

    def went(self, words: str) -> None:
        self._courier.went(words)

    def taken(self, number: int, refusal: str) -> None:
        self._courier.taken(number, refusal)

    def heard(self, topic: str, payload: bytes, kept: bool) -> None:
        self._courier.heard(topic, payload, kept)
        found = parted(topic)
        if found and found.what == ACK and heard(Ack, payload).seq >= self._end:
            self.is_answered = True


def carry(file: Path) -> None:
    """All of it, once."""
    config = load(file)
    with closing(open_readonly(config.machine.database)) as db:
        end = newest(db)[1]
    name = config.machine.name
    network = Broker(config.sync, name, of_machine(name), Backoff(0.05, 0.4))
    courier = Courier(config, Clock(), network, "bench")
    ear, before_mb, began_s = Ear(courier, end), rss_mb("self"), time.monotonic()
    courier.start()
    network.start(ear, courier.will)
    waited(lambda: ear.is_answered, "the lab has answered for everything", WITHIN_S)
    waited(lambda: courier.status()["held"] >= end, "the courier knows it")
    courier.stop()
    done_s = time.monotonic()
    network.stop()
    tell(facts=end, began_s=began_s, done_s=done_s, before_mb=before_mb, peak_mb=peak_mb("self"))


if __name__ == "__main__":
    carry(Path(sys.argv[1]))
