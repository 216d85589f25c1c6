"""The gateway shows no picture without its age, comes back by itself, and passes wishes on without deciding."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_controller import IDLE, controller
from web_process import museum

from admin_web import gateway as gateway_module
from admin_web.gateway import Gateway
from controller.domain.catalog import SlotId
from controller.domain.events import ReturnPressed, SlotChosen


class Clock:
    """A monotonic clock that stands until it is told."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def with_gateway(folder: Path, play: Callable[[Gateway, Clock], Awaitable[None]]) -> None:
    """Run a gateway on this folder's socket and books while `play` plays."""

    async def run() -> None:
        clock = Clock()
        gateway = Gateway(folder / "minga.sock", folder / "minga.db", clock)
        listening = asyncio.create_task(gateway.run())
        try:
            await asyncio.wait_for(play(gateway, clock), 20)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())


async def until(holds: Callable[[], bool], gateway: Gateway) -> None:
    """Wait from picture to picture until a claim holds."""
    while not holds():
        await gateway.changed(0.05)


def test_the_first_picture_arrives_with_an_age(tmp_path: Path) -> None:
    """Before it there is nothing to show and everything is stale; after it the age counts."""

    async def play(gateway: Gateway, clock: Clock) -> None:
        assert (gateway.picture, gateway.age_ms, gateway.stale) == (None, None, True)
        await until(lambda: gateway.picture is not None, gateway)
        assert (gateway.picture, gateway.stale) == (IDLE, False)
        clock.now_s += 4
        assert gateway.age_ms in (0, 4_000)  # a fresh picture may have come in between

    with controller(tmp_path / "minga.sock", IDLE):
        with_gateway(tmp_path, play)


def test_a_silent_controller_makes_the_picture_stale(tmp_path: Path) -> None:
    """Five seconds without a word: the old picture stays, with its true age, and nothing can be asked."""

    async def play(gateway: Gateway, clock: Clock) -> None:
        await until(lambda: gateway.picture is not None, gateway)
        fake.silent = True
        await asyncio.sleep(0)
        clock.now_s += 5
        await until(lambda: gateway.stale, gateway)
        assert gateway.picture is not None
        assert (await gateway.ask(ReturnPressed())).code == "away"
        assert fake.asked.empty()

    with controller(tmp_path / "minga.sock", IDLE) as fake:
        with_gateway(tmp_path, play)


def test_the_gateway_connects_when_the_controller_comes_and_when_it_comes_back(tmp_path: Path) -> None:
    """It waits for a controller that starts later, and finds the next one after a restart."""
    path = tmp_path / "minga.sock"

    async def play(gateway: Gateway, clock: Clock) -> None:
        await gateway.changed(0.3)
        assert gateway.picture is None
        with controller(path, IDLE):
            await until(lambda: gateway.picture == IDLE, gateway)
        with controller(path, replace(IDLE, boot_id=8)):
            await until(lambda: gateway.picture is not None and gateway.picture.boot_id == 8, gateway)

    with_gateway(tmp_path, play)


def test_a_wish_passes_through_and_its_answer_comes_back(tmp_path: Path) -> None:
    """The controller hears exactly what was asked; a refusal keeps its code."""

    async def play(gateway: Gateway, clock: Clock) -> None:
        await until(lambda: gateway.picture is not None, gateway)
        assert (await gateway.ask(SlotChosen(SlotId("A3")))).ok
        assert fake.asked.get(timeout=2) == SlotChosen(SlotId("A3"))
        fake.refusal = "busy"
        assert (await gateway.ask(ReturnPressed())).code == "busy"

    with controller(tmp_path / "minga.sock", IDLE) as fake:
        with_gateway(tmp_path, play)


def test_a_wish_that_nobody_answers_is_said_to_be_unanswered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is bounded, and its end proves nothing."""
    monkeypatch.setattr(gateway_module, "ANSWER_S", 0.1)

    async def play(gateway: Gateway, clock: Clock) -> None:
        await until(lambda: gateway.picture is not None, gateway)
        fake.silent = True
        assert (await gateway.ask(ReturnPressed())).code == "away"
        assert fake.asked.get(timeout=2) == ReturnPressed()

    with controller(tmp_path / "minga.sock", IDLE) as fake:
        with_gateway(tmp_path, play)


def test_names_come_from_the_books_as_soon_as_there_are_any(tmp_path: Path) -> None:
    """Without a database there are no names and no error; with it they appear, and consent is kept."""

    async def play(gateway: Gateway, clock: Clock) -> None:
        await until(lambda: gateway.picture is not None, gateway)
        assert gateway.names.piece("bolso-feria").name == "bolso-feria"
        museum(tmp_path)
        clock.now_s += gateway_module.NAMES_S + 0.1
        await until(lambda: gateway.names.piece("bolso-feria").name == "Bolso feria", gateway)
        assert gateway.names.maker("rosa").name == "Rosa Quishpe"
        assert gateway.names.maker("sami").name == "Taller La Puntada"

    with controller(tmp_path / "minga.sock", IDLE):
        with_gateway(tmp_path, play)
