"""The text line of a Qibixx MDB HAT or USB adapter in its generic master mode: the same hosts on another line.

    M,1            be the master                 m,ACK
    R,0C,00FF0000  a command and its data        p,ACK   p,NACK (no answer)   p,0B

Check bytes and ACKs are the adapter's. It numbers nothing and keeps nothing: what it has heard and this process has not
read is lost, so a coin may be lost when the controller ends at the wrong moment. The RP2040 board has no such gap.
From the maker's pages; no adapter was tried. That `p,NACK` also stands for a device's NAK is not verified.
"""

import string

from .conversation import Block, Command
from .errors import LocalProtocolError
from .frame import ACK, BLOCK_BYTES_MAX, seal

LINE_BYTES_MAX = 256
"""No answer is longer; a longer line is noise."""
BECOME_MASTER, REST, BUS_RESET = b"M,1\n", b"M,0\n", b"R,RESET\n"


class QibixxLine:
    """One adapter, one command at a time, whichever host it is from. Bytes in, blocks out; `mark` numbers the last one."""

    def __init__(self, mark: int = 0) -> None:
        self.mark = mark
        self.master: bool | None = None
        """Whether the adapter has become the master; None until it has said so."""
        self.skipped = 0
        """How many bytes were no line this package knows, or an answer nobody waits for."""
        self._open: Command | None = None
        self._kept = b""

    def carry(self, command: Command) -> bytes:
        """The line to write. Raises LocalProtocolError while another command has no answer."""
        if self._open:
            raise LocalProtocolError(f"{self._open.data.hex(' ').upper()} has no answer yet")
        self._open = command
        head, data = command.data[:1].hex().upper(), command.data[1:].hex().upper()
        return f"R,{head},{data}\n".encode("ascii")

    def abandon(self) -> None:
        """The adapter was silent for too long or its port was lost. Its answer may still come, and will be taken for that
        of the next command: so open the port anew, or write `BUS_RESET`, before that."""
        self._open, self._kept = None, b""

    def hear(self, data: bytes) -> list[Block]:
        """The blocks that these bytes complete. Raises nothing."""
        *lines, self._kept = (self._kept + data).split(b"\n")
        if len(self._kept) > LINE_BYTES_MAX:
            self.skipped += len(self._kept)
            self._kept = b""
        return [block for line in lines if (block := self._read(line.strip(b"\r "))) is not None]

    def _read(self, line: bytes) -> Block | None:
        if line in (b"m,ACK", b"m,NACK"):
            self.master = line == b"m,ACK"
            return None
        raw = _raw_of(line)
        if raw is None or self._open is None:
            self.skipped += len(line)
            return None
        command, self._open = self._open, None
        self.mark += 1
        return Block(self.mark, command, raw)


def _raw_of(line: bytes) -> bytes | None:
    """What stood on the bus, check byte included; empty for silence, None for a line that is no answer."""
    text = line.decode("ascii", "replace")
    if not text.startswith("p,"):
        return None
    said = text[2:]
    if said in ("ACK", "NACK"):
        return bytes((ACK,)) if said == "ACK" else b""
    whole = len(said) % 2 == 0 and 0 < len(said) // 2 < BLOCK_BYTES_MAX
    if not whole or any(letter not in string.hexdigits for letter in said):
        return None
    return seal(bytes.fromhex(said))
