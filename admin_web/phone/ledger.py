"""The machine's books, open to be read for one page."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from sqlite3 import Connection

from fastapi import Request

from admin_web.phone.place import place
from controller.ledger.connection import open_readonly


@contextmanager
def books(request: Request) -> Iterator[Connection]:
    """Read-only, for as long as the page is made. Raises what SQLite raises when they cannot be read: the page says so."""
    with closing(open_readonly(place(request).database)) as db:
        yield db
