"""A disk that fills up: coins are refused before one is taken that could not be written down, and the machine comes back.

Two ways, because neither is everything: a small disk that is truly filled to its last megabyte, and writes that fail in
the middle of a vend as on a full disk (a limit on the size of the controller's files, set and lifted while it runs).
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Controller
from visitor import Visitor, eventually, judged, standing

from hw_mocks.museum import Museum

pytestmark = pytest.mark.system

MB = 1_000_000
SPARE_MB, BALLAST_MB = 6, 12
LARGE_MB = 9_000
"""The configuration asks for no more free room than 10,000 MB: a disk with more than this cannot be made too full."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on a disk that can be filled: a memory disk of our own where that is allowed, else a small one at hand."""
    mine = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(mine)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    theirs = [Path("/dev/shm"), Path(f"/run/user/{os.geteuid()}")]
    fitting = [] if mounted else [path for path in theirs if os.access(path, os.W_OK) and can_be_filled(path)]
    folder = (fitting[0] if fitting else mine) / f"minga-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
    if mounted:
        subprocess.run(["umount", str(mine)], check=True)


@pytest.fixture(scope="module")
def unattended(disk: Path) -> Iterator[Museum]:
    """A machine whose books lie on that disk, with no controller."""
    with standing(disk) as museum:
        museum.stop_controller()
        yield museum


def can_be_filled(path: Path) -> bool:
    return SPARE_MB + BALLAST_MB < free_mb(path) < LARGE_MB


def free_mb(path: Path) -> int:
    return shutil.disk_usage(path).free // MB if path.exists() else 0


def test_coins_are_refused_before_the_disk_is_full_and_welcome_again_after(unattended: Museum, disk: Path) -> None:
    """With too little room left coins fall into the tray and the picture says why; with room again it sells by itself."""
    if not can_be_filled(disk):
        pytest.skip("no disk here can be filled: none is small, and mounting one is not allowed")
    museum, ballast = unattended, disk / "ballast"
    with Controller(museum, machine__disk_free_mb_min=free_mb(disk) - SPARE_MB) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            ballast.write_bytes(bytes(BALLAST_MB * MB))
            picture = visitor.sees(lambda p: p.troubles, "the trouble")
            assert (picture.troubles, picture.coins_welcome) == (("disk",), False)
            assert {slot.status for slot in picture.slots} == {"paused"}
            controller.says("the disk", "full", "taking no coins")
            eventually(lambda: not museum.hand.truth()["open_coins"], "the closed acceptor")
            assert museum.hand.insert(cents=25) == "tray"
            ballast.unlink()
            visitor.puts_in(100, 50)
            visitor.touches("A3")
            visitor.sees_news("sold")
    judged(museum)


def test_a_choice_that_cannot_be_written_down_turns_no_motor(unattended: Museum) -> None:
    """The disk fills up between her coins and her choice: nothing turns, her credit stays, and soon she can choose again."""
    museum = unattended
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.puts_in(100, 50)
            controller.limit_files(1)
            museum.hand.press("A3")
            picture = visitor.sees(lambda p: p.troubles == ("disk",), "the trouble")
            assert (picture.credit_cents, picture.vending, picture.coins_welcome) == (150, None, False)
            controller.says("the books cannot be written", "taking no coins")
            starts = museum.hand.truth()["spirals"]["A3"]["starts"]
            controller.limit_files(None)
            visitor.sees(lambda p: not p.troubles and p.credit_cents == 150, "her credit and no trouble")
            assert museum.hand.truth()["spirals"]["A3"]["starts"] == starts
            visitor.touches("A3")
            visitor.sees_news("sold")
    judged(museum)


def test_a_sale_that_cannot_be_written_down_is_written_as_soon_as_it_can(unattended: Museum) -> None:
    """The disk fills up while the piece falls: the machine pauses; with room again there is one sale or one claim code."""
    museum = unattended
    before = judged(museum)
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor, museum.hand.watch() as world:
            visitor.puts_in(100, 50)
            visitor.touches("A3")
            world.until("motor", slot="A3", on=True)
            controller.limit_files(1)
            world.until("fell", slot="A3")
            visitor.sees(lambda p: p.troubles == ("disk",), "the trouble")
            controller.limit_files(None)
            picture = visitor.sees_news("sold", "doubt")
            assert picture.credit_cents == 0
    after = judged(museum)
    assert (after.sold_cents + after.doubt_cents) - (before.sold_cents + before.doubt_cents) == 150


def test_it_stops_in_time_while_the_disk_is_full(unattended: Museum) -> None:
    """Whoever pulls the machine out of service need not free the disk first; no coin is lost by it."""
    museum = unattended
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.puts_in(50)
            controller.limit_files(1)
            visitor.drops(25)
            visitor.sees(lambda p: p.troubles == ("disk",), "the trouble")
        controller.ends(signal.SIGTERM)
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.sees(lambda p: p.credit_cents == 75, "both her coins")
            museum.hand.press("return")
            visitor.sees_news("claim")
    judged(museum)
