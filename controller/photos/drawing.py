"""One photo drawn anew, small: decoded within limits, turned upright, cut, coloured as screens expect, and written as WebP.

Only what is seen is drawn again, so nothing else can come along: no place, no name, no time, no second picture. What a file
says of itself is used twice, for which side is up and for what its numbers mean as colours, and then left behind.

Runs in the process of `controller.photos.__main__`; whatever it raises beside PhotoRefused means a damaged file.
"""

import io
import struct
import warnings
from math import ceil

from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from controller.photos.refusal import PhotoRefused

FORMATS = tuple(
    plugin.format
    for plugin in (JpegImagePlugin.JpegImageFile, PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile)
)
"""Named by their decoders, so that these are there and Pillow does not look for forty others."""
PIXELS_MAX = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""A JPEG can be decoded at an eighth of its size, the others only whole, at four bytes a pixel."""
SIDE_MIN = 200
LONG_TO_SHORT_MAX = 2
"""A longer picture is cut at both ends, so that no tile is a thread."""

TILE_SIDE = 480
"""A tile is 300 CSS pixels wide at 1280×800 and about 500 on a standing screen of 1080×1920."""
TILE_BYTES_MAX = 22_000
"""Eight tiles and the page itself stay within 200 KB; no tile may have more than 30 KB."""
HERO_SIDE = 1_280
HERO_BYTES_MAX = 150_000

STEPS = ((1.0, 82), (1.0, 70), (1.0, 56), (1.0, 42), (0.8, 42), (0.64, 42), (0.5, 42), (0.4, 34))
"""Part of the full side, and WebP's quality from 0 to 100: the first that is light enough is taken. Of a picture that is
too heavy even at 42, fewer pixels look better than worse ones. The last is a quarter of the limit for pure noise."""
WOOL = (0xF8, 0xF2, 0xE4)
"""The ground of every page; what is transparent shows it."""

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation (Exif 2.32, table 4, tag 274)."""


def draw(source: bytes) -> tuple[bytes, bytes]:
    """A file's tile and hero, as WebP of at most `TILE_BYTES_MAX` and `HERO_BYTES_MAX` bytes.

    Of a moving picture the first moment is taken. Raises PhotoRefused, or anything at all for a damaged file.
    """
    with _opened(source) as image:
        turn = UPRIGHT.get(_orientation(image))
        hero = _coloured(_reduced(image))
    if turn is not None:
        hero = hero.transpose(turn)
    return _light(hero, TILE_SIDE, TILE_BYTES_MAX), _light(hero, HERO_SIDE, HERO_BYTES_MAX)


def _opened(source: bytes) -> Image.Image:
    """The file's head is read, and its size is believed and judged before a single pixel is."""
    Image.MAX_IMAGE_PIXELS = max(PIXELS_MAX.values())
    try:
        with warnings.catch_warnings(action="ignore"):
            image = Image.open(io.BytesIO(source), formats=FORMATS)
    except Image.DecompressionBombError:
        raise PhotoRefused("too-many-pixels", most_mpx=Image.MAX_IMAGE_PIXELS // 1_000_000) from None
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if image.width * image.height > PIXELS_MAX[kind]:
        raise PhotoRefused("too-many-pixels", most_mpx=PIXELS_MAX[kind] // 1_000_000)
    if min(image.size) < SIDE_MIN:
        raise PhotoRefused("too-small", width=image.width, height=image.height, least=SIDE_MIN)
    return image


def _orientation(image: Image.Image) -> int:
    """Which side is up; 1, as it lies, where the Exif data cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (SyntaxError, struct.error, ValueError, TypeError, KeyError, IndexError, OSError, OverflowError):
        return 1


def _reduced(image: Image.Image) -> Image.Image:
    """Decoded, cut, and as small as the hero; a JPEG is not even decoded much larger than that."""
    wanted = min(1.0, 2 * HERO_SIDE / min(max(image.size), LONG_TO_SHORT_MAX * min(image.size)))
    image.draft(None, (ceil(image.width * wanted), ceil(image.height * wanted)))
    plain = _plain(image)
    width, height = plain.size
    cut_width, cut_height = min(width, LONG_TO_SHORT_MAX * height), min(height, LONG_TO_SHORT_MAX * width)
    left, top = (width - cut_width) / 2, (height - cut_height) / 2
    small = _fitting((cut_width, cut_height), HERO_SIDE)
    box = (left, top, left + cut_width, top + cut_height)
    reduced = plain.resize(small, Image.Resampling.LANCZOS, box, reducing_gap=3.0)
    reduced.info = {"icc_profile": image.info.get("icc_profile")}
    return reduced


def _plain(image: Image.Image) -> Image.Image:
    """The pixels in a mode that can be made smaller: L, RGB or CMYK, or RGBA where something is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        image.load()
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _coloured(image: Image.Image) -> Image.Image:
    """As sRGB on a ground of wool, by the file's own colour profile if it has one that fits."""
    colours = image.convert("RGB") if image.mode == "RGBA" else image
    profile = image.info.get("icc_profile")
    seen = _by_profile(colours, profile) if profile else colours.convert("RGB")
    ground = Image.new("RGB", image.size, WOOL)
    ground.paste(seen, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return ground


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        drawn = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        drawn = None
    return drawn or image.convert("RGB")


def _light(image: Image.Image, side: int, bytes_max: int) -> bytes:
    """WebP at the first step that is light enough."""
    for part, quality in STEPS:
        small = image.resize(_fitting(image.size, int(side * part)), Image.Resampling.LANCZOS)
        found = _webp(small, quality)
        if len(found) <= bytes_max:
            return found
    raise PhotoRefused("too-much")


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size with its long side at most `side`, never larger than it was."""
    longest = max(size)
    if longest <= side:
        return size
    width, height = (max(1, round(each * side / longest)) for each in size)
    return width, height
