"""Files as a phone's camera makes them, and as somebody makes them who means no good."""

import io
import struct
import zlib

from PIL import Image

OWNER = b"Celular-de-Rosa"


def taken(size: tuple[int, int] = (900, 1_200), colour: tuple[int, int, int] = (200, 30, 40)) -> bytes:
    """A JPEG that says where she lives, and with whose phone it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = OWNER.decode(), "Rosa Quishpe"
    exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 13.0, 7.25), 3: "W", 4: (78.0, 30.0, 35.5)})
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif, comment=OWNER)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(9_999))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
