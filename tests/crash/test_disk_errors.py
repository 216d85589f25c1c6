"""A disk that refuses: EIO, ENOSPC and EROFS in each system call on the books, once and for ever.

The controller may outlast it, or end and be started again. It must never tell anybody what is not in the books, never turn
a motor or let a coin out without the intent in them, and never welcome a coin while the disk is broken.
"""

import shutil
from functools import partial
from pathlib import Path

import pytest
from killing import Strike, strike
from share import PATIENCE_S, Tally, play, runs
from stories import VISITS

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
CALLS = ("pwrite64", "fdatasync", "ftruncate", "unlink", "openat")
FAULTS = (("EIO", False), ("ENOSPC", False), ("ENOSPC", True), ("EROFS", True))
"""The error, and whether it stays: a bad sector is hit once, a disk stays full or read-only."""


def refuse_everywhere(shop: Path, folder: Path, seed: int) -> Tally:
    """Refuse each call of a story in turn with one of the faults. Four seeds bring each fault to each call of one story."""
    story, turn = 1 + (seed - 1) // len(FAULTS) % len(VISITS), seed % len(FAULTS)
    tally, path = Tally(), folder / f"refused-{seed}" / "minga.db"
    path.parent.mkdir()
    for call in CALLS:
        nth, fell = 1, True
        while fell:
            error, for_ever = FAULTS[(nth + turn) % len(FAULTS)]
            fell, wrongs = strike(shop, path, story, Strike(call, f"error={error}", nth, path, for_ever))
            tally.runs[error if fell else "left alone"] += 1
            name = f"seed {seed}: story {story}, {error} {'for ever ' * for_ever}in {call} {nth}"
            tally.wrongs += [f"{name}: {wrong}" for wrong in wrongs]
            nth += 1
    return tally


@pytest.mark.timeout(PATIENCE_S)
def test_a_disk_that_refuses_is_never_lied_about(shop: Path, memory: Path) -> None:
    """Whichever call fails however, what was told is in the books, and no motor turns that they do not know of."""
    tally = play("EIO, ENOSPC, EROFS in system calls", partial(refuse_everywhere, shop, memory), runs(200, part=25))
    assert min(tally.runs[error] for error in ("EIO", "ENOSPC", "EROFS")) > 50
