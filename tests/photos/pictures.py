"""Files as people, phones and enemies send them, made by Pillow or by hand."""

import io
import struct
import zlib

from PIL import Image, ImageCms

WOOL = (0xF8, 0xF2, 0xE4)
RED, BLUE = (200, 30, 40), (30, 40, 200)


def saved(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (640, 480), colour: object = RED) -> Image.Image:
    return Image.new(mode, size, colour)  # type: ignore[arg-type]


def two_halves(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Red above, blue below."""
    image = plain(size=size)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def noisy(size: tuple[int, int] = (4_000, 3_000)) -> Image.Image:
    """The hardest photograph there is: every pixel by chance, with light from one side."""
    noise = Image.merge("RGB", [Image.effect_noise(size, 120) for _ in "RGB"])
    return Image.blend(noise, Image.linear_gradient("L").resize(size).convert("RGB"), 0.2)


def from_a_phone(image: Image.Image, orientation: int = 6) -> bytes:
    """A JPEG with what phones add: where she lives, with which phone, when, whose it is, and a small second picture."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x0112] = "Celular-de-Rosa", "Rosa Quishpe", orientation
    exif.get_ifd(0x8769)[0x9003] = "2026:11:22 07:24:52"
    exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 13.0, 7.25), 3: "W", 4: (78.0, 30.0, 35.5)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Celular-de-Rosa</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(image, exif=exif, xmp=xmp, icc_profile=profile, comment=b"Celular-de-Rosa")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9_999))) + chunk(b"IEND", b"")
    )


def upside(profile_swap: bytes) -> bytes:
    """The profile given, with the names of its red and blue swapped: colours that are right only if it is obeyed."""
    return profile_swap.replace(b"rXYZ", b"\0tmp").replace(b"bXYZ", b"rXYZ").replace(b"\0tmp", b"bXYZ")


def seen(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


def near(one: object, other: tuple[int, ...], most: int = 14) -> bool:
    """Whether two colours differ by no more than what WebP may change."""
    assert isinstance(one, tuple)
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))
