"""The real web process: it streams the scene at once and on change, greys when nobody speaks, and stops when told."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fake_controller import IDLE, FakeController, controller
from web_process import START, Museum, Web, minga_web, museum
from wide import once

pytestmark = pytest.mark.system

STOP_S_MAX = 3.0


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; a scene has the event name `message`."""

    name: str
    data: str
    id: str


@contextmanager
def live(web: Web) -> Iterator[Iterator[Event]]:
    """An open stream, as an EventSource reads it."""
    connection = http.client.HTTPConnection(web.host, timeout=10)
    connection.request("GET", "/live")
    answer = connection.getresponse()
    assert answer.headers["content-type"].startswith("text/event-stream")
    try:
        yield _events(answer)
    finally:
        connection.close()


def _events(answer: http.client.HTTPResponse) -> Iterator[Event]:
    fields: dict[str, list[str]] = {}
    while line := answer.readline().decode():
        if line.strip():
            name, _, value = line.rstrip("\n").partition(": ")
            fields.setdefault(name, []).append(value)
        elif fields:
            name, number = fields.get("event", ["message"])[0], fields.get("id", [""])[0]
            yield Event(name, "\n".join(fields.get("data", [])), number)
            fields = {}


def scene_with(events: Iterator[Event], words: str) -> Event:
    """The next scene in which these words stand."""
    return next(event for event in events if event.name == "message" and words in event.data)


@pytest.fixture
def machine(tmp_path: Path) -> Museum:
    return museum(tmp_path)


@pytest.fixture
def both(open_museum: tuple[FakeController, Web]) -> tuple[FakeController, Web]:
    """A machine that nobody uses and its pages, which no test here may end."""
    open_museum[0].begin_anew(IDLE)
    return open_museum


def test_the_scene_comes_at_once_and_again_when_a_coin_falls(both: tuple[FakeController, Web]) -> None:
    """First the whole shelf with names from the books; then, within half a second, the credit."""
    fake, web = both
    with live(web) as events:
        first = scene_with(events, "Bolso feria")
        assert "Rosa Quishpe recibe" in first.data
        began = time.monotonic()
        shown = fake.show(replace(IDLE, phase="credit", credit_cents=150, left_ms=80_000))
        assert scene_with(events, "$1,50").id == str(shown.version)
        assert time.monotonic() - began < 0.5


def test_beats_tell_the_age_of_the_picture(both: tuple[FakeController, Web]) -> None:
    """Between changes there is a beat at least every second or two, each with an age in milliseconds."""
    with live(both[1]) as events:
        scene_with(events, "Bolso feria")
        began = time.monotonic()
        ages = [int(event.data) for event, _ in zip((e for e in events if e.name == "beat"), range(4), strict=False)]
        assert all(0 <= age < 2_000 for age in ages)
        assert time.monotonic() - began < 8


def test_the_page_greys_when_the_controller_falls_silent_and_wakes_with_it(both: tuple[FakeController, Web]) -> None:
    """Its socket stays open but it says nothing: the server itself sends the grey scene, and then the live one."""
    fake, web = both
    with live(web) as events:
        scene_with(events, "Bolso feria")
        fake.silent = True
        grey = scene_with(events, "Sin noticias de la máquina desde hace 5 s")
        assert '<div id="stage" class="stage stale"' in grey.data
        fake.silent = False
        assert "stale" not in scene_with(events, '<div id="stage" class="stage"').data


def test_the_page_stands_before_the_controller_and_its_books_do(tmp_path: Path) -> None:
    """No socket and no database: a page that says that the machine is waking, and then wakes."""
    bare = museum(tmp_path, books=False)
    with minga_web(bare) as web, live(web) as events:
        scene_with(events, "La máquina está despertando")
        with controller(bare.socket, IDLE):
            scene_with(events, "bolso-feria")


@pytest.mark.parametrize("how", once(signal.SIGTERM, signal.SIGINT), ids=lambda how: how.name)
def test_it_stops_within_three_seconds_with_a_page_open(machine: Museum, how: signal.Signals) -> None:
    """The open stream is told to end; nothing has to be killed."""
    with controller(machine.socket, IDLE), minga_web(machine) as web, live(web) as events:
        scene_with(events, "Bolso feria")
        began = time.monotonic()
        web.process.send_signal(how)
        web.process.wait(timeout=10)
        assert time.monotonic() - began < STOP_S_MAX
        assert all(event.name in ("message", "beat") for event in events)  # the stream ends; it does not break off


def run(machine: Museum, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", START, "web", "--config", str(machine.config), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def test_a_taken_port_is_said_plainly(machine: Museum) -> None:
    """Where, why and what to do, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(machine, "--port", str(port))
    assert ended.returncode == 1
    assert f"cannot serve on 127.0.0.1 port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_configuration_is_said_plainly(tmp_path: Path) -> None:
    """The file is named, and how to make one."""
    ended = run(Museum(tmp_path / "nowhere.toml"))
    assert ended.returncode == 1
    assert "nowhere.toml" in ended.stderr
    assert "Traceback" not in ended.stderr
