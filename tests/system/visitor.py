"""Somebody in front of a running museum: coins, buttons, and a look at the screen. Every wait ends on something seen.

Also what the system tests share beside her: settings for a quick machine, and the books beside the truth.
"""

import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen
from controller.domain.view import View
from controller.ledger.reports import Totals
from hw_mocks.museum import Museum
from hw_mocks.verdict import judge

SPEED = 4.0
"""World seconds in one of ours: a spiral turns in half a second and a piece falls in a tenth, room to step in between."""
STEADY = """
[coins]
port = "run/coins"
poll_ms = 20

[policy]
credit_idle_s = 120
notice_s = 120
"""
"""No visitor of a test walks away, and no notice goes before it was read, however busy this computer is."""
PATIENCE_S = 20.0


def eventually(look: Callable[[], Any], what: str, within_s: float = PATIENCE_S) -> Any:
    """The first thing `look` gives that is true. Raises AssertionError after `within_s`; for what nobody announces."""
    deadline_s = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline_s, f"never came: {what}"
        time.sleep(0.01)
    return found


@contextmanager
def standing(folder: Path, settings: str = STEADY, speed: float = SPEED) -> Iterator[Museum]:
    """World, controller and pages in `folder`, with the example's shelf. Afterwards the last words of each are printed."""
    with Museum(folder) as museum:
        museum.found()
        museum.open(settings, speed)
        museum.fill_shelf()
        eventually(lambda: museum.log("web"), "the pages say where they are")
        yield museum
        for name in ("controller", "web", "world"):  # pytest shows them beside a failure only
            print(f"--- {name}\n{museum.log(name)[-4_000:]}")


class Visitor:
    """One connection to the machine's control socket, and a hand in the world."""

    def __init__(self, museum: Museum) -> None:
        self.museum = museum
        self.client: Client = museum.client()
        self.picture: View = self.client.watch()

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def sees(self, until: Callable[[View], Any], what: str, within_s: float = PATIENCE_S) -> View:
        """The first picture of which `until` is true, the present one too."""
        deadline_s = time.monotonic() + within_s
        while not until(self.picture):
            assert time.monotonic() < deadline_s, f"never seen: {what}; the last picture was {self.picture}"
            self.picture = self.client.picture()
        return self.picture

    def sees_news(self, *news: str) -> View:
        """The picture that says so; the vend, if there was one, is over."""
        return self.sees(lambda p: p.notice and p.notice.news in news and not p.vending, f"news {news}")

    def puts_in(self, *coins_cents: int) -> None:
        """Each coin once the one before has counted; one that comes back is tried again."""
        for cents in coins_cents:
            credit_cents = self.picture.credit_cents + cents
            self.drops(cents)
            self.sees(lambda p, wanted=credit_cents: p.credit_cents == wanted, f"a credit of {credit_cents} cents")

    def drops(self, cents: int) -> None:
        """One coin into the box, and no wait for what becomes of it."""
        self.sees(lambda p: p.coins_welcome, "coins are welcome")
        eventually(lambda: self.museum.hand.insert(cents=cents) == "box", f"{cents} cents fall into the box")

    def touches(self, slot: str) -> None:
        """Her choice, as the screen sends it."""
        answer = self.client.ask(SlotChosen(SlotId(slot)))
        assert answer.ok, answer.words


def judged(museum: Museum) -> Totals:
    """The books beside what physically happened. Fails with everything that is broken."""
    totals, complaints = judge(museum.folder / "minga.db", museum.hand.truth())
    assert complaints == []
    return totals


def kill(museum: Museum) -> None:
    """`kill -9` of the controller, by the process id in its own lock file."""
    os.kill(int((museum.folder / "minga.db.lock").read_text()), signal.SIGKILL)


def page(museum: Museum) -> str:
    """The kiosk's page as it is served right now."""
    with urllib.request.urlopen(f"http://127.0.0.1:{museum.port}/", timeout=10) as answer:
        return str(answer.read().decode())
