"""The way in for a stranger's file: it becomes a photo or a refusal in words, and costs no more than it may."""

import io
import os
import random
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import bomb, from_a_phone, plain, saved, seen, two_halves

from controller.photos import Photo, PhotoRefused, making, prepare, read
from controller.photos.refusal import WORDS

HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
GOOD = {kind: saved(two_halves(), kind) for kind in ("JPEG", "PNG", "WEBP")}


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("foto.jpg", GOOD["JPEG"])
    return out.getvalue()


HOSTILE = {
    "nothing": (b"", "empty"),
    "a zip called jpg": (zipped(), "not-a-photo"),
    "a drawing with a script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "not-a-photo",
    ),
    "a page": (b"<!doctype html><script>alert(1)</script>", "not-a-photo"),
    "a moving GIF": (saved(plain("P", colour=1), "GIF"), "not-a-photo"),
    "a TIFF": (saved(plain(), "TIFF"), "not-a-photo"),
    "a program": (b"\x7fELF" + bytes(500), "not-a-photo"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not-a-photo"),
    "another phone's format": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
    "fifty megabytes": (HEAD + bytes(50_000_000), "too-heavy"),
    "a bomb": (bomb(60_000, 60_000), "too-many-pixels"),
    "a bomb that is not quite too large, and ends early": (bomb(5_000, 5_000), "broken"),
    "a thumbnail": (saved(plain(size=(90, 90))), "too-small"),
    "the first half of a JPEG": (GOOD["JPEG"][: len(GOOD["JPEG"]) // 2], "broken"),
    "the first half of a PNG": (GOOD["PNG"][: len(GOOD["PNG"]) // 2], "broken"),
    "the first half of a WebP": (GOOD["WEBP"][: len(GOOD["WEBP"]) // 2], "broken"),
    "a WebP that is sound": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(24), "broken"),
    "a JPEG of nothing": (HEAD + bytes(4_000), "broken"),
    "a PNG that is a JPEG inside": (b"\x89PNG\r\n\x1a\n" + GOOD["JPEG"], "broken"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    """Each by its own reason, whatever it is called and whatever it says it is."""
    source, code = HOSTILE[name]
    with pytest.raises(PhotoRefused) as refused:
        prepare(source)
    assert refused.value.code == code
    assert str(refused.value) == WORDS[code].format(**refused.value.fields)


@pytest.mark.parametrize("kind", GOOD)
def test_an_honest_file_becomes_two_pictures(kind: str) -> None:
    """JPEG, PNG and WebP; what comes out could be sent in again."""
    photo = prepare(GOOD[kind])
    assert seen(photo.tile).size == (480, 360)
    assert seen(photo.hero).size == (640, 480)
    assert seen(prepare(photo.hero).tile).size == (480, 360)


def test_the_same_photo_has_the_same_name_and_another_has_another() -> None:
    """The name follows from what is seen, so a browser may keep it for ever; whose phone took it changes nothing."""
    names = [prepare(source).name for source in (GOOD["PNG"], GOOD["PNG"], saved(plain(), "PNG"))]
    assert names[0] == names[1] != names[2]
    assert prepare(from_a_phone(two_halves(), 1)).name == prepare(saved(two_halves())).name


@settings(max_examples=15)
@given(st.binary(max_size=300), st.sampled_from(["", *GOOD]))
def test_bytes_by_chance_end_as_a_refusal(junk: bytes, kind: str) -> None:
    """Nothing else is ever raised, and nothing else comes out, even when the file begins like a photo."""
    with pytest.raises(PhotoRefused):
        prepare(GOOD[kind][:20] + junk if kind else junk)


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.sampled_from(sorted(GOOD)), st.integers(1, 30))
def test_a_photo_with_wrong_bytes_in_it_is_a_photo_or_a_refusal(seed: int, kind: str, wrong: int) -> None:
    """A card that is dying, or somebody who tries: whatever comes out can be seen."""
    chance, source = random.Random(seed), bytearray(GOOD[kind])
    for _ in range(wrong):
        source[chance.randrange(len(source))] = chance.randrange(256)
    try:
        photo = prepare(bytes(source))
    except PhotoRefused:
        return
    assert max(seen(photo.tile).size) <= 480


# What it may cost


def test_a_file_that_never_ends_its_process_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end, and the process with it."""
    monkeypatch.setattr(making, "PATIENCE_S", 0.01)
    with pytest.raises(PhotoRefused) as refused:
        prepare(GOOD["JPEG"])
    assert refused.value.code == "too-much"
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [child for child in children if "controller.photos" in Path(f"/proc/{child}/cmdline").read_text()]


def test_memory_has_an_end() -> None:
    """A process with a fifth of the memory says that a photo of 24 megapixels is too much, and nothing breaks."""
    script = (
        "import controller.photos.limits as limits; limits.MEMORY_BYTES = 100 * 1024 * 1024\n"
        "from controller.photos.__main__ import main; main()"
    )
    large = saved(plain(size=(5_000, 4_800)), "PNG")
    done = subprocess.run([sys.executable, "-c", script], input=large, capture_output=True, check=False)
    assert done.stdout == b'{"code": "too-much"}\n'


def test_one_photo_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one waits its turn, and is told to come again when the turn does not come."""
    monkeypatch.setattr(making, "PATIENCE_S", 0.01)
    inside, leave = threading.Event(), threading.Event()

    def slow(source: bytes) -> bytes:
        inside.set()
        assert leave.wait(20)
        raise PhotoRefused("broken")

    monkeypatch.setattr(making, "_made", slow)

    def refused() -> None:
        with pytest.raises(PhotoRefused, match="damaged"):
            prepare(GOOD["PNG"])

    first = threading.Thread(target=refused)
    first.start()
    assert inside.wait(20)
    with pytest.raises(PhotoRefused, match="try again in a moment"):
        prepare(GOOD["PNG"])
    leave.set()
    first.join()


# Files


@pytest.mark.parametrize("what", ["nothing there", "a folder", "a pipe"])
def test_what_is_no_file_is_not_read(tmp_path: Path, what: str) -> None:
    """No traceback, and no waiting for a pipe to which nobody writes."""
    place = tmp_path / "foto.jpg"
    if what == "a folder":
        place.mkdir()
    elif what == "a pipe":
        os.mkfifo(place)
    with pytest.raises(PhotoRefused, match="cannot be read"):
        read(place)


def test_no_more_of_a_file_is_read_than_a_photo_may_have(tmp_path: Path) -> None:
    """A file of a terabyte fills no memory."""
    file = tmp_path / "foto.jpg"
    with file.open("wb") as opened:
        opened.truncate(10**12)
    assert len(read(file)) == making.BYTES_MAX + 1


def test_every_reason_has_words_with_its_numbers() -> None:
    """What a code's words need is what its refusal carries."""
    assert str(PhotoRefused("too-small", width=160, height=120, least=200)).startswith("the photo is 160 × 120")
    assert Photo(b"a", b"b").name != Photo(b"ab", b"c").name
