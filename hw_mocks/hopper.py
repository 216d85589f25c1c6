"""Simulated ccTalk hoppers on a real pseudo-terminal: one bus, one adapter with its echo, any number of hoppers on it.

`HopperFirmware` is what a hopper's processor does; here are the cable, the supply, the coins a person puts in, and what
can go wrong on the line. All methods may be called from any thread.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable

from hw_mocks.hopper_firmware import HopperFirmware
from hw_mocks.ptys import SerialDevice, mono_ms

READ_TIMEOUT_S = 0.005
"""Short, so that coins leave when they should and not only when the machine asks."""


class SimulatedHopper:
    """A hopper as the world sees it: coins inside, a hole below, a supply.

    `on_coin` is called with its value for every coin that truly leaves, in the bus's thread. Every fault of the device
    itself is an attribute of `firmware`.
    """

    def __init__(
        self,
        coin_cents: int,
        coins: int,
        on_coin: Callable[[int], None] | None = None,
        *,
        address: int = 3,
        serial: int = 345_678,
        security: str = "none",
        coin_id: str | None = None,
        speed: float = 1.0,
    ) -> None:
        self.coin_cents, self._on_coin = coin_cents, on_coin
        self.left = 0
        """Coins that left since it was made."""
        self.silent = False
        """It hears nothing and says nothing; its motor goes on."""
        self.lost_replies: Counter[int] = Counter()
        """How many of the next replies to a header are lost on their way; the hopper has acted."""
        self.powered = True
        self.lock = threading.RLock()
        name = coin_id or f"US{coin_cents:03}A"
        self.firmware = HopperFirmware(coins, address, serial, security, name, self._leaves, speed=speed)
        self.firmware.power_up(mono_ms() - self.firmware.power_up_ms)

    def _leaves(self) -> None:
        self.left += 1
        if self._on_coin:
            self._on_coin(self.coin_cents)

    @property
    def coins(self) -> int:
        """Coins that lie in it."""
        return self.firmware.coins

    def fill(self, coins: int) -> None:
        """A person puts coins in."""
        with self.lock:
            self.firmware.coins += coins

    def cut_power(self, off_ms: float = 0) -> None:
        """Its supply drops for a moment."""
        with self.lock:
            self.firmware.cut_power(mono_ms(), off_ms)

    def set_power(self, on: bool) -> None:
        """Its plug is pulled, or put in again."""
        with self.lock:
            if on and not self.powered:
                self.firmware.power_up(mono_ms())
            elif not on:
                self.firmware.cut_power(mono_ms())
            self.powered = on

    def hear(self, data: bytes) -> bytes:
        """What it answers to bytes on the bus; its motor turns up to now."""
        with self.lock:
            now_ms = mono_ms()
            if not self.powered:
                return b""
            if self.silent or not data:
                self.firmware.run(now_ms)
                return b""
            reply = self.firmware.hear(data, now_ms)
            if reply and self.lost_replies[data[3]]:
                self.lost_replies[data[3]] -= 1
                return b""
            return reply


class SimulatedBus(SerialDevice):
    """The cable between an adapter and its hoppers: every byte the host sends comes back before the answer.

    When it is pulled the hoppers keep their power; a payout under way goes on, seen when it is plugged in again.
    """

    def __init__(self, *hoppers: SimulatedHopper, seed: int = 0) -> None:
        super().__init__("sim-hoppers", READ_TIMEOUT_S)
        self.hoppers = hoppers
        self.noise = 0.0
        """How likely one byte of a frame is changed on its way; twice as rare as that, the frame is cut short."""
        self.drop_echo = False
        self._chance = random.Random(seed)

    def answer(self, data: bytes) -> bytes:
        """What the host hears after it sent `data`: itself, then whom it asked."""
        echo = b"" if self.drop_echo else self._through_noise(data)
        heard = self._through_noise(data)
        return echo + self._through_noise(b"".join(hopper.hear(heard) for hopper in self.hoppers))

    def _through_noise(self, data: bytes) -> bytes:
        return damaged(data, self._chance, self.noise)


def damaged(data: bytes, chance: random.Random, likely: float) -> bytes:
    """These bytes with at most one of them changed, or with their end lost: what the simple checksum can find.

    Two changed bytes can pass for another frame, as on a real line; that is for tests that look at just this.
    """
    fate = chance.random()
    if not data or fate >= 1.5 * likely:
        return data
    at = chance.randrange(len(data))
    if fate >= likely:
        return data[:at]
    return data[:at] + bytes((data[at] ^ chance.randrange(1, 256),)) + data[at + 1 :]
