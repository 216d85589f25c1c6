"""EVA-DTS audit files, in which vending operators read a machine's counters: bytes in, segments out, and back. No port.

    check      the integrity check over a file's data (G85)
    segment    one segment: a block's name and its elements, their types and escapes
    auditfile  a file that was read: its segments, its products, its money
    read       the lenient reader, which warns
    write      the strict writer, which refuses

Follows the EVA Data Transfer Standard 6.2 of December 2016. The wire on which data carriers ask for such files (DEX, DDCMP)
is not part of it. Imports nothing but the standard library.
"""

from .auditfile import DECIMALS, AuditFile, Money, Product
from .errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from .read import FILE_BYTES_MAX, WARNINGS_MAX, parse
from .segment import Segment, segment
from .write import compose

__all__ = [
    "DECIMALS",
    "FILE_BYTES_MAX",
    "WARNINGS_MAX",
    "AuditFile",
    "LocalProtocolError",
    "Money",
    "Product",
    "ProtocolError",
    "RemoteProtocolError",
    "Segment",
    "compose",
    "parse",
    "segment",
]
