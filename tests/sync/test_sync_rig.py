"""Whatever is killed, hangs, breaks or refuses: the lab ends with the machine's books, each fact once and in order."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faultyline import FaultyLine
from rig import MACHINE, Process, Rig
from servers import Broker

from lab.store import opened

SALES = 400
PATIENCE_S = 400
RATE = 0.04
"""Of every hundred pieces on the line four are struck."""
RIGHTS = (
    *(f"pattern write minga/v1/%u/{what}" for what in ("status", "meta", "state", "ev/+", "result/+")),
    *(f"pattern read minga/v1/%u/{what}" for what in ("ack", "replay", "cmd/+")),
    "user lab",
    "topic readwrite minga/#",
)
"""The access list of docs/sync.md."""
pytestmark = [pytest.mark.system, pytest.mark.timeout(PATIENCE_S + 60)]


@pytest.fixture
def rig_of(tmp_path: Path) -> Iterator[Callable[[int], Rig]]:
    made: list[Rig] = []

    def rig(seed: int) -> Rig:
        (tmp_path / "rights").write_text("\n".join(RIGHTS) + "\n")
        broker = Broker(tmp_path / "broker", "allow_anonymous true", f"acl_file {tmp_path / 'rights'}")
        broker.start()
        line = FaultyLine(broker.port, seed, RATE).__enter__()
        settings = f'[machine]\nname = "{MACHINE}"\ndisk_free_mb_min = 1\n[sync]\nuser = "{MACHINE}"\n'
        (tmp_path / "minga.toml").write_text(f'{settings}broker = "mqtt://127.0.0.1:{line.port}"\n')
        (tmp_path / "hub.toml").write_text(
            f'user = "lab"\nstore = "lab.db"\nbroker = "mqtt://127.0.0.1:{broker.port}"\n'
        )
        opened(str(tmp_path / "lab.db"), make=True).close()
        stand = Process(str(Path(__file__).with_name("stand.py")), str(tmp_path / "minga.toml"), str(SALES), str(seed))
        hub = Process("-m", "controller", "hub", "run", "--config", str(tmp_path / "hub.toml"))
        made.append(Rig(tmp_path, broker, line, stand, hub, random.Random(seed)))
        return made[-1]

    yield rig
    for one in made:
        one.end()
        one.line.__exit__()
        one.broker.kill()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.wide), pytest.param(3, marks=pytest.mark.wide)])
def test_the_lab_ends_with_the_machines_books(rig_of: Callable[[int], Rig], seed: int) -> None:
    """Four hundred sales; machine, broker and hub killed, the broker stopped, its rights taken away, the line broken."""
    rig = rig_of(seed)
    rig.run(PATIENCE_S)
    books = rig.books()
    assert rig.lab() == books
    assert len(rig.sold()) >= SALES - rig.did["machine"]  # a kill may come before the word, never before the disk
    print(f"seed {seed}: {len(books)} facts; {dict(rig.did)}; {dict(rig.line.struck)}")
