"""The table of a visitor's jobs, and not one touch above it; in a wide run on every screen and in every language."""

from itertools import product

import pytest
from browsing import IN_A_BROWSER, Kiosk
from jobs import COUNT, jobs, played
from wearing import LANGUAGES
from wide import once_of

pytestmark = IN_A_BROWSER
SCREENS = ((800, 480), (1280, 800), (1080, 1920))


@pytest.mark.parametrize(("screen", "language"), once_of(*product(SCREENS, LANGUAGES)), ids=str)
def test_no_job_takes_more_touches_than_its_table_allows(kiosk: Kiosk, screen: tuple[int, int], language: str) -> None:
    """Buying 1, money back 1, who made it 0, what to do when it got stuck 0, another language 1, and the rest."""
    table = {job.name: job.touches for job in jobs(language)}
    with kiosk.page(*screen, comfort=language) as page:
        page.evaluate(COUNT)
        taken = {job.name: played(kiosk, page, job) for job in jobs(language)}
    assert taken == table


def test_the_page_counts_every_touch(kiosk: Kiosk) -> None:
    """Two are two: a count that stands still would find every job light."""
    with kiosk.page() as page:
        page.evaluate(COUNT)
        page.tap("#ask")
        page.tap("#help h2")
        assert page.evaluate("window.touches") == 2
