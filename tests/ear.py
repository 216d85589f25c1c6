"""An ear of the lab: a paho client that keeps what a machine sends, by the chain, and answers as a hub would.

Small and honest, so that the machine's side is tested against the contract (`docs/sync.md`) and not against one hub.
"""

import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from servers import wait_for

from controller.domain.chain import GENESIS, Row, chain
from controller.ledger.journal import Journal
from controller.ledger.outbox import rows
from controller.protocols.sync.letter import Letter, read
from controller.protocols.sync.notes import Ack, Refused, Replay, heard, told
from controller.protocols.sync.topics import ACK, EVENT, REPLAY, ROOT, parted, topic


class Ear:
    """`rows` are the facts held, in order; `letters` all that came. With `deaf` it says nothing; `refuses` is asked of each
    letter, and what it says is why the letter is kept aside."""

    def __init__(self, machine: str, port: int, **login: str) -> None:
        self.machine, self._all = machine, f"{ROOT}/{machine}/#"
        self.rows: list[Row] = []
        self.head = GENESIS
        self.letters: list[Letter] = []
        self.topics: list[str] = []
        self.payloads: list[bytes] = []
        self.notes: dict[str, list[bytes]] = {}
        self.refused: list[Refused] = []
        self.deaf = False
        self.refuses: Callable[[Letter], str] = lambda _: ""
        self._guard = threading.Lock()
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"ear-{machine}", protocol=mqtt.MQTTv5
        )
        if login:
            client.username_pw_set(**login)
        self._listening = threading.Event()
        client.on_connect = lambda c, *_: c.subscribe(self._all, 1)
        client.on_subscribe = lambda *_: self._listening.set()
        client.on_message = self._on_message
        client.reconnect_delay_set(0.05, 0.2)
        client.connect_async("127.0.0.1", port, 30)

    def __enter__(self) -> "Ear":
        self._client.loop_start()
        assert self._listening.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def seqs(self) -> list[int]:
        """The numbers of the facts that are held."""
        return [row.seq for row in self.rows]

    def holds(self, seq: int) -> None:
        """Wait until everything up to this fact is held."""
        wait_for(lambda: len(self.rows) >= seq, lambda: f"the lab holds {len(self.rows)} facts, and {seq} should come")

    def says(self, what: str, note: object, retain: bool = False) -> None:
        self._client.publish(topic(self.machine, what), told(note), 1, retain).wait_for_publish(10)

    def acks(self, seq: int | None = None, head: bytes | None = None, epoch: int = 1) -> None:
        """Say what is held, or say something else."""
        held = len(self.rows) if seq is None else seq
        self.says(ACK, Ack(epoch, held, (head or self.head).hex(), tuple(self.refused[-20:])), retain=True)

    def asks_again(self, first: int) -> None:
        self.says(REPLAY, Replay(first))

    def newest(self, what: str, kind: type[Any]) -> Any:
        """The newest note of this kind; None before the first one."""
        found = self.notes.get(what)
        return heard(kind, found[-1]) if found else None

    def first(self, what: str, kind: type[Any]) -> Any:
        """The first note of this kind."""
        return heard(kind, self.notes[what][0])

    def takes_in(self, journal: Journal) -> None:
        """The lab holds all of these books already."""
        with self._guard:
            self.rows = [row for row, _ in rows(journal.db, range(1, journal.seq + 1))]
            self.head = journal.head

    def forgets_all_but(self, count: int) -> None:
        """The lab is put back to an older copy of itself."""
        with self._guard:
            self.rows = self.rows[:count]
            self.head = GENESIS
            for row in self.rows:
                self.head = chain(self.head, row)

    def refuses_falsely(self, first: int, last: int) -> None:
        """Say that these were refused, though none like that ever came."""
        self.refused.append(Refused(1, first, last, "5a" * 32, "broken"))

    def _on_message(self, client: Any, data: Any, message: mqtt.MQTTMessage) -> None:
        found = parted(message.topic)
        assert found is not None, message.topic
        if found.what != EVENT:
            self.notes.setdefault(found.what, []).append(message.payload)
            return
        letter = read(self.machine, message.payload)
        with self._guard:
            self.topics.append(f"{found.what}/{found.word}")
            self.letters.append(letter)
            self.payloads.append(message.payload)
            if self.deaf:
                return
            if why := self.refuses(letter):
                self._put_aside(letter, why)
            else:
                self._keep(letter)
        self._client.publish(
            topic(self.machine, ACK),
            told(Ack(letter.epoch, len(self.rows), self.head.hex(), tuple(self.refused[-20:]))),
            1,
            True,
        )

    def _put_aside(self, letter: Letter, why: str) -> None:
        """Refused; the line passes over it, as a hub does."""
        refused = Refused(letter.epoch, letter.first, letter.last, letter.hash.hex(), why)
        if refused not in self.refused:
            self.refused.append(refused)
        if letter.first == len(self.rows) + 1:
            self.rows += letter.rows
            self.head = letter.hash

    def _keep(self, letter: Letter) -> None:
        """What follows the line without a gap is added to it; the chain proves it."""
        new = [row for row in letter.rows if row.seq > len(self.rows)]
        if not new or new[0].seq != len(self.rows) + 1:
            return
        head = self.head
        for row in new:
            head = chain(head, row)
        assert head == letter.hash, f"facts {new[0].seq} to {new[-1].seq} do not follow"
        self.rows += new
        self.head = head
