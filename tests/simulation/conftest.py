"""What every town starts from: empty books, in memory where there is a file system for it; chance needs no real disk."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.ledger.schema import create

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk syncs; real disks have their own tests."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `minga init` makes it."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    create(path)
    return path
