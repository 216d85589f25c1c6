"""What `written` wrote is read in a quicker way than JSON of anybody's; the two agree wherever the quick one reads at all."""

import json

from hypothesis import given
from hypothesis import strategies as st
from test_sync_letter import MACHINE, books

from controller.protocols.sync.letter import LetterError, _as_told, _as_written, letters, written

MESSAGES = [written(letter) for letter in letters(MACHINE, books(40), most=3)]


def test_what_was_written_is_read_the_quick_way() -> None:
    """Every kind of fact, alone or in a batch, gives the same rows and hash both ways."""
    assert [_as_written(MACHINE, message) for message in MESSAGES] == [
        _as_told(MACHINE, message) for message in MESSAGES
    ]


def test_another_s_json_is_left_to_the_other_way() -> None:
    """The same events with spaces, or with half a character, are none of the quick one's."""
    spaced = json.dumps(json.loads(MESSAGES[0])).encode()
    assert _as_written(MACHINE, spaced) is None
    assert _as_told(MACHINE, spaced) == _as_told(MACHINE, MESSAGES[0])
    half = MESSAGES[0].replace(b'"data":{', b'"data":{"word":"\\ud83d",')
    assert _as_written(MACHINE, half) is None


@given(
    st.sampled_from(MESSAGES),
    st.integers(0, 2_000),
    st.integers(0, 3),
    st.text(max_size=4) | st.sampled_from('{}[],":0 \\'),
)
def test_whatever_is_bent_both_ways_agree(message: bytes, at: int, drop: int, put: str) -> None:
    """Bytes changed anywhere: what the quick way reads, the other reads too, as the same facts with the same hash."""
    at %= len(message)
    bent = message[:at] + put.encode() + message[at + drop :]
    quick = _as_written(MACHINE, bent)
    if quick is None:
        return
    try:
        told = _as_told(MACHINE, bent)
    except LetterError as error:
        raise AssertionError(f"only the quick way reads {bent!r}") from error
    assert quick[1] == told[1]
    assert [row[:-1] for row in quick[0]] == [row[:-1] for row in told[0]]
    assert [json.loads(row.body) for row in quick[0]] == [json.loads(row.body) for row in told[0]]
