"""A seamstress's phone: her home on a slow phone and line (G10), what each page weighs, and what a PIN costs.

The books hold a day's sales, the phone is paired, and `minga controller` and `minga phones` run as processes. The floor of
an opening is the empty page over the same slow line; of a page a file of the same process; of a PIN the hash alone.
"""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bench import history
from bench.effort import Effort
from bench.emptypage import EmptyPage
from bench.machine import BOOKS, Machine
from bench.process import free_port
from bench.screen import CHROMIUM, PHONE, Opening, chromium, opened
from bench.table import CheckFailed, Rounds, Row, at_most, duration
from controller.clock import Clock
from controller.domain.chain import Stamp
from controller.domain.facts import PhonePaired, RolesSet
from controller.ledger.journal import Journal

FACTS = 2_000
MAKER, NAME, PIN = "rosa", "bench000001", "739164"
USABLE_S_MAX, FIRST_BYTES_MAX, BYTES_MAX = 0.6, 60_000, 200_000
PAGES = {
    "her home": "/",
    "a price": "/precio/bolso-retazos",
    "her statement": f"/liquidacion/{MAKER}",
    "the assembly": "/asamblea",
}
METRIC = "her home on the throttled profile, usable"
NOT_HERE = "not measured: no Chromium here"


@dataclass(frozen=True, slots=True)
class Coop:
    """A machine whose pages for phones are served, and the cookies of Rosa's phone."""

    machine: Machine
    port: int
    cookies: dict[str, str]

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, float]:
        """Status and seconds of one request by her phone, over a connection of its own."""
        host = f"127.0.0.1:{self.port}"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers |= {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection(host, timeout=10)) as line:
            began_s = time.perf_counter()
            line.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
            answer = line.getresponse()
            answer.read()
            return answer.status, time.perf_counter() - began_s


def measure(effort: Effort) -> list[Row]:
    with _coop() as coop:
        rows = [_served(coop, effort), _pin(coop, effort)]
        return [*rows, *(_on_a_phone(coop, effort) if CHROMIUM else [Row("", METRIC, NOT_HERE)])]


@contextmanager
def _coop() -> Iterator[Coop]:
    port = free_port()
    phones = f'[phones]\naddress = "http://127.0.0.1:{port}"\nport = {port}\n'
    with Machine(books=_books, settings=phones) as machine:
        cookies = _bound(machine.folder)
        machine.start("controller")
        machine.answers()
        machine.start("phones")
        coop = Coop(machine, port, cookies)
        machine.until(lambda: coop.ask("/"), "the pages for phones come")
        for path in PAGES.values():
            if coop.ask(path)[0] != 200:
                raise CheckFailed(f"{path} has status {coop.ask(path)[0]} on her own phone")
        yield coop


def _books(folder: Path) -> None:
    history.write(folder, FACTS)
    with closing(Journal(folder / BOOKS)) as journal:
        clock = Clock()
        stamp = Stamp(journal.boots(), clock.mono_ms(), clock.wall_ms(), False)
        journal.append(stamp, journal.cycle, [RolesSet(MAKER, ("maker",), "bench"), PhonePaired(1, MAKER, NAME)])


def _bound(folder: Path) -> dict[str, str]:
    """Her phone's key, and her PIN given just now, as her browser would keep them."""
    from admin_web.phone.door import KEY, OPENING  # here, so that other pieces need not wait for the pages' libraries
    from admin_web.phone.phonebook import Phonebook

    with closing(Phonebook(folder, time.time)) as book:
        key = book.bind(NAME, book.hashed(NAME, PIN))
        token = book.open(NAME, PIN)
        assert isinstance(token, str)
        return {KEY: key, OPENING: token}


def _served(coop: Coop, effort: Effort) -> Row:
    """Her home, from request to last byte, beside a sheet that is only sent."""
    rounds = Rounds()
    for _ in range(effort.rounds + 1):
        pairs = [(coop.ask("/")[1], coop.ask("/static/phone.css")[1]) for _ in range(effort.visits)]
        rounds.add((home for home, _ in pairs), (sheet for _, sheet in pairs))
    return at_most("", "her home, served", rounds, "a sheet of its", None, "each of her pages had status 200")


def _pin(coop: Coop, effort: Effort) -> Row:
    """A right PIN through the form, beside argon2id alone: what is not the hash is the pages' own."""
    from admin_web.phone.phonebook import Phonebook

    rounds = Rounds()
    with closing(Phonebook(coop.machine.folder, time.time)) as book:
        for _ in range(effort.rounds + 1):
            status, took_s = coop.ask("/clave", {"pin": PIN, "next": "/"})
            if status != 303:
                raise CheckFailed(f"a right PIN was answered with {status}")
            began_s = time.perf_counter()
            book.hashed(NAME, PIN)
            rounds.add([took_s], [time.perf_counter() - began_s])
    share = median(rounds.floor) / median(rounds.subject)
    checked = f"each right PIN was taken; of its time the hash was {share:.0%}, and two are hashed at a time"
    return at_most("", "a right PIN, through the form", rounds, "its hash alone", None, checked)


def _on_a_phone(coop: Coop, effort: Effort) -> list[Row]:
    usable, weights = Rounds(), dict[str, Opening]()
    with chromium() as browser, EmptyPage() as empty:
        for _ in range(max(1, effort.starts) + 1):
            page = opened(browser, coop.port, "/", coop.cookies, PHONE)
            usable.add([page.usable_s], [opened(browser, empty.port, look=PHONE).usable_s])
        for words, path in PAGES.items():
            weights[words] = opened(browser, coop.port, path, coop.cookies, PHONE)
    took_s, floor_s = median(usable.subject), median(usable.floor)
    checked = f"{len(PAGES)} pages opened with nothing kept from before"
    floor, limit = f"empty page {duration(floor_s)}", f"≤ {duration(USABLE_S_MAX)}"
    first = Row(
        "G10", METRIC, duration(took_s), floor, usable.ratio, usable.spread, limit, took_s <= USABLE_S_MAX, checked
    )
    return [first, *(_weight(words, opening, checked) for words, opening in weights.items())]


def _weight(words: str, page: Opening, checked: str) -> Row:
    most = FIRST_BYTES_MAX if words == "her home" else BYTES_MAX
    told = f"{page.received_bytes:,} B in {page.requests}"
    return Row(
        "",
        f"  … {words}, all but photos",
        told,
        "",
        limit=f"≤ {most:,}",
        ok=page.received_bytes <= most,
        checked=checked,
    )
