"""The pin factory against a world's socket: what gpiozero's devices rely on, and what happens when one end dies."""

import os
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Queue

import pytest
from gpiozero import DigitalInputDevice, GPIOPinInUse, OutputDevice, PinPWMUnsupported, PWMOutputDevice

from controller.config import Cabinet, Motors
from hw_mocks.gpio import SimulatedFactory
from hw_mocks.tabletop import Tabletop, tabletop
from hw_mocks.wire import SOCKET_VARIABLE, WorldLost

MOTORS, CABINET = Motors(), Cabinet()
FREE_PIN = 4
ANSWER_S = 5


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Tabletop]:
    with tabletop(tmp_path, MOTORS, CABINET, stock={"A1": 3}, speed=4) as table:
        yield table


def test_the_factory_is_found_by_its_name():
    """`GPIOZERO_PIN_FACTORY=minga-sim` works because the package names this class in gpiozero's own group."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())

    named = project["project"]["entry-points"]["gpiozero_pin_factories"]["minga-sim"]

    assert EntryPoint("minga-sim", named, "gpiozero_pin_factories").load() is SimulatedFactory


def test_an_output_reaches_the_world(table):
    """Row and column high: the motor runs; closing the device lets the line fall."""
    row, column = OutputDevice(MOTORS.rows["A"]), OutputDevice(MOTORS.columns["1"])
    with table.hand.watch() as watch:
        row.on()
        column.on()
        watch.until("motor", slot="A1", on=True)
        column.close()
        watch.until("motor", slot="A1", on=False)
    assert row.value == 1


def test_an_edge_calls_back_and_a_level_can_be_read(table):
    """The door opens: the callback runs, and the line reads high."""
    moved: Queue[bool] = Queue()
    door = DigitalInputDevice(CABINET.door)
    door.when_activated = lambda: moved.put(True)

    table.hand.door(open=True)

    assert moved.get(timeout=ANSWER_S)
    assert door.wait_for_active(ANSWER_S)


def test_a_level_read_after_a_write_is_the_one_the_write_made(table):
    """The curtain's lamp goes off and the sensor reads dark, without waiting for an edge."""
    lamp, sensor = OutputDevice(MOTORS.drop_emitter, initial_value=True), DigitalInputDevice(MOTORS.drop_sensor)
    readings = []
    for lit in (True, False, True):
        lamp.value = lit
        readings.append(sensor.value)

    assert readings == [0, 1, 0]


def test_reading_a_line_inside_a_callback_does_not_lock_up(table):
    """A callback runs in the thread that would carry the answer: it reads the level of its own edge."""
    readings: Queue[int] = Queue()
    door = DigitalInputDevice(CABINET.door)
    door.when_activated = lambda: readings.put(door.value)

    table.hand.door(open=True)

    assert readings.get(timeout=ANSWER_S) == 1


def test_a_callback_that_fails_does_not_end_the_edges(table, caplog):
    """One broken handler is logged; the next edge is told as before."""
    moved: Queue[str] = Queue()
    door = DigitalInputDevice(CABINET.door)
    door.when_activated = lambda: 1 / 0
    door.when_deactivated = lambda: moved.put("shut")

    table.hand.door(open=True)
    table.hand.door(open=False)

    assert moved.get(timeout=ANSWER_S) == "shut"
    assert "a callback on line 17 failed" in caplog.text


def test_an_unwired_line_reads_as_it_is_pulled(table):
    """Nothing of the machine hangs on this line."""
    up, down = DigitalInputDevice(FREE_PIN, pull_up=True), DigitalInputDevice(FREE_PIN + 18)
    assert (up.pin.state, down.pin.state) == (True, False)


def test_a_line_has_one_owner(table):
    """Within a process gpiozero guards it; between processes the world does, as a kernel would."""
    held = OutputDevice(MOTORS.rows["A"])
    with pytest.raises(GPIOPinInUse):
        OutputDevice(MOTORS.rows["A"])
    other = SimulatedFactory(table.server.gpio_path)
    with pytest.raises(OSError, match="held by another process"):
        OutputDevice(MOTORS.rows["A"], pin_factory=other)
    other.close()
    assert held.value == 0


def test_the_machine_and_the_computer_do_not_drive_one_line(table):
    """A wiring mistake that would burn a pin is refused in words."""
    with pytest.raises(OSError, match="driven by the machine"):
        OutputDevice(MOTORS.home)


def test_there_is_no_pwm(table):
    """A device that needs what these pins cannot do learns so at once."""
    with pytest.raises(PinPWMUnsupported):
        PWMOutputDevice(FREE_PIN)


def test_a_missing_world_says_how_to_start_one(tmp_path, monkeypatch):
    """No variable, or nobody listening: the message names the command."""
    monkeypatch.delenv(SOCKET_VARIABLE, raising=False)
    with pytest.raises(WorldLost, match="minga simulate"):
        SimulatedFactory()
    monkeypatch.setenv(SOCKET_VARIABLE, str(tmp_path / "nobody.sock"))
    with pytest.raises(WorldLost, match="minga simulate"):
        SimulatedFactory()


def test_a_world_that_dies_is_an_error_and_not_a_freeze(tmp_path):
    """Reading, writing and waiting end with an error as soon as the other end is gone."""
    with tabletop(tmp_path, MOTORS, CABINET) as table:
        lamp, door = OutputDevice(CABINET.lamp), DigitalInputDevice(CABINET.door)
        table.server.stop()
        table.factory.wire.reader.join(ANSWER_S)

        for use in (lamp.on, lambda: door.value, lambda: OutputDevice(FREE_PIN)):
            with pytest.raises(WorldLost):
                use()


def test_after_a_loss_every_held_line_is_wired_again(table):
    """The power was out; when it is back, one new device is enough for the old ones to hear again."""
    moved = threading.Event()
    door = DigitalInputDevice(CABINET.door)
    door.when_activated = moved.set
    table.hand.power(False)
    table.factory.wire.reader.join(ANSWER_S)
    table.hand.power(True)

    OutputDevice(CABINET.lamp).on()
    table.hand.door(open=True)

    assert moved.wait(ANSWER_S)


TURN_FOR_EVER = f"""
from time import sleep
from gpiozero import Device, OutputDevice
from hw_mocks.gpio import SimulatedFactory

Device.pin_factory = SimulatedFactory()
row, column = OutputDevice({MOTORS.rows["A"]}), OutputDevice({MOTORS.columns["1"]})
row.on()
column.on()
sleep(60)
"""


def test_a_killed_process_lets_its_lines_fall(table):
    """kill -9 in mid-turn: nobody says goodbye, and the motor stands."""
    environment = os.environ | {SOCKET_VARIABLE: str(table.server.gpio_path)}
    with table.hand.watch() as watch:
        process = subprocess.Popen(
            [sys.executable, "-c", TURN_FOR_EVER], env=environment, cwd=Path(__file__).parents[2]
        )
        try:
            watch.until("motor", slot="A1", on=True)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(ANSWER_S)
        watch.until("motor", slot="A1", on=False)

    assert not table.hand.truth()["spirals"]["A1"]["on"]
