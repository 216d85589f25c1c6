"""What a person before the machine sees, takes and tends: the cup, the flap, the cash box, the hoppers, the clock.

A mixin of `hw_mocks.acts.Acts`, as `hw_mocks.moneyacts` is, which lists all acts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hw_mocks.glance import Glance
from hw_mocks.moneyacts import Answer

MINUTE_MS = 60_000
DAYS_MAX = 366


class Hopper(Protocol):
    """What the world needs of `hw_mocks.hopper.SimulatedHopper`."""

    coin_cents: int

    @property
    def coins(self) -> int: ...
    def fill(self, coins: int) -> None: ...


class LookActs:
    """`_hoppers` are those of the configuration; `_clock` is its `clock.offset_file`, or None where it has none."""

    _glance: Glance
    _hoppers: Sequence[Hopper] = ()
    _clock: Path | None = None

    def look(self) -> Answer:
        """What somebody before the machine sees now: spirals, cup, flap, box, hoppers; little, however long it has run."""
        hoppers = [{"cents": hopper.coin_cents, "coins": hopper.coins} for hopper in self._hoppers]
        return {"look": {**self._glance.look(), "hoppers": hoppers, "clock_min": self._clock_min()}}

    def take_coins(self) -> Answer:
        """Take the coins out of the return cup; how many `cents` they are."""
        return {"cents": self._glance.take_coins()}

    def take_pieces(self) -> Answer:
        """Take what lies behind the flap; the `slots` the pieces came from."""
        return {"slots": self._glance.take_pieces()}

    def empty_box(self) -> Answer:
        """Empty the cash box; how many `cents` were in it."""
        return {"cents": self._glance.empty_box()}

    def fill_hopper(self, cents: int, coins: int) -> None:
        """Fill or empty the hopper of this coin until it holds so many."""
        hopper = next((one for one in self._hoppers if one.coin_cents == cents), None)
        if hopper is None or not 0 <= coins <= 5_000:
            there = [one.coin_cents for one in self._hoppers]
            raise ValueError(f"no hopper holds {coins} coins of {cents} cents; there are hoppers for {there}")
        hopper.fill(coins - hopper.coins)

    def shift_clock(self, minutes: int) -> None:
        """Let the machine's wall clock be wrong by so many minutes; 0 sets it right. Its waits do not notice."""
        if self._clock is None:
            raise ValueError("this machine has no clock that could be shifted: set `clock.offset_file`")
        if abs(minutes) > DAYS_MAX * 1_440:
            raise ValueError(f"a clock is wrong by at most {DAYS_MAX} days")
        new = self._clock.with_suffix(".new")
        new.write_text(str(minutes * MINUTE_MS))
        new.replace(self._clock)

    def _clock_min(self) -> int | None:
        try:
            return None if self._clock is None else int(self._clock.read_text()) // MINUTE_MS
        except (OSError, ValueError):
            return 0
