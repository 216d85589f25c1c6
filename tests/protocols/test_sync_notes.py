"""The notes beside the facts, and the topics: read as they were written, tolerant of newer fields, deaf to all else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.sync.notes import (
    NOTE_BYTES_MAX,
    Ack,
    MakerTold,
    Meta,
    NoteError,
    PlaceTold,
    ProductTold,
    Refused,
    Replay,
    SlotTold,
    State,
    Status,
    heard,
    told,
)
from controller.protocols.sync.topics import Topic, of_hub, of_machine, parted, topic

EVERY_NOTE = (
    Status(True, 12, 1_795_367_141_123),
    Meta(
        "museo-1",
        "0.1.0",
        12,
        "America/Guayaquil",
        slots=("A1", "A2"),
        hours=("mo-fr 09:00-17:00",),
        place=PlaceTold("Museo de prueba", -0.22, -78.51),
        question="what-brought-you",
        answers=("gift", "colour"),
        makers=(MakerTold("rosa", "Rosa Ñahui", "Taller Chimbacalle", "Coso desde niña."),),
        products=(ProductTold("bolso-retazos", "rosa", "Bolso 🧵", 45),),
    ),
    State(
        1_795_367_141_123,
        True,
        1,
        113,
        "9f" * 32,
        100,
        2,
        "idle",
        ("door-open",),
        (),
        (SlotTold("A1", "bolso-retazos", "rosa", 350, 2, 8, "ready"),),
        {"coinbox": 1_225},
        9_000,
    ),
    Ack(1, 113, "9f" * 32, (Refused(1, 101, 105, "c4" * 32, "reused"),), "laboratorio"),
    Replay(101),
)


@pytest.mark.parametrize("note", EVERY_NOTE, ids=lambda note: type(note).__name__)
def test_a_note_is_heard_as_it_was_told(note: object) -> None:
    """Every field comes back, with its type."""
    assert heard(type(note), told(note)) == note


def test_a_newer_sender_may_say_more() -> None:
    """Fields that this Minga does not know are left alone; those it knows by default need not be said."""
    assert heard(Ack, b'{"epoch":1,"seq":9,"head":"aa","mood":"good"}') == Ack(1, 9, "aa")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "JSON"),
        (b"[]", "it: "),
        (b"{}", "epoch: "),
        (b'{"epoch":1,"seq":"many","head":""}', "seq: "),
        (b'{"epoch":1,"seq":1,"head":"aa","refused":[{}]}', r"refused\.0\."),
        (b" " * (NOTE_BYTES_MAX + 1), "longer than"),
    ],
)
def test_anything_else_is_refused_with_the_place_named(payload: bytes, words: str) -> None:
    """The words name the field that is wrong."""
    with pytest.raises(NoteError, match=words):
        heard(Ack, payload)


@given(st.binary(max_size=200))
def test_noise_is_no_note(payload: bytes) -> None:
    """No bytes make the reader raise anything else."""
    with pytest.raises(NoteError):
        heard(State, payload)


def test_a_topic_is_taken_apart_as_it_was_made() -> None:
    """Machine, what it says, and the word after that."""
    assert topic("museo-1", "ev", "Sold") == "minga/v1/museo-1/ev/Sold"
    assert parted("minga/v1/museo-1/ev/Sold") == Topic("museo-1", "ev", "Sold")
    assert parted(topic("museo-1", "ack")) == Topic("museo-1", "ack")


@pytest.mark.parametrize("name", ["a/b", "+", "museo-1/#", "MUSEO", "ab", "x" * 33, "museo_1", "museo-1\n", ""])
def test_no_machine_can_be_called_something_that_reaches_further(name: str) -> None:
    """Neither is such a name made into a topic, nor is a topic with it one of ours."""
    with pytest.raises(ValueError, match="name"):
        topic(name, "ev", "Sold")
    assert parted(f"minga/v1/{name}/ev/Sold") is None


@pytest.mark.parametrize("word", ["a/b", "+", "#", "x" * 65, "ñ"])
def test_no_word_reaches_further_either(word: str) -> None:
    """What stands after the machine and its kind is one plain word."""
    with pytest.raises(ValueError, match="topic"):
        topic("museo-1", "result", word)


@pytest.mark.parametrize("name", ["minga/v2/museo-1/ev/Sold", "minga/v1/museo-1", "minga/v1/museo-1/ev/Sold/more", "x"])
def test_a_strangers_topic_is_none_of_ours(name: str) -> None:
    """Another version, too short, too long, something else."""
    assert parted(name) is None


def test_hubs_of_one_group_share_the_facts_and_all_hear_the_notes() -> None:
    """A retained note must reach every hub; a fact needs one."""
    assert of_hub("lab")[0] == "$share/lab/minga/v1/+/ev/+"
    assert of_hub()[0] == "minga/v1/+/ev/+"
    assert all(not name.startswith("$share") for name in of_hub("lab")[1:])
    assert of_machine("museo-1")[0] == "minga/v1/museo-1/ack"
