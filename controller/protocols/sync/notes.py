"""The notes beside the facts: small JSON documents that say how it stands. All but `Replay` are retained: the newest counts.

A note may gain fields with defaults; what a reader does not know it leaves alone. `docs/sync.md` and the AsyncAPI document
are written from these classes.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

NOTE_BYTES_MAX = 64_000
Note = TypeVar("Note")


class NoteError(ValueError):
    """The message is not the note that its topic promises; says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the machine is in touch. Its last will says `online` false, and the broker sends that when it is lost."""

    online: bool
    boot: int
    at_ms: int = 0
    """When this was said, by the machine's clock, in milliseconds since 1970; 0 in a last will, which knows no time."""


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """Where the machine stands: a name, and degrees of WGS 84 where they are known."""

    name: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class MakerTold:
    """A seamstress who has agreed to be shown. Whoever has not is only an id in the facts."""

    maker: str
    name: str
    workshop: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ProductTold:
    """What a product is called."""

    product: str
    maker: str
    name: str
    work_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Meta:
    """What the machine is, told at every birth and when it changes. Who takes her consent back is gone from the next one."""

    machine: str
    software: str
    boot: int
    zone: str
    currency: str = "USD"
    slots: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    place: PlaceTold = PlaceTold()
    question: str = ""
    answers: tuple[str, ...] = ()
    makers: tuple[MakerTold, ...] = ()
    products: tuple[ProductTold, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotTold:
    """One slot as it is now; `status` and `reason` are words of `controller.domain.view.SlotView`."""

    slot: str
    product: str
    maker: str
    price_cents: int
    quantity: int
    capacity: int
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """How the machine was at `as_of_ms` of its own clock; `trusted` says whether that clock was kept right."""

    as_of_ms: int
    trusted: bool
    epoch: int
    seq: int
    """The newest fact in its books, with `head`, its hash as hex."""
    head: str
    acked_seq: int
    """Up to here the machine knows that the lab holds its facts; the rest waits."""
    quarantined: int
    """So many facts the lab has refused; the machine keeps them and shows them."""
    phase: str
    troubles: tuple[str, ...] = ()
    """Why nothing is sold right now; none while the machine sells."""
    lacks: tuple[str, ...] = ()
    """What somebody should mend though it stops no sale."""
    slots: tuple[SlotTold, ...] = ()
    cash_cents: dict[str, int] | None = None
    """What lies in the machine by its books: place (`coinbox`, `hopper:25`, `tube:25`) to cents."""
    disk_free_mb: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """Facts that the lab keeps aside: from `first` to `last` of this epoch, ending in this hash (hex), and why.

    `why` is `reused` (it holds others with these numbers), `broken` (they do not follow from what it holds) or `late` (they
    are of an epoch that a restore has ended).
    """

    epoch: int
    first: int
    last: int
    hash: str
    why: str


@dataclass(frozen=True, slots=True)
class Ack:
    """The lab holds every fact of this machine up to this one, on disk; `head` (hex) is its hash.

    The newest refusals come along, most recent first, at most 20: a machine passes over them, so that they block nothing.
    """

    epoch: int
    seq: int
    head: str
    refused: tuple[Refused, ...] = ()
    hub: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """The lab misses facts: send again from this number on, of whatever epoch it is by now."""

    from_seq: int


def told(note: object) -> bytes:
    """The message of a note."""
    kind: Any = type(note)
    found: bytes = _form(kind).dump_json(note)
    return found


def heard(kind: type[Note], payload: bytes) -> Note:
    """The note in a message. Raises NoteError, in words, for anything else."""
    if len(payload) > NOTE_BYTES_MAX:
        raise NoteError(f"it is longer than {NOTE_BYTES_MAX} bytes")
    try:
        form: TypeAdapter[Note] = _form(kind)  # type: ignore[arg-type]
        note = form.validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "it"
        raise NoteError(f"{where}: {first['msg']}") from None
    return note


@cache
def _form(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
