"""What people touch on the board: door and keypad, as the cabinet on GPIO lines tells them; and its thermometers.

The board has debounced everything and keeps what nobody has heard. So a door is told as it stands, whenever it was opened,
but a key that was pressed while nobody listened is no wish of anybody who stands here now.
"""

import logging
from collections.abc import Mapping

from controller.domain.events import Event, Trouble, TroubleBegan, TroubleEnded
from controller.protocols.board import Door, Fault, Happening, Key, Temperature
from firmware.messages import WORDS

log = logging.getLogger(__name__)

WAKING_MS = 1_000
"""So long after the board was found its keys are not listened to: what it kept from before has been told by then."""
FAULTS_MAX = 20


class Panel:
    """`presses` says what each key means."""

    def __init__(self, presses: Mapping[int, Event]) -> None:
        self._presses = presses
        self._open: bool | None = None
        self._listens_ms = 0
        self.temperatures_cc: dict[int, int] = {}
        """By thermometer, in hundredths of a degree Celsius."""
        self.faults: list[tuple[str, int]] = []
        """What the board found wrong with itself, newest last."""

    def found(self, now_ms: int) -> None:
        """The board was found, or found again."""
        self._listens_ms = now_ms + WAKING_MS

    def heard(self, happening: Happening, now_ms: int) -> Event | None:
        """The news for the brain, if any."""
        match happening:
            case Key(key, 1) if now_ms >= self._listens_ms:
                return self._presses.get(key)
            case Door(is_open) if bool(is_open) != self._open:
                self._open = bool(is_open)
                return (TroubleBegan if self._open else TroubleEnded)(Trouble.DOOR_OPEN)
            case Temperature(probe, temperature_cc):
                self.temperatures_cc[probe] = temperature_cc
            case Fault(fault, detail):
                self._note(fault, detail)
        return None

    def _note(self, fault: int, detail: int) -> None:
        words = WORDS["fault"]
        name = words[fault] if 0 < fault < len(words) else f"fault {fault}"
        log.warning("the board says: %s (%d)", name, detail)
        self.faults = [*self.faults, (name, detail)][-FAULTS_MAX:]

    def status(self) -> dict[str, object]:
        return {"door_open": self._open, "temperatures_cc": dict(self.temperatures_cc), "faults": list(self.faults)}
