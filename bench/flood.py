"""Facts of many machines through a real Mosquitto into a hub, end to end: from the first packet until all is on disk.

The packets are made before the clock runs and leave a bare socket, so that whoever receives is what is measured. The hub's
own ack, which follows its commit, is the end; for the hub that thinks of nothing it is the commit of its last row.
"""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.fleet import Fleet
from bench.hub import Hub, judge
from bench.mqttfloors import RAW_WINDOW
from bench.program import Program
from bench.rawmqtt import HOST, RawMqtt, publishing
from bench.servers import Mosquitto
from bench.table import CheckFailed
from controller.protocols.sync.notes import Ack, heard
from controller.protocols.sync.topics import ACK, ROOT, parted

WITHIN_S = 300.0


class AckEar:
    """Hears the hub's acks until every machine has the one it waits for. Use it in a `with`."""

    def __init__(self, port: int, wanted: Mapping[str, tuple[int, bytes]]) -> None:
        self._left = {name: seq for name, (seq, _) in wanted.items()}
        self._listens, self._done = threading.Event(), threading.Event()
        self._done_s = 0.0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._heard
        self._client.on_subscribe = lambda *_: self._listens.set()
        self._client.connect(HOST, port)
        self._client.subscribe(f"{ROOT}/+/{ACK}", 1)
        self._client.loop_start()

    def __enter__(self) -> "AckEar":
        if not self._listens.wait(WITHIN_S):
            raise CheckFailed("the broker lets nobody listen")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def all_s(self) -> float:
        """When the last one came. Raises CheckFailed when it never does."""
        if not self._done.wait(WITHIN_S):
            raise CheckFailed(f"{len(self._left)} machines were never answered for all their facts")
        return self._done_s

    def _heard(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        found = parted(message.topic)
        if found and heard(Ack, message.payload).seq >= self._left.get(found.machine, 1 << 60):
            del self._left[found.machine]
            if not self._left:
                self._done_s = time.monotonic()
                self._done.set()


def through_a_hub(hub: Hub, broker: Mosquitto, fleet: Fleet) -> float:
    """Facts a second. Raises CheckFailed unless each is there once and follows from the one before."""
    hub.rest()
    packets = publishing([(message.topic, message.payload) for message in fleet.messages()])
    with AckEar(broker.port, fleet.heads) as ear, RawMqtt(broker.port, "flood") as line:
        began_s = time.monotonic()
        line.publish(packets, RAW_WINDOW)
        took_s = ear.all_s() - began_s
    judge(hub.store, fleet.heads)
    return fleet.total / took_s


def row_by_row(log: Path, broker: Mosquitto, url: str, fleet: Fleet) -> float:
    """Facts a second into a subscriber that writes each message as a row, a commit each, and judges nothing."""
    packets = publishing([(message.topic, message.payload) for message in fleet.messages()])
    with Program(log, "bench.mqttfloors", "insert", broker.port, len(packets), url) as naive:
        naive.told()
        with RawMqtt(broker.port, "flood") as line:
            began_s = time.monotonic()
            line.publish(packets, RAW_WINDOW)
            told = naive.told()
    return len(packets) / (float(told["done_s"]) - began_s)
