"""The lab's real hub as a process, and whether what it holds is whole: every hash reckoned again, none lost, none twice."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.program import Program
from bench.servers import Mosquitto, waited
from bench.table import CheckFailed
from lab.config import commented, load
from lab.hub import run
from lab.looking import proofs
from lab.store import opened
from lab.store.base import Store


class Hub(Program):
    """`minga hub run` on this broker and store (a file, or the address of a PostgreSQL), in a `with`."""

    def __init__(self, folder: Path, broker: Mosquitto, store: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "hub.toml"
        file.write_text(commented(name="bench", store=store, broker=f"mqtt://127.0.0.1:{broker.port}"))
        self.store = opened(store, make=True)
        super().__init__(folder / "hub.log", "bench.hub", file)
        try:
            waited(lambda: "connected to" in self.complaints, "the hub has met the broker")
        except CheckFailed:
            self.__exit__()
            raise

    def __exit__(self, *what: object) -> None:
        super().__exit__(*what)
        self.store.close()


def judge(store: Store, wanted: Mapping[str, tuple[int, bytes]]) -> None:
    """Each machine's facts are there up to this number, and end in this hash. Raises CheckFailed."""
    with store.reading() as reading:
        for machine, (facts, head) in wanted.items():
            proof = next(proofs(reading, machine), None)
            if proof is None or not proof.is_whole or (proof.facts, proof.head) != (facts, head.hex()):
                raise CheckFailed(f"{facts} facts of {machine} became {proof}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    run(load(Path(sys.argv[1])))
