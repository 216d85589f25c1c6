"""When the dead-man is fed; that its program lets the supply fall without feeding is in `test_pio_deadman.py`.

These tests run on CPython and, by `test_micropython.py`, in the real MicroPython binary; so they use what both have.
"""

from deadman import LEASE_MS, Deadman

LEASE = LEASE_MS * 10


class Program:
    """Takes its feeds at once, unless it hangs; then four wait and a fifth would block the board."""

    def __init__(self, hangs=False):
        self.fed = []
        self.waiting = 0
        self.hangs = hangs

    def put(self, word):
        assert self.waiting < 4, "put would wait for ever"
        self.fed.append(word)
        self.waiting += self.hangs

    def tx_fifo(self):
        return self.waiting


def turns(deadman, first_ms, last_ms):
    for now_ms in range(first_ms, last_ms):
        deadman.tick(now_ms & 0x3FFFFFFF)


def test_nothing_is_fed_until_somebody_holds():
    """The loop may turn for ever without giving the motors anything."""
    program = Program()
    turns(Deadman(program), 0, 1_000)
    assert program.fed == []


def test_it_is_fed_four_times_in_a_lease_also_across_the_wrap_of_the_clock():
    """Held for a second, it gets the whole lease every 50 ms; the clock's fall to 0 changes nothing."""
    for start_ms in (0, 0x3FFFFFFF - 333):
        program = Program()
        deadman = Deadman(program)
        deadman.hold(start_ms)
        deadman.hold(start_ms)
        turns(deadman, start_ms, start_ms + 1_000)
        assert program.fed == [LEASE] * 20
        assert (deadman.on, deadman.fell, deadman.dead) == (True, 0, False)


def test_dropped_it_is_told_so_and_left_alone():
    """A feed of nothing takes the supply away; then no more is fed."""
    program = Program()
    deadman = Deadman(program)
    deadman.hold(0)
    deadman.drop(10)
    turns(deadman, 10, 1_000)
    assert program.fed == [LEASE, 0]


def test_a_loop_that_was_away_for_a_lease_does_not_feed_again():
    """The supply has fallen: feeding now would move what stopped. One millisecond earlier it had not."""
    program = Program()
    deadman = Deadman(program)
    deadman.hold(0)
    deadman.tick(LEASE_MS - 1)
    assert program.fed == [LEASE, LEASE]
    deadman.tick(2 * LEASE_MS - 1)
    turns(deadman, 2 * LEASE_MS, 1_000)
    assert program.fed == [LEASE, LEASE, 0]
    assert (deadman.on, deadman.fell) == (False, 1)


def test_a_program_that_hangs_is_noticed_and_never_waited_for():
    """Feeds that lie there since an earlier millisecond say that nothing would take the supply away."""
    program = Program(hangs=True)
    deadman = Deadman(program)
    deadman.hold(0)
    deadman.drop(0)
    assert program.fed == [LEASE, 0], "the drop is said although the feed before it still lies there"
    assert not deadman.dead, "in the same millisecond it may still be on its way to it"
    deadman.hold(1)
    turns(deadman, 1, 1_000)
    assert deadman.dead
