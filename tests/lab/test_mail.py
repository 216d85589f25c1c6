"""Whatever comes on whatever topic is read or told as unreadable, and never more than that."""

import json

from hypothesis import given
from hypothesis import strategies as st
from labbooks import AT_MS, MACHINE, Books

from controller.protocols.sync.letter import written
from controller.protocols.sync.notes import Status, told
from lab.mail import WHY_MAX, sorted_out
from lab.store.base import Arrival

WHATS = ("ev", "status", "meta", "state", "result", "ack")


def letter_text() -> bytes:
    books = Books()
    books.sell(3)
    return written(books.post()[0])


def put_in(text: bytes, at: int, other: bytes) -> bytes:
    at %= len(text)
    return text[:at] + other + text[at + len(other) :]


bent = st.builds(put_in, st.just(letter_text()), st.integers(0, 2_000), st.binary(max_size=4))
nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
).map(lambda value: json.dumps(value).encode())


@given(st.sampled_from(WHATS), st.binary() | bent | nonsense)
def test_any_message_ends_in_one_place(what: str, payload: bytes) -> None:
    """It is a letter, a note, or unread with a short printable reason; or its topic is none of the lab's."""
    mail = sorted_out([Arrival(MACHINE, what, "", payload, AT_MS)])
    ends = len(mail.letters) + len(mail.notes) + len(mail.unread)
    assert ends == (what not in ("result", "ack"))
    assert all(unread.why.isprintable() and len(unread.why) <= WHY_MAX for unread in mail.unread)
    assert mail.machines() == ([MACHINE] if ends else [])


def test_the_newest_note_of_a_moment_counts() -> None:
    """Of two in one moment the second is kept; an empty one takes back what there was."""
    notes = [told(Status(True, 3)), told(Status(False, 3)), b""]
    found = [
        sorted_out([Arrival(MACHINE, "status", "", body, AT_MS) for body in notes[:count]])
        .notes[MACHINE, "status"]
        .note
        for count in (1, 2, 3)
    ]
    assert found == [Status(True, 3), Status(False, 3), None]


def test_whoever_is_left_out_leaves_nothing() -> None:
    """Letters, notes and rubbish of a machine for which there is no room are forgotten, and those of others are not."""
    names = (MACHINE, "casa-2")
    bodies = (("ev", b"rubbish"), ("status", told(Status(True, 3))))
    mail = sorted_out([Arrival(name, what, "", body, AT_MS) for name in names for what, body in bodies])
    mail.leave_out([MACHINE])
    assert mail.machines() == ["casa-2"]
    assert list(mail.notes) == [("casa-2", "status")]
    assert [unread.machine for unread in mail.unread] == ["casa-2"]
    assert list(mail.heard_ms) == ["casa-2"]
