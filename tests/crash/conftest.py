"""What every crash test starts from: the books of a machine that is ready to sell; and an honest count at the end."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lives import stocked
from share import DONE

from controller import brain as brains

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second for a broken disk."""
    monkeypatch.setattr(brains, "DISK_RETRY_S", 0.001)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of a full machine, to be copied."""
    return stocked(tmp_path_factory.mktemp("shop") / "shop.db")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk syncs: `kill -9` asks nothing of the medium, and power cuts here bring their own."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="minga-crash-", dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def counted(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """How many crashes were survived goes with the test's report, which reaches the summary from any process."""
    yield
    while DONE:
        record_property("survived", DONE.pop(0))
