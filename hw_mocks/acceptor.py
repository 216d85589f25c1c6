"""A simulated ccTalk coin acceptor on a real pseudo-terminal, with the faults that real ones have.

`AcceptorFirmware` is what its processor does; here are the coin slot, the cable, and a line where the sender hears
itself. All methods may be called from any thread.
"""

import random
from collections.abc import Callable, Mapping

from controller.protocols.cctalk import Frame
from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.ptys import SerialDevice, mono_ms

ECUADOR_COINS: Mapping[int, str] = {
    1: "US005A",
    2: "US010A",
    3: "US025A",
    4: "EC050A",
    5: "US100A",
    6: "US001A",
    7: "EC005A",
    8: "EC010A",
    9: "EC025A",
    10: "EC001A",
    11: "US050A",
}
"""United States and Ecuadorian coins circulate together; 50 cents are nearly always Ecuadorian."""
READ_TIMEOUT_S = 0.05


class SimulatedAcceptor(SerialDevice):
    """The acceptor as the world sees it: a slot for coins, a plug, and knobs for what can go wrong.

    `coins` maps positions to coin ids. `on_accept` is called with the position, in the caller's thread, for every coin
    that lies in the cash box, before the machine can know about it. Faults of the device itself are attributes of
    `firmware`.
    """

    def __init__(
        self,
        coins: Mapping[int, str] = ECUADOR_COINS,
        on_accept: Callable[[int], None] | None = None,
        *,
        address: int = 2,
        serial: int = 12_345_678,
        frames: type[Frame] = Frame,
        seed: int = 0,
    ) -> None:
        super().__init__("sim-acceptor", READ_TIMEOUT_S)
        self.firmware = AcceptorFirmware(coins, address, serial, frames)
        self.silent = False
        """It hears nothing and says nothing; the adapter still echoes."""
        self.noise = 0.0
        """How likely each byte is to be changed on its way, both ways and in the echo."""
        self.drop_echo = False
        """The adapter swallows what the host itself sent."""
        self._on_accept = on_accept
        self._chance = random.Random(seed)

    def insert(self, position: int) -> bool:
        """Drop in a good coin: True when it lies in the cash box, False when it is in the return tray."""
        with self._lock:
            now_ms = mono_ms()
            if self._on_accept and self.firmware.open_for(position, now_ms):
                self._on_accept(position)
            return self.firmware.insert(position, now_ms)

    def fall_through(self, position: int) -> None:  # noqa: ARG002 - whatever coin it was, it was not recognised
        """A good coin that the acceptor does not recognise: it is in the return tray."""
        with self._lock:
            self.firmware.reject()

    def open_for(self, position: int) -> bool:
        """True when a coin of this position would be let in now."""
        with self._lock:
            return self.firmware.open_for(position, mono_ms())

    def power_cycle(self) -> None:
        """Its power fails for a moment: all events are forgotten, all coins inhibited, its counters kept."""
        with self._lock:
            self.firmware.power_up(mono_ms())

    def answer(self, data: bytes) -> bytes:
        """What the host hears after it sent `data`: itself, then the acceptor."""
        if not data:
            return b""
        with self._lock:
            echo = b"" if self.drop_echo else self._through_noise(data)
            if self.silent:
                return echo
            return echo + self._through_noise(self.firmware.hear(self._through_noise(data), mono_ms()))

    def _through_noise(self, data: bytes) -> bytes:
        if not self.noise:
            return data
        return bytes(
            byte ^ self._chance.randrange(1, 256) if self._chance.random() < self.noise else byte for byte in data
        )
