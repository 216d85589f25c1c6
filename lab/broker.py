"""The hub's connection to the broker: what is heard goes into a queue, what is said goes out, a lost line is called again.

Nothing is asked of the broker's memory: the session is a clean one, and a message counts as received when it lies in the
queue (paho answers the PUBACK itself). What is lost between there and the store, a machine sends again, for only an ack of
the lab's own, after the commit, is proof to it. Answering after the commit instead was measured against a broker with its
usual 20 messages in flight: a backlog took one and a half to three times as long, and nothing was safer for it.
"""

import logging
import random
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from controller.errors import MingaError
from controller.protocols.sync.topics import of_hub, parted
from lab.config import HubConfig
from lab.store.base import Arrival

log = logging.getLogger("minga.hub.broker")

PROTOCOLS = {"5": mqtt.MQTTv5, "3.1.1": mqtt.MQTTv311}
CALL_AGAIN_S = 30
"""The longest wait between two calls; the first is a second or two, so that hubs do not all call at once."""


class Broker:
    """One connection, kept for as long as the hub runs. `put` gets every message that has one of our topics, in paho's
    thread, and must not wait; `came` is called at each connection, before its messages."""

    def __init__(self, config: HubConfig, put: Callable[[Arrival], None], came: Callable[[], None]) -> None:
        self._config, self._put, self._came = config, put, came
        self._said = ""
        self._client = client = called(config)
        client.reconnect_delay_set(random.uniform(1, 2), CALL_AGAIN_S)  # type: ignore[arg-type]  # it only adds them up
        client.on_connect, client.on_connect_fail = self._connected, self._failed
        client.on_disconnect, client.on_message = self._lost, self._heard
        client.on_subscribe = self._subscribed

    def start(self) -> None:
        """Call the broker from now on."""
        self._client.connect_async(*self._config.address, keepalive=self._config.keepalive_s)
        self._client.loop_start()

    @property
    def is_up(self) -> bool:
        return self._client.is_connected()

    def say(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send it if there is a connection. Nothing is kept for later: at the next one, all that counts is said anew."""
        if self.is_up:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def stop(self) -> None:
        """Say goodbye; a broker that hangs is not waited for."""
        self._client.disconnect()

    def _connected(self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: object) -> None:
        if code.is_failure:
            self._tell(f"{self._config.broker} refuses the hub: {code}")
            return
        self._tell(f"connected to {self._config.broker}")
        client.subscribe([(topic, 1) for topic in of_hub(self._config.group)])
        self._came()

    def _subscribed(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _more: object
    ) -> None:
        if refused := [str(code) for code in codes if code.is_failure]:
            self._tell(
                f"{self._config.broker} lets the hub not listen ({refused[0]}): its access list needs `topic readwrite`"
            )

    def _failed(self, _client: mqtt.Client, _data: object) -> None:
        self._tell(f"{self._config.broker} does not answer; calling again, more and more slowly")

    def _lost(self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: object) -> None:
        self._tell(f"the connection to {self._config.broker} has ended: {code}")

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if topic := parted(message.topic):
            now_ms = time.time_ns() // 1_000_000
            self._put(Arrival(topic.machine, topic.what, topic.word, bytes(message.payload), now_ms, message.retain))

    def _tell(self, words: str) -> None:
        """The same again and again is said once."""
        if words != self._said:
            self._said = words
            log.info("%s", words)


def called(config: HubConfig) -> mqtt.Client:
    """A client of the configured broker, with a name that no other has. Raises MingaError for files that cannot be used."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"{config.name}-{random.getrandbits(32):08x}",
        clean_session=None if config.protocol == "5" else True,
        protocol=PROTOCOLS[config.protocol],
    )
    if config.user:
        client.username_pw_set(config.user, _password(config.password_file))
    if config.is_encrypted:
        client.tls_set_context(_tls(config))
    return client


def _password(file: Path | None) -> str | None:
    """Raises MingaError for a file that cannot be read."""
    try:
        return file.read_text().strip() if file else None
    except (OSError, UnicodeDecodeError) as error:
        raise MingaError(f"{file}: the password cannot be read: {error}") from None


def _tls(config: HubConfig) -> ssl.SSLContext:
    """Raises MingaError for a certificate that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
        if config.cert_file and config.key_file:
            context.load_cert_chain(config.cert_file, config.key_file)
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(str(file) for file in (config.ca_file, config.cert_file, config.key_file) if file)
        raise MingaError(f"{files}: these certificates cannot be used: {error}") from None
    return context
