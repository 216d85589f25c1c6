"""The simulated museum's photos as files: the same piece gives the same photo, and one that was taken serves everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.photos import Photo, large
from hw_mocks import garments
from hw_mocks.garments import DRAWER_VARIABLE, write_photos

CAP = {"gorra-luna": "hat"}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """This process has taken no photo yet."""
    garments._photo.cache_clear()
    yield
    garments._photo.cache_clear()


def test_a_photo_is_taken_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a drawer the next process finds tile and hero there, byte for byte, and no camera runs."""
    drawer = tmp_path / "drawer"
    drawer.mkdir()
    monkeypatch.setenv(DRAWER_VARIABLE, str(drawer))
    name = write_photos(tmp_path / "norte", CAP)["gorra-luna"]
    garments._photo.cache_clear()
    monkeypatch.setattr(garments, "_taken", lambda drawing: pytest.fail("it was taken again"))
    assert write_photos(tmp_path / "sur", CAP) == {"gorra-luna": name}
    for file in (name, large(name)):
        assert (tmp_path / "sur" / file).read_bytes() == (tmp_path / "norte" / file).read_bytes()


def test_a_piece_that_changes_has_another_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawer knows a photo by its drawing: the same product as a scarf is not shown as a hat."""
    monkeypatch.setenv(DRAWER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(garments, "_taken", lambda drawing: Photo(drawing.encode(), drawing.encode()))
    hat, scarf = (write_photos(tmp_path / kind, {"gorra-luna": kind})["gorra-luna"] for kind in ("hat", "scarf"))
    assert hat != scarf


def test_without_a_drawer_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever plays `minga demo` has the photos in the machine's folder, and nowhere else."""
    monkeypatch.delenv(DRAWER_VARIABLE)
    monkeypatch.setattr(garments, "_taken", lambda drawing: Photo(b"azulejo", b"fachada"))
    name = write_photos(tmp_path / "media", CAP)["gorra-luna"]
    assert {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.*")} == {
        f"media/{name}",
        f"media/{large(name)}",
    }
