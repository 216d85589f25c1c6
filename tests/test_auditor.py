"""The auditor: reads the books whole every day while the machine sells, and knows when to shout."""

import logging
import queue
import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders import A3, Till, a_busy_day, books, coins, stamp

from controller.auditor import AGAIN_S, DAILY_S, FIRST_S, TRIES, Auditor
from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.events import Event, ItemDropped, SlotChosen, Trouble, TroubleBegan
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal
from controller.ledger.verify import verify

PATIENCE_S = 60.0
BOOKS = TroubleBegan(Trouble.BOOKS)


class Days:
    """Waits that take no time: so many days pass, and at the end of the last one the machine is stopped."""

    def __init__(self, days: int, at_night: Callable[[], object] = lambda: None) -> None:
        self.waited: list[float] = []
        self._days, self._at_night = days, at_night

    def __call__(self, seconds: float) -> bool:
        if seconds < 1:
            return False
        self.waited.append(seconds)
        self._days -= seconds == DAILY_S
        self._at_night()
        return self._days == 0


def audited(path: Path, days: Days, put: Callable[[Event], None]) -> Auditor:
    """An auditor that has lived these days."""
    auditor = Auditor(path, put, days)
    auditor.start()
    auditor.stop(PATIENCE_S)
    return auditor


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The books of a busy day with some hundred facts, closed."""
    journal = books(tmp_path)
    a_busy_day(journal)
    journal.append(stamp(), journal.cycle, [f.Booted(boot, "0.1.0") for boot in range(2, 500)])
    journal.rest(idle=True)
    journal.close()
    return journal.path


def rot(path: Path) -> None:
    """One byte of an old page flips: Rosa's bag has cost a dollar more, ever since."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"rosa","price_cents":350', b'"rosa","price_cents":450', 1))
    assert path.read_bytes() != content


def test_whole_books_are_read_every_day_and_nobody_is_told(path: Path) -> None:
    """Some seconds after the start and then once a day; a machine whose books are whole hears nothing."""
    told: list[Event] = []
    days = Days(3)

    auditor = audited(path, days, told.append)

    assert days.waited == [FIRST_S, DAILY_S, DAILY_S, DAILY_S]
    assert (auditor.readings, told) == (3, [])


def test_a_flipped_byte_in_an_old_page_stops_the_selling(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The brain hears that the books are in trouble, and the log says which fact."""
    told: list[Event] = []
    rot(path)

    audited(path, Days(1), told.append)

    assert told == [BOOKS]
    assert "its hash does not follow" in caplog.text


def test_damage_that_comes_overnight_is_found_the_next_day(path: Path) -> None:
    """The first reading finds nothing; a byte rots in the night after; the second reading finds it."""
    told: list[Event] = []
    nights = iter([lambda: None, lambda: rot(path), lambda: None])

    auditor = audited(path, Days(2, at_night=lambda: next(nights)()), told.append)

    assert (auditor.readings, told) == (2, [BOOKS])


def test_the_auditor_never_ends_a_trouble(path: Path, tmp_path: Path) -> None:
    """Books that are whole again, as by a restore, are for a person to declare so."""
    told: list[Event] = []
    good = Path(shutil.copy(path, tmp_path / "good.db"))
    rot(path)
    nights = iter([lambda: None, lambda: shutil.copy(good, path), lambda: None])

    auditor = audited(path, Days(2, at_night=lambda: next(nights)()), told.append)

    assert (auditor.readings, told) == (2, [BOOKS])


def test_a_full_inbox_is_told_later(path: Path) -> None:
    """The finding is not lost because the brain had no room for it."""
    told: list[Event] = []
    full = iter([True, True, False])
    rot(path)
    days = Days(1)

    def put(event: Event) -> None:
        if next(full):
            raise queue.Full
        told.append(event)

    audited(path, days, put)

    assert told == [BOOKS]
    assert days.waited == [FIRST_S, AGAIN_S, AGAIN_S, DAILY_S]


def test_books_that_cannot_be_read_once_are_tried_again(path: Path, tmp_path: Path) -> None:
    """A disk that hiccups is no finding: a minute later the books are read, and are whole."""
    told: list[Event] = []
    aside = path.rename(tmp_path / "aside.db")
    minutes = iter([lambda: None, lambda: aside.rename(path), lambda: None])
    days = Days(1, at_night=lambda: next(minutes)())

    audited(path, days, told.append)

    assert days.waited == [FIRST_S, AGAIN_S, DAILY_S]
    assert told == []


def test_books_that_stay_unreadable_stop_the_selling(path: Path) -> None:
    """What cannot be read several times in a row is as bad as what is wrong."""
    told: list[Event] = []
    path.unlink()
    days = Days(1)

    audited(path, days, told.append)

    assert days.waited == [FIRST_S, *[AGAIN_S] * TRIES, DAILY_S]
    assert told == [BOOKS]


def test_a_stop_ends_the_reading_in_the_middle(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The machine's end does not wait for the end of the books, and is no trouble."""
    told: list[Event] = []
    rests: list[float] = []

    def stopped_at_the_third_rest(seconds: float) -> bool:
        rests.append(seconds)
        return len(rests) > 3

    with caplog.at_level(logging.WARNING):
        auditor = audited(path, stopped_at_the_third_rest, told.append)  # type: ignore[arg-type]

    assert (auditor.readings, told, caplog.records) == (0, [], [])


def test_an_auditor_that_waits_for_tomorrow_stops_at_once(path: Path) -> None:
    """With its own waits the thread is gone as soon as it is told to end, days before the next reading."""
    auditor = Auditor(path, lambda _: None)
    auditor.start()
    auditor.stop(PATIENCE_S)

    assert "auditor" not in {thread.name for thread in threading.enumerate()}


def test_the_machine_sells_on_while_the_books_are_read(path: Path) -> None:
    """Between any two pieces of the reading a piece is sold from another thread; in the end both have what they wanted."""
    journal = Journal(path)
    till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
    sales_before = journal.cycle.last_vend_id
    told: list[Event] = []
    a_sale = threading.Semaphore(0)

    def until_a_sale(seconds: float) -> bool:
        return seconds == DAILY_S or not a_sale.acquire(timeout=PATIENCE_S)

    auditor = Auditor(path, told.append, until_a_sale)
    auditor.start()
    sales = 0
    while not auditor.readings and sales < 500:
        sell(till)
        sales += 1
        a_sale.release()
    auditor.stop(PATIENCE_S)
    journal.close()

    with closing(open_readonly(path)) as db:
        assert verify(db) == []
        sold = db.execute("SELECT count(*) FROM facts WHERE type = 'Sold'").fetchone()[0]
    assert (auditor.readings, told) == (1, [])
    assert journal.cycle.last_vend_id - sales_before == sales > 10
    assert sold >= sales


def sell(till: Till) -> None:
    """A belt for five dollars, and another into its place."""
    assert till.journal is not None
    till.tell_all(coins(*[100] * 5, mark=100 + till.cycle.last_vend_id), SlotChosen(A3))
    till.tell(ItemDropped(till.cycle.last_vend_id))
    pieces = till.shop.slots[A3].quantity
    filled = f.SlotCounted(A3, pieces, pieces + 1, "luz")
    till.journal.append(stamp(till.now_ms), till.cycle, [filled])
    till.shop = shops.after(till.shop, filled)
