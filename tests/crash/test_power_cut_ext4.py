"""Power cuts on a real ext4 disk image, at every block write of the real process with the standard library's SQLite.

This needs root with the right to mount, `/dev/fuse`, loop devices, `mkfs.ext4` and `e2fsck` (Debian: e2fsprogs), `mount`.
Where something is missing the tests are skipped and say what.
"""

from functools import partial
from pathlib import Path

import pytest
from blockcuts import missing, own_mounts, record, survive
from share import PATIENCE_S, Tally, play, runs

pytestmark = [pytest.mark.wide, pytest.mark.skipif(bool(missing()), reason=missing())]


def cut_a_life(shop: Path, folder: Path, seed: int) -> Tally:
    """Film a life and cut it once at each block write; every fifth seed is a machine's first day."""
    own = folder / f"film-{seed}"
    own.mkdir()
    film = record(own, seed, None if seed % 5 == 0 else shop)
    kind = "first days" if film.first_day else "days"
    tally = Tally()
    for number in range(len(film.entries) + 1):
        tally.runs[f"cuts of {kind}"] += 1
        tally.wrongs += [f"seed {seed}, block {number}: {wrong}" for wrong in survive(film, number, 0, own)]
    return tally


@pytest.mark.timeout(PATIENCE_S)
def test_a_power_cut_at_any_block_write_costs_nobody_a_cent(shop: Path, memory: Path) -> None:
    """Linux mounts what is left, the controller recovers on it, and nothing acknowledged is gone."""
    wanted = runs(200, part=25)
    tally = play("power cuts on ext4", partial(cut_a_life, shop, memory), wanted, own_mounts)
    assert tally.runs["cuts of days"] >= min(wanted, 200)
