"""A machine at a real broker, as `docs/sync.md` says it behaves: it sends, and sends again, until an ack has it all."""

import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from labbooks import Books
from paho.mqtt.enums import CallbackAPIVersion
from servers import Broker

from controller.protocols.sync.letter import Letter, letters, written
from controller.protocols.sync.notes import Ack, Replay, heard
from controller.protocols.sync.topics import ACK, EVENT, REPLAY, of_machine, topic

WINDOW = 20
SILENCE_S = 1.0
"""After so long without news it begins again after the ack; a real one is more patient."""


class Teller:
    """Sends the facts of `books` in letters of `most`; `login` says to paho who it is. Use it in a `with`."""

    def __init__(
        self, broker: Broker, books: Books, most: int = 10, login: Callable[[mqtt.Client], object] | None = None
    ) -> None:
        self.books, self._most = books, most
        self.ack: Ack | None = None
        self.replays = 0
        self.hubs: set[str] = set()
        """Who has answered."""
        self.heard: set[str] = set()
        """Every topic that something came on."""
        self._cursor = self._acked = 0
        self._news = threading.Condition()
        self._ends = False
        self._client = client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=books.machine, protocol=mqtt.MQTTv5)
        client.on_connect, client.on_message = self._came, self._heard
        client.reconnect_delay_set(1, 1)
        if login is not None:
            login(client)
        client.connect_async(broker.host, broker.port)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Teller":
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join(5)
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def is_done(self) -> bool:
        """The lab's ack is the machine's own head."""
        return self.ack is not None and (self.ack.seq, self.ack.head) == (len(self.books.facts), self.books.head.hex())

    def listen(self, topics: str) -> None:
        """To more than a machine should hear."""
        self._client.subscribe(topics, 1)

    def _came(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe([(name, 1) for name in of_machine(self.books.machine)])
        self._go_back(self._acked)

    def _heard(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.add(message.topic)
        if message.topic == topic(self.books.machine, REPLAY):
            self.replays += 1
            self._go_back(heard(Replay, message.payload).from_seq - 1)
        elif message.topic == topic(self.books.machine, ACK):
            self.ack = ack = heard(Ack, message.payload)
            self.hubs.add(ack.hub)
            with self._news:
                self._acked, self._cursor = ack.seq, max(self._cursor, ack.seq)
                self._news.notify()

    def _go_back(self, seq: int) -> None:
        with self._news:
            self._cursor = min(self._cursor, seq)
            self._news.notify()

    def _run(self) -> None:
        while not self._ends:
            for letter in self._next():
                name = topic(letter.machine, EVENT, "batch")
                self._client.publish(name, written(letter, fold=True), qos=1)
            with self._news:
                if not self._news.wait_for(self._can_send, SILENCE_S):
                    self._cursor = self._acked

    def _can_send(self) -> bool:
        return self._ends or (self._cursor < len(self.books.facts) and self._cursor < self._acked + WINDOW * self._most)

    def _next(self) -> list[Letter]:
        with self._news:
            if not (self._client.is_connected() and self._can_send()):
                return []
            end = self._acked + WINDOW * self._most
            found = letters(self.books.machine, self.books.facts[self._cursor : end], self._most)
            self._cursor = min(end, len(self.books.facts))
            return found


def told_of(broker: Broker, name: str, payload: bytes, retain: bool = False) -> None:
    """One message from nobody in particular."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.publish(name, payload, qos=1, retain=retain).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def until(is_so: Callable[[], object], what: str, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)
