"""What the books say of the owners' votes, decisions and turns: the state as its facts make it, and where each fact stands.

The table `governance` numbers those facts, so that nobody reads ten years of sales for them. Nothing here writes.
"""

import sqlite3
from dataclasses import dataclass, field

from controller.domain.facts import (
    DecisionCarriedOut,
    Fact,
    GovernanceFact,
    ProposalDecided,
    ProposalOpened,
    ProposalWithdrawn,
    Restored,
    RuleApproved,
    TurnTaken,
    Voted,
    Work,
)
from controller.domain.governance import Governance, folded
from controller.domain.times import Moment
from controller.ledger.diary import when
from controller.ledger.forms import read_fact
from controller.ledger.receipt import Entry, entry

MINUTED = (ProposalOpened, Voted, ProposalDecided, ProposalWithdrawn, DecisionCarriedOut)
"""What an acta tells of a proposal, in the order in which it happened."""


def governance(db: sqlite3.Connection) -> Governance:
    """Read from its own few facts, each time: there is no second form of it that could differ."""
    return _read(db, Remembered()).state


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state up to fact `seq`, whose hash is `link`: it stands for every fact before it, so the state is theirs."""

    seq: int = 0
    link: bytes = b""
    state: Governance = field(default_factory=Governance)


_lately = [Remembered()]


def governance_now(db: sqlite3.Connection) -> Governance:
    """The same, for a page: what was read for the page before counts as long as its last fact is still there unchanged.

    Threads may share it. Who proves the books reads all of it anew, by `governance`.
    """
    known = _lately[0]
    row = db.execute("SELECT hash FROM facts WHERE seq = ?", [known.seq]).fetchone()
    _lately[0] = found = _read(db, known if row and row[0] == known.link else Remembered())
    return found.state


def _read(db: sqlite3.Connection, known: Remembered) -> Remembered:
    rows = db.execute(
        "SELECT seq, hash, type, body FROM governance JOIN facts USING (seq) WHERE seq > ? ORDER BY seq", [known.seq]
    ).fetchall()
    if not rows:
        return known
    facts = (read_fact(kind, body) for _, _, kind, body in rows)
    told = (fact for fact in facts if isinstance(fact, GovernanceFact | Restored))
    return Remembered(rows[-1][0], rows[-1][1], folded(known.state, told))


@dataclass(frozen=True, slots=True)
class Minute:
    """One fact of a proposal, and where it stands in the books."""

    fact: Fact
    entry: Entry


def minutes(db: sqlite3.Connection, proposal_id: int) -> list[Minute]:
    """Everything that was written down about this proposal, oldest first; the rule it became is among it."""
    rows = db.execute(
        "SELECT seq, type, body FROM governance JOIN facts USING (seq) WHERE body ->> '$.proposal_id' = ? ORDER BY seq",
        [proposal_id],
    ).fetchall()
    found = [(seq, read_fact(kind, body)) for seq, kind, body in rows]
    return [Minute(fact, entry(db, seq)) for seq, fact in found if isinstance(fact, MINUTED)]


def rule_of(db: sqlite3.Connection, proposal_id: int) -> tuple[int, int] | None:
    """The number of the fact and of the rule that this decision became; None when it is no rule, or not yet."""
    rows = db.execute("SELECT from_seq, rule_id, type, body FROM rules JOIN facts ON seq = from_seq")
    for seq, rule_id, kind, body in rows:
        fact = read_fact(kind, body)
        if isinstance(fact, RuleApproved) and fact.proposal_id == proposal_id:
            return seq, rule_id
    return None


def head(db: sqlite3.Connection, seq: int) -> str:
    """The whole hash of fact `seq`, in hex: whoever has the same number and hash has the same books up to there."""
    link: bytes = db.execute("SELECT hash FROM facts WHERE seq = ?", [seq]).fetchone()[0]
    return link.hex()


def in_force_since(db: sqlite3.Connection, state: Governance, kind: str) -> tuple[int, Entry] | None:
    """The number of the decision of this kind that holds, and the fact from which on it does; None when none does."""
    number = state.in_force.get(kind)
    if number is None:
        return None
    done = [minute for minute in minutes(db, number) if isinstance(minute.fact, DecisionCarriedOut)]
    return number, done[-1].entry


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn that was done, and where that stands in the books."""

    work: Work
    member: str
    entry: Entry


def turns_done(db: sqlite3.Connection, most: int = 30) -> list[Turn]:
    """The newest turns of all works, newest first."""
    rows = db.execute(
        "SELECT seq, body FROM governance JOIN facts USING (seq) WHERE type = 'TurnTaken' ORDER BY seq DESC LIMIT ?",
        [most],
    ).fetchall()
    found = [(read_fact("TurnTaken", body), seq) for seq, body in rows]
    return [Turn(fact.work, fact.member, entry(db, seq)) for fact, seq in found if isinstance(fact, TurnTaken)]


def last_done(db: sqlite3.Connection, work: Work) -> Moment | None:
    """When this work was done last; None when it never was."""
    row = db.execute(
        "SELECT seq FROM governance JOIN facts USING (seq) WHERE type = 'TurnTaken' AND body ->> '$.work' = ?"
        " ORDER BY seq DESC LIMIT 1",
        [work.value],
    ).fetchone()
    return when(db, row[0]) if row else None
