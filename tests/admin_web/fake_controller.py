"""A controller to test pages against: a real Unix socket that speaks the real control language and shows any picture.

It decides nothing. `show` sets the picture, `asked` is what was wished for, `silent` makes it hold its tongue while the
connection stays open. It lives in a thread of its own with its own loop, as the real one lives in its own process.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from controller.domain.catalog import Account, Share
from controller.domain.money import COINS_CENTS
from controller.domain.view import NoticeView, SlotView, View
from controller.protocols import control

EVERY_S = 0.2


class FakeController:
    def __init__(self, path: Path, view: View) -> None:
        self.path, self.view = path, view
        self.asked: queue.Queue[control.Ask] = queue.Queue()
        self.refusal: str | None = None
        self.silent = False
        self.watching = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._up = threading.Event()

    def show(self, view: View) -> View:
        """Make this the picture from now on; its version grows by itself."""
        self.view = replace(view, version=self.view.version + 1)
        self._loop.call_soon_threadsafe(self._send_all)
        return self.view

    def begin_anew(self, view: View) -> None:
        """Talk again, refuse nothing, forget what was asked, and show this."""
        self.silent, self.refusal, self.asked = False, None, queue.Queue()
        self.show(view)

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(5)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self.path.unlink(missing_ok=True)

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_unix_server(self._serve, self.path))
        ticking = self._loop.create_task(self._tick())
        self._up.set()
        self._loop.run_forever()
        ticking.cancel()
        server.close()
        for writer in self._writers:
            writer.close()
        others = asyncio.all_tasks(self._loop)
        for task in others:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*others, return_exceptions=True))
        self._loop.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self._send_all()

    def _send_all(self) -> None:
        if not self.silent:
            for writer in self._writers:
                writer.write(control.write_state(self.view))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._talk(reader, writer)
        self._writers.discard(writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = control.read_request(line)
            if isinstance(request.ask, control.Watch):
                if not self.silent:
                    writer.write(control.write_answer(control.Answer(request.request_id)))
                    writer.write(control.write_state(self.view))
                self._writers.add(writer)
                self.watching.set()
            else:
                self.asked.put(request.ask)
                words = "no" if self.refusal else ""
                if not self.silent:
                    writer.write(control.write_answer(control.Answer(request.request_id, self.refusal, words)))


@contextmanager
def controller(path: Path, view: View) -> Iterator[FakeController]:
    fake = FakeController(path, view)
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()


def slot_view(
    slot: str, product: str, maker: str, cents: int, quantity: int = 4, reason: str | None = None
) -> SlotView:
    """A slot whose price is shared four to one between its maker and the common fund."""
    status = "closed" if reason else "ready" if quantity else "sold-out"
    fund_cents = cents // 5
    shares = (Share(Account(f"maker:{maker}"), cents - fund_cents), Share(Account("fund:comun"), fund_cents))
    return SlotView(slot, product, maker, cents, quantity, status, reason, shares)


SHELF = (
    slot_view("A1", "bolso-feria", "rosa", 350),
    slot_view("A2", "chumpi-rojo", "luz", 200),
    slot_view("A3", "poncho-wawa", "inti", 500),
    slot_view("A4", "monedero-llama", "rosa", 125),
    slot_view("B1", "gorro-chullo", "luz", 450),
    slot_view("B2", "muneca-warmi", "sami", 600),
    slot_view("B3", "bufanda-paramo", "inti", 800),
    slot_view("B4", "delantal-mercado", "sami", 650),
)

IDLE = View(
    machine="museo-quito",
    boot_id=7,
    version=41,
    wall_ms=0,
    phase="idle",
    credit_cents=0,
    chosen=None,
    missing_cents=0,
    vending=None,
    coins_welcome=True,
    troubles=(),
    left_ms=None,
    notice=None,
    slots=SHELF,
    coins_cents=COINS_CENTS,
)


def paused(*troubles: str, credit_cents: int = 0) -> View:
    slots = tuple(replace(slot, status="paused") if slot.status == "ready" else slot for slot in SHELF)
    phase = "credit" if credit_cents else "idle"
    stopped = replace(IDLE, slots=slots, troubles=troubles, coins_welcome=False, coins_cents=())
    return replace(stopped, credit_cents=credit_cents, phase=phase)


def with_news(news: str, slot: str | None = "A1", cents: int = 350, claim: str | None = None, credit: int = 0) -> View:
    notice = NoticeView(news, slot, cents, claim, 120_000 if claim else 20_000)
    return replace(IDLE, notice=notice, credit_cents=credit, phase="credit" if credit else "idle")


def eventually(true_when: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait until a claim holds, by looking often; fail when it does not in time."""
    until = time.monotonic() + within_s
    while not true_when():
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.01)
