"""The control socket's server, over real sockets: rude, slow and many clients disturb neither the brain nor each other."""

import contextlib
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from builders import A1, B1, Till
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.client import Client, ControllerGone
from controller.devices import control
from controller.devices.control import CLIENTS_MAX, ControlServer, Service
from controller.domain.events import Event, SlotChosen
from controller.domain.stocking import OpenSlot, Refusal, Wish
from controller.domain.view import View, view
from controller.protocols.control import (
    LINE_BYTES_MAX,
    Answer,
    BackUp,
    Ping,
    Request,
    TellStatus,
    Watch,
    read_reply,
    write_request,
)

PING = write_request(Request(1, Ping()))
Reply = Callable[[Refusal | None], None]


class Brain:
    """Answers like the brain's thread would: A1 is granted, every other slot is refused."""

    def __init__(self) -> None:
        self.asked: list[Wish | Event] = []

    def ask(self, ask: Wish | Event, reply: Reply) -> None:
        self.asked.append(ask)
        granted = getattr(ask, "slot", A1) == A1
        reply(None if granted else Refusal("unknown-slot", "there is no such slot"))


def picture(version: int, name: str = "quito-museo-1") -> View:
    """The `version`-th picture of a machine."""
    till = Till()
    return view(name, 3, version, 1_795_275_000_000, till.cycle, till.shop, till.now_ms)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "minga.sock"


@pytest.fixture
def server(path: Path) -> Iterator[ControlServer]:
    """A started server with a brain of two answers."""
    started = ControlServer(path, Brain().ask)
    started.start()
    yield started
    started.stop()


@contextlib.contextmanager
def raw(path: Path, timeout_s: float = 5.0) -> Iterator[socket.socket]:
    """A client that says what it likes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout_s)
        client.connect(str(path))
        yield client


def answer_to(client: socket.socket, line: bytes) -> Answer:
    """Send one line and read one answer."""
    client.sendall(line)
    reply = read_reply(client.makefile("rb").readline())
    assert isinstance(reply, Answer)
    return reply


# Asking and watching


def test_a_wish_goes_to_the_brain_and_its_answer_comes_back(server: ControlServer, path: Path) -> None:
    """Granted or refused, each client hears about its own wish."""
    with Client(path) as kiosk, Client(path) as phone:
        assert kiosk.ask(SlotChosen(A1)).ok
        assert phone.ask(OpenSlot(B1, "luz")) == Answer(1, "unknown-slot", "there is no such slot")
        assert kiosk.ask(Ping()) == Answer(2)


def test_two_clients_ask_at_once_and_each_gets_its_own(server: ControlServer, path: Path) -> None:
    """A hundred wishes from two threads: no answer goes to the wrong client."""
    wrong: list[Answer] = []

    def ask_fifty(slot: str, ok: bool) -> None:
        with Client(path) as client:
            wrong.extend(a for a in (client.ask(SlotChosen(slot)) for _ in range(50)) if a.ok is not ok)  # type: ignore[arg-type]

    both = [threading.Thread(target=ask_fifty, args=who) for who in ((A1, True), (B1, False))]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
        assert not one.is_alive()
    assert wrong == []


def test_a_watcher_sees_the_newest_picture_and_every_later_one(server: ControlServer, path: Path) -> None:
    """The first picture comes at once, without waiting for a change."""
    server.publish(partial(picture, 1))
    server.publish(partial(picture, 2))
    with Client(path) as client:
        assert client.watch() == picture(2)
        server.publish(partial(picture, 3))
        assert client.picture() == picture(3)
        assert client.ask(Ping()).ok


def test_who_watches_twice_sees_each_picture_once(server: ControlServer, path: Path) -> None:
    """A second `watch` is answered, and no picture comes double afterwards."""
    server.publish(partial(picture, 1))
    with Client(path) as client:
        client.watch()
        assert client.ask(Watch()).ok
        seen = []
        for version in (2, 3, 4):
            server.publish(partial(picture, version))
            seen.append(client.picture().version)
        assert seen == [2, 3, 4]


def test_the_brain_that_does_not_answer_is_told_as_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wish into a silent inbox gets an answer after a while, not a dead line."""
    monkeypatch.setattr(control, "ANSWER_S", 0.05)
    server = ControlServer(path, lambda ask, reply: None)
    server.start()
    with contextlib.closing(Client(path)) as client:
        assert client.ask(SlotChosen(A1)).code == "busy"
        assert client.ask(Ping()).ok
    server.stop()


# Rude clients


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"hola\n", "not-json"),
        (b"\n", "not-json"),
        (b"\x00\xff\n", "not-json"),
        (b"a" * (LINE_BYTES_MAX + 1) + b"\n", "too-long"),
        (b"a" * (LINE_BYTES_MAX * 5) + b"\n", "too-long"),
        (b'{"v":1,"id":1,"do":"ping","\\ud800":1}\n', "bad-field"),
    ],
    ids=["words", "nothing", "bytes", "one byte too long", "far too long", "half a letter"],
)
def test_a_bad_line_is_answered_and_the_connection_lives_on(
    server: ControlServer, path: Path, line: bytes, code: str
) -> None:
    """One answer that says why, and the next request works as if nothing had been."""
    with raw(path) as client:
        assert answer_to(client, line).code == code
        assert answer_to(client, PING) == Answer(1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=80), max_size=5))
def test_garbage_harms_nobody(server: ControlServer, path: Path, lines: list[bytes]) -> None:
    """Any bytes in any pieces: each line gets an answer, and afterwards a request is served."""
    with raw(path) as client:
        for piece in lines:
            client.sendall(piece)
        client.sendall(b"\n" + PING)
        replies = client.makefile("rb")
        while (reply := read_reply(replies.readline())) != Answer(1):
            assert isinstance(reply, Answer)
            assert not reply.ok


def test_a_half_line_keeps_nobody_waiting(server: ControlServer, path: Path) -> None:
    """One client stops in the middle of a line; another is served at once, and the first when it goes on."""
    with raw(path) as half, Client(path, timeout_s=1.0) as other:
        half.sendall(PING[:9])
        assert other.ask(Ping()).ok
        assert answer_to(half, PING[9:]) == Answer(1)


def test_a_client_that_hangs_up_in_mid_line_frees_its_seat(server: ControlServer, path: Path) -> None:
    """Three times as many clients as there are seats come and go, one after another, and all are served."""
    for _ in range(3 * CLIENTS_MAX):
        with raw(path) as client:
            assert answer_to(client, PING).ok
            client.sendall(b'{"v":1,')


def test_one_client_too_many_is_turned_away(server: ControlServer, path: Path) -> None:
    """The seats are full: the next one hears that nobody answers, and gets in when somebody leaves."""
    seated = [Client(path) for _ in range(CLIENTS_MAX)]
    assert all(client.ask(Ping()).ok for client in seated)
    with raw(path) as late, contextlib.suppress(ConnectionError):
        assert late.recv(1) == b""
    for client in seated:
        client.close()
    assert until(lambda: is_served(path))


def test_a_client_that_is_hung_up_on_says_so(path: Path) -> None:
    """A server that takes the connection and ends it leaves the client with one sentence, before it sends or after."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as rude:
        rude.bind(str(path))
        rude.listen()
        with Client(path) as client:
            rude.accept()[0].close()
            with pytest.raises(ControllerGone):
                client.ask(Ping())


def test_a_watcher_that_never_reads_delays_nobody(
    server: ControlServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its buffer is full of big pictures: publishing stays quick, and another watcher sees the newest."""
    big = "m" * 40_000
    with raw(path) as deaf, Client(path) as other:
        deaf.sendall(b'{"v":1,"id":1,"do":"watch"}\n')
        server.publish(partial(picture, 0, big))
        other.watch()
        slowest_s = 0.0
        for version in range(1, 40):
            began_s = time.monotonic()
            server.publish(partial(picture, version, big))
            slowest_s = max(slowest_s, time.monotonic() - began_s)
        while other.picture().version < 39:
            pass
    assert slowest_s < 0.5


def test_a_watcher_that_stopped_reading_is_hung_up_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it was given its time it loses the connection, instead of waiting for ever on half a picture."""
    monkeypatch.setattr(control, "SEND_S", 0.2)
    before = set(threading.enumerate())
    server = ControlServer(path, Brain().ask)
    server.start()

    def is_let_go() -> bool:
        server.publish(partial(picture, 1, "m" * 60_000))
        return not any(thread.name == "control-client" for thread in set(threading.enumerate()) - before)

    with raw(path) as deaf:
        assert answer_to(deaf, b'{"v":1,"id":1,"do":"watch"}\n').ok
        assert until(is_let_go)
        with contextlib.suppress(ConnectionResetError):
            while deaf.recv(1 << 16):
                pass
    server.stop()


# The socket file


def test_only_owner_and_group_may_connect(server: ControlServer, path: Path) -> None:
    """The file system guards the door: 0660, whatever umask the process has."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_socket_left_by_a_killed_controller_is_replaced(path: Path) -> None:
    """A dead socket file is no obstacle to the next start."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    server = ControlServer(path, Brain().ask)
    server.start()
    with Client(path) as client:
        assert client.ask(Ping()).ok
    server.stop()


def test_a_file_that_is_no_socket_is_never_removed(path: Path) -> None:
    """A configuration that names the books as its socket must not cost the books."""
    path.write_bytes(b"the books")
    with contextlib.suppress(Exception):
        ControlServer(path, Brain().ask)
    assert path.is_file()
    assert path.read_bytes() == b"the books"


def test_a_stop_hangs_up_on_everybody(path: Path) -> None:
    """A watcher and an idle client both see the end at once, the file is gone, and no thread of ours stays."""
    before = set(threading.enumerate())
    server = ControlServer(path, Brain().ask)
    server.start()
    server.publish(partial(picture, 1))
    with Client(path, timeout_s=2.0) as watcher, raw(path, timeout_s=2.0) as idle:
        watcher.watch()
        answer_to(idle, PING)
        server.stop()

        with pytest.raises(ControllerGone, match="hung up"):
            watcher.picture()
        assert idle.recv(1) == b""
    assert not path.exists()
    assert until(lambda: not set(threading.enumerate()) - before)


def test_nobody_answers_after_a_stop(server: ControlServer, path: Path) -> None:
    """The client's message says what to start."""
    server.stop()
    with pytest.raises(ControllerGone, match="start it with `minga controller`"):
        Client(path)


def is_served(path: Path) -> bool:
    """Whether a new client gets an answer now."""
    with Client(path) as client:
        try:
            return client.ask(Ping()).ok
        except (ControllerGone, OSError):
            return False


def until(true: Callable[[], bool], within_s: float = 3.0) -> bool:
    """Whether this becomes true in time."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_a_technician_s_questions_never_reach_the_brain(path: Path) -> None:
    """How the devices are, and a backup: answered by whoever knows, with what they say or why not."""
    brain = Brain()
    service = Service(lambda: {"coins": {"works": True, "poll_ms": 150}}, lambda: Refusal("no-stick", "put it in"))
    server = ControlServer(path, brain.ask, service)
    server.start()
    with Client(path) as client:
        assert client.ask(TellStatus()).told == {"coins": {"works": True, "poll_ms": 150}}
        assert client.ask(BackUp()).code == "no-stick"
    server.stop()
    assert brain.asked == []
