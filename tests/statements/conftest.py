"""The co-op's November, written once for all tests that read it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from coop import Coop

from controller.ledger.connection import open_readonly


@pytest.fixture(scope="session")
def november(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books at the end of the month."""
    coop = Coop(tmp_path_factory.mktemp("november") / "minga.db")
    coop.month()
    coop.journal.rest(idle=True)
    coop.journal.close()
    return coop.path


@pytest.fixture
def db(november: Path) -> Iterator[sqlite3.Connection]:
    reader = open_readonly(november)
    yield reader
    reader.close()
