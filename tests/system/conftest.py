"""Simulated machines of real processes, shared by the tests: each leaves its machine as a next visitor needs it.

Where a test must not find what another left behind (slots that were struck, a disk that was full), its file has its own.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from visitor import Visitor, standing

from hw_mocks.museum import Museum

OPEN = pytest.StashKey[tuple[ExitStack, Museum]]()
"""The one machine of this process, and how it is closed."""


@pytest.fixture(scope="module")
def museum(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Museum:
    """World, controller and pages with the example's shelf: the same for all files that want no other."""
    if OPEN not in pytestconfig.stash:
        with ExitStack() as closing:
            museum = closing.enter_context(standing(tmp_path_factory.mktemp("museo")))
            pytestconfig.stash[OPEN] = closing.pop_all(), museum
    return pytestconfig.stash[OPEN][1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After the last of these tests it closes: nobody comes any more, and it would poll its coins beside all other tests."""
    yield
    if OPEN in item.config.stash and (nextitem is None or nextitem.path.parent != item.path.parent):
        item.config.stash[OPEN][0].close()
        del item.config.stash[OPEN]


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
