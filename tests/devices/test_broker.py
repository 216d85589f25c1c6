"""The line to the broker: who is let in, what is refused in words, and what a wrong clock does."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from authority import Authority
from servers import Broker as Server
from servers import free_port, wait_for

from controller.config import Sync
from controller.devices import broker as module
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.protocols.sync.topics import STATUS, of_machine, topic

NAME = "museo-1"
OTHERS = "minga/v1/museo-2/status"
SECRET = "chumpi-rojo-y-secreto"
ACCESS = f"user {NAME}\npattern write minga/v1/%u/status\npattern read minga/v1/%u/ack\n"


class Listening:
    """What a broker tells, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def came(self) -> None:
        self.told.append(("came",))

    def went(self, words: str) -> None:
        self.told.append(("went", words))

    def heard(self, topic: str, payload: bytes, kept: bool) -> None:
        self.told.append(("heard", topic, payload, kept))

    def taken(self, number: int, refusal: str) -> None:
        self.told.append(("taken", number, refusal))

    def next(self, kind: str) -> tuple[Any, ...]:
        """The first thing of this kind that was told."""
        wait_for(lambda: any(told[0] == kind for told in self.told), lambda: f"no {kind}, only {self.told}")
        return next(told for told in self.told if told[0] == kind)


class Line:
    """A line that is being called, and what is heard on it. Use it in a `with`."""

    def __init__(self, waits_s: float = 0.05, **sync: Any) -> None:
        self.listening = Listening()
        self.broker = Broker(Sync(**sync), NAME, of_machine(NAME), Backoff(waits_s, 4 * waits_s))

    def __enter__(self) -> "Line":
        self.broker.start(self.listening, lambda: (topic(NAME, STATUS), b"lost"))
        return self

    def __exit__(self, *_: object) -> None:
        self.broker.stop()

    def says(self, name: str, payload: bytes = b"{}") -> str:
        """What the broker answers to a message; empty when it took it."""
        self.listening.next("came")
        number = self.broker.say(name, payload)
        return str(next(told[2] for told in [self.listening.next("taken")] if told[1] == number))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("claves"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A broker with users, passwords and an access list."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "access").write_text(ACCESS)
    (folder / "users").write_text(f"{NAME}:{SECRET}\n")
    (folder / "users").chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(folder / "users")], check=True)
    with Server(
        folder, "allow_anonymous false", f"password_file {folder}/users", f"acl_file {folder}/access"
    ) as server:
        yield server


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    return file


def encrypted(folder: Path, authority: Authority, *more: str, **validity: int) -> Server:
    """A broker with TLS, whose certificate is valid so long."""
    file, key = authority.signs("broker", **validity)
    own = (f"cafile {authority.file}", f"certfile {file}", f"keyfile {key}")
    return Server(folder, *own, *(more or ("allow_anonymous true",)))


def complaint(server: Server, authority: Authority) -> str:
    """Why a machine that believes this authority does not come to terms with the server."""
    with Line(broker=f"mqtts://127.0.0.1:{server.port}", ca_file=authority.file) as line:
        return str(line.listening.next("went")[1])


def test_name_and_password_let_the_machine_in(guarded: Server, password_file: Path) -> None:
    """The password lies in a file of its own."""
    with Line(broker=f"mqtt://127.0.0.1:{guarded.port}", user=NAME, password_file=password_file) as line:
        assert line.says(topic(NAME, STATUS)) == ""


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_wrong_password_is_told_and_stands_nowhere(
    guarded: Server, password_file: Path, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The words say which keys to look at; the password is in none of them."""
    password_file.write_text("chumpi-azul")
    url = f"mqtt://127.0.0.1:{guarded.port}"
    with Line(broker=url, user=NAME, password_file=password_file, protocol=protocol) as line:
        (_, words) = line.listening.next("went")
        assert words.startswith(f"the broker does not let {NAME} in")
        assert "`sync.user`" in words
        assert "chumpi-azul" not in caplog.text + words


def test_a_password_that_others_can_read_is_not_used(guarded: Server, password_file: Path) -> None:
    """A file of mode 0644 is refused before anybody is called."""
    password_file.chmod(0o644)
    with Line(broker=f"mqtt://127.0.0.1:{guarded.port}", user=NAME, password_file=password_file) as line:
        assert "others may read this key" in line.listening.next("went")[1]


def test_what_the_access_list_refuses_is_told_by_mqtt_5(guarded: Server, password_file: Path) -> None:
    """Another machine's topic is not ours; the broker says so, message by message."""
    with Line(broker=f"mqtt://127.0.0.1:{guarded.port}", user=NAME, password_file=password_file) as line:
        assert line.says(OTHERS) == "Not authorized"


def test_by_mqtt_3_1_1_a_refused_message_looks_like_any_other(guarded: Server, password_file: Path) -> None:
    """The broker takes it and throws it away; only the lab's own answer proves anything."""
    url = f"mqtt://127.0.0.1:{guarded.port}"
    with Line(broker=url, user=NAME, password_file=password_file, protocol="3.1.1") as line:
        assert line.says(OTHERS) == ""


def test_a_certificate_proves_each_to_the_other(tmp_path: Path, authority: Authority) -> None:
    """The broker asks for a certificate and takes its name for the user's; without one nobody comes in."""
    (tmp_path / "access").write_text(ACCESS)
    demands = ("require_certificate true", "use_identity_as_username true", f"acl_file {tmp_path}/access")
    own, key = authority.signs(NAME)
    with encrypted(tmp_path / "broker", authority, *demands) as server:
        url = f"mqtts://127.0.0.1:{server.port}"
        with Line(broker=url, ca_file=authority.file, cert_file=own, key_file=key) as line:
            assert line.says(topic(NAME, STATUS)) == ""
        with Line(broker=url, ca_file=authority.file) as line:
            assert "does the broker take `sync.cert_file`, or ask for one?" in line.listening.next("went")[1]


def test_a_broker_of_another_authority_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    """Somebody between us and the lab has a certificate too."""
    stranger = Authority(tmp_path / "strange", "Autoridad de otros")
    with encrypted(tmp_path / "broker", stranger) as server:
        assert "look at `sync.ca_file`" in complaint(server, authority)


def test_a_clock_that_is_behind_is_told_as_what_it_is(tmp_path: Path, authority: Authority) -> None:
    """To a machine in 1970 every certificate is of the future: the words say what the clock says, and when it begins."""
    begins = datetime.now(UTC) + timedelta(days=365)
    with encrypted(tmp_path / "broker", authority, from_days=365, to_days=400) as server:
        words = complaint(server, authority)
    assert "is not valid yet" in words
    assert f"the clock here says {datetime.now(UTC):%d.%m.%Y}" in words
    assert f"it begins on {begins:%d.%m.%Y}" in words
    assert "selling goes on" in words


def test_a_certificate_that_has_ended_says_when(tmp_path: Path, authority: Authority) -> None:
    """Either somebody renews it, or the clock runs ahead."""
    with encrypted(tmp_path / "broker", authority, from_days=-20, to_days=-10) as server:
        words = complaint(server, authority)
    assert f"it ended on {datetime.now(UTC) - timedelta(days=10):%d.%m.%Y}" in words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mqtts://no-such-host.invalid", "nobody knows where no-such-host.invalid is"),
        (f"mqtt://127.0.0.1:{free_port()}", "nobody answers at 127.0.0.1"),
    ],
    ids=["unknown", "absent"],
)
def test_a_broker_that_is_not_there_is_told_in_words(url: str, words: str) -> None:
    """What to look at: the network, the name, the port."""
    with Line(broker=url) as line:
        assert words in line.listening.next("went")[1]


def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    """A typing mistake in the configuration is none of the network's."""
    with Line(broker="mqtts://127.0.0.1:1", ca_file=tmp_path / "lab-ca.pem") as line:
        assert str(tmp_path / "lab-ca.pem") in line.listening.next("went")[1]


def test_a_broker_that_hangs_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call and says nothing: the machine hangs up, and calls again when it is back."""
    monkeypatch.setattr(module, "ANSWER_S", 0.2)
    with Server(tmp_path) as server:
        server.pause()
        with Line(broker=f"mqtt://127.0.0.1:{server.port}") as line:
            assert line.listening.next("went") == ("went", "the broker took the call and says nothing")
            server.go_on()
            line.listening.next("came")


@pytest.mark.parametrize("wakes", ["hurry", "_network_has_changed"])
def test_nobody_waits_for_the_next_call_when_the_network_is_back(tmp_path: Path, wakes: str) -> None:
    """The next call would be in ten minutes; somebody asks for it now, or the kernel tells of a new address."""
    server = Server(tmp_path)
    with Line(600, broker=f"mqtt://127.0.0.1:{server.port}") as line:
        line.listening.next("went")
        with server:
            getattr(line.broker, wakes)()
            line.listening.next("came")


def test_two_of_one_name_are_told_so(tmp_path: Path) -> None:
    """A machine's disk was copied: the two throw each other out, and the words say it."""
    with Server(tmp_path) as server:
        url = f"mqtt://127.0.0.1:{server.port}"
        with Line(broker=url) as line:
            line.listening.next("came")
            with Line(broker=url):
                twin = f"does somebody else call itself {NAME} there?"
                wait_for(lambda: twin in str(line.listening.told), lambda: f"no twin: {line.listening.told}")


def test_what_is_no_mqtt_at_all_ends_the_call() -> None:
    """Somebody else's server at that port: the call ends, in words, and no thread of paho's is left."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def babbles() -> None:
            line, _ = other.accept()
            line.sendall(b"\xff" * 64)
            line.close()

        threading.Thread(target=babbles, daemon=True).start()
        with Line(broker=f"mqtt://127.0.0.1:{other.getsockname()[1]}") as line:
            assert line.listening.next("went")[1]
