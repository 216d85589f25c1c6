"""Coin pulses and the drop curtain, simulated: widths to a few cycles, and darkness that is never missed."""

from collections.abc import Sequence

import pio
import pulses
import pytest
from piobench import Chip, Line, drawn, emulate

MS = pio.COIN_HZ // 1_000
CURTAIN_MS = pio.CURTAIN_HZ // 1_000
HIGH, LOW = 1, 0


def times(words: Sequence[int]) -> list[tuple[int, int]]:
    """Rest and width in cycles, as `pulses` reads the words."""
    assert max(words) < 1 << 30, "a small integer of MicroPython"
    return [(pulses._us(word >> 15) * MS // 1_000, pulses._us(word) * MS // 1_000) for word in words]


def measured(line: Line) -> list[tuple[int, int]]:
    """What pioemu makes of a line."""
    return times(emulate(pio.start_coins(0), len(line), line).words)


def measured_on_chip(line: Line) -> list[tuple[int, int]]:
    """What rp2040py makes of it."""
    machine = pio.start_coins(2)
    return times(Chip(machine).follow(machine, line))


def near(measured: Sequence[tuple[int, int]], true: Sequence[tuple[int, int]], cycles: int = 4) -> bool:
    """Every rest and every width is short by so many cycles of 50 us at most, and never too long."""
    return len(measured) == len(true) and all(
        0 <= other - one <= cycles
        for pair, other_pair in zip(measured, true, strict=True)
        for one, other in zip(pair, other_pair, strict=True)
    )


@pytest.mark.parametrize("measure", [measured, measured_on_chip], ids=["pioemu", "rp2040py"])
def test_every_pulse_is_measured_with_the_rest_before_it(measure) -> None:  # type: ignore[no-untyped-def]
    """Pulses of 25, 45, 65 and 100 ms, a spike of 1 ms and one of 0.2 ms, each to 0.2 ms."""
    pairs = [(40, 25), (30, 45), (26, 65), (120, 100), (60, 1), (33, 25)]
    true = [(rest * MS, width * MS) for rest, width in pairs] + [(10 * MS, MS // 5)]
    line = drawn(*(stretch for rest, width in true for stretch in ((HIGH, rest), (LOW, width))), (HIGH, 5 * MS))
    assert near(measure(line), true)


@pytest.mark.parametrize("width", [2, 3, 4, 5, 17, 400, 401, 2_000, 2_001])
def test_a_width_is_right_to_four_cycles(width: int) -> None:
    """From the shortest the program sees to 100 ms, odd and even."""
    [(_, found)] = measured(drawn((HIGH, 1_000), (LOW, width), (HIGH, 100)))
    assert 0 <= width - found <= 4


def test_times_too_long_to_count_stop_at_three_seconds() -> None:
    """A long rest and a jam of four seconds do not wrap round into something that looks like a coin."""
    longest = (pio.COIN_UNITS_MAX + 1) * 2
    coin = [(HIGH, 30 * MS), (LOW, 25 * MS), (HIGH, 100)]
    [first, second] = measured_on_chip(drawn((HIGH, 2 * longest + 777), (LOW, 4_000 * MS), *coin))
    assert first == (longest, longest)
    assert near([second], [(30 * MS, 25 * MS)])


def test_a_line_that_is_low_from_the_start_is_one_pulse_without_rest() -> None:
    """An acceptor that holds its line while the board starts gives a pulse that the rules throw out."""
    [(rest, _)] = measured(drawn((LOW, 40 * MS), (HIGH, 100)))
    assert rest <= 3


def test_four_pulses_wait_while_python_is_away() -> None:
    """200 ms of the fastest train lie in the FIFO of the chip, and none of them is lost."""
    machine = pio.start_coins(2)
    chip = Chip(machine)
    chip.follow(machine, drawn(*[(HIGH, 25 * MS), (LOW, 25 * MS)] * 4, (HIGH, 20)), read=False)
    words = [chip.take(machine.number) for _ in range(4)]
    assert None not in words
    assert chip.take(machine.number) is None


# The drop curtain: light is high


def falls(line: Line) -> int:
    """How many times something dark was remembered, as pioemu has it."""
    return len(emulate(pio.start_curtain(0), len(line), line).words)


@pytest.mark.parametrize("cycles", [50, 51, 75, 5_000])
def test_a_dark_time_of_a_millisecond_is_never_missed(cycles: int) -> None:
    """50 cycles of 20 us are 1 ms; an edge of 5 mm at 3.3 m/s is 1.5 ms; a garment that lingers counts once."""
    assert falls(drawn((HIGH, 333), (LOW, cycles), (HIGH, 333))) == 1


@pytest.mark.parametrize("cycles", [1, 5, 25, 46])
def test_what_is_shorter_than_0_9_ms_is_noise(cycles: int) -> None:
    """A moth's wing or a relay's spark leaves nothing behind, even if there are twenty of them."""
    assert falls(drawn((HIGH, 333), *[(LOW, cycles), (HIGH, 40)] * 20)) == 0


def test_the_fall_is_remembered_until_it_is_read() -> None:
    """A second after 1.5 ms of darkness the word still lies there; read once, it is gone."""
    machine = pio.start_curtain(2)
    chip = Chip(machine)
    chip.follow(machine, drawn((HIGH, 333), (LOW, 75), (HIGH, 1_000 * CURTAIN_MS)), read=False)
    assert chip.take(machine.number) is not None
    assert chip.take(machine.number) is None


def test_more_falls_than_the_fifo_holds_do_no_harm() -> None:
    """A fringed shawl darkens the curtain twenty times; some are dropped, and the next vend's is seen again."""
    machine = pio.start_curtain(2)
    chip = Chip(machine)
    chip.follow(machine, drawn(*[(HIGH, 60), (LOW, 60)] * 20, (HIGH, 60)), read=False)
    while chip.take(machine.number) is not None:
        pass
    assert len(chip.follow(machine, drawn((LOW, 60), (HIGH, 60)))) == 1


def test_the_emitter_proves_the_curtain() -> None:
    """Emitter off leaves a word within 1.1 ms; a curtain that always shines or is always dark leaves none."""
    off_for = drawn((HIGH, 100), (LOW, 2 * CURTAIN_MS), (HIGH, 100))
    run = emulate(pio.start_curtain(0), len(off_for), off_for)
    assert len(run.words) == 1
    assert run.times[0] - 100 <= 1.1 * CURTAIN_MS
    assert falls([HIGH] * 500) == 0
    stuck = pio.start_curtain(0)
    assert len(emulate(stuck, 5_000, [LOW] * 5_000).words) == 1, (
        "once, from the start, and never again: the test then fails"
    )
