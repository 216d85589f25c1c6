"""Ninety days without a network: when it comes back everything waits in the books, and all of it arrives."""

import time
from pathlib import Path

import pytest
from fleet import arrived, facts_of, names
from rig import Process
from servers import Broker, free_port, wait_for

from bench import history
from controller.domain.chain import HASHED
from lab.looking import proofs
from lab.store import opened

FACTS = 50_000
"""What a machine writes in some ninety days."""
PATIENCE_S = 240
pytestmark = [pytest.mark.system, pytest.mark.wide, pytest.mark.timeout(PATIENCE_S + 60)]


def test_ninety_days_arrive_whole(tmp_path: Path) -> None:
    """Fifty thousand facts, in order and once, with the machine's own head at the end, and every hash reckoned again."""
    history.write(tmp_path, FACTS)
    books, lab, port = tmp_path / "minga.db", tmp_path / "lab.db", free_port()
    store = opened(str(lab), make=True)
    (tmp_path / "hub.toml").write_text(f'store = "lab.db"\nbroker = "mqtt://127.0.0.1:{port}"\n')
    hub = Process("-m", "controller", "hub", "run", "--config", str(tmp_path / "hub.toml"))
    fleet = Process(str(Path(__file__).with_name("fleet.py")), str(books), str(tmp_path), str(port), "1", "1")
    fleet.start()
    hub.start()
    try:
        wait_for(lambda: "carrying" in fleet.lines, lambda: f"{fleet.lines}", PATIENCE_S)
        began_s = time.monotonic()
        written = facts_of(books)
        with Broker(tmp_path / "broker", port=port):
            wait_for(
                lambda: arrived(store) >= len(written), lambda: f"{arrived(store)} came; {hub.lines[-9:]}", PATIENCE_S
            )
            print(f"{len(written)} facts in {time.monotonic() - began_s:.0f} s")
            with store.reading() as reading:
                assert reading.rows(f"SELECT {HASHED}, hash FROM facts ORDER BY seq") == written
                (proof,) = proofs(reading)
                assert (proof.machine, proof.is_whole, proof.facts) == (*names(1, 1), True, len(written))
    finally:
        fleet.strike()
        hub.strike()
