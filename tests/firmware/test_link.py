"""The board's end of the link on CPython; `test_link_micropython.py` tells the same stories to the real interpreter."""

from collections.abc import Callable

import pytest
from board_scenarios import SCENARIOS, Pi, met

from firmware import messages, wire
from firmware.link import LEASE_MS, Link, elapsed_ms
from firmware.memory import EVENTS_MANY, EVENTS_MAX, Ring


@pytest.mark.parametrize(("name", "story"), SCENARIOS, ids=[name for name, _ in SCENARIOS])
def test_the_board_keeps_its_promises(name: str, story: Callable[[], None]) -> None:
    """Each story of `board_scenarios.py` holds."""
    story()


class Forgetful(Link):
    """A board without the memory of numbers."""

    def _known(self, *_: object) -> bool:
        return False


def test_without_its_memory_of_numbers_the_board_turns_twice() -> None:
    """The mutant fails the story at once: it is this memory that keeps a motor from turning twice."""
    pi = Pi(kind=Forgetful)
    pi.say(messages.HELLO, 1, 1, 9)
    pi.say(messages.CONFIGURE, pi.link.boot, *_coins())
    pi.turn(17)
    pi.home(17)
    pi.turn(17)
    assert pi.started == [17, 17]


def _coins() -> tuple[int, bytes]:
    data = messages.message(messages.COINS, 1, 20, 120, 20, 500, 2_000)
    return messages.config_hash(data), data


def test_a_part_of_the_board_may_end_at_once_or_say_that_it_will_not() -> None:
    """`start` may call `finish` itself, or return why nothing will happen; both are answers that stay."""
    pi = met()
    pi.link.performs(messages.SCAN, lambda number, row: pi.link.finish(messages.SCAN, number, 0xFF, 0xFE))
    pi.link.performs(messages.CURTAIN, lambda number: messages.NOT_FITTED)
    for _ in range(2):
        scanned = pi.say(messages.COMMAND, pi.link.boot, messages.SCAN, 3, b"\x00")
        assert scanned == [(messages.ANSWER, pi.link.boot, messages.SCAN, 3, messages.DONE, b"\xff\x00\xfe\x00")]
        refused = pi.say(messages.COMMAND, pi.link.boot, messages.CURTAIN, 4, b"")
        assert refused == [(messages.ANSWER, pi.link.boot, messages.CURTAIN, 4, messages.NOT_FITTED, b"")]


def test_lanes_do_not_wait_for_each_other() -> None:
    """While a spiral turns, the MDB bus can be spoken to; each lane counts its own numbers."""
    pi = met()
    pi.link.performs(messages.BUS_SEND, lambda number, tries, block: None)
    pi.turn(17)
    assert pi.say(messages.COMMAND, pi.link.boot, messages.BUS_SEND, 2, b"\x03\x09") == []
    assert pi.say(messages.HELLO, 1, 1, 10)[0][10:14] == (17, 0, 2, 0)


def test_the_clock_may_wrap() -> None:
    """MicroPython's milliseconds start again after 2^30; what lies between two readings is still right."""
    assert elapsed_ms(5, 0x3FFFFFFF - 4) == 10
    assert elapsed_ms(0x3FFFFFFF - 4, 5) == -10
    assert elapsed_ms(LEASE_MS, 0) == LEASE_MS


def test_the_ring_turns_for_ever() -> None:
    """After a thousand events, each acknowledged, the counter is a thousand and the oldest is the right one."""
    ring = Ring()
    for number in range(1, 1_001):
        assert ring.add(number.to_bytes(2, "little")) == number
        assert ring.oldest() == number.to_bytes(2, "little")
        ring.acknowledge(number)
    assert ring.fill == 0
    assert 0 < EVENTS_MANY < EVENTS_MAX


def test_the_longest_messages_fit_a_frame() -> None:
    """A block of 36 bytes from the bus, and all sections of the configuration together, are far from the limit."""
    block = messages.body(messages.BLOCK, 1, messages.BUS_SEND, 1, 0x0B, 0, bytes(36))
    assert wire.encode(messages.message(messages.EVENT, 1, 1, messages.BLOCK, block))
    everything = b"".join(
        bytes((code,)) + bytes(messages.struct.calcsize(messages.LAYOUTS[code][1])) for code in range(0x10, 0x14)
    )
    assert wire.encode(messages.message(messages.CONFIGURE, 1, 1, everything))
