"""What the brain looks after of votes: deadlines by a clock that may be wrong, and hours that the members decided."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from builders import WEIGHTS, books, shelf, stamp

from controller.brain import Brain
from controller.domain import facts as f
from controller.domain.cycle import Phase
from controller.domain.deciding import DAY_MS, Looked
from controller.domain.effects import AcceptCoins
from controller.domain.events import Trouble, TroubleBegan
from controller.domain.governance import Governance, Proposal
from controller.domain.hours import hours
from controller.domain.shop import Shop
from controller.ledger.journal import Journal
from controller.ledger.verify import verify
from controller.rounds import looked, opening, votes
from controller.setting import Setting

SATURDAY_MS = stamp().wall_ms
MUSEUM = hours(("tue-sun 09:00-17:30",))
OPENED = f.ProposalOpened(1, f.OtherTerms("La minga es en casa de Luz."), "luz", "", ("luz", "rosa"), 1, "1/2", 7, 0)
SPLIT = f.SplitTerms((("maker", 85), ("fund:comun", 10), ("fund:maquina", 5)))


@dataclass
class Wall:
    """A wall clock that says what the test wants; Tuesday noon."""

    wall: int = SATURDAY_MS
    kept: bool = True
    week: int = 1 * 1_440 + 12 * 60

    def week_min(self) -> int:
        return self.week

    def trusted(self) -> bool:
        return self.kept

    def wall_ms(self) -> int:
        return self.wall

    def mono_ms(self) -> int:
        return self.wall - SATURDAY_MS + 5_000


def decided(lines: tuple[str, ...]) -> Shop:
    """A shop whose members have decided these hours."""
    passed = Proposal(replace(OPENED, terms=f.HoursTerms(lines)), outcome=f.Outcome.PASSED, done=True)
    return replace(shelf(), governance=Governance({1: passed}, 1, {"hours": 1}))


def test_a_vote_is_looked_after_while_the_clock_is_right() -> None:
    """What is due by it is news; an untrusted clock brings none, and neither does a shop without votes."""
    assert votes(Wall(), shelf(OPENED)) == [Looked(SATURDAY_MS)]  # type: ignore[arg-type]
    assert votes(Wall(kept=False), shelf(OPENED)) == []  # type: ignore[arg-type]
    assert votes(Wall(), shelf()) == []  # type: ignore[arg-type]


def test_hours_that_were_decided_count_more_than_the_configuration() -> None:
    """Mornings only: at noon of an open day the machine closes; without a decision it goes by the museum's hours."""
    assert opening(MUSEUM, shelf()) == MUSEUM
    mornings = decided(("tue-sun 09:00-11:00",))
    assert opening(MUSEUM, mornings) == hours(("tue-sun 09:00-11:00",))
    news = looked(MUSEUM, Wall(), Phase.IDLE, mornings, frozenset())  # type: ignore[arg-type]
    assert news == [TroubleBegan(Trouble.CLOSED)]
    assert looked(MUSEUM, Wall(), Phase.IDLE, shelf(), frozenset()) == []  # type: ignore[arg-type]


def test_always_open_can_be_decided_too() -> None:
    """A decision without lines is one: the configuration's hours count no more."""
    assert opening(MUSEUM, decided(())).open_at(0)


@pytest.mark.parametrize("killed_after", range(5))
def test_a_rule_comes_true_in_a_running_machine(tmp_path: Path, killed_after: int) -> None:
    """The brain's own ticks date the decision and carry it out a week later, once, whatever tick the power goes after."""
    journal = books(tmp_path)
    opened = replace(OPENED, terms=SPLIT, notice_days=7)
    agreed = f.ProposalDecided(1, f.Outcome.PASSED, 2, 0, 0)
    journal.append(stamp(), journal.cycle, [opened, f.Voted(1, "luz", f.Choice.YES), agreed])
    clock, brain = Wall(kept=False), None
    moments = ((False, 0), (True, 0), (True, 6 * DAY_MS), (True, 7 * DAY_MS), (True, 8 * DAY_MS))
    for turn, (kept, later_ms) in enumerate(moments):
        clock.kept, clock.wall = kept, SATURDAY_MS + later_ms
        brain = brain or Brain(journal, clock, Setting("quito", "0.1", frozenset()), {AcceptCoins: print})  # type: ignore[arg-type]
        rule = brain.shop.rule
        assert rule is not None
        assert (rule.weights == WEIGHTS) == (turn < 4)
        brain._tick()
        if turn == killed_after:
            brain.journal.close()
            journal, brain = Journal(journal.path), None
    told = journal.db.execute("SELECT count(*) FROM facts WHERE type = 'DecisionCarriedOut'").fetchone()[0]
    rule = journal.shop.rule
    assert (told, rule and rule.weights, verify(journal.db)) == (1, SPLIT.weights, [])
    journal.close()
