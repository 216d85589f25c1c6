"""Simulated machines of real processes, shared by the tests: each leaves its machine as a next visitor needs it.

Where a test must not find what another left behind (slots that were struck, a disk that was full), its file has its own.
"""

from collections.abc import Iterator

import pytest
from visitor import Visitor, standing

from hw_mocks.museum import Museum


@pytest.fixture(scope="session")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    """World, controller and pages with the example's shelf."""
    with standing(tmp_path_factory.mktemp("museo")) as museum:
        yield museum


@pytest.fixture(scope="module")
def unattended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Museum]:
    """The world, the pages and the books of one file, with no controller: each test starts its own."""
    with standing(tmp_path_factory.mktemp("museo")) as museum:
        museum.stop_controller()
        yield museum


@pytest.fixture
def visitor(museum: Museum) -> Iterator[Visitor]:
    with Visitor(museum) as visitor:
        yield visitor
