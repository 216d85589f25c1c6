"""Which coin pulses count: trains, noise, jams, coins that nobody invited, and one number that only grows.

These tests run on CPython and, by `test_micropython.py`, in the real MicroPython binary; so they use what both have.
"""

from pulses import JAM, ODD, PULSE, TRAIN, UNITS_MAX, Pulses

REFUSE, ACCEPT = 0, 1
SETTLED_MS = 2_000


class Bench:
    """An acceptor on its line, told when to pulse; time passes in steps of 5 ms. Is FIFO and line pin for the board."""

    def __init__(self, **limits):
        self.now_ms = limits.pop("start_ms", 0)
        self.words = []
        self.level = 1
        self.inhibit = Inhibit()
        self.pulses = Pulses(self, self, self.inhibit, self.now_ms, **limits)
        self.news = 0

    def rx_fifo(self):
        return len(self.words)

    def get(self):
        return self.words.pop(0)

    def value(self, level=None):
        assert level is None, "the coin line is an input"
        return self.level

    def wait(self, ms):
        """Let time pass; the bits of what was new."""
        news = 0
        for _ in range(0, ms, 5):
            self.now_ms = (self.now_ms + 5) & 0x3FFFFFFF
            news |= self.pulses.tick(self.now_ms)
        return news

    def pulse(self, low_ms=50, rest_ms=50):
        """Rest, then a pulse; what was new at its end."""
        news = self.wait(rest_ms)
        self.level = 0
        news |= self.wait(low_ms)
        self.level = 1
        self.words.append(word(rest_ms, low_ms))
        return news | self.wait(5)

    def settle(self):
        """Past the first two seconds, coins let in."""
        self.wait(SETTLED_MS)
        self.pulses.accept(True, self.now_ms)
        self.wait(100)
        return self


class Inhibit:
    """The line that keeps coins out, and what it was set to."""

    def __init__(self):
        self.level = None

    def value(self, level=None):
        if level is not None:
            self.level = level
        return self.level


def word(rest_ms, low_ms):
    """What the PIO leaves in its FIFO for a pulse."""
    rest, low = (min(int(ms * 10), UNITS_MAX + 1) for ms in (rest_ms, low_ms))
    return (UNITS_MAX - rest & 0x7FFF) << 15 | (UNITS_MAX - low & 0x7FFF)


def test_a_quarter_is_five_pulses_of_one_train():
    """Programmed at five cents a pulse: the number grows by five, and the train is told when it is over."""
    bench = Bench().settle()
    news = 0
    for _ in range(5):
        news |= bench.pulse()
    assert (bench.pulses.pulses, bench.pulses.train, bench.pulses.in_train) == (5, 5, True)
    assert news == PULSE
    assert bench.wait(100) == TRAIN
    assert not bench.pulses.in_train
    assert bench.wait(1_000) == 0, "once"


def test_coins_put_in_quickly_are_one_longer_train_with_the_right_sum():
    """Two and four pulses without a rest between are six: by value per pulse the sum is right."""
    bench = Bench().settle()
    for _ in range(2 + 4):
        bench.pulse()
    bench.wait(200)
    assert (bench.pulses.pulses, bench.pulses.train) == (6, 6)


def test_a_train_goes_on_while_the_clock_wraps():
    """`time.ticks_ms` falls back to 0 after twelve days; a coin just then is still one train."""
    bench = Bench(start_ms=0x3FFFFFFF - 2_200).settle()
    for _ in range(5):
        assert bench.pulse(low_ms=40, rest_ms=40) == PULSE
    assert bench.now_ms < 1_000
    assert bench.wait(100) == TRAIN
    assert bench.pulses.train == 5


def test_the_next_train_counts_from_one_and_the_sum_goes_on():
    """The absolute number is what the Pi books; the train is for people."""
    bench = Bench().settle()
    bench.pulse()
    bench.wait(500)
    bench.pulse()
    bench.pulse()
    assert (bench.pulses.pulses, bench.pulses.train) == (3, 2)


def test_a_spark_is_no_coin_and_does_not_cost_one():
    """A spike of 1 ms between two pulses is counted as odd; the rest around it still is one rest."""
    bench = Bench().settle()
    bench.pulse()
    assert bench.pulse(low_ms=1, rest_ms=10) & ODD
    bench.pulse(rest_ms=12)
    assert (bench.pulses.pulses, bench.pulses.short, bench.pulses.close) == (2, 1, 0)
    bench.pulse(rest_ms=10)
    assert (bench.pulses.pulses, bench.pulses.close) == (2, 1), "what the spark added is used up"


def test_a_bounce_before_a_pulse_is_noise_and_the_pulse_counts():
    """Low for 1 ms, high for half a millisecond, then low for 24 ms: one pulse and one spike."""
    bench = Bench().settle()
    bench.words += [word(100, 1), word(0.5, 24)]
    bench.wait(5)
    assert (bench.pulses.pulses, bench.pulses.short) == (1, 1)


def test_the_limits_of_a_pulse():
    """19.9 ms is too short and 120.1 too long, 20 and 120 count; narrowest and widest tell how near they came."""
    bench = Bench().settle()
    for low_ms in (19.9, 20, 120, 120.1):
        bench.words.append(word(100, low_ms))
        bench.wait(5)
    found = bench.pulses
    assert (found.short, found.pulses, found.long) == (1, 2, 1)
    assert (found.narrowest_us, found.widest_us, found.last_us) == (20_000, 120_000, 120_100)


def test_pulses_too_close_together_do_not_count():
    """A pulse 19 ms after another is no acceptor's work."""
    bench = Bench().settle()
    bench.words += [word(100, 50), word(19, 50), word(20, 50)]
    bench.wait(5)
    assert (bench.pulses.pulses, bench.pulses.close) == (2, 1)


def test_the_first_two_seconds_are_not_believed():
    """Some acceptors pulse when they get power: that is uninvited, whatever the inhibit line says."""
    bench = Bench()
    bench.pulses.accept(True, bench.now_ms)
    bench.wait(1_000)
    assert bench.pulse() & ODD
    assert (bench.pulses.pulses, bench.pulses.uninvited) == (0, 1)
    bench.wait(1_000)
    bench.pulse()
    assert bench.pulses.pulses == 1


def test_a_coin_on_its_way_counts_and_one_half_a_second_later_does_not():
    """Told to refuse, the acceptor may still pulse for what it had let in; afterwards somebody plays with the line."""
    bench = Bench().settle()
    bench.pulses.accept(False, bench.now_ms)
    bench.pulse()
    assert bench.pulses.pulses == 1
    bench.wait(500)
    bench.pulse()
    assert (bench.pulses.pulses, bench.pulses.uninvited) == (1, 1)


def test_refused_for_weeks_stays_refused():
    """The half second does not come back when the clock wraps after twelve days."""
    bench = Bench(start_ms=0x3FFFFFFF - 3_000).settle()
    bench.pulses.accept(False, bench.now_ms)
    closed_ms = bench.now_ms
    bench.wait(1_000)
    bench.now_ms = closed_ms
    bench.words.append(word(50, 50))
    bench.wait(5)
    assert (bench.pulses.pulses, bench.pulses.uninvited) == (0, 1)


def test_coins_are_kept_out_until_they_are_wanted():
    """From the first moment the line refuses; it follows what is wanted."""
    bench = Bench()
    assert bench.inhibit.level == REFUSE
    bench.pulses.accept(True, 0)
    assert bench.inhibit.level == ACCEPT
    bench.pulses.accept(False, 0)
    assert bench.inhibit.level == REFUSE


def test_the_refusing_level_can_be_the_high_one():
    """A DG600F may be set to refuse above 3 V."""
    bench = Bench(refuse=1)
    assert bench.inhibit.level == 1
    bench.pulses.accept(True, 0)
    assert bench.inhibit.level == 0


def test_a_jammed_line_refuses_coins_until_it_is_free():
    """Low for half a second is a jam; what is wanted is remembered, and the end of the jam is told like its beginning."""
    bench = Bench().settle()
    bench.level = 0
    assert bench.wait(400) == 0
    assert bench.wait(200) == JAM
    assert bench.pulses.jammed
    assert bench.inhibit.level == REFUSE
    assert bench.pulses.low_ms(bench.now_ms) >= 500
    bench.level = 1
    bench.words.append(word(100, 700))
    assert bench.wait(5) & JAM
    assert not bench.pulses.jammed
    assert bench.inhibit.level == ACCEPT
    assert (bench.pulses.pulses, bench.pulses.long) == (0, 1)


def test_a_full_fifo_says_that_something_may_be_lost():
    """Four pulses at once count, and the technician learns that the board was too slow."""
    bench = Bench().settle()
    bench.words += [word(50, 50)] * 4
    assert bench.wait(5) == PULSE | ODD
    assert (bench.pulses.pulses, bench.pulses.overruns) == (4, 1)


def test_times_too_long_to_count_are_long():
    """A rest of an hour is a good rest, a low of an hour no pulse."""
    bench = Bench().settle()
    bench.words += [word(3_600_000, 50), word(50, 3_600_000)]
    bench.wait(5)
    assert (bench.pulses.pulses, bench.pulses.long, bench.pulses.last_us) == (1, 1, 3_276_700)
