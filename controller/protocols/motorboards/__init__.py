"""Third-party motor boards: byte-exact frames and what they mean. No device drives them yet.

    modbus    Modbus-RTU frames and their CRC
    zdm8      a board's registers over Modbus
    jsk       a board that is itself the master and polls us
    vmc96     a board on a USB port, with K1 frames
    decode    a frame in words

They serve to read a board's traffic (`minga decode motor`), and a drive that may come later: such a drive has to know
that a frame may be lost or said twice, which nothing here decides. Everything comes from other people's programs and
texts; no board was tried. Imports nothing but the standard library.
"""

from . import jsk, modbus, vmc96, zdm8
from .decode import CHECK_BYTES, Listener
from .errors import LocalProtocolError, ProtocolError, RemoteProtocolError

__all__ = [
    "CHECK_BYTES",
    "Listener",
    "LocalProtocolError",
    "ProtocolError",
    "RemoteProtocolError",
    "jsk",
    "modbus",
    "vmc96",
    "zdm8",
]
