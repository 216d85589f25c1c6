"""Between a message and its ack: the queue, the commit, the answers, and when a machine is asked again."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from labbooks import AT_MS, MACHINE, Books

from controller.protocols.sync.letter import written
from controller.protocols.sync.notes import Ack, Replay, heard
from lab import inbox as inboxes
from lab import ingest as ingesting
from lab.asking import AGAIN_MS, SELDOM_MS, SOON_MS, Asking
from lab.inbox import Inbox
from lab.ingest import Ingest
from lab.store import opened
from lab.store.base import Arrival, StoreError, Taken, UnfitError
from lab.store.sqlite import SqliteStore


class Wire:
    """A connection that keeps what is said."""

    def __init__(self) -> None:
        self.is_up = True
        self.said: list[tuple[str, bytes, bool]] = []

    def say(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.said.append((topic, payload, retain))

    def acks(self) -> list[tuple[str, int]]:
        return [(name, heard(Ack, payload).seq) for name, payload, kept in self.said if name.endswith("/ack") and kept]


class Stubborn(SqliteStore):
    """A real store that first refuses as often as it is told to, and for good whatever holds `poison`."""

    refusals = 0
    poison = b"\x00"

    def take(self, arrivals: Sequence[Arrival]) -> Taken:
        if self.refusals:
            self.refusals -= 1
            raise StoreError("lab.db: database or disk is full")
        if any(self.poison in arrival.payload for arrival in arrivals):
            raise UnfitError("lab.db: this text is none")
        return super().take(arrivals)


class Lab:
    """Queue, ingest and a store in a file, without a network."""

    def __init__(self, folder: Path) -> None:
        self.store = Stubborn(folder / "lab.db", make=True)
        self.inbox, self.wire, self.stored = Inbox(), Wire(), list[str]()
        self.ingest = Ingest("sol", self.store, self.inbox, self.stored.extend)

    def live(self, until_facts: int) -> None:
        """Run until so many facts are stored and answered."""
        thread = threading.Thread(target=self.ingest.run, args=(self.wire,))
        thread.start()
        while self.ingest.facts < until_facts or (self.ingest.facts and not self.wire.said):
            assert thread.is_alive()
            thread.join(0.01)
        self.ingest.stop()
        thread.join()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(ingesting, "AGAIN_S", (0.01, 0.02))
    return Lab(tmp_path)


def mail(books: Books, most: int = 10) -> list[Arrival]:
    return [Arrival(books.machine, "ev", "batch", written(letter), AT_MS) for letter in books.post(most=most)]


def sold(count: int, machine: str = MACHINE) -> Books:
    books = Books(machine)
    books.sell(count)
    return books


def test_what_is_stored_is_acknowledged_once_a_round(lab: Lab) -> None:
    """Ten letters of two machines in one moment are two acks, retained, with the machines' own heads."""
    for arrival in mail(sold(50)) + mail(sold(50, "casa-2")):
        lab.inbox.put(arrival)
    lab.live(until_facts=100)
    assert sorted(lab.wire.acks()) == [("minga/v1/casa-2/ack", 50), (f"minga/v1/{MACHINE}/ack", 50)]
    assert sorted(lab.stored) == ["casa-2", MACHINE]


def test_a_store_that_refuses_gets_the_same_again(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    """Three times the disk is full: nobody gets an ack, the log says so, and then everything is stored in its order."""
    lab.store.refusals = 3
    for arrival in mail(sold(50)):
        lab.inbox.put(arrival)
    lab.live(until_facts=50)
    assert caplog.text.count("no machine gets an ack: lab.db: database or disk is full") == 3
    assert lab.wire.acks() == [(f"minga/v1/{MACHINE}/ack", 50)]


def test_one_message_that_no_store_takes_costs_no_other(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    """It is found by trying one by one, dropped, and named; the letters around it are stored."""
    letters = mail(sold(30))
    for arrival in [letters[0], Arrival("malo", "ev", "Sold", b"\x00", AT_MS), *letters[1:]]:
        lab.inbox.put(arrival)
    lab.live(until_facts=30)
    assert "minga/v1/malo/ev/Sold: a message was dropped that the store does not take" in caplog.text


def test_at_a_new_connection_everybody_hears_her_ack(lab: Lab) -> None:
    """What an earlier hub stored and could not say any more is said, before anything new comes."""
    lab.store.take(mail(sold(30)) + mail(sold(20, "casa-2")))
    lab.ingest.came()
    lab.inbox.put(mail(sold(5, "casa-3"))[0])
    lab.live(until_facts=5)
    assert {("minga/v1/casa-2/ack", 20), (f"minga/v1/{MACHINE}/ack", 30)} <= set(lab.wire.acks())


def test_what_is_missing_is_asked_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts 11 to 30 are here and 1 to 10 are not: the machine is asked from 1 on."""
    monkeypatch.setattr("lab.asking.SOON_MS", 0)
    for arrival in [*mail(sold(30))[1:], *mail(sold(5, "casa-2"))]:
        lab.inbox.put(arrival)
    lab.live(until_facts=5)
    asked = [(name, heard(Replay, payload).from_seq) for name, payload, _ in lab.wire.said if name.endswith("/replay")]
    assert asked == [(f"minga/v1/{MACHINE}/replay", 1)]


def test_what_another_hub_has_stored_meanwhile_is_not_asked_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gap is closed by a hub that shares the facts, before this one asks."""
    monkeypatch.setattr("lab.asking.SOON_MS", 0)
    letters = mail(sold(30))
    other = opened(lab.store.name)
    take = lab.store.take

    def take_late(arrivals: Sequence[Arrival]) -> Taken:
        taken = take(arrivals)
        other.take(letters[:1])
        return taken

    monkeypatch.setattr(lab.store, "take", take_late)
    for arrival in [*letters[1:], *mail(sold(5, "casa-2"))]:
        lab.inbox.put(arrival)
    lab.live(until_facts=5)
    assert not [name for name, _, _ in lab.wire.said if name.endswith("/replay")]


def test_without_a_connection_nothing_piles_up(lab: Lab) -> None:
    """Acks that nobody would hear are dropped; the next connection begins with all of them."""
    lab.wire.is_up = False
    lab.inbox.put(mail(sold(5))[0])
    thread = threading.Thread(target=lab.ingest.run, args=(lab.wire,))
    thread.start()
    while lab.ingest.facts < 5:
        thread.join(0.01)
    lab.ingest.stop()
    thread.join()
    assert lab.wire.said == []


def test_a_full_inbox_drops_and_counts(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It never waits: the fourth of four messages finds no room, and neither does one that is too long."""
    monkeypatch.setattr(inboxes, "MESSAGES_MAX", 3)
    monkeypatch.setattr(inboxes, "BYTES_MAX", 100)
    inbox = Inbox()
    for payload in (b"{1", b"{" * 200, b"{2", b"{3", b"{4"):
        inbox.put(Arrival(MACHINE, "ev", "Sold", payload, AT_MS))
    assert [arrival.payload for arrival in inbox.take(1)] == [b"{1", b"{2", b"{3"]
    assert (inbox.dropped, len(inbox)) == (2, 0)


def test_a_round_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much waits, one round takes about as many facts as were agreed; a message alone counts for itself."""
    monkeypatch.setattr(inboxes, "ROUND_FACTS", 250)
    inbox = Inbox()
    for payload in (b"[", b"{", b"x", b"[", b"["):
        inbox.put(Arrival(MACHINE, "ev", "batch", payload, AT_MS))
    assert [arrival.payload for arrival in inbox.take(1)] == [b"[", b"{", b"x", b"["]
    assert inbox.take(0) == [Arrival(MACHINE, "ev", "batch", b"[", AT_MS)]


def test_a_gap_is_asked_for_soon_and_then_ever_more_seldom() -> None:
    """One question a moment after the gap is seen; the same again after two seconds, four, and so on up to five minutes."""
    asking = Asking()
    asking.note(MACHINE, 11, 0)
    assert asking.due(SOON_MS - 1) == {}
    assert asking.due(SOON_MS) == {MACHINE: 11}
    now_ms, waits = SOON_MS, []
    for _ in range(10):
        asking.note(MACHINE, 11, now_ms)
        began_ms = now_ms
        while not asking.due(now_ms):
            now_ms += 100
        waits.append(now_ms - began_ms)
    assert waits[:3] == [AGAIN_MS, 2 * AGAIN_MS, 4 * AGAIN_MS]
    assert waits[-1] == SELDOM_MS


def test_a_gap_that_moves_is_asked_for_at_most_every_two_seconds() -> None:
    """Each answer brings some and leaves the next gap: patience begins anew, and still the machine is not flooded."""
    asking = Asking()
    asking.note(MACHINE, 11, 0)
    asking.due(SOON_MS)
    asking.note(MACHINE, 21, SOON_MS + 50)
    assert asking.due(SOON_MS + AGAIN_MS - 1) == {}
    assert asking.due(SOON_MS + AGAIN_MS) == {MACHINE: 21}


def test_a_gap_that_is_closed_or_silent_is_not_asked_for() -> None:
    """Nothing is asked once everything is there, nor again while the machine says nothing."""
    asking = Asking()
    asking.note(MACHINE, 11, 0)
    asking.note("casa-2", 4, 0)
    asking.close(MACHINE)
    assert asking.due(SOON_MS) == {"casa-2": 4}
    assert asking.due(SELDOM_MS) == {}
