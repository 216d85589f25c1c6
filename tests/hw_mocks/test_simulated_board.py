"""The simulated board, real time and all: the firmware in its own process, a pseudo-terminal, the Pi's real protocol.

The interpreter is MicroPython's Unix port, and once CPython. Motors, cams and pieces are those of `hw_mocks.world`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from link_bench import MICRO, SETTINGS, Bench, wait

from controller.protocols.board import (
    Answered,
    CurtainTested,
    Door,
    Drop,
    Found,
    Host,
    HostEvent,
    Key,
    Lost,
    Pulses,
    Ready,
    Reset,
    Scan,
    Scanned,
    Turn,
    Unknown,
)
from controller.protocols.board import Curtain as CurtainOrder
from firmware import messages

A3 = Turn(0, 2, drop_ms=1_000)

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, MICRO)
    yield bench
    bench.close()


@pytest.mark.parametrize("run_by", [MICRO, [sys.executable]], ids=["MicroPython", "CPython"])
def test_a_turn_drops_a_piece(tmp_path: Path, run_by: list[str]) -> None:
    """From the Pi's order to a garment behind the flap: seen by the curtain, told as an event and in the answer."""
    bench = Bench(tmp_path, run_by)
    try:
        answer = bench.turned(17, A3)
        assert (answer.result, answer.fell, answer.curtain) == (messages.HOME, 1, 3)
        assert bench.happened(Reset)[0] == Reset(messages.POWER_ON, 255)
        assert [(drop.drops, drop.vend) for drop in bench.happened(Drop)] == [(1, 17)]
        spiral = bench.spiral("A3")
        assert (spiral["turns"], spiral["stock"], spiral["on"]) == (1, 2, False)
        found = next(event for event in bench.told if isinstance(event, Found))
        assert found.firmware == "0.1.0"
    finally:
        bench.close()


def test_mishaps_have_names(bench: Bench) -> None:
    """A jam that stays after one more try, a plug that is out, a seized motor: each its own result, nothing fell."""
    bench.inject("jam", "A3")
    bench.inject("no-motor", "B1")
    bench.inject("stuck-home", "B2")
    jammed = bench.turned(1, A3)
    assert (jammed.result, jammed.fell, jammed.retries) == (messages.OVER_CURRENT, 0, 1)
    assert bench.turned(2, Turn(1, 0)).result == messages.NO_MOTOR
    assert bench.turned(3, Turn(1, 1)).result == messages.OVER_CURRENT
    assert [bench.spiral(slot)["starts"] for slot in ("A3", "B1", "B2")] == [2, 0, 1]


def test_a_scan_finds_the_motors_and_the_one_in_mid_turn(bench: Bench) -> None:
    """Row B: the second motor is missing, the third was interrupted."""
    bench.inject("no-motor", "B2")
    bench.world.spirals["B3"].angle_deg = 150.0
    bench.world._homes["B3"].set(False)
    bench.order(1 << 20, Scan(1))
    assert bench.end(1 << 20).answer == Scanned(0b1101, 0b1001)
    bench.order((1 << 20) + 1, CurtainOrder())
    proof = bench.end((1 << 20) + 1).answer
    assert isinstance(proof, CurtainTested)
    assert proof.works == 1


def test_a_blind_curtain_sells_nothing(bench: Bench) -> None:
    """The proof fails before the motor is touched."""
    bench.inject("blind-sensor")
    assert bench.turned(5, A3).result == messages.NO_SENSOR
    assert bench.spiral("A3")["starts"] == 0


def test_a_coin_is_told_and_a_key_and_the_door(bench: Bench) -> None:
    """Twenty-five cents are five pulses; without a wish for money the coin comes back."""
    bench.until(lambda: bench.host.ready)
    assert not bench.server.call(lambda: bench.board.chip.insert_coin(5))
    bench.wishes = messages.MONEY
    bench.until(lambda: bench.board.chip._inhibit)
    assert bench.server.call(lambda: bench.board.chip.insert_coin(5))
    bench.until(lambda: bench.happened(Pulses))
    assert sum(pulses.train for pulses in bench.happened(Pulses)) == bench.happened(Pulses)[-1].pulses
    bench.until(lambda: bench.happened(Pulses)[-1].pulses == 5)
    bench.server.call(lambda: bench.world.press("A1"))
    bench.until(lambda: len(bench.happened(Key)) == 2)
    assert bench.happened(Key) == [Key(0, 1), Key(0, 0)]
    bench.server.call(lambda: bench.world.set_door(True))
    bench.until(lambda: Door(1) in bench.happened(Door))


PROGRAM = """
import sys, time, serial
from controller.protocols.board import Host, Turn
from firmware import messages
from link_bench import SETTINGS
port = serial.Serial(sys.argv[1], 115_200, timeout=0.002)
host = Host(99, SETTINGS)
host.wishes = messages.MONEY
ordered = False
while True:
    now_ms = time.monotonic_ns() // 1_000_000
    host.turn(port.read(max(1, port.in_waiting)), now_ms)
    if host.ready and not ordered:
        host.order(31, Turn(0, 2, drop_ms=1_000))
        ordered = True
    port.write(host.to_send(now_ms))
"""


def test_the_program_on_the_pi_is_killed_in_mid_turn(bench: Bench) -> None:
    """kill -9: the spiral comes home by itself, coins are shut out; the next program asks, and nothing turns twice."""
    bench.port.close()
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(bench.link)], env=env)
    wait(lambda: bench.spiral("A3")["angle_deg"] > 90)
    assert bench.board.chip._inhibit == 1
    program.send_signal(signal.SIGKILL)
    program.wait()
    wait(lambda: bench.board.chip._inhibit == 0)
    wait(lambda: bench.spiral("A3")["turns"] == 1)
    bench.meet()
    bench.host.recall(31, messages.TURN)
    end = bench.end(31)
    assert isinstance(end, Answered)
    assert end.answer.fell == 1
    assert bench.spiral("A3")["starts"] == 1


def test_a_board_that_is_reset_in_mid_turn(bench: Bench) -> None:
    """The motor stops with the reset; the vend is unknown and never repeated; a scan shows the spiral in mid-turn."""
    bench.order(41, A3)
    bench.until(lambda: bench.spiral("A3")["angle_deg"] > 90)
    bench.server.call(bench.board.reset)
    stopped_deg = bench.spiral("A3")["angle_deg"]
    assert isinstance(bench.end(41), Unknown)
    bench.until(lambda: len(bench.happened(Reset)) == 2)
    assert bench.happened(Reset)[1].cause == messages.WATCHDOG
    bench.order(1, Scan(0))
    assert bench.end(1).answer == Scanned(0b1111, 0b1011)
    assert bench.spiral("A3")["angle_deg"] - stopped_deg < 3
    assert bench.happened(Drop) == []


def test_a_board_that_hangs_in_mid_turn(bench: Bench) -> None:
    """The dead-man takes the motor's supply, the watchdog brings a new life, and the vend is unknown."""
    bench.order(51, A3)
    bench.until(lambda: bench.spiral("A3")["angle_deg"] > 30)
    bench.server.call(bench.board.hang)
    wait(lambda: not bench.spiral("A3")["on"])
    assert bench.spiral("A3")["angle_deg"] < 280
    assert isinstance(bench.end(51), Unknown)
    assert bench.board.lives == 2


def test_a_lease_that_is_gone_moves_nothing_new(bench: Bench) -> None:
    """The Pi falls silent before a jam is tried again: no second try, coins shut out, lamp dark."""
    bench.inject("jam", "A3")
    bench.wishes = messages.MONEY | messages.LAMP
    stubborn = SETTINGS[0]._replace(over_current_ms=3_000, retries=5)
    bench.host = Host(77, (stubborn, *SETTINGS[1:]), bench.mark)
    bench.order(61, A3._replace(run_ms_max=20_000))
    bench.until(lambda: bench.spiral("A3")["on"])
    bench.until(lambda: bench.board.chip._inhibit and bench.server.call(lambda: bench.world.lamp))
    wait(lambda: not bench.board.chip._inhibit)
    wait(lambda: not bench.server.call(lambda: bench.world.lamp))
    wait(lambda: not bench.board.chip._bits)
    assert bench.end(61).answer.retries == 0
    assert bench.spiral("A3")["starts"] == 1


def test_a_power_cut_is_a_new_life(bench: Bench) -> None:
    """The plug is pulled and put back: another boot id, cause power, and it works again."""
    bench.until(lambda: bench.host.ready)
    bench.server.call(lambda: bench.world.set_power(False))
    bench.until(lambda: any(isinstance(event, Lost) for event in bench.told))
    bench.server.call(lambda: bench.world.set_power(True))
    bench.until(lambda: len(bench.happened(Reset)) == 2)
    assert bench.happened(Reset)[1].cause == messages.POWER_ON
    bench.until(lambda: len([event for event in bench.told if isinstance(event, Ready)]) == 2)
    assert bench.turned(71, A3).result == messages.HOME


def test_the_pi_may_restart_the_board(bench: Bench) -> None:
    """It says so in the first event of its next life, and that nothing died with the last one."""
    bench.until(lambda: bench.happened(Reset) and bench.host.ready)
    bench.host.restart()
    bench.until(lambda: len(bench.happened(Reset)) == 2)
    assert bench.happened(Reset)[1].cause == messages.ASKED


def test_simulate_puts_a_board_where_it_is_told(tmp_path: Path) -> None:
    """`minga simulate --board PATH`: a host finds the board there; both are gone after Ctrl-C."""
    (tmp_path / "minga.toml").write_text('[machine]\nname = "museo-quito"\n[coins]\nport = "coins"\n')
    link = tmp_path / "board"
    code = "import typer; from hw_mocks.server import simulate; typer.run(simulate)"
    command = [sys.executable, "-c", code, "--config", str(tmp_path / "minga.toml"), "--board", str(link)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)
    try:
        wait(link.exists)
        host = Host(5, SETTINGS)
        with serial.Serial(str(link), 115_200, timeout=0.01) as port:
            told: list[HostEvent] = []

            def found() -> bool:
                told.extend(host.turn(port.read(max(1, port.in_waiting)), time.monotonic_ns() // 1_000_000))
                port.write(host.to_send(time.monotonic_ns() // 1_000_000))
                return host.ready

            wait(found)
        assert any(isinstance(event, Found) for event in told)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        finally:
            process.kill()
    assert process.returncode == 0
    assert not link.exists()
