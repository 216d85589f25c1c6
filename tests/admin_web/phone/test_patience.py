"""Slow and half-open connections, with real sockets: each is ended in time, and meanwhile everybody else is served.

The deadlines are shortened for the test, which then waits for the end of the connection and never for a while. Every visitor
has an address of her own in 127.0.0.0/8, as in a real network.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from fake_controller import eventually
from fastapi.responses import PlainTextResponse
from phone_bench import Bench, opened

from admin_web.phone import patience
from admin_web.phone.patience import ALL_MAX, EACH_MAX, Patient
from admin_web.serving import Server

PATIENCE_S = 30.0
"""How long a test waits for what has to come; no claim is about it."""
HEAD = b"GET /entrar HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"POST /clave HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 4000\r\n\r\npin=1"
LARGE_BYTES = 30_000_000


@dataclass(frozen=True)
class House:
    """The pages as `minga phones` serves them, on a port of loopback."""

    server: Server
    place: tuple[str, int]

    def visitor(self, number: int = 1, *sent: bytes) -> socket.socket:
        """A connection from the network's address `number`, on which this much has been sent."""
        one = socket.create_connection(self.place, PATIENCE_S, (f"127.0.1.{number}", 0))
        for part in sent:
            one.sendall(part)
        return one

    def answered(self, number: int) -> int:
        """The status of a page, asked by the book from the network's address `number`."""
        with self.visitor(number, HEAD + b"Connection: close\r\n\r\n") as one:
            return int(one.makefile("rb").readline().split()[1])

    def held(self, one: socket.socket) -> bool:
        """Whether the server still has this connection."""
        return one.getsockname() in [other.client for other in list(self.server.server_state.connections)]


@contextmanager
def served(bench: Bench) -> Iterator[House]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    server = Server(bench.app, bench.gateway, Patient)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield House(server, listener.getsockname()[:2])
    server.should_exit = True
    thread.join(PATIENCE_S)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("casa")) as bench:
        bench.app.add_api_route("/large", lambda: PlainTextResponse(b"x" * LARGE_BYTES))
        with served(bench) as house:
            yield house


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines in tenths of a second."""
    for name in ("HEAD_S", "BODY_S", "READ_S"):
        monkeypatch.setattr(patience, name, 0.2)


def ended(one: socket.socket) -> bool:
    """Whether the other side hangs up, without an answer or after it."""
    try:
        while one.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "sent",
    [(), (b"GE",), (HEAD,), (FORM,), (FORM, b"x")],
    ids=["nothing", "a word", "half a head", "half a form", "more"],
)
def test_whoever_keeps_us_waiting_is_ended(house: House, sent: tuple[bytes, ...]) -> None:
    """With nothing sent, half a head or half a form."""
    with house.visitor(1, *sent) as one:
        assert ended(one)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("head", [HEAD, FORM], ids=["head", "form"])
def test_a_drop_now_and_then_does_not_help(house: House, head: bytes) -> None:
    """A byte every twentieth of a second: the deadline is for the whole, not for the next byte."""
    with house.visitor(1, head) as one:
        assert any(not drips(one) for _ in range(600))


def drips(one: socket.socket) -> bool:
    """One more byte, a moment later; False when the other side has hung up."""
    time.sleep(0.05)
    try:
        return one.send(b"x") == 1
    except OSError:
        return False


@pytest.mark.usefixtures("hasty")
def test_a_refused_form_that_goes_on_dripping_is_ended_too(house: House) -> None:
    """The answer went out long before its body was here."""
    with house.visitor(1, FORM.replace(b"same-origin", b"cross-site")) as one:
        assert one.recv(20).startswith(b"HTTP/1.1 403")
        assert ended(one)


@pytest.mark.usefixtures("hasty")
def test_whoever_does_not_read_is_not_waited_for(house: House) -> None:
    """Thirty megabytes are ready for her; she reads none, and what is left of them is thrown away."""
    with house.visitor(1, HEAD.replace(b"/entrar", b"/large") + b"\r\n") as one:
        eventually(lambda: house.held(one))
        eventually(lambda: not house.held(one))
        got = 0
        while part := one.recv(1 << 20):
            got += len(part)
        assert 0 < got < LARGE_BYTES


def test_a_large_body_that_keeps_coming_has_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long after the deadline for a small one: each piece that comes buys the time for the next."""
    monkeypatch.setattr(patience, "BODY_S", 0.2)
    monkeypatch.setattr(patience, "BODY_BYTES_PER_S", 10)
    with house.visitor(1, FORM + b"x" * 500) as one:
        for _ in range(6):
            time.sleep(0.1)
            one.sendall(b"x" * 500)
        one.sendall(b"x" * 495)
        assert one.recv(20).startswith(b"HTTP/1.1 303")


def test_one_address_holds_no_more_than_its_share(house: House) -> None:
    """Its oldest connection goes for its newest; the others of the network notice nothing."""
    with ExitStack() as open_:
        held = [open_.enter_context(house.visitor(2, HEAD)) for _ in range(EACH_MAX + 6)]
        assert all(ended(one) for one in held[:6])
        assert house.answered(3) == 200
        held[-1].sendall(b"Connection: close\r\n\r\n")
        assert held[-1].recv(20).startswith(b"HTTP/1.1 200")


def test_two_hundred_slow_connections_keep_nobody_out(house: House) -> None:
    """Each from another address, with half a head or half a form: every page that others ask for comes."""
    with ExitStack() as open_:
        held = [open_.enter_context(house.visitor(10 + one, (HEAD, FORM)[one % 2])) for one in range(200)]
        assert [house.answered(5) for _ in range(50)] == [200] * 50
        assert all(ended(one) for one in held[: 200 - ALL_MAX])


def test_a_connection_that_is_worked_for_is_never_the_one_that_goes() -> None:
    """Whoever waits for us is not slow; only if nobody else is there to go, the newest goes."""

    class Told:
        def __init__(self, slow_since_s: float | None, address: str) -> None:
            self.slow_since_s, self.client, self.transport = slow_since_s, (address, 1), self

        def is_closing(self) -> bool:
            return False

    busy = [Told(None, f"10.0.0.{one}") for one in range(ALL_MAX)]
    new, slow = Told(9.0, "10.0.1.1"), Told(8.0, "10.0.1.2")
    assert patience.one_too_many(new, [*busy, new, slow]) is slow  # type: ignore[arg-type, comparison-overlap]
    assert patience.one_too_many(new, [*busy, new]) is new  # type: ignore[arg-type, comparison-overlap]
    assert patience.one_too_many(new, [*busy[1:], new]) is None  # type: ignore[arg-type]


def test_whoever_leaves_in_the_middle_of_a_form_is_no_fault_of_ours(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is logged: a card must not fill up with what strangers do."""
    for _ in range(3):
        house.visitor(1, FORM).close()
        house.visitor(1, b"nonsense\r\n\r\n").close()
    assert house.answered(1) == 200
    assert caplog.records == []
