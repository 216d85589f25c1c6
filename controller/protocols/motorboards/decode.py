"""What a motor board's frames say, in words: for the workshop and for teaching.

A ZDM8's answer does not say what was asked. It is read as the answer to the frame before it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from . import vmc96, zdm8
from .jsk import Packet
from .zdm8 import Ask, Register

CHECK_BYTES = {"zdm8": 2, "jsk": 1, "vmc96": 1}
"""How many bytes at the end of a frame prove it; by board, and so the list of boards."""


class Listener:
    """Reads one board's traffic frame by frame, and remembers what was asked.

    `board` is one of CHECK_BYTES; `from_board` says who sent the frames, which only the VMC96's do not tell themselves.
    """

    def __init__(self, board: str, from_board: bool = False) -> None:
        self._from_board = from_board
        self._asked: Register | None = None
        self._read: Callable[[bytes], dict[str, Any]] = {
            "zdm8": self._zdm8,
            "jsk": self._jsk,
            "vmc96": self._vmc96,
        }[board]

    def explain(self, raw: bytes) -> dict[str, Any]:
        """One frame: its `name` and what stands in it. Raises RemoteProtocolError, saying what is wrong."""
        return self._read(raw)

    def _zdm8(self, raw: bytes) -> dict[str, Any]:
        asked, self._asked = self._asked, None
        address, meaning = zdm8.read(raw, asked)
        self._asked = meaning.register if isinstance(meaning, Ask) else None
        return {"name": name_of(meaning), "address": address, "said": plain(meaning)}

    def _jsk(self, raw: bytes) -> dict[str, Any]:
        packet = Packet.read(raw)
        said: dict[str, Any] = dict(packet.values)
        if packet.status is not None:
            said["status"] = packet.status
        if packet.more:
            said["more"] = plain(packet.more)
        return {"name": packet.name, "number": packet.number, "said": said}

    def _vmc96(self, raw: bytes) -> dict[str, Any]:
        meaning = vmc96.read(raw, self._from_board)
        said = plain(meaning)
        match meaning:
            case vmc96.Order(name):
                return {"name": name, "said": said}
            case vmc96.Running():
                said["current_ma"] = meaning.current_ma
            case vmc96.Scanned():
                said["motors"] = plain(meaning.motors)
            case vmc96.Version(text=text):
                said["text"] = text.decode("ascii", "replace")
        return {"name": name_of(meaning), "said": said}


def name_of(meaning: object) -> str:
    """`run state` for a RunState."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(meaning).__name__).lower()


def plain(value: Any) -> Any:
    """As JSON can write it: bytes in hex, names for enums, dataclasses and named tuples by their fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, tuple):
        named: Mapping[str, Any] | None = value._asdict() if hasattr(value, "_asdict") else None
        return {key: plain(each) for key, each in named.items()} if named else [plain(each) for each in value]
    return value
