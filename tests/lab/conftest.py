"""The stores of the lab's tests: a file of SQLite, and an empty database on one PostgreSQL that serves them all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Postgres

from lab.store import Store, opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs as long as the tests do."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store may be made."""
    if request.param == "sqlite":
        return str(tmp_path / "lab.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store of either kind."""
    made = opened(address, make=True)
    yield made
    made.close()
