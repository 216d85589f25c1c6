"""Telling a machine something from afar: a signed command out, and the machine's own word on what became of it back.

Whoever tells holds the key; the hub does not, so that whoever breaks into it can close no slot. A machine out of touch
hears nothing later: a command is not retained.
"""

import secrets
import threading
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.reasoncodes import ReasonCode

from controller.errors import MingaError
from controller.protocols.sync.command import Order, Result, signed
from controller.protocols.sync.notes import NoteError, heard
from controller.protocols.sync.topics import COMMAND, RESULT, topic
from lab.broker import called
from lab.config import HubConfig

CALL_S = 10.0
ANSWER_S = 20.0


@dataclass(frozen=True, slots=True)
class Key:
    """The half that signs, and the name under which machines know the other half."""

    name: str
    secret: Ed25519PrivateKey


def new_id() -> str:
    """A command's own number, which no other has."""
    return f"lab-{secrets.token_hex(8)}"


def tell(config: HubConfig, key: Key, order: Order, answer_s: float = ANSWER_S) -> Result:
    """Send it, and wait for the machine's answer. Raises MingaError when the broker or the machine does not answer."""
    ear = _Ear(topic(order.machine, RESULT, order.id))
    client = called(config)
    client.on_connect, client.on_subscribe, client.on_message = ear.connected, ear.subscribed, ear.hear
    try:
        client.connect(*config.address)
    except OSError as error:
        raise MingaError(f"{config.broker} cannot be reached: {error.strerror or error}") from None
    client.loop_start()
    try:
        if not ear.listens.wait(CALL_S) or ear.refusal:
            raise MingaError(f"{config.broker} does not let us listen: {ear.refusal or 'it says nothing'}")
        client.publish(topic(order.machine, COMMAND, order.command), signed(order, key.name, key.secret), qos=1)
        if not ear.answered.wait(answer_s):
            raise MingaError(
                f"{order.machine} has not answered within {answer_s:.0f} s: it is out of touch, it does not know the key "
                f"{key.name!r}, or its answer is late; told again with --id {order.id} it is done once at most"
            )
    finally:
        client.disconnect()
        client.loop_stop()
    assert ear.result is not None
    return ear.result


class _Ear:
    """Waits for one answer."""

    def __init__(self, name: str) -> None:
        self._topic = name
        self.listens, self.answered = threading.Event(), threading.Event()
        self.refusal = ""
        self.result: Result | None = None

    def connected(self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: object) -> None:
        if code.is_failure:
            self._refuse(str(code))
        else:
            client.subscribe(self._topic, 1)

    def subscribed(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _more: object
    ) -> None:
        if any(code.is_failure for code in codes):
            self._refuse(str(codes[0]))
        self.listens.set()

    def hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            self.result = heard(Result, bytes(message.payload))
        except NoteError:
            return
        self.answered.set()

    def _refuse(self, words: str) -> None:
        self.refusal = words
        self.listens.set()
