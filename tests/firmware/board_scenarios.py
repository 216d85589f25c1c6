"""What the board's end does, told as short stories that run on CPython and, the same file, on the real MicroPython.

Each function is one claim with its own asserts and needs nothing but the firmware. `python -m pytest` runs them one by one;
`micropython board_scenarios.py` runs them all and says how many held.
"""

try:
    from firmware import link, messages, wire
except ImportError:  # on MicroPython, where all files lie flat
    import link
    import messages
    import wire

BOOT = 0x5C0FFEE1
COINS = messages.message(messages.COINS, 1, 20, 120, 20, 500, 2_000)


class Pi:
    """Says single messages to a board and reads what comes back."""

    def __init__(self, cause=messages.POWER_ON, kind=link.Link):
        self.heard = []
        self.started = []
        self.now_ms = 0x3FFFFF00  # the clock wraps soon
        self.link = kind(BOOT, self._hear, cause, 0, (0, 1, 0))
        self.link.performs(messages.TURN, lambda number, *_: self.started.append(number))
        self.link.takes(messages.COINS, lambda *_: True)
        self._decoder = wire.Decoder()

    def _hear(self, data):
        for payload in self._decoder.feed(bytes(data)):
            self.heard.append((payload[0],) + messages.unpack(payload[0], payload[1:]))  # noqa: RUF005

    def say(self, code, *fields):
        """Send one message; what the board said to it."""
        known = len(self.heard)
        self.link.feed(bytes(wire.encode(messages.message(code, *fields))), self.now_ms & 0x3FFFFFFF)
        return self.heard[known:]

    def wait(self, ms):
        known = len(self.heard)
        for _ in range(ms // 10):
            self.now_ms += 10
            self.link.tick(self.now_ms & 0x3FFFFFFF)
        return self.heard[known:]

    def turn(self, number, boot=BOOT):
        return self.say(
            messages.COMMAND, boot, messages.TURN, number, messages.body(messages.TURN, 0, 2, 1, 1, 6000, 2000)
        )

    def home(self, number):
        self.link.finish(messages.TURN, number, messages.HOME, 1, 3, 0, 2901, 3120, 310, 190)


def met():
    """A board that knows us and our configuration."""
    pi = Pi()
    pi.say(messages.HELLO, 1, 1, 9)
    pi.say(messages.CONFIGURE, BOOT, messages.config_hash(COINS), COINS)
    return pi


def scenario_hello_is_answered_with_who_it_is():
    """WELCOME tells the version, our nonce, its life, no configuration, why it was reset, and that one event waits."""
    pi = Pi(messages.WATCHDOG)
    told = pi.say(messages.HELLO, 1, 1, 99)
    assert told == [(messages.WELCOME, 1, 99, BOOT, 0, 0, 1, 0, messages.WATCHDOG, 0, 0, 0, 0, 0, 0, 1)], told


def scenario_no_common_version_moves_nothing():
    """A Pi that speaks only versions 9 to 12 gets version 0, and every command is refused."""
    pi = Pi()
    assert pi.say(messages.HELLO, 9, 12, 99)[0][1] == 0
    assert pi.turn(1) == [(messages.REFUSED, BOOT, messages.COMMAND, 0, messages.NO_HELLO)]
    assert not pi.started
    assert not pi.link.lease


def scenario_a_stranger_among_versions_ends_the_lease():
    """When a Pi of another version takes over, what the old one wished ends at once."""
    pi = met()
    pi.say(messages.LEASE, messages.MONEY)
    assert pi.link.wishes == messages.MONEY
    pi.say(messages.HELLO, 2, 3, 100)
    assert pi.link.wishes == 0


def scenario_without_a_configuration_nothing_moves():
    """A command before the configuration is refused, its number stays free, and afterwards it runs."""
    pi = Pi()
    pi.say(messages.HELLO, 1, 1, 9)
    assert pi.turn(17) == [(messages.REFUSED, BOOT, messages.TURN, 17, messages.NO_CONFIG)]
    assert not pi.started
    pi.say(messages.CONFIGURE, BOOT, messages.config_hash(COINS), COINS)
    pi.turn(17)
    assert pi.started == [17]


def scenario_a_command_runs_once_however_often_it_is_said():
    """While it runs the board says RUNNING, afterwards its answer, again and again."""
    pi = met()
    assert pi.turn(17) == []
    for _ in range(3):
        assert pi.turn(17) == [(messages.RUNNING, BOOT, messages.TURN, 17)]
    pi.home(17)
    answer = pi.heard[-1]
    assert answer[:5] == (messages.ANSWER, BOOT, messages.TURN, 17, messages.DONE)
    for _ in range(3):
        assert pi.turn(17) == [answer]
    assert pi.started == [17]


def scenario_an_old_number_is_never_run():
    """After eight more commands the answer to the first is forgotten; saying it again gives NOT_NEWER and no turn."""
    pi = met()
    for number in range(17, 27):
        pi.turn(number)
        pi.home(number)
    assert pi.turn(17) == [(messages.NOT_NEWER, BOOT, messages.TURN, 17)]
    assert pi.turn(5) == [(messages.NOT_NEWER, BOOT, messages.TURN, 5)]
    assert pi.turn(19)[0][0] == messages.ANSWER
    assert pi.started == list(range(17, 27))


def scenario_one_command_at_a_time_in_a_lane():
    """The next vend is told BUSY, keeps its number, and runs when the first has ended."""
    pi = met()
    pi.turn(17)
    assert pi.turn(18) == [(messages.REFUSED, BOOT, messages.TURN, 18, messages.BUSY)]
    pi.home(17)
    pi.turn(18)
    assert pi.started == [17, 18]


def scenario_a_command_for_another_life_is_refused():
    """A command that was under way when the board was reset does not run in the new life."""
    pi = met()
    assert pi.turn(17, BOOT - 1) == [(messages.REFUSED, BOOT, messages.COMMAND, 0, messages.OTHER_BOOT)]
    assert not pi.started


def scenario_asking_turns_nothing_and_crosses_out():
    """What became of vend 17? Never seen: so it never will run, also when its command arrives late."""
    pi = met()
    crossed_out = [(messages.ANSWER, BOOT, messages.TURN, 17, messages.CROSSED_OUT, b"")]
    assert pi.say(messages.ASK, BOOT, messages.TURN, 17) == crossed_out
    assert pi.turn(17) == crossed_out
    assert not pi.started


def scenario_a_command_nobody_performs_says_so():
    """Unknown kinds and bodies of a wrong length use their number up and move nothing."""
    pi = met()
    assert pi.say(messages.COMMAND, BOOT, messages.BUS_BREAK, 1, b"")[0][4] == messages.UNKNOWN_KIND
    assert pi.say(messages.COMMAND, BOOT, messages.TURN, 1, b"\x01")[0][4] == messages.BAD_BODY
    assert not pi.started
    assert not pi.link.moving


def scenario_a_damaged_configuration_is_not_taken():
    """Hash, sections and what the parts of the board say to them must all be right."""
    pi = Pi()
    pi.say(messages.HELLO, 1, 1, 9)
    cut, bus = COINS[:-1], messages.message(messages.BUS, 1, 100, 2000)
    for config, data, verdict in (
        (messages.config_hash(COINS) ^ 1, COINS, messages.HASH_WRONG),
        (messages.config_hash(cut), cut, messages.BAD_SECTION),
        (messages.config_hash(bus), bus, messages.NOT_POSSIBLE),
    ):
        assert pi.say(messages.CONFIGURE, BOOT, config, data) == [(messages.CONFIGURED, BOOT, config, verdict)]
        assert pi.link.config == 0


def scenario_a_running_motor_keeps_its_configuration():
    """No new configuration while something moves."""
    pi = met()
    pi.turn(17)
    config, data = 1, b""
    assert pi.say(messages.CONFIGURE, BOOT, config, data)[0][4] == messages.BUSY
    assert pi.link.config == messages.config_hash(COINS)


def scenario_an_event_is_told_until_it_is_acknowledged():
    """The reset is event 1; it comes again every 200 ms, and the next only after it."""
    pi = met()
    pi.link.event(messages.DOOR, 1)
    assert [event[2] for event in pi.wait(1_000)] == [1] * 5
    pi.say(messages.ACK, BOOT, 1)
    assert [event[2:] for event in pi.wait(50)] == [(2, messages.DOOR, b"\x01")]
    pi.say(messages.ACK, BOOT, 2)
    assert pi.wait(1_000) == []


def scenario_another_life_s_acknowledgement_is_not_ours():
    """The board forgets nothing on the word of one who means its last life, or an event that never was."""
    pi = met()
    assert pi.say(messages.ACK, BOOT - 1, 1)[0][4] == messages.OTHER_BOOT
    pi.say(messages.ACK, BOOT, 2)
    assert pi.link.strange == 1
    assert pi.link.room == 63


def scenario_money_is_shut_out_before_the_ring_is_full():
    """With 48 events untold no coin is let in; with 64 the board says so to its own parts; nothing is overwritten."""
    pi = met()
    pi.say(messages.LEASE, messages.MONEY | messages.LAMP)
    for pulses in range(1, 47):
        assert pi.link.event(messages.PULSES, pulses, 1, 50_000, 50_000) == pulses + 1
    assert pi.link.wishes == messages.MONEY | messages.LAMP
    assert pi.link.event(messages.PULSES, 47, 1, 50_000, 50_000) == 48
    assert pi.link.wishes == messages.LAMP
    for pulses in range(48, 64):
        assert pi.link.event(messages.PULSES, pulses, 1, 50_000, 50_000)
    assert pi.link.room == 0
    assert pi.link.event(messages.PULSES, 64, 1, 50_000, 50_000) == 0
    pi.say(messages.ACK, BOOT, 17)
    assert pi.link.wishes == messages.MONEY | messages.LAMP


def scenario_silence_ends_every_wish():
    """Two seconds without a good frame: no money, no lamp, no chatter; the next frame renews the lease, not the wish."""
    pi = met()
    pi.say(messages.LEASE, messages.MONEY)
    pi.wait(2_000)
    assert pi.link.wishes == messages.MONEY
    told = pi.wait(500)
    assert pi.link.wishes == 0
    assert told == []
    pi.say(messages.ACK, BOOT, 1)
    assert pi.link.lease
    assert pi.link.wishes == 0


def scenario_a_turn_ends_by_its_own_limit_and_not_by_the_lease():
    """The answer of a turn that ended in silence is there for whoever comes back."""
    pi = met()
    pi.turn(17)
    pi.wait(5_000)
    pi.home(17)
    pi.say(messages.HELLO, 1, 1, 10)
    assert pi.say(messages.ASK, BOOT, messages.TURN, 17)[0][4] == messages.DONE


def scenario_noise_is_no_life_sign():
    """Damaged frames and sound nonsense neither raise nor renew the lease."""
    pi = met()
    pi.wait(1_900)
    good = bytes(wire.encode(messages.message(messages.LEASE, 1)))
    pi.link.feed(b"\xff" * 999 + b"\0" + good[:3] + b"\x01" + good[4:], pi.now_ms & 0x3FFFFFFF)
    for nonsense in (
        b"\x06",
        b"\x00",
        b"\x81" + bytes(40),
        b"\x7f\x01",
        b"\x03" + BOOT.to_bytes(4, "little") + bytes(5),
    ):
        pi.link.feed(bytes(wire.encode(nonsense)), pi.now_ms & 0x3FFFFFFF)
    assert pi.link.strange == 5
    pi.wait(200)
    assert not pi.link.lease


def scenario_a_restart_waits_for_the_motor():
    """The board restarts on demand, but not while something moves."""
    pi = met()
    pi.turn(17)
    assert pi.say(messages.RESTART, BOOT)[0][4] == messages.BUSY
    pi.home(17)
    pi.say(messages.RESTART, BOOT)
    assert pi.link.restart_asked


SCENARIOS = sorted((name, story) for name, story in globals().items() if name.startswith("scenario_"))

if __name__ == "__main__":
    for _name, _story in SCENARIOS:
        _story()
    print(len(SCENARIOS), "held")
