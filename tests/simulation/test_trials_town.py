"""A technician in the town: motors and coins are tried at the open door, between visitors, faults and power cuts.

What falls in a trial she puts back. The oracle then finds what it finds of any town: one intent turned a motor once at most,
whatever fell otherwise was paid, and no cent is anywhere but in the books.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from oracle import Violation, check
from town import Town

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain import trials
from controller.domain.catalog import SlotId
from controller.domain.cycle import Cycle, Decision
from controller.domain.events import Event, Trouble, TroubleBegan, TroubleEnded
from controller.domain.facts import Part
from controller.domain.shop import Shop
from controller.domain.trials import TryPart
from controller.inbox import Asked

SEEDS = int(os.environ.get("MINGA_SEEDS", "12"))
QUARTER = 3
"""The position of a quarter in the town's acceptor."""


class Workshop(Town):
    """A town whose technician comes often. `refused` are the codes she was told."""

    def __init__(self, seed: int, folder: Path, blank: Path) -> None:
        self.refused: Counter[str] = Counter()
        self.wishes = 0
        super().__init__(seed, folder, blank)
        self.acts |= {self._try_a_motor: 25, self._try_a_coin: 8}

    def _try_a_motor(self) -> None:
        """She opens the door, asks once or twice with the same number, looks, and shuts it; a visitor may press a button."""
        slot = SlotId(self.rng.choice(list(self.brain.shop.slots)))
        self._at_the_door(Part.MOTOR, slot, self._choose)

    def _try_a_coin(self) -> None:
        def put_one_in() -> None:
            if self.brain.cycle.trial and self.rng.random() < 0.7:
                self.hardware.insert(QUARTER)
                self.read_coins()

        self._at_the_door(Part.COINS, SlotId(""), put_one_in)

    def _at_the_door(self, part: Part, slot: SlotId, meanwhile: Callable[[], None]) -> None:
        if self.rng.random() < 0.9:  # sometimes she asks before she opens it
            self.brain.handle(TroubleBegan(Trouble.DOOR_OPEN))
        self.wishes += 1
        wish = TryPart(part, "diego", f"prueba-{self.wishes}", slot)
        for _ in range(self.rng.randrange(1, 3)):
            self.brain.handle(Asked(wish, lambda no: self.refused.update([no.code] if no else [])))
        meanwhile()
        self.deliver()
        self.brain.handle(TroubleEnded(Trouble.DOOR_OPEN))


def judged(town: Workshop) -> list[f.Fact]:
    """The town's facts, once the oracle has found no fault with them."""
    town.run()
    facts = town.facts()
    tried = {fact.trial_id for fact in facts if isinstance(fact, f.TrialStarted)}
    for number in tried & town.truth.fell.keys():
        town.truth.pieces[town.truth.fell.pop(number)] += 1  # put back where it was
    check(town)
    assert tried == {fact.trial_id for fact in facts if isinstance(fact, f.TrialEnded)}
    town.brain.journal.close()
    town.path.unlink()
    return facts


def test_no_trial_is_a_way_around_the_books(memory: Path, blank: Path) -> None:
    """Over all seeds: many trials of every ending, many refusals, power cuts in between, and true books at the end."""
    found: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for seed in range(SEEDS):
        town = Workshop(seed, memory, blank)
        found.update(fact.found.value for fact in judged(town) if isinstance(fact, f.TrialEnded))
        refused += town.refused
    assert found.keys() >= {"fell", "nothing", "fault", "unknown", "coin"}
    assert refused.keys() >= {"door-shut", "somebody-there"}


def test_a_motor_that_is_turned_again_is_found(memory: Path, blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody makes the machine repeat a trial after a restart instead of asking: the oracle says so."""

    def eager(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
        decision = trials.step(cycle, event, now_ms, shop)
        again = (do.Dispense(e.vend_id, e.slot) if isinstance(e, do.QueryVend) else e for e in decision.effects)
        return replace(decision, effects=tuple(again)) if cycle.trial else decision

    monkeypatch.setattr("controller.brain.step", eager)
    with pytest.raises(Violation, match="turned 2 times"):
        _ = [judged(Workshop(seed, memory, blank)) for seed in range(SEEDS)]
