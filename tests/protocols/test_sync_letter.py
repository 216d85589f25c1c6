"""Facts on their way: what one end writes the other reads to the byte, the hash proves it, and everything else is refused."""

import json
import zlib

import pytest
from builders import EVERY_FACT
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.chain import GENESIS, Row, chain
from controller.ledger.forms import plain
from controller.protocols.sync.letter import BYTES_MAX, FACTS_MAX, Letter, LetterError, letters, read, written

MACHINE = "museo-1"
BODIES = [(type(fact).__name__, plain(fact)) for fact in EVERY_FACT]


def books(count: int, epoch_from: int = 10_000) -> list[tuple[Row, bytes]]:
    """So many facts of every kind in a chain; from number `epoch_from` on in the second epoch."""
    made, head = [], GENESIS
    for seq in range(1, count + 1):
        kind, body = BODIES[seq % len(BODIES)]
        row = Row(1 + (seq >= epoch_from), seq, 3, 1_000 * seq, 1_795_367_141_123 + 1_000 * seq, seq % 2, kind, body)
        head = chain(head, row)
        made.append((row, head))
    return made


@pytest.mark.parametrize("fold", [False, True], ids=["plain", "folded"])
def test_every_kind_of_fact_arrives_as_it_lay_in_the_books(fold: bool) -> None:
    """Each row comes back equal, so its hash can be reckoned from the one before the message."""
    sent = letters(MACHINE, books(len(BODIES)))
    came = [read(MACHINE, written(letter, fold)) for letter in sent]
    assert came == sent
    head = GENESIS
    for letter in came:
        for row in letter.rows:
            head = chain(head, row)
        assert head == letter.hash


def test_an_event_is_what_cloudevents_own_library_reads() -> None:
    """One fact is a CloudEvent 1.0 in structured JSON; the library of its authors takes it, ours are extensions."""
    (letter,) = letters(MACHINE, books(1))
    event = JSONFormat().read(None, written(letter))
    assert (event.get_id(), event.get_source(), event.get_specversion()) == ("museo-1-1-1", "minga/museo-1", "1.0")
    assert event.get_type() == f"minga.{letter.rows[0].type}"
    assert event.get_time().isoformat() == "2026-11-22T17:05:42.123000+00:00"
    assert event.get_extension("sequence") == "1"
    assert json.dumps(event.get_data(), separators=(",", ":"), ensure_ascii=False) == letter.rows[0].body


def test_a_batch_is_a_list_of_cloudevents() -> None:
    """Every event of a batch is one by itself; only the last one has the hash."""
    (letter,) = letters(MACHINE, books(7))
    events = json.loads(written(letter))
    assert [JSONFormat().read(None, json.dumps(event)).get_extension("sequence") for event in events] == list("1234567")
    assert [event.get("hash") for event in events] == [*[None] * 6, letter.hash.hex()]


def test_a_message_ends_at_a_hundred_facts_and_where_an_epoch_ends() -> None:
    """250 facts, restored after the 120th: 100 and 20 of the first epoch, 100 and 30 of the second."""
    sent = letters(MACHINE, books(250, epoch_from=121))
    assert [(letter.epoch, letter.first, letter.last) for letter in sent] == [
        (1, 1, 100),
        (1, 101, 120),
        (2, 121, 220),
        (2, 221, 250),
    ]


def test_a_folded_batch_is_a_tenth_as_long() -> None:
    """A hundred sales of the same bag: what a machine's SIM card pays for."""
    row = Row(1, 1, 3, 0, 1_795_367_141_123, 1, "Sold", BODIES[0][1])
    rows = [(row._replace(seq=seq, mono_ms=seq * 77_003), bytes(32)) for seq in range(1, 101)]
    (letter,) = letters(MACHINE, rows)
    assert 10 * len(written(letter, fold=True)) < len(written(letter))


def changed(**attributes: object) -> bytes:
    """The first fact's message, with these attributes instead; None takes one away."""
    (letter,) = letters(MACHINE, books(1))
    event = json.loads(written(letter)) | attributes
    return json.dumps({name: value for name, value in event.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"7",
        b"[]",
        b"[7]",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"data":NaN}',
        b"\x78\x9cnot a stream",
        zlib.compress(b"[]")[:-3],
        zlib.compress(b" " * (BYTES_MAX + 1)),
        b" " * (BYTES_MAX + 1),
        changed(hash=None),
        changed(hash="9f"),
        changed(hash=7),
        changed(hash="z" * 64),
        changed(data=None),
        changed(data=[1]),
        changed(data={"words": "\ud800"}),
        changed(type="Sold"),
        changed(type="minga.sold"),
        changed(sequence=1),
        changed(sequence="0"),
        changed(sequence="01"),
        changed(sequence="1" * 40),
        changed(epoch=True),
        changed(epoch=-1),
        changed(boot="3"),
        changed(mono=1.5),
        changed(mono=2**60),
        changed(trusted=1),
        changed(time="2026-11-22T17:05:41Z"),
        changed(time="2026-13-22T17:05:41.123Z"),
        changed(id="museo-2-1-1"),
        changed(source="minga/museo-2"),
    ],
)
def test_anything_else_is_refused_in_words(payload: bytes) -> None:
    """Whatever a broken or hostile machine sends, one kind of error says why, and no other is raised."""
    with pytest.raises(LetterError, match=r"\w+ \w+"):
        read(MACHINE, payload)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_noise_is_refused(payload: bytes) -> None:
    """No bytes make the reader raise anything else."""
    with pytest.raises(LetterError):
        read(MACHINE, payload)


def test_another_machines_facts_are_no_letter_of_this_one() -> None:
    """What stands inside must be whose topic it came on."""
    (letter,) = letters(MACHINE, books(3))
    with pytest.raises(LetterError, match="not this machine's"):
        read("museo-2", written(letter))


def test_facts_with_a_gap_between_them_are_no_letter() -> None:
    """A batch is a run of numbers in one epoch, because one hash has to prove it all."""
    rows = [row for row, _ in books(3)]
    for broken in ((rows[0], rows[2]), (rows[1], rows[0]), (rows[0], rows[1]._replace(epoch=2))):
        with pytest.raises(LetterError, match="in a row"):
            read(MACHINE, written(Letter(MACHINE, broken, bytes(32))))


def test_a_message_of_more_facts_than_allowed_is_refused() -> None:
    """A hundred is the most, however short they are."""
    rows = tuple(row for row, _ in books(FACTS_MAX + 1))
    with pytest.raises(LetterError, match="1 to 100"):
        read(MACHINE, written(Letter(MACHINE, rows, bytes(32))))
