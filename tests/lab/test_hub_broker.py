"""The broker of the pages, word for word: TLS, a user a machine, and an access list that keeps them apart."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from authority import Authority
from hubs import Hub
from labbooks import MACHINE, Books
from paho.mqtt.enums import CallbackAPIVersion
from servers import PATH, Broker, Postgres
from teller import Teller, until

from controller.protocols.sync.letter import written
from controller.protocols.sync.notes import Ack, told
from lab.looking import proofs
from lab.store import opened

pytestmark = pytest.mark.system
DOCS = Path(__file__).resolve().parents[2] / "docs"
THIEF = "museo-2"


def block(page: str, first: str) -> str:
    """The code block of a page that begins with this line."""
    found = re.search(rf"^```\w*\n({re.escape(first)}\n.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/{page} has no block that begins with {first!r}"
    return found[1]


def configured(folder: Path, authority: Authority) -> list[str]:
    """The lines of docs/hub.md, with the files of this test in the place of the lab's."""
    certificate, key = authority.signs("broker")
    passwords, access = folder / "passwords", folder / "access"
    access.write_text(block("sync.md", "pattern write minga/v1/%u/status"))
    passwords.touch(mode=0o600)
    for user in ("hub", MACHINE, THIEF):
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, f"{user}-palabra"], check=True, env={"PATH": PATH})
    ours = {
        "cafile": authority.file,
        "certfile": certificate,
        "keyfile": key,
        "password_file": passwords,
        "acl_file": access,
        "persistence_location": f"{folder}/",
    }
    lines = [line.split(maxsplit=1) for line in block("hub.md", "per_listener_settings false").splitlines()]
    return [f"{word} {ours.get(word, value)}" for word, value in lines if word != "listener"]


def login(user: str, authority: Authority) -> Callable[[mqtt.Client], None]:
    def say(client: mqtt.Client) -> None:
        client.username_pw_set(user, f"{user}-palabra")
        client.tls_set(ca_certs=str(authority.file))

    return say


def test_no_machine_reaches_into_another_through_the_broker_of_the_page(tmp_path: Path, postgres: Postgres) -> None:
    """With the page's configuration facts arrive by TLS; another machine can neither forge, nor acknowledge, nor listen."""
    authority, store = Authority(tmp_path / "keys"), postgres.database()
    (tmp_path / "word").write_text("hub-palabra\n")
    more = {"user": "hub", "password_file": "word", "ca_file": str(authority.file), "group": "hubs"}
    books, own = Books(MACHINE), Books(THIEF)
    books.sell(30)
    own.sell(5)
    with Broker(tmp_path / "broker", *configured(tmp_path, authority)) as broker:
        hub = Hub(tmp_path, broker, store, broker=f"mqtts://localhost:{broker.port}", **more)
        with hub, Teller(broker, books, login=login(MACHINE, authority)) as teller:
            until(lambda: teller.is_done, f"not everything came: {teller.ack} {hub.told}")
            assert refused(broker, authority) == ["Not authorized", "Not authorized"]
            with Teller(broker, own, login=login(THIEF, authority)) as thief:
                thief.listen("minga/v1/#")
                until(lambda: thief.is_done, f"not everything came: {thief.ack} {hub.told}")
                assert {name.split("/")[2] for name in thief.heard} == {THIEF}
    with opened(store).reading() as reading:
        assert [(proof.machine, proof.facts, proof.is_whole) for proof in proofs(reading)] == [
            (MACHINE, 30, True),
            (THIEF, 5, True),
        ]


def refused(broker: Broker, authority: Authority) -> list[str]:
    """What the broker says to a machine that forges another's facts and the hub's ack."""
    forged = Books(MACHINE, teller="-forged")
    forged.sell(40)
    (letter,) = forged.post()
    said: list[str] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_publish = lambda _client, _data, _mid, code, _more: said.append(str(code))
    login(THIEF, authority)(client)
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.publish(f"minga/v1/{MACHINE}/ev/batch", written(letter), qos=1)
    client.publish(f"minga/v1/{MACHINE}/ack", told(Ack(1, 40, forged.head.hex())), qos=1, retain=True)
    until(lambda: len(said) == 2, "the broker does not answer")
    client.disconnect()
    client.loop_stop()
    return said
