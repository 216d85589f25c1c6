"""The floors of the sync, as programs: who publishes a fact a message, who only counts, and a hub that thinks of nothing.

`python -m bench.mqttfloors paho PORT BOOKS FACTS` publishes with paho, 20 unanswered; `raw …` on a bare socket, 1,000
unanswered; `count PORT FACTS` is paho as well and counts what comes; `insert PORT FACTS URL` writes a row a message, with a
commit each. The first two wait for a line on their standard input.
"""

import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.letterbox import Message, read_books
from bench.program import WITHIN_S, tell
from bench.rawmqtt import HOST, RawMqtt, publishing

MACHINE, TOPIC = "floor", "floor/v1/floor/ev/+"
"""As long as a machine's own topics, and none that the hub listens to."""
PAHO_WINDOW, RAW_WINDOW = 20, 1_000
INSERT = "INSERT INTO messages VALUES ({}, {}, {}) ON CONFLICT DO NOTHING"
TABLE = "CREATE TABLE messages (place {0}, topic TEXT NOT NULL, body {1} NOT NULL, PRIMARY KEY (place, topic))"


def client() -> mqtt.Client:
    found = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    found.max_inflight_messages = PAHO_WINDOW
    return found


def paho(port: int, messages: list[Message]) -> None:
    """As quickly as paho takes them; its queue holds a thousand, as much as the broker's would."""
    publisher, taken = client(), Event()
    left = [len(messages)]

    def on_publish(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            taken.set()

    publisher.on_publish = on_publish
    publisher.connect(HOST, port)
    publisher.loop_start()
    began_s = _told_to_begin()
    for place, message in enumerate(messages):
        while place - (len(messages) - left[0]) >= RAW_WINDOW:
            time.sleep(0.0005)
        publisher.publish(_topic(message), message.payload, qos=1)
    assert taken.wait(WITHIN_S), f"{left[0]} messages were not taken"
    tell(began_s=began_s)
    publisher.disconnect()


def raw(port: int, messages: list[Message]) -> None:
    packets = publishing([(_topic(message), message.payload) for message in messages])
    with RawMqtt(port, "raw") as line:
        began_s = _told_to_begin()
        line.publish(packets, RAW_WINDOW)
        tell(began_s=began_s)


def listen(port: int, wanted: int, topic: str, write: Callable[[int, str, bytes], object]) -> None:
    """Until so many different messages came; `write` gets each before the next one is read."""
    listener, done, count = client(), Event(), [0]

    def on_message(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        count[0] += 1
        write(count[0], message.topic, bytes(message.payload))
        if count[0] == wanted:
            done.set()

    listener.on_message = on_message
    listener.on_subscribe = lambda *_: tell(ready=True)
    listener.connect(HOST, port)
    listener.subscribe(topic, 1)
    listener.loop_start()
    assert done.wait(WITHIN_S), f"{count[0]} of {wanted} messages came"
    done_s = time.monotonic()
    listener.disconnect()
    tell(done_s=done_s, count=count[0])


def inserting(url: str) -> Callable[[int, str, bytes], object]:
    """One row, one commit, on disk when it returns."""
    if url.startswith("postgresql:"):
        import psycopg

        server = psycopg.connect(url, autocommit=True)
        server.execute(TABLE.format("BIGINT", "BYTEA"))
        statement = INSERT.format("%s", "%s", "%s")
        return lambda *row: server.execute(statement, row)
    file = sqlite3.connect(url, isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute(TABLE.format("INTEGER", "BLOB") + " STRICT")
    statement = INSERT.format("?", "?", "?")
    return lambda *row: file.execute(statement, row)


def _topic(message: Message) -> str:
    return TOPIC.replace("+", message.word)


def _told_to_begin() -> float:
    tell(ready=True)
    sys.stdin.readline()
    return time.monotonic()


def main(what: str, port: int, *words: str) -> None:
    match what, words:
        case (("paho" | "raw"), (books, facts)):
            found = list(read_books(Path(books)).first(int(facts)).messages(MACHINE, 1))
            (paho if what == "paho" else raw)(port, found)
        case "count", (facts,):
            listen(port, int(facts), TOPIC, lambda *_: None)
        case "insert", (facts, url):
            listen(port, int(facts), "minga/v1/+/ev/+", inserting(url))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
