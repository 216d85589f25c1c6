"""The chain of the books: each fact's row has the hash of the row before it in its own, so that none can be changed,
dropped or slipped in unseen. The machine, a member's phone and the lab reckon the same hash of the same bytes.
"""

import hashlib
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from controller.domain.times import BootClock

GENESIS = bytes(32)
"""What the first fact has in place of a hash before it."""
HASHED = "epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body"
"""The columns a fact's hash is made of, in this order."""
_ROW = "[%d,%d,%d,%d,%d,%d,%s,%s]"


class Row(NamedTuple):
    """A fact as it lies in the books, in the order of `HASHED`. `trusted` is 0 or 1; `body` its fields as JSON text.

    `epoch` counts the restores of these books, `seq` the facts from 1 on without a gap, whatever the epoch.
    """

    epoch: int
    seq: int
    boot_id: int
    mono_ms: int
    wall_ms: int
    trusted: int
    type: str
    body: str


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
