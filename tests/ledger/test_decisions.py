"""Votes, decisions and turns on disk: cut off anywhere and asked again, the books say the same, and the auditor agrees."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from builders import books, stamp
from hypothesis import given, settings
from hypothesis import strategies as st
from thief import opened

from controller.domain import facts as f
from controller.domain.deciding import DAY_MS, CarryOut, Looked, Propose, Vote, Withdraw
from controller.domain.governance import Governance, folded
from controller.domain.stocking import Granted, Wish
from controller.domain.times import Moment
from controller.domain.turns import PassTurn, TakeTurn
from controller.domain.vend import step
from controller.ledger.connection import open_readonly
from controller.ledger.decisions import governance, governance_now, head, last_done, minutes, rule_of, turns_done
from controller.ledger.journal import Journal
from controller.ledger.verify import verify
from controller.wishes import weighed

SATURDAY_MS = stamp().wall_ms
MEMBERS = ("carmen", "inti", "luz", "rosa")
TERMS: tuple[f.Terms, ...] = (
    f.SplitTerms((("maker", 85), ("fund:comun", 10), ("fund:maquina", 5))),
    f.SplitTerms((("maker", 3), ("fund:comun", 1)), "fund:comun"),
    f.MemberTerms("nina", ("coordinator", "maker")),
    f.MemberTerms("carmen", ()),
    f.FundTerms("fund:comun", 4_000, "by-hand"),
    f.HoursTerms(("tue-sat 09:00-13:00",)),
    f.PriceTerms(200, 300),
    f.OtherTerms("La minga de diciembre es en casa de Luz."),
)
Step = Wish | Looked
who, number = st.sampled_from(MEMBERS), st.integers(1, 4)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Propose, st.sampled_from(TERMS), who, st.just(""), st.sampled_from(["v1", "v2", "v3", "v4"])),
    st.builds(Vote, number, who, st.sampled_from(f.Choice)),
    st.builds(Vote, number, who, st.just(f.Choice.YES)),
    st.builds(Withdraw, number, who),
    st.builds(CarryOut, number, who),
    st.builds(TakeTurn, st.sampled_from(f.Work), number, who),
    st.builds(PassTurn, st.sampled_from(f.Work), number, who, who),
    st.builds(Looked, st.none() | st.integers(0, 40).map(lambda day: SATURDAY_MS + day * DAY_MS)),
)


def lives(journal: Journal, one: Step) -> None:
    """What the brain does with it: decide, and write it down in one transaction."""
    if isinstance(one, Looked):
        decided = step(journal.cycle, one, 1_000, journal.shop)
        journal.append(stamp(), decided.cycle, decided.facts)
        return
    answer = weighed(one, journal, journal.shop, frozenset())
    if isinstance(answer, Granted):
        journal.append(stamp(), journal.cycle, answer.facts, keeps=answer.keeps)


def founded(folder: str) -> Journal:
    path = Path(folder) / "minga.db"
    path.write_bytes(_books())
    return Journal(path)


@cache
def _books() -> bytes:
    """Books with the shelf's makers and Carmen, who coordinates: made once, because making books takes a while."""
    with TemporaryDirectory() as folder:
        journal = books(Path(folder))
        journal.append(stamp(), journal.cycle, [f.RolesSet("carmen", ("coordinator",), "asamblea")])
        journal.close()
        return journal.path.read_bytes()


def bodies(journal: Journal) -> list[tuple[str, str]]:
    return journal.db.execute("SELECT type, body FROM facts ORDER BY seq").fetchall()


@settings(max_examples=25, deadline=None)
@given(st.lists(steps, max_size=30), st.sets(st.integers(0, 29), max_size=4))
def test_a_cut_anywhere_loses_and_repeats_nothing(told: list[Step], cuts: set[int]) -> None:
    """One museum lives through it; another's power goes, and what was under way is asked again: the same books, and whole."""
    with TemporaryDirectory() as here, TemporaryDirectory() as there:
        quiet, shaken = founded(here), founded(there)
        for turn, one in enumerate(told):
            lives(quiet, one)
            lives(shaken, one)
            if turn in cuts:
                shaken.close()
                shaken = Journal(shaken.path)
                lives(shaken, one)
        assert bodies(shaken) == bodies(quiet)
        assert shaken.shop.governance == quiet.shop.governance == governance(quiet.db)
        assert verify(shaken.db) == []
        shaken.close()
        quiet.close()


def decided(folder: Path) -> Journal:
    """Luz proposed a new split; everybody agreed; a week later it is the rule. Rosa filled the machine meanwhile."""
    journal = founded(str(folder))
    told: Iterable[Step] = (
        Propose(TERMS[0], "luz", "el hilo subió", "v1"),
        Looked(SATURDAY_MS),
        Vote(1, "inti", f.Choice.NO),
        *(Vote(1, member, f.Choice.YES) for member in MEMBERS),
        TakeTurn(f.Work.RESTOCK, 1, "rosa"),
        Looked(SATURDAY_MS + DAY_MS),
        Looked(SATURDAY_MS + 8 * DAY_MS),
    )
    for one in told:
        lives(journal, one)
    return journal


def test_the_minutes_tell_a_decision_from_its_facts(tmp_path: Path) -> None:
    """Everything in order, a changed vote twice, each with its number; the last one's hash is the books' head."""
    journal = decided(tmp_path)
    told = minutes(journal.db, 1)
    assert [type(minute.fact) for minute in told] == [f.ProposalOpened, *[f.Voted] * 4, *END]
    assert rule_of(journal.db, 1) == (journal.seq - 1, 2)
    assert (told[-1].entry.seq, head(journal.db, journal.seq)) == (journal.seq, journal.head.hex())
    assert minutes(journal.db, 2) == []
    assert rule_of(journal.db, 2) is None


END = (f.ProposalDecided, f.DecisionCarriedOut)


def test_turns_are_told_from_their_facts(tmp_path: Path) -> None:
    """Who did what last, and when; of a work that nobody did there is nothing to tell."""
    journal = decided(tmp_path)
    assert [(turn.work, turn.member) for turn in turns_done(journal.db)] == [(f.Work.RESTOCK, "rosa")]
    assert last_done(journal.db, f.Work.RESTOCK) == Moment(stamp().wall_ms, certain=True)
    assert last_done(journal.db, f.Work.COUNT) is None


def test_a_vote_slipped_under_the_books_is_found(tmp_path: Path) -> None:
    """The table of numbers leaves one out: the auditor derives the votes from all facts, and says so."""
    journal = decided(tmp_path)
    vote = [minute.entry.seq for minute in minutes(journal.db, 1) if isinstance(minute.fact, f.Voted)][-1]
    journal.close()
    db = opened(journal.path)
    db.execute("DELETE FROM governance WHERE seq = ?", [vote])
    assert [complaint.invariant for complaint in verify(db)] == ["stock"]
    db.close()


def test_empty_books_have_decided_nothing(tmp_path: Path) -> None:
    """A new machine's state is the beginning of every other."""
    books(tmp_path).close()
    db = open_readonly(tmp_path / "minga.db")
    assert governance(db) == Governance()
    db.close()


def test_what_a_page_remembers_is_what_the_books_say(tmp_path: Path) -> None:
    """After more facts, and in other books that begin alike but went on otherwise: always as if read anew."""
    (tmp_path / "other").mkdir()
    here, there = decided(tmp_path), decided(tmp_path / "other")
    for journal, member in ((here, "rosa"), (there, "luz"), (here, "inti"), (there, "luz")):
        lives(journal, TakeTurn(f.Work.COUNT, journal.shop.governance.rota(f.Work.COUNT).turns + 1, member))
        assert governance_now(journal.db) == governance(journal.db) == journal.shop.governance
    here.close()
    there.close()


def test_folded_at_once_is_folded_one_by_one() -> None:
    """Sixty votes, turns and a restore between them: the quick way over many facts leads where the small steps do."""
    voters = ("inti", "luz", "rosa")
    told: list[f.GovernanceFact | f.Restored] = []
    for number in range(1, 61):
        told += [f.ProposalOpened(number, TERMS[number % len(TERMS)], "luz", "", voters, 2, "1/2", 7, 7, f"v{number}")]
        told += [f.Voted(number, who, f.Choice.YES) for who in voters[: number % 4]]
        told += [f.ProposalDated(number, f.Date.CLOSES, number), f.ProposalDecided(number, f.Outcome.PASSED, 2, 0, 0)]
        told += [f.DecisionCarriedOut(number, hindered="last-coordinator" if number % 5 == 0 else "")]
        told += [
            f.TurnTaken(f.Work.COUNT, number, voters[number % 3]),
            f.TurnPassed(f.Work.COUNT, number, "luz", "inti"),
        ]
    told.insert(100, f.Restored(2, 41, "5a" * 32, "older", 10_000, 468_720))
    step_by_step = Governance()
    for fact in told:
        step_by_step = folded(step_by_step, (fact,))
    assert folded(Governance(), told) == step_by_step
    assert step_by_step.hours is not None
