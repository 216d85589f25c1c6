"""Facts about what the owners decide together: proposals, votes, decisions, and whose turn the shared work was.

What a proposal would change stands in it whole (`Terms`), with who may vote and by which statutes: nothing that is changed
later changes a vote that is open. The number of a proposal is also the number of its decision. Names of people do not belong
here: facts stay for ever.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class SplitTerms:
    """Every price is to be shared so: weights per recipient, and who bears what a wallet's provider takes."""

    weights: tuple[tuple[str, int], ...]
    bears: str = "all"
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """What a piece is to cost at least, and what an hour of work is to bring at least; 0 where nothing is said."""

    least_cents: int
    hourly_cents: int
    kind: Literal["price"] = "price"


@dataclass(frozen=True, slots=True)
class FundTerms:
    """`cents` of a fund (`fund:comun`) are to go to a place for money, or to be paid `by-hand` for what the reason says."""

    fund: str
    cents: int
    to: str
    kind: Literal["fund"] = "fund"


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """Somebody is to be a member with these roles, or, without any, none any more. Her name is kept beside the books."""

    member: str
    roles: tuple[str, ...]
    kind: Literal["member"] = "member"


@dataclass(frozen=True, slots=True)
class HoursTerms:
    """When the machine is to take money, in lines such as `tue-sat 09:00-17:30`; always, without any."""

    open: tuple[str, ...]
    kind: Literal["hours"] = "hours"


@dataclass(frozen=True, slots=True)
class OtherTerms:
    """Anything else, in the members' own words."""

    text: str
    kind: Literal["other"] = "other"


Terms = SplitTerms | PriceTerms | FundTerms | MemberTerms | HoursTerms | OtherTerms
"""What a proposal would change. `kind` says which of them it is."""


class Choice(StrEnum):
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    """How a vote has ended."""

    PASSED = "passed"
    REJECTED = "rejected"
    NO_QUORUM = "no-quorum"
    """Too few have voted: nothing changes."""
    WITHDRAWN = "withdrawn"


class Date(StrEnum):
    """Which moment of a proposal."""

    CLOSES = "closes"
    TAKES_EFFECT = "takes-effect"


class Work(StrEnum):
    """The shared work that goes round."""

    RESTOCK = "restock"
    COUNT = "count"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class ProposalOpened(Fact):
    """A member proposed something, and a vote is open. `quorum` counts people, `majority` is a part of yes and no votes."""

    proposal_id: int
    terms: Terms
    by: str
    why: str
    voters: tuple[str, ...]
    quorum: int
    majority: str
    open_days: int
    notice_days: int
    wish_id: str = ""


@dataclass(frozen=True, slots=True)
class ProposalDated(Fact):
    """At a moment when the clock could be trusted it was settled when the vote closes, or when the decision takes effect."""

    proposal_id: int
    date: Date
    at_ms: int


@dataclass(frozen=True, slots=True)
class Voted(Fact):
    """A member voted; her newest vote counts."""

    proposal_id: int
    member: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class ProposalDecided(Fact):
    """The vote is over: its outcome, and how many people said what."""

    proposal_id: int
    outcome: Outcome
    yes: int
    no: int
    abstain: int


@dataclass(frozen=True, slots=True)
class ProposalWithdrawn(Fact):
    """Whoever had proposed it took it back before it was decided."""

    proposal_id: int
    by: str


@dataclass(frozen=True, slots=True)
class DecisionCarriedOut(Fact):
    """What was decided is true from now on: by itself, or done `by` somebody. `hindered` says why it could not be."""

    proposal_id: int
    by: str = ""
    hindered: str = ""


@dataclass(frozen=True, slots=True)
class TurnTaken(Fact):
    """A member did the shared work; `number` counts the turns of this work."""

    work: Work
    number: int
    member: str


@dataclass(frozen=True, slots=True)
class TurnPassed(Fact):
    """Whose turn it was passed turn `number` of this work on to somebody else."""

    work: Work
    number: int
    by: str
    to: str


GovernanceFact = (
    ProposalOpened
    | ProposalDated
    | Voted
    | ProposalDecided
    | ProposalWithdrawn
    | DecisionCarriedOut
    | TurnTaken
    | TurnPassed
)
"""Every fact that the state of `controller.domain.governance` is made of."""
