"""Which store a lab has: a file's name is SQLite, an address that begins with `postgresql://` is PostgreSQL."""

from pathlib import Path

from lab.store.base import Store
from lab.store.sqlite import SqliteStore

POSTGRES = ("postgresql://", "postgres://")


def opened(url: str, make: bool = False) -> Store:
    """The store at this file or address; `make` makes its tables where there are none. Raises StoreError."""
    if url.startswith(POSTGRES):
        from lab.store.postgres import PostgresStore  # psycopg is only there with Minga's extra `hub`

        return PostgresStore(url, make)
    return SqliteStore(Path(url), make)
