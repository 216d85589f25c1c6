"""One turn of one spiral: a whole act with bounds of its own, whoever still listens.

    prove ─▶ probe ─▶ leave ─▶ reach ─▶ brake ─▶ watch ─▶ prove again ─▶ over
                                 ▲        │ jammed: once more, if there are retries, time and somebody who wants it
                                 └─ pause ◀┘

Probed is whether there is a motor (it takes current) and whether it stands at home. One that stands in mid-turn was
interrupted: nobody knows what a turn from there would drop, so it ends as JAMMED, and only a TRIAL with `homes` 0 brings it
home. Driven, a motor stops by its home switch, by current, by time, or because its supply fell. `run_ms_max` bounds
the time it is driven, all tries together.

On a cam that shows home twice a turn, every second closing of the switch is home.
"""

import messages
from link import elapsed_ms
from steady import Steady

TYPE_CHECKING = False
if TYPE_CHECKING:
    from curtain import Curtain
    from deadman import Deadman
    from link import Link
    from matrix import Matrix

PROBE_MS, HOME_ANSWERS_MS = 20, 50
"""So soon a motor takes current, and an isolator tells of its switch, in which time a spiral turns 4 degrees at most."""
PAUSE_MS = 300
"""Before a jammed spiral is tried again: it may slacken, and so may what hangs in it."""
SUPPLY_MV_MIN, SUPPLY_MV_MAX = 18_000, 30_000

_BEGIN, _PROVE, _PROBE, _LEAVE, _REACH, _BRAKE, _PAUSE, _WATCH, _PROVE_AGAIN, _OVER = range(10)


class Limits:
    """The section MOTORS of the configuration, in the order of its fields."""

    def __init__(self, *fields: "int | bytes") -> None:
        assert isinstance(fields[12], bytes)
        numbers = [field for field in fields if isinstance(field, int)]
        self.rows, self.columns, self.curtain, self.retries = numbers[:4]
        self.leave_home_ms, self.reach_home_ms, self.drop_ms, self.brake_ms, self.debounce_ms = numbers[4:9]
        self.over_current_ma, self.over_current_ms, self.no_motor_ma = numbers[9:]
        self.half_turns = fields[12]

    def closings(self, row: int, column: int) -> int:
        """How often in one turn this motor's switch closes."""
        bit = row * 10 + column
        return 2 if self.half_turns[bit >> 3] >> (bit & 7) & 1 else 1


class Turn:
    """`tick` until it is over; then `answer` has the fields of the answer."""

    def __init__(
        self, link: "Link", matrix: "Matrix", curtain: "Curtain", deadman: "Deadman", limits: Limits, *order: int
    ) -> None:
        self._link, self._matrix, self._curtain, self._deadman, self._limits = link, matrix, curtain, deadman, limits
        self.row, self.column, homes, self._needs_curtain, self._run_ms_max, drop_ms = order
        self._drop_ms_max = min(drop_ms, limits.drop_ms)
        self._closings = homes * limits.closings(self.row, self.column)
        self._home = Steady(limits.debounce_ms)
        self._steps = (
            self._begin,
            self._prove,
            self._probe,
            self._leave,
            self._reach,
            self._brake,
            self._pause,
            self._watch,
            self._prove_again,
        )
        self._phase = _BEGIN
        self.result = messages.HOME
        self._left = False
        self._proof = self._retries = self._fell = self._drops = 0
        self._drop_ms = messages.UNSEEN
        self._peak_ma = self._sum_ma = self._samples = 0
        self._run_ms = self._driven_ms = 0
        self._began_ms = self._since_ms = self._look_ms = self._calm_ms = 0

    @property
    def over(self) -> bool:
        return self._phase == _OVER

    def answer(self) -> tuple[int, ...]:
        """The fields of the answer to TURN and TRIAL."""
        mean_ma = self._sum_ma // max(1, self._samples)
        run_ms = min(self._run_ms, 0xFFFF)
        fell = min(self._fell, 0xFF)
        return (self.result, fell, self._proof, self._retries, run_ms, self._drop_ms, self._peak_ma, mean_ma)

    def tick(self, now_ms: int) -> None:
        """Do what is due; the curtain was ticked just before."""
        if _PROBE <= self._phase <= _REACH:
            self._measure(now_ms)
        if self._phase > _PROVE and self._curtain.drops != self._drops + self._fell:
            self._fell = self._curtain.drops - self._drops
            if self._drop_ms == messages.UNSEEN:
                self._drop_ms = min(elapsed_ms(now_ms, self._began_ms), messages.UNSEEN - 1)
        if not self.over:
            self._steps[self._phase](now_ms)

    def _enter(self, phase: int, now_ms: int) -> None:
        self._phase, self._since_ms = phase, now_ms

    def _here_ms(self, now_ms: int) -> int:
        return elapsed_ms(now_ms, self._since_ms)

    # Before it turns

    def _begin(self, now_ms: int) -> None:
        self._deadman.hold(now_ms)
        self._curtain.test(now_ms)
        self._enter(_PROVE, now_ms)

    def _prove(self, now_ms: int) -> None:
        if self._curtain.testing:
            return
        self._began_ms, self._drops = now_ms, self._curtain.drops
        if self._curtain.works:
            self._proof = 1
        elif self._needs_curtain:
            self.result = messages.NO_SENSOR
            self._end(now_ms)
            return
        self._drive(_PROBE, now_ms)

    def _probe(self, now_ms: int) -> None:
        here_ms = self._here_ms(now_ms)
        if here_ms < PROBE_MS:
            return
        if self._peak_ma < self._limits.no_motor_ma:
            self._stop(messages.NO_MOTOR, now_ms)
        elif self._home.level and not self._closings:
            self._stop(messages.HOME, now_ms)
        elif self._home.level:
            self._enter(_LEAVE, now_ms)
        elif here_ms < HOME_ANSWERS_MS or (self._home.level is None and here_ms < self._limits.leave_home_ms):
            return  # a round that came late has not seen the switch rest: late is not open
        elif not self._closings:
            self._closings, self._left = 1, True
            self._enter(_REACH, now_ms)
        else:
            self._stop(messages.JAMMED, now_ms)

    # While it turns

    def _drive(self, phase: int, now_ms: int) -> None:
        self._driven_ms, self._look_ms, self._calm_ms = self._run_ms, now_ms, now_ms
        self._enter(phase, now_ms)
        self._matrix.drive(self.row, self.column)

    def _measure(self, now_ms: int) -> None:
        """Current, supply and time; whichever is wrong stops it."""
        self._run_ms = self._driven_ms + elapsed_ms(now_ms, self._look_ms)
        self._home.look(self._matrix.at_home(), now_ms)
        now_ma = self._matrix.current_ma()
        self._peak_ma = max(self._peak_ma, now_ma)
        self._sum_ma += now_ma
        self._samples += 1
        if now_ma < self._limits.over_current_ma:
            self._calm_ms = now_ms
        if not self._deadman.on or self._matrix.supply_mv() < SUPPLY_MV_MIN:
            self._stop(messages.POWER_CUT, now_ms)
        elif elapsed_ms(now_ms, self._calm_ms) >= self._limits.over_current_ms:
            self._stop(messages.OVER_CURRENT, now_ms)
        elif self._run_ms >= self._run_ms_max:
            self._stop(messages.JAMMED if self._left else messages.STUCK_HOME, now_ms)

    def _leave(self, now_ms: int) -> None:
        if self._home.level == 0:
            self._left = True
            self._enter(_REACH, now_ms)
        elif self._here_ms(now_ms) >= self._limits.leave_home_ms:
            self._stop(messages.JAMMED if self._left else messages.STUCK_HOME, now_ms)

    def _reach(self, now_ms: int) -> None:
        if self._home.level:
            self._closings -= 1
            if self._closings:
                self._enter(_LEAVE, now_ms)
            else:
                self._stop(messages.HOME, now_ms)
        elif self._here_ms(now_ms) >= self._limits.reach_home_ms:
            self._stop(messages.JAMMED, now_ms)

    # After it turned

    def _stop(self, result: int, now_ms: int) -> None:
        self.result = result
        self._matrix.brake(self.row)
        self._enter(_BRAKE, now_ms)

    def _brake(self, now_ms: int) -> None:
        if self._here_ms(now_ms) < self._limits.brake_ms:
            return
        self._matrix.off()
        self._enter(_PAUSE if self._may_try_again() else _WATCH, now_ms)

    def _may_try_again(self) -> bool:
        """Only what had left home, and only while somebody holds the lease: after a silence nothing begins to move."""
        jammed = self.result in (messages.JAMMED, messages.OVER_CURRENT) and self._left
        return bool(
            jammed and self._retries < self._limits.retries and self._run_ms < self._run_ms_max and self._link.lease
        )

    def _pause(self, now_ms: int) -> None:
        if self._here_ms(now_ms) >= PAUSE_MS:
            self._retries += 1
            self._drive(_REACH, now_ms)

    def _watch(self, now_ms: int) -> None:
        """What left the coil may still be falling."""
        if self._fell or self.result == messages.NO_MOTOR or self._here_ms(now_ms) >= self._drop_ms_max:
            self._curtain.test(now_ms)
            self._enter(_PROVE_AGAIN, now_ms)

    def _prove_again(self, now_ms: int) -> None:
        if not self._curtain.testing:
            self._proof |= 2 if self._curtain.works else 0
            self._end(now_ms)

    def _end(self, now_ms: int) -> None:
        self._deadman.drop(now_ms)
        self._enter(_OVER, now_ms)
