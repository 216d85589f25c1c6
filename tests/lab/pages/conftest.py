"""The lab's pages over a town of machines, made once for all files of this folder."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from labtown import NOW_MS, Stand, town

from lab.config import HubConfig
from lab.pages.app import create_app
from lab.store import Store, opened

HOST = "http://127.0.0.1"


@pytest.fixture(scope="session")
def lab_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, Stand]]]:
    """Five machines of nine days in a store that the pages read; no test changes it."""
    folder = tmp_path_factory.mktemp("pueblo")
    store = opened(str(folder / "lab.db"), make=True)
    stands = town(store, folder, days=9, visits=7)
    yield store, stands
    for stand in stands.values():
        stand.close()
    store.close()


@pytest.fixture(scope="session")
def visitor(lab_town: tuple[Store, dict[str, Stand]]) -> TestClient:
    """Somebody at the lab's own computer."""
    return client_of(lab_town[0])


def client_of(store: Store, **config: str) -> TestClient:
    """A browser without JavaScript before pages of this store; it is ten past four."""
    app = create_app(store, HubConfig(**config), lambda: NOW_MS)  # type: ignore[arg-type]
    return TestClient(app, base_url=HOST, headers={"origin": HOST}, follow_redirects=False)
