"""The whole board, put together from objects that are given by name: `hardware.py` has the real ones.

One round takes bytes from the Pi, lets motors and bus and one of the patient parts do what is due, and only then feeds the
motors' dead-man and the watchdog: a loop that stops turning feeds neither. Nothing here waits. Coins are shut out sooner
than a motor is: after 800 ms of silence, while what turns ends by its own limits and nothing new begins.
"""

import messages
from bus import Bus
from coins import Coins
from curtain import Curtain
from deadman import Deadman
from link import Link
from matrix import Matrix
from mdbwire import MdbWire
from motors import Motors
from sensors import Keypad, Panel, chip_cc, ntc_cc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MONEY_MS = 800
"""Silence of the Pi after which no coin is let in; with the loop's own time it is within a second."""


class Board:
    """One life of the board. `hardware` has the attributes that are used here; `lost` are events that died with the last."""

    def __init__(
        self, hardware: "Any", now_ms: int, boot: int, cause: int, lost: int, firmware: tuple[int, int, int]
    ) -> None:
        self._hardware = hardware
        self._mirrored = -1
        self._patient = 0
        self.link = link = Link(boot, hardware.port.write, cause, lost, firmware)
        self.deadman = Deadman(hardware.deadman)
        self.matrix = Matrix(hardware.shift, hardware.latch, hardware.home, hardware.current, hardware.supply)
        self.curtain = Curtain(hardware.shadows, hardware.curtain_eye, hardware.curtain_lamp)
        self.motors = Motors(link, self.matrix, self.curtain, self.deadman)
        self.coins = Coins(
            link, hardware.coins, hardware.coin_line, hardware.coin_inhibit, hardware.turn_coin_round, now_ms
        )
        self.bus = Bus(link, MdbWire(hardware.mdb_tx, hardware.mdb_rx))
        keypad = Keypad(hardware.key_rows, hardware.key_columns)
        self.panel = Panel(link, keypad, hardware.door, ((hardware.thermometer, ntc_cc), (hardware.chip, chip_cc)))
        self._parts = (self._obey, self.coins.tick, self.panel.tick, self._mirror)

    def round(self, now_ms: int) -> None:
        """Once every one to three milliseconds: the MDB bus bears 4, the motors 10, the patient parts 50."""
        data = self._hardware.port.read()
        if data:
            self.link.feed(data, now_ms)
        self.link.tick(now_ms)
        self.motors.tick(now_ms)
        self._patient = (self._patient + 1) & 3
        self._parts[self._patient](now_ms)
        self.bus.tick(now_ms)
        self.deadman.tick(now_ms)
        self._hardware.watchdog.feed()

    def stop(self, now_ms: int) -> None:
        """Everything off: the program ends, or is about to be reset."""
        self.motors.stop()
        self.coins.stop(now_ms)
        self.bus.accept(False)
        self._hardware.lamp.value(0)

    def _obey(self, now_ms: int) -> None:
        """What the Pi wishes and may have. Its silence ends every wish."""
        wishes = self.link.wishes
        money = bool(wishes & messages.MONEY) and self.link.silent_ms(now_ms) < MONEY_MS
        self.coins.accept(money, now_ms)
        self.bus.accept(money)
        self._hardware.lamp.value(1 if wishes & messages.LAMP else 0)

    def _mirror(self, _now_ms: int) -> None:
        """How many events a reset would cost, where a watchdog's reset does not reach."""
        lost = min(254, self.link.unacknowledged + self.coins.untold)
        if lost != self._mirrored:
            self._mirrored = lost
            self._hardware.note(0, lost)
