"""The controller as a process: it ends when told, with everything off; starts over what a dead one left; fills its shelf."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Controller, run, settings
from visitor import Visitor, eventually, judged
from wide import once

from controller.client import ControllerGone
from controller.commands.init import EXAMPLE
from controller.config import load
from hw_mocks.museum import Museum

pytestmark = pytest.mark.system

STOPS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("how", once(*STOPS), ids=lambda how: how.name)
def test_it_stops_in_mid_vend_with_a_watcher_and_everything_off(unattended: Museum, how: signal.Signals) -> None:
    """Under three seconds, status 0: her purse still falls and is booked; then motor and lamp are off, the socket is gone."""
    museum = unattended
    before = judged(museum)
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor, museum.hand.watch() as world:
            visitor.puts_in(100, 50)
            visitor.touches("A3")
            world.until("motor", slot="A3", on=True)
            assert controller.ends(how) == 0
            with pytest.raises(ControllerGone):
                last_pictures(visitor)
    truth = museum.hand.truth()
    assert (truth["spirals"]["A3"]["on"], truth["lamp"]) == (False, False)
    assert not (museum.folder / "minga.sock").exists()
    after = judged(museum)
    assert (after.sales, after.hold_cents, after.doubt_cents) == (before.sales + 1, 0, 0)


def last_pictures(visitor: Visitor) -> None:
    """Read what was still on its way to the watcher. Raises ControllerGone at the end of it."""
    while True:
        visitor.client.picture()


def test_a_coin_that_falls_as_it_stops_is_counted_at_the_next_start(unattended: Museum) -> None:
    """SIGTERM right behind a coin: it still stops in time, and the coin is in the books once."""
    museum = unattended
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.drops(50)
        assert controller.ends() == 0
        assert museum.hand.insert(cents=25) == "tray"
    with Controller(museum) as controller:
        controller.until_selling()
        with Visitor(museum) as visitor:
            visitor.sees(lambda p: p.credit_cents == 50, "a credit of 50 cents")
            museum.hand.press("return")
            visitor.sees_news("claim")
    judged(museum)


def test_a_socket_left_by_a_dead_controller_is_replaced(unattended: Museum) -> None:
    """What `kill -9` leaves behind, the socket file and the lock with its number, stops nobody from starting again."""
    with Controller(unattended) as controller:
        controller.until_selling()
        controller.process.kill()
        controller.process.wait()
        assert (unattended.folder / "minga.sock").is_socket()
        with socket.socket(socket.AF_UNIX) as dead, pytest.raises(ConnectionRefusedError):
            dead.connect(str(unattended.folder / "minga.sock"))
    with Controller(unattended) as controller:
        controller.until_selling()


def test_a_catalogue_sent_twice_changes_nothing(unattended: Museum) -> None:
    """The second time every wish is granted and not one fact is written."""
    museum = unattended
    with Controller(museum) as controller:
        controller.until_selling()
        first = run("catalogue", EXAMPLE, "--config", museum.file, "--by", "luz")
        facts = judged(museum).facts
        second = run("catalogue", EXAMPLE, "--config", museum.file, "--by", "luz")
        assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
        assert str(EXAMPLE) in second.stdout
        assert judged(museum).facts == facts


def test_the_simulated_machine_says_where_everything_is(tmp_path: Path) -> None:
    """`minga simulate` prints the port and both sockets, and they are there; told to stop, it takes them away."""
    file = settings(tmp_path, '[coins]\nport = "run/coins"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "controller", "simulate", "--config", str(file)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        said = "".join(process.stdout.readline() for _ in range(4))
        places = [Path(load(file).coins.port), tmp_path / "run" / "world.sock", tmp_path / "run" / "gpio.sock"]
        assert [place for place in places if str(place) not in said or not place.exists()] == []
        assert f"export GPIOZERO_PIN_FACTORY=minga-sim MINGA_SIM_SOCKET={places[2]}" in said
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0
    eventually(lambda: not any(place.exists() for place in places), "the places are gone")
