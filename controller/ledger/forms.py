"""The form of a fact on disk: its stamp, its words as JSON, and the hash that chains its row to the one before."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from pydantic import TypeAdapter

from controller.domain import facts
from controller.domain.cycle import Cycle
from controller.domain.facts import Fact
from controller.domain.times import BootClock

GENESIS = bytes(32)
"""What the first fact has in place of a hash before it."""
HASHED = "epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body"
"""The columns a fact's hash is made of, in this order."""
_ROW = "[%d,%d,%d,%d,%d,%d,%s,%s]"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a fact was written: which start of the controller, its monotonic time, the wall clock and whether to trust it."""

    boot_id: int
    mono_ms: int
    wall_ms: int
    trusted: bool

    @property
    def clock(self) -> BootClock:
        """The clock this stamp was read from."""
        return BootClock(self.wall_ms - self.mono_ms, self.trusted)


def chain(prev: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash of a fact: SHA-256 over the hash before it and the row (`HASHED`) as a JSON list without spaces."""
    listed = _ROW % (*row[:-2], encode_basestring(row[-2]), encode_basestring(row[-1]))
    return hashlib.sha256(prev + listed.encode()).digest()


def read_fact(kind: str, body: str) -> Fact:
    """A fact from its row. Raises ValueError for a type or form this Minga does not know."""
    fact: Fact = _form(kind).validate_json(body)
    return fact


@cache
def _form(kind: str) -> TypeAdapter[Any]:
    """Made when first needed: all of them at once would take longer than the rest of a start."""
    found = getattr(facts, kind, None)
    if not (isinstance(found, type) and issubclass(found, Fact) and found is not Fact):
        raise ValueError(f"no fact is called {kind!r}")
    return TypeAdapter(found)


def plain(value: Fact | Cycle) -> str:
    """A frozen value as JSON, its fields by name."""
    return _WRITER.encode(value)


def _fields(value: object) -> dict[str, Any]:
    """A frozen value's fields by name; three times as fast as `dataclasses.asdict`, which copies what cannot change."""
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_fields)
