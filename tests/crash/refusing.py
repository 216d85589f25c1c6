"""A disk that refuses one system call of a story after the other, each with the error whose turn it is."""

from pathlib import Path

from killing import Strike, strike
from share import Tally
from stories import VISITS

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
