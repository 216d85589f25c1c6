"""The sections of vouchers: the scanner that reads them, and whose signatures are believed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from controller.config.sections import Section

Kid = Annotated[str, Field(pattern="^[1-9][0-9]?$")]
"""A key's number, 1 to 99: it stands in every voucher that the key has signed."""


class Scanner(Section):
    """A serial scanner of QR codes, set by its own manual to scan without being told."""

    port: str = ""
    """The scanner's serial device, such as `/dev/serial/by-id/usb-Scanner`; without one the machine reads no codes."""
    kind: Literal["plain", "gm65", "honeywell"] = "plain"
    """Whose commands it takes: `plain` for none."""
    baud: Annotated[int, Field(ge=1_200, le=921_600)] = 9_600
    """The line's speed as the scanner is set; a USB port does not mind."""
    same_code_ms: Annotated[int, Field(ge=200, le=60_000)] = 3_000
    """A code that is seen again sooner than this after it was seen last is still the same showing."""


class Vouchers(Section):
    """Signed papers that are money once, on this machine. `minga voucher` makes them, on another computer."""

    keys: dict[Kid, Path] = Field(default={})
    """Key number to the file of the public key: `1 = "claves/vales-1.pub"`. Two while a new key takes the place of an old."""
    revoked: Path | None = None
    """The revocation list; it may be replaced at any time, and is read again when it has changed."""
