"""What a photo becomes: small, upright, in the right colours, and with nothing in it but what one sees."""

from pathlib import Path

import pytest
from pictures import BLUE, RED, WOOL, bomb, from_a_phone, near, noisy, plain, saved, seen, two_halves, upside
from PIL import Image, ImageCms

from controller.photos.drawing import HERO_BYTES_MAX, TILE_BYTES_MAX, draw
from controller.photos.refusal import PhotoRefused


def drawn(source: bytes) -> tuple[Image.Image, Image.Image]:
    """Tile and hero, as a browser would see them."""
    tile, hero = draw(source)
    return seen(tile), seen(hero)


# How heavy


def test_the_hardest_photograph_of_twelve_megapixels_becomes_a_light_tile_and_hero() -> None:
    """Every pixel by chance: still at most 22 KB for a tile, of 30 allowed, and 150 KB for a hero; both WebP."""
    source = saved(noisy(), quality=90)
    tile, hero = draw(source)
    assert len(source) > 5_000_000
    assert len(tile) <= TILE_BYTES_MAX <= 30_000
    assert len(hero) <= HERO_BYTES_MAX
    assert [seen(each).format for each in (tile, hero)] == ["WEBP", "WEBP"]


def test_an_easy_photograph_keeps_all_its_pixels() -> None:
    """A tile has 480 pixels on its long side and a hero 1,280; a small photo is not blown up."""
    tile, hero = drawn(saved(plain(size=(4_000, 3_000))))
    assert (tile.size, hero.size) == ((480, 360), (1_280, 960))
    tile, hero = drawn(saved(plain(size=(300, 400))))
    assert (tile.size, hero.size) == ((300, 400), (300, 400))


def test_a_long_picture_is_cut_to_twice_its_height() -> None:
    """Its middle stays: a belt photographed as a thread would be no tile."""
    belt = plain(size=(2_000, 250), colour=BLUE)
    belt.paste(RED, (800, 0, 1_200, 250))
    tile, hero = drawn(saved(belt))
    assert (tile.size, hero.size) == ((480, 240), (500, 250))
    assert near(hero.getpixel((250, 125)), RED)


# What is left behind


def test_nothing_of_the_phone_is_left() -> None:
    """Place, date, owner, camera, comment, XMP and profile are gone from both pictures, whatever one looks for."""
    source = from_a_phone(two_halves())
    assert b"Celular-de-Rosa" in source
    assert seen(source).getexif().get_ifd(0x8825)
    for picture in draw(source):
        image = seen(picture)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()
        assert not any(mark in picture for mark in (b"Celular", b"Rosa", b"EXIF", b"XMP ", b"ICCP", b"2026:"))


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        (1, (0.5, 0.2)),
        (2, (0.5, 0.2)),
        (3, (0.5, 0.8)),
        (4, (0.5, 0.8)),
        (5, (0.2, 0.5)),
        (6, (0.8, 0.5)),
        (7, (0.8, 0.5)),
        (8, (0.2, 0.5)),
        (99, (0.5, 0.2)),
    ],
)
def test_every_way_to_hold_a_phone_is_turned_upright(orientation: int, red_at: tuple[float, float]) -> None:
    """Red is above in the file, and is seen where the orientation puts it; one that does not exist turns nothing."""
    for image in drawn(from_a_phone(two_halves(), orientation)):
        width, height = image.size
        assert (width > height) == (orientation not in (5, 6, 7, 8))
        x, y = red_at
        assert near(image.getpixel((int(x * width), int(y * height))), RED)
        assert near(image.getpixel((int((1 - x) * width), int((1 - y) * height))), BLUE)


def test_exif_that_cannot_be_read_turns_nothing() -> None:
    """Garbage instead of Exif costs nobody her photo."""
    tile, _ = drawn(saved(two_halves(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    assert near(tile.getpixel((240, 60)), RED)


# Colours


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (plain("RGBA", colour=(*RED, 0)), "PNG"),
        (plain("LA", colour=(0, 0)), "PNG"),
        (plain("RGBA", colour=(*RED, 0)), "WEBP"),
    ],
)
def test_what_is_transparent_shows_wool(image: Image.Image, kind: str) -> None:
    """A piece cut out of its background stands on the ground of the page, not on black."""
    for picture in drawn(saved(image, kind)):
        assert near(picture.getpixel((100, 100)), WOOL)


def test_a_palette_with_one_transparent_colour_shows_wool_there() -> None:
    """As old drawing programs save it."""
    image = two_halves().quantize(2)
    index = image.getpixel((0, 0))
    tile, _ = drawn(saved(image, "PNG", transparency=index))
    assert near(tile.getpixel((240, 60)), WOOL)
    assert near(tile.getpixel((240, 300)), BLUE)


@pytest.mark.parametrize(
    ("image", "kind", "expected"),
    [
        (plain("1", colour=1), "PNG", (255, 255, 255)),
        (plain("L", colour=90), "JPEG", (90, 90, 90)),
        (plain("P", colour=0), "PNG", (0, 0, 0)),
        (plain("I;16", colour=0x8000), "PNG", (128, 128, 128)),
        (plain("CMYK", colour=(0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (plain().convert("YCbCr"), "JPEG", RED),
    ],
)
def test_every_way_to_write_a_colour_is_understood(
    image: Image.Image, kind: str, expected: tuple[int, int, int]
) -> None:
    """One bit, grey, a palette, sixteen bits, a printer's four inks: the same colour on the screen."""
    for picture in drawn(saved(image, kind)):
        assert picture.mode == "RGB"
        assert near(picture.getpixel((100, 100)), expected)


def test_a_colour_profile_is_obeyed_and_left_behind() -> None:
    """A profile that calls red blue shows blue: photos of phones with wide colours are not pale."""
    profile = upside(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tile, _ = drawn(saved(plain(colour=(255, 0, 0)), icc_profile=profile))
    red, _, blue = tile.getpixel((100, 100))  # type: ignore[misc]
    assert blue > red


def test_a_profile_that_is_none_changes_nothing() -> None:
    """The photo is shown as it would be without one."""
    tile, _ = drawn(saved(plain(), icc_profile=b"no profile at all"))
    assert near(tile.getpixel((100, 100)), RED)


# More than one picture


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "MPO"])
def test_of_several_pictures_the_first_is_taken(kind: str) -> None:
    """A moving picture, or a phone's two lenses in one file, gives one still photo."""
    tile, _ = drawn(saved(plain(colour=RED), kind, save_all=True, append_images=[plain(colour=BLUE)]))
    assert near(tile.getpixel((100, 100)), RED)


# Limits


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 8_000), (5_001, 5_000)])
def test_a_bomb_is_refused_before_a_pixel_is_decoded(size: tuple[int, int]) -> None:
    """A few hundred bytes that would fill the memory: their head is enough."""
    source = bomb(*size)
    assert len(source) < 500
    with pytest.raises(PhotoRefused) as refused:
        draw(source)
    assert refused.value.code == "too-many-pixels"


def test_a_jpeg_may_be_larger_because_it_is_decoded_small() -> None:
    """Forty megapixels of JPEG become a photo; of PNG they are refused."""
    large = plain("L", (8_000, 5_000), 90)
    assert seen(draw(saved(large))[1]).size == (1_280, 800)
    with pytest.raises(PhotoRefused, match="25 million"):
        draw(saved(large, "PNG"))


def test_a_picture_too_small_to_show_is_refused() -> None:
    """A thumbnail of a chat is told its size and what is needed."""
    with pytest.raises(PhotoRefused, match="160 × 120 pixels; at least 200"):
        draw(saved(plain(size=(160, 120))))


def test_pillow_is_loaded_by_nobody_but_the_photo_process() -> None:
    """Neither the controller nor the pages load a decoder: one file does, and only the process imports it. A statement's
    picture draws with Pillow, and opens nobody's file."""
    root = Path(__file__).parents[2]
    sources = [file for folder in ("controller", "admin_web") for file in (root / folder).rglob("*.py")]
    assert sorted(file.name for file in sources if "PIL" in file.read_text()) == ["drawing.py", "picture.py"]
    assert [file.name for file in sources if "photos.drawing import" in file.read_text()] == ["__main__.py"]
