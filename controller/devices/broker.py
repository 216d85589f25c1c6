"""The line to the lab's broker: calls it, keeps calling, says things, and tells a listener what it hears.

Each call has a paho client of its own, so that nothing of an old connection is left in memory to be sent again: what is to be
sent is the courier's matter, who reads it from the books. Nothing here waits for the network but this worker's own thread,
and a broker that hangs is left behind.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from controller.config import Sync
from controller.devices.brokerwords import password, tls, why
from controller.devices.netnews import NetworkNews
from controller.devices.worker import Backoff
from controller.errors import MingaError

log = logging.getLogger("minga.sync")

PROTOCOLS = {"5": mqtt.MQTTv5, "3.1.1": mqtt.MQTTv311}
CONNECT_S = 10.0
"""For each step of reaching the broker: the TCP connection, and TLS."""
ANSWER_S = 15.0
"""A broker that took the call and says nothing for so long hangs."""
GOODBYE_S = 0.7
"""So long the last words may take before the line is cut."""
LASTED_S, SHORT_MAX = 30.0, 3
"""A connection that held so long was a good one: the next call comes soon. After so many short ones there is a twin."""
QUEUED_MAX = 60
"""More is never given to paho at once; a courier has 20 messages under way, and a few notes."""
INFLIGHT_MAX = 20
CALLBACKS = ("on_socket_open", "on_connect", "on_disconnect", "on_message", "on_publish", "on_subscribe", "on_log")
BROKE = "the line broke"
TAKEN_OVER = "Session taken over"
LOGIN = ("Not authorized", "Bad user name or password")
Will = Callable[[], tuple[str, bytes]]
"""Topic and payload that the broker sends for us, retained, when it loses us."""


class Listener(Protocol):
    """Who is told. Each returns at once; they are called from the network's threads."""

    def came(self) -> None: ...
    def went(self, words: str) -> None: ...
    def heard(self, topic: str, payload: bytes, kept: bool) -> None:
        """`kept`: the broker has it from before, and nobody says it just now."""

    def taken(self, number: int, refusal: str) -> None: ...


class Broker:
    """One broker. `topics` are listened to. `say`, `hurry` and `hang_up` may be called from any thread; only the last one
    may take a moment, for the last words."""

    def __init__(self, sync: Sync, machine: str, topics: tuple[str, ...], backoff: Backoff | None = None) -> None:
        self._sync, self._machine, self._topics = sync, machine, topics
        self._backoff = backoff or Backoff(1.0, 60.0)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._call: _Call | None = None
        self._thread: threading.Thread | None = None
        self._news = NetworkNews(self._network_has_changed)

    def start(self, listener: Listener, will: Will) -> None:
        """Call the broker from now on, whenever there is no connection."""
        self._thread = threading.Thread(target=self._run, args=(listener, will), name="broker", daemon=True)
        self._thread.start()
        self._news.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say what was given to say, and end within `timeout_s`, whatever the broker does. Harmless when it never ran."""
        self._stopping.set()
        self._news.stop()
        self._wake.set()
        self.hang_up("the machine stops")
        if self._thread:
            self._thread.join(timeout_s)

    def say(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Give a message to the broker, QoS 1. The number by which the listener hears that it was taken; None without
        a connection, or with too much on its way."""
        call = self._call
        return call.say(topic, payload, retain) if call else None

    def hurry(self) -> None:
        """Do not wait for the next call."""
        self._wake.set()

    def hang_up(self, words: str) -> None:
        """End this connection, for this reason; another one will be tried."""
        if call := self._call:
            call.end(words)

    def _network_has_changed(self) -> None:
        """Perhaps it is back: call at once, and if that is in vain, soon again."""
        self._backoff.reset()
        self._wake.set()

    def _run(self, listener: Listener, will: Will) -> None:
        short = 0
        while not self._stopping.is_set():
            self._wake.clear()
            began_s = time.monotonic()
            try:
                words = self._once(listener, will)
            except BaseException as defect:
                listener.went(f"a defect in the program: {defect!r}")
                raise
            lasted = time.monotonic() - began_s > LASTED_S
            if lasted:
                self._backoff.reset()
            short = short + 1 if words.startswith(BROKE) and not lasted else 0
            listener.went(words + self._twin() if short >= SHORT_MAX else words)
            self._wake.wait(self._backoff.wait_s())

    def _twin(self) -> str:
        """Two of one name throw each other out, and not every broker says so."""
        return f", soon after it came, again and again: does somebody else call itself {self._machine} there?"

    def _once(self, listener: Listener, will: Will) -> str:
        """One connection from beginning to end; why it ended."""
        self._call = call = _Call(self._sync, self._machine, listener)
        try:
            if self._stopping.is_set():  # whoever stopped us has not seen this call
                return ""
            call.dial(*will())
            if call.is_welcome(self._topics):
                listener.came()
                call.last()
            return call.end(BROKE)
        except OSError as error:
            return why(self._sync, error)
        except (MingaError, UnicodeError) as error:
            return str(error)
        finally:
            self._call = None
            call.forget()


class _Call:
    """One connection. Whatever comes of it after its end is nobody's business any more."""

    def __init__(self, sync: Sync, machine: str, listener: Listener) -> None:
        self._sync, self._machine, self._listener = sync, machine, listener
        self._answered = threading.Event()
        self._welcome = self._ended = False
        self._words = ""
        self._loop: threading.Thread | None = None
        modern = sync.protocol == "5"
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=machine,
            clean_session=None if modern else True,
            protocol=PROTOCOLS[sync.protocol],
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.max_inflight_messages = INFLIGHT_MAX
        client.max_queued_messages = QUEUED_MAX
        for callback in CALLBACKS:
            setattr(client, callback, getattr(self, f"_{callback}"))

    # The courier's side

    def dial(self, will_topic: str, will: bytes) -> None:
        """Reach the broker and introduce ourselves. Raises OSError or MingaError."""
        client, sync = self._client, self._sync
        if self._ended:
            return
        client.will_set(will_topic, will, qos=1, retain=True)
        if sync.user:
            client.username_pw_set(sync.user, password(sync))
        if sync.encrypted:
            client.tls_set_context(tls(sync))
        host, port = sync.address
        clean: dict[str, Any] = {"clean_start": True} if sync.protocol == "5" else {}
        client.connect(host, port, sync.keepalive_s, **clean)
        client.loop_start()
        self._loop = client._thread  # paho tells nobody when its thread ends by something malformed

    def is_welcome(self, topics: tuple[str, ...]) -> bool:
        """Whether the broker lets us in; then we listen from now on."""
        if not self._answered.wait(ANSWER_S):
            self._words = "the broker took the call and says nothing"
        if self._welcome:
            self._client.subscribe([(topic, 1) for topic in topics])
        return self._welcome

    def last(self) -> None:
        """Wait for the end of the connection."""
        if self._loop:
            self._loop.join()

    def say(self, topic: str, payload: bytes, retain: bool) -> int | None:
        if not self._welcome:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def end(self, words: str) -> str:
        """Say goodbye, or cut the line when nobody listens to that. Why it really ended, if that is known; else `words`."""
        self._words = self._words or words
        self._welcome, self._ended = False, True
        self._answered.set()
        self._client.disconnect()
        if self._loop and self._loop is not threading.current_thread():
            self._loop.join(GOODBYE_S)
        if line := self._client.socket():
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]
        return self._words

    def forget(self) -> None:
        """Let go of the client, which holds files that only its own end closes."""
        for callback in CALLBACKS:
            setattr(self._client, callback, None)

    # The network's side

    def _on_socket_open(self, _client: Any, _data: Any, line: socket.socket) -> None:
        """A fact goes at once, and does not wait for the next (Nagle's way with small messages)."""
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _more: Any) -> None:
        if reason.is_failure:
            hint = ": look at `sync.user` and `sync.password_file`" if str(reason) in LOGIN else ""
            self._words = f"the broker does not let {self._machine} in ({reason}){hint}"
        else:
            self._welcome = not self._ended
        self._answered.set()

    def _on_disconnect(self, _client: Any, _data: Any, flags: Any, reason: ReasonCode, _more: Any) -> None:
        if flags.is_disconnect_packet_from_server and not self._words:
            twin = f": somebody else calls itself {self._machine} there" if str(reason) == TAKEN_OVER else ""
            self._words = f"the broker hung up ({reason}){twin}"
        elif not self._answered.is_set() and self._sync.encrypted:
            self._words = (
                f"{self._words or BROKE} at the first word: does the broker take `sync.cert_file`, or ask for one?"
            )
        elif not self._answered.is_set():
            self._words = f"{self._words or BROKE} at the first word: does the broker speak MQTT {self._sync.protocol}?"
        self._answered.set()

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._listener.heard(message.topic, bytes(message.payload), message.retain)

    def _on_publish(self, _client: Any, _data: Any, number: int, reason: ReasonCode, _more: Any) -> None:
        self._listener.taken(number, str(reason) if reason.is_failure else "")

    def _on_subscribe(self, _client: Any, _data: Any, _number: int, reasons: list[ReasonCode], _more: Any) -> None:
        if refused := [str(reason) for reason in reasons if reason.is_failure]:
            log.warning("the broker does not let %s listen: %s", self._machine, ", ".join(refused))

    def _on_log(self, _client: Any, _data: Any, level: int, words: str) -> None:
        """The only place where paho says why a line broke, such as a certificate of ours that the broker does not take."""
        if level == mqtt.MQTT_LOG_ERR and not self._words:
            self._words = f"{BROKE} ({words.removeprefix('failed to receive on socket: ')})"
