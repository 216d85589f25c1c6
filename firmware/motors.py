"""What the Pi can order of motors and curtain: TURN, TRIAL, SCAN and CURTAIN, one act at a time.

An order for a second act while one runs is answered UNSAFE: a technician who tries a motor has her hand in there. What
falls is told as DROP, also when no act runs: the absolute number, so that an event that found no room loses nothing.
"""

import messages
from link import elapsed_ms
from pins import COLUMNS_MAX, ROWS_MAX
from turn import SUPPLY_MV_MAX, SUPPLY_MV_MIN, Limits, Turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from curtain import Curtain
    from deadman import Deadman
    from link import Link
    from matrix import Matrix

HOMES_MAX = 9
SCAN_MS = 8
"""Current and switch of one motor are read in this time, within which it turns a tenth of a degree."""
REST_MS = 4
"""Between two motors of a scan, so that one has let go before the next is asked."""


class Scan:
    """Each motor of a row gets a moment of current: is there one, and is it at home?"""

    def __init__(self, matrix: "Matrix", deadman: "Deadman", limits: Limits, row: int) -> None:
        self._matrix, self._deadman, self._limits, self._row = matrix, deadman, limits, row
        self._column, self._driven, self._peak_ma = -1, False, 0
        self._since_ms: int | None = None
        self.present = self.at_home = 0
        self.over = False

    def answer(self) -> tuple[int, ...]:
        return (self.present, self.at_home)

    def tick(self, now_ms: int) -> None:
        if self._since_ms is None:
            self._deadman.hold(now_ms)
            self._since_ms = now_ms
        here_ms = elapsed_ms(now_ms, self._since_ms)
        if self._driven:
            self._peak_ma = max(self._peak_ma, self._matrix.current_ma())
            if here_ms >= SCAN_MS:
                self._note()
                self._since_ms = now_ms
        elif here_ms >= REST_MS:
            self._next(now_ms)

    def _next(self, now_ms: int) -> None:
        self._column += 1
        if self._column == self._limits.columns:
            self._deadman.drop(now_ms)
            self.over = True
            return
        self._since_ms, self._peak_ma, self._driven = now_ms, 0, True
        self._matrix.drive(self._row, self._column)

    def _note(self) -> None:
        bit = 1 << self._column
        if self._peak_ma >= self._limits.no_motor_ma:
            self.present |= bit
            self.at_home |= bit if self._matrix.at_home() else 0
        self._matrix.off()
        self._driven = False


class CurtainTest:
    """The curtain's proof by itself."""

    def __init__(self, curtain: "Curtain") -> None:
        self._curtain, self._begun = curtain, False

    @property
    def over(self) -> bool:
        return self._begun and not self._curtain.testing

    def answer(self) -> tuple[int, ...]:
        return (1 if self._curtain.works else 0, self._curtain.answer_ms)

    def tick(self, now_ms: int) -> None:
        if not self._begun:
            self._begun = True
            self._curtain.test(now_ms)


class Motors:
    """All motors and the curtain behind the link."""

    def __init__(self, link: "Link", matrix: "Matrix", curtain: "Curtain", deadman: "Deadman") -> None:
        self._link, self._matrix, self._curtain, self._deadman = link, matrix, curtain, deadman
        self._limits: Limits | None = None
        self._act: Turn | Scan | CurtainTest | None = None
        self._kind = self._number = 0
        self._vend = self._vend_ms = self._drops_told = self._falls_told = 0
        self._now_ms = self._drop_ms = 0
        self._supply_told = False
        link.takes(messages.MOTORS, self._configure)
        link.performs(messages.TURN, lambda number, *order: self._turn(messages.TURN, number, *order))
        link.performs(messages.TRIAL, lambda number, *order: self._turn(messages.TRIAL, number, *order))
        link.performs(messages.SCAN, self._scan)
        link.performs(messages.CURTAIN, self._test_curtain)

    @property
    def busy(self) -> bool:
        return self._act is not None

    def tick(self, now_ms: int) -> None:
        """Once in every round, after the link."""
        self._now_ms = now_ms
        if self._curtain.tick(now_ms):
            self._drop_ms = now_ms
        self._tell()
        if self._act is not None:
            self._act.tick(now_ms)
            if self._act.over:
                act, self._act = self._act, None
                self._link.finish(self._kind, self._number, *act.answer())

    def stop(self) -> None:
        """Everything off, at once and for good: the program ends."""
        self._matrix.off()
        self._deadman.drop(self._now_ms)
        self._act = None

    # Orders

    def _configure(self, *fields: "int | bytes") -> bool:
        limits = Limits(*fields)
        if not (0 < limits.rows <= ROWS_MAX and 0 < limits.columns <= COLUMNS_MAX):
            return False
        self._limits = limits
        self._curtain.fit(bool(limits.curtain))
        return True

    def _turn(self, kind: int, number: int, *order: int) -> int | None:
        limits, (row, column, homes, _, run_ms_max, _) = self._limits, order
        if limits is None or row >= limits.rows or column >= limits.columns:
            return messages.NOT_FITTED
        if homes > HOMES_MAX or not run_ms_max or (kind == messages.TURN and not homes):
            return messages.BAD_BODY
        if self._act is not None or not self._safe():
            return messages.UNSAFE
        if kind == messages.TURN:
            self._vend, self._vend_ms = number, self._now_ms
        self._begin(kind, number, Turn(self._link, self._matrix, self._curtain, self._deadman, limits, *order))
        return None

    def _scan(self, number: int, row: int) -> int | None:
        limits = self._limits
        if limits is None or row >= limits.rows:
            return messages.NOT_FITTED
        if self._act is not None or not self._safe():
            return messages.UNSAFE
        self._begin(messages.SCAN, number, Scan(self._matrix, self._deadman, limits, row))
        return None

    def _test_curtain(self, number: int) -> int | None:
        if self._act is not None:
            return messages.UNSAFE
        self._begin(messages.CURTAIN, number, CurtainTest(self._curtain))
        return None

    def _begin(self, kind: int, number: int, act: "Turn | Scan | CurtainTest") -> None:
        """From the next round on, for here nobody knows the time."""
        self._kind, self._number, self._act = kind, number, act

    def _safe(self) -> bool:
        """The supply is within its limits, and its guard would take it away."""
        supply_mv = self._matrix.supply_mv()
        good = SUPPLY_MV_MIN <= supply_mv <= SUPPLY_MV_MAX
        if not good and not self._supply_told:
            self._link.event(messages.FAULT, messages.SUPPLY, supply_mv)
        self._supply_told = not good
        return good and not self._deadman.dead

    # Events

    def _tell(self) -> None:
        if self._drops_told != self._curtain.drops:
            after_ms = elapsed_ms(self._drop_ms, self._vend_ms) if self._vend else messages.UNSEEN
            after_ms = after_ms if 0 <= after_ms < messages.UNSEEN else messages.UNSEEN
            if self._link.event(messages.DROP, self._curtain.drops, self._vend, after_ms):
                self._drops_told = self._curtain.drops
        falls = self._deadman.fell + (1 << 16 if self._deadman.dead else 0)
        if falls != self._falls_told and self._link.event(messages.FAULT, messages.DEAD_MAN, falls):
            self._falls_told = falls
