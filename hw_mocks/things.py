"""What a visitor touches: the pieces that fall to her and the coins she puts in, as the oracle remembers them."""

from dataclasses import dataclass
from typing import Literal

Place = Literal["box", "tube", "tray", "out"]


@dataclass(slots=True)
class Piece:
    """One garment that left its coil, and when it lay behind the flap. A light one passes the beam unseen."""

    slot: str
    left_ms: float
    light: bool
    landed_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Coin:
    """One coin a visitor put in: `box` and `tube` took it, `tray` gave it back. `out` is one a hopper or tube gave her."""

    position: int
    cents: int
    at_ms: float
    place: Place
