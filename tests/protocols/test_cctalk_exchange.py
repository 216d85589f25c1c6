"""One question and its answer on a line with an echo: what counts as an answer, as silence, and as damage."""

import pytest

from controller.protocols.cctalk import (
    CrcFrame,
    Exchange,
    Frame,
    Header,
    LocalProtocolError,
    NoAnswer,
    Question,
    Silence,
)

POLL = Question(Header.SIMPLE_POLL)
SERIAL = Question(Header.REQUEST_SERIAL_NUMBER)
ASKED = Frame.build(2, Header.SIMPLE_POLL)
ACK = Frame.build(1, 0, b"", source=2)


def asked(question: Question = POLL, now_ms: int = 0, line: Exchange | None = None) -> Exchange:
    """A line on which a question has just been written."""
    line = line or Exchange(2)
    line.ask(question, now_ms)
    assert line.to_send(now_ms) == Frame.build(2, question.header, question.data)
    return line


@pytest.mark.parametrize(("heard", "echo"), [(ASKED + ACK, True), (ACK, False)])
def test_the_first_answer_tells_whether_the_adapter_echoes(heard: bytes, echo: bool) -> None:
    """Our own bytes before the answer: an echo. The answer alone: an adapter that swallows it."""
    line = asked()
    assert line.hear(heard, 5) == b""
    assert line.echo is echo


def test_our_own_poll_is_never_taken_for_an_answer() -> None:
    """An echo without a reply is silence, however often it comes back."""
    line = Exchange(2)
    line.ask(POLL, 0)
    for attempt in range(POLL.tries - 1):
        assert line.to_send(attempt * 300) == ASKED
        assert line.hear(ASKED, attempt * 300 + 5) is None
        line.tick(attempt * 300 + 205)
    assert line.to_send(900) == ASKED
    assert line.hear(ASKED, 905) is None
    with pytest.raises(Silence, match="simple poll"):
        line.tick(1_105)
    assert line.idle


def test_an_answer_may_come_in_any_pieces() -> None:
    """Byte by byte, the echo and the reply are the same answer."""
    line = asked(SERIAL)
    reply = Frame.build(1, 0, b"\x4e\x61\xbc", source=2)
    stream = Frame.build(2, SERIAL.header) + reply
    answers = [line.hear(bytes((byte,)), now_ms) for now_ms, byte in enumerate(stream)]
    assert answers == [None] * (len(stream) - 1) + [b"\x4e\x61\xbc"]


@pytest.mark.parametrize(
    "heard",
    [
        b"\x02\x00\x01\xfe\x7f",
        ASKED + b"\x01\x00\x02\x00\xfc",
        ASKED + ACK + b"\x00",
        ASKED + Frame.build(1, 0, b"", source=9),
        ASKED + Frame.build(7, 0, b"", source=2),
        ASKED + Frame.build(1, 254, b"", source=2),
        b"\x00" + ASKED + ACK,
    ],
    ids=["changed echo", "bad checksum", "one byte more", "another device", "to another", "no reply", "noise before"],
)
def test_damage_waits_for_silence_and_asks_again(heard: bytes) -> None:
    """After anything that is not the answer, 50 ms of silence pass before the same question goes out again."""
    line = asked()
    assert line.hear(heard, 10) is None
    assert line.counts["damaged"] == 1
    line.tick(60)
    assert line.to_send(60) is None
    line.tick(61)
    assert line.to_send(61) == ASKED
    assert line.hear(ASKED + ACK, 65) == b""


def test_a_known_echo_that_is_missing_names_the_adapter() -> None:
    """Once an echo was heard, its absence is the cable's fault and not the acceptor's silence."""
    line = asked()
    line.hear(ASKED + ACK, 1)
    asked(POLL, 1_000, line)
    line.tick(1_200)
    line.to_send(1_200)
    line.tick(1_400)
    line.to_send(1_400)
    with pytest.raises(NoAnswer, match="adapter") as told:
        line.tick(1_600)
    assert not isinstance(told.value, Silence)


def test_a_reply_that_breaks_off_is_damage() -> None:
    """Half a reply, then more than 50 ms of nothing: the question is asked again, and the other half is not awaited."""
    line = asked()
    line.hear(ASKED + ACK[:3], 5)
    assert line.wake_ms == 56
    line.tick(56)
    assert line.counts["damaged"] == 1


def test_a_frame_with_a_hole_in_it_is_damage_also_for_a_late_listener() -> None:
    """When nobody looked at the clock in between, the second half after 51 ms is still not the rest of the first."""
    line = asked()
    line.hear(ASKED + ACK[:3], 5)
    assert line.hear(ACK[3:], 56) is None
    assert line.counts["damaged"] == 1


def test_a_slow_answer_is_not_a_broken_one() -> None:
    """Between our echo and the reply the device may think for as long as its time-out allows."""
    line = asked()
    line.hear(ASKED, 5)
    line.tick(190)
    assert line.hear(ACK, 199) == b""


def test_a_line_that_is_never_quiet_is_given_up() -> None:
    """Noise without an end ends the question after a second."""
    line = asked()
    for now_ms in range(0, 1_010, 10):
        line.hear(b"\x55", now_ms)
        line.tick(now_ms)
    with pytest.raises(NoAnswer, match="never quiet"):
        line.tick(1_010)
    assert line.idle


@pytest.mark.parametrize("header", [Header.NAK, Header.BUSY])
def test_a_refusal_counts_like_silence(header: Header) -> None:
    """NAK and BUSY are asked again, and after the last try the device just does not do it."""
    line = Exchange(2)
    line.ask(POLL, 0)
    refusal = ASKED + Frame.build(1, header, b"", source=2)
    for now_ms in (0, 10):
        assert line.to_send(now_ms) == ASKED
        assert line.hear(refusal, now_ms + 5) is None
    assert line.to_send(20) == ASKED
    with pytest.raises(Silence, match="refused"):
        line.hear(refusal, 25)
    assert line.counts["refused"] == 3


def test_an_answer_of_the_wrong_length_is_damage() -> None:
    """A credit answer with ten bytes is none, even when its checksum is right."""
    line = asked(Question(229, answer_bytes=11))
    line.hear(Frame.build(2, 229) + Frame.build(1, 0, bytes(10), source=2), 5)
    assert line.counts["damaged"] == 1


def test_with_a_crc_nobody_tells_who_answers() -> None:
    """The 16-bit checksum stands in place of the source, so the answer is taken without one."""
    line = Exchange(2, CrcFrame)
    line.ask(POLL, 0)
    sent = line.to_send(0)
    assert sent == CrcFrame.build(2, 254)
    assert line.hear(sent + CrcFrame.build(1, 0), 5) == b""


def test_bytes_nobody_asked_for_are_counted_and_forgotten() -> None:
    """Between questions the line may say what it wants."""
    line = Exchange(2)
    assert line.hear(ACK, 3) is None
    assert line.counts["stray"] == 5
    assert asked(POLL, 10, line).hear(ASKED + ACK, 15) == b""


def test_our_own_mistakes_are_told_at_once() -> None:
    """Two questions at a time, header 0, or an address that is no device's: LocalProtocolError, and nothing is sent."""
    line = asked()
    with pytest.raises(LocalProtocolError, match="no answer yet"):
        line.ask(SERIAL, 1)
    with pytest.raises(LocalProtocolError, match="header 0"):
        Exchange(2).ask(Question(0), 0)
    for address in (0, 1, 256):
        with pytest.raises(LocalProtocolError, match=str(address)):
            Exchange(address)
