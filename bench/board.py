"""The bench's end of the GPIO lines: a machine without inertia, that notes the moment of everything.

It speaks the words of `hw_mocks.wire` to the real controller. The curtain answers its lamp at once, a driven motor comes
home after `AWAY_S`, and a piece falls. So what passes between a press and its motor is the controller's own time and
that of the line between.
"""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from controller.config import Config
from hw_mocks.wire import SOCKET_VARIABLE

LEAVES_S, AWAY_S = 0.004, 0.008
HARDWARE_NICE = -15
TURN_S = 5.0


@dataclass(slots=True)
class Turn:
    """The moments of one vend, in seconds of the monotonic clock."""

    slot: str
    pressed_s: float
    first_line_s: float = 0.0
    motor_s: float = 0.0
    home_s: float = 0.0
    off_s: float = 0.0


class Board:
    """One machine's lines on a Unix socket. `press` begins a turn, `ended` waits for its end."""

    def __init__(self, path: Path, config: Config) -> None:
        motors = config.motors
        self.environment = {"GPIOZERO_PIN_FACTORY": "minga-sim", SOCKET_VARIABLE: str(path)}
        self.starts: Counter[str] = Counter()
        self.at_motor: Callable[[], None] | None = None
        """Called when a motor's lines are high, before anything moves: the moment to kill a controller, or to count."""
        self._held_s: dict[int, float] = {}
        self._motors, self._buttons = motors, config.cabinet.slot_buttons
        self._names = {pin: name for name, pin in (*motors.rows.items(), *motors.columns.items())}
        self._driven: set[str] = set()
        self._lamp = False
        self._turn = Turn("", 0.0)
        self._ended = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._line: socket.socket | None = None
        threading.Thread(target=self._serve, name="bench-board", daemon=True).start()

    def press(self, slot: str) -> Turn:
        """A finger on the slot's button; its turn is noted from this moment."""
        self._ended.clear()
        self._turn = Turn(slot, time.monotonic())
        self._edge(self._buttons[slot], True)
        return self._turn

    def ended(self) -> bool:
        """Wait until the motor of the last press is off again. False when it never was on and off."""
        return self._ended.wait(TURN_S)

    def motors_off_s(self) -> float | None:
        """When the controller that is connected now held the last motor line, low; None while it does not hold them all."""
        held = dict(self._held_s)
        return max(held.values()) if held.keys() >= self._names.keys() and not self._driven else None

    def close(self) -> None:
        self._listener.close()
        if self._line:
            self._line.close()

    def _serve(self) -> None:
        with suppress(PermissionError):  # lines do not wait for a processor; only an administrator may say so
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HARDWARE_NICE)
        while True:
            try:
                self._line, _ = self._listener.accept()
                self._driven.clear()  # a process that died let all its lines fall
                self._held_s.clear()
                for line in self._lines(self._line):
                    self._take(line.split())
            except OSError:
                if self._listener.fileno() < 0:
                    return

    def _lines(self, line: socket.socket) -> Iterator[str]:
        rest = b""
        while data := line.recv(4_096):
            *lines, rest = (rest + data).split(b"\n")
            yield from (whole.decode() for whole in lines)
        self._driven.clear()

    def _take(self, words: list[str]) -> None:
        match words:
            case ["set", pin, level]:
                self._set(int(pin), level == "1")
            case ["in" | "read", pin, *_]:
                self._say(f"is {int(pin) == self._motors.drop_sensor and not self._lamp:d}")
            case ["out", pin]:
                if int(pin) in self._names:
                    self._held_s[int(pin)] = time.monotonic()
                self._say("is 0")

    def _set(self, pin: int, high: bool) -> None:
        now_s = time.monotonic()
        if pin == self._motors.drop_emitter and high != self._lamp:
            self._lamp = high
            self._turn.first_line_s = self._turn.first_line_s or now_s
            self._edge(self._motors.drop_sensor, not high)
        elif pin in self._names:
            (self._driven.add if high else self._driven.discard)(self._names[pin])
            self._motor(now_s)

    def _motor(self, now_s: float) -> None:
        """Both drivers high turn the motor, from home to home; one of them low stops it, and a piece falls."""
        turn = self._turn
        if len(self._driven) == 2 and not turn.motor_s:
            turn.motor_s = now_s
            self.starts["".join(sorted(self._driven, reverse=True))] += 1
            if self.at_motor:
                self.at_motor()
            self._edge(self._motors.home, True)
            time.sleep(LEAVES_S)
            self._edge(self._motors.home, False)
            self._edge(self._buttons[turn.slot], False)
            time.sleep(AWAY_S)
            turn.home_s = time.monotonic()
            self._edge(self._motors.home, True)
        elif turn.home_s and not turn.off_s:
            turn.off_s = now_s
            for pin, high in (
                (self._motors.home, False),
                (self._motors.drop_sensor, True),
                (self._motors.drop_sensor, False),
            ):
                self._edge(pin, high)
            self._ended.set()

    def _edge(self, pin: int, high: bool) -> None:
        self._say(f"edge {pin} {high:d} {time.monotonic():.6f}")

    def _say(self, words: str) -> None:
        if self._line:
            self._line.sendall(words.encode() + b"\n")
