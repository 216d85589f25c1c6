"""What the owners decide together, as the facts say it: proposals with their votes, decisions in force, shared work.

The state changes only by facts (`after`), and order decides, never the clock: a vote counts as long as no fact has ended its
proposal. What people may do is weighed in `deciding` and `turns`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from controller.domain import facts as f
from controller.domain.statutes import fraction

LATELY = 24
"""So many turns of a work are remembered: who did more of them waits longer."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal, open or decided. Moments are trusted wall times in milliseconds, None while nobody could tell."""

    opened: f.ProposalOpened
    votes: Mapping[str, f.Choice] = field(default_factory=lambda: MappingProxyType({}))
    """By member, in the order in which they first voted."""
    closes_ms: int | None = None
    outcome: f.Outcome | None = None
    effect_ms: int | None = None
    done: bool = False
    hindered: str = ""

    @property
    def number(self) -> int:
        return self.opened.proposal_id

    @property
    def terms(self) -> f.Terms:
        return self.opened.terms

    @property
    def open(self) -> bool:
        return self.outcome is None

    @property
    def waits(self) -> bool:
        """Whether it was agreed, and is not yet carried out."""
        return self.outcome is f.Outcome.PASSED and not self.done

    @property
    def missing(self) -> tuple[str, ...]:
        """Those who may vote and have not."""
        return tuple(member for member in self.opened.voters if member not in self.votes)

    def said(self, choice: f.Choice) -> tuple[str, ...]:
        """Those who voted so."""
        return tuple(member for member, said in self.votes.items() if said is choice)

    def agreed(self, yes: int, no: int) -> bool:
        """Whether so many votes carry it: the majority of the statutes, and always more for it than against it."""
        return yes > no and yes >= fraction(self.opened.majority) * (yes + no)

    def outcome_now(self, late: bool = False) -> f.Outcome | None:
        """How it ends: when it is `late` or all have voted, or when those who have not voted could change nothing any more.

        Who abstains counts for the quorum and for neither side. None while it is open.
        """
        count = Counter(self.votes.values())
        yes, no, waiting = count[f.Choice.YES], count[f.Choice.NO], len(self.missing)
        if len(self.votes) < self.opened.quorum:
            return f.Outcome.NO_QUORUM if late or not waiting else None
        if late or self.agreed(yes, no + waiting):
            return f.Outcome.PASSED if self.agreed(yes, no) else f.Outcome.REJECTED
        return f.Outcome.REJECTED if not self.agreed(yes + waiting, no) else None


@dataclass(frozen=True, slots=True)
class Rota:
    """One shared work: how many turns were done, who did the last ones (oldest first), and to whom the next was passed."""

    turns: int = 0
    lately: tuple[str, ...] = ()
    passed_to: str = ""

    def order(self, members: tuple[str, ...]) -> tuple[str, ...]:
        """Whose turn is next, and after her: whom it was passed to, then who did least lately, then longest ago."""
        done = Counter(self.lately)
        last = {member: number for number, member in enumerate(self.lately)}
        fair = sorted(members, key=lambda member: (done[member], last.get(member, -1), member))
        return tuple(sorted(fair, key=lambda member: member != self.passed_to))


@dataclass(frozen=True, slots=True)
class Governance:
    """`proposals` by number; `in_force` is the number of the newest decision carried out of each kind."""

    proposals: Mapping[int, Proposal] = field(default_factory=lambda: MappingProxyType({}))
    last_id: int = 0
    in_force: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    rotas: Mapping[str, Rota] = field(default_factory=lambda: MappingProxyType({}))

    def open(self) -> Iterator[Proposal]:
        """The proposals with an open vote, oldest first."""
        return (proposal for proposal in self.proposals.values() if proposal.open)

    def waiting(self) -> Iterator[Proposal]:
        """The decisions that are to be carried out, oldest first."""
        return (proposal for proposal in self.proposals.values() if proposal.waits)

    def decided(self, kind: str) -> f.Terms | None:
        """The newest decision of this kind that is in force."""
        number = self.in_force.get(kind)
        return None if number is None else self.proposals[number].terms

    @property
    def hours(self) -> tuple[str, ...] | None:
        """The opening hours that were decided; None when the configuration's still count."""
        terms = self.decided("hours")
        return terms.open if isinstance(terms, f.HoursTerms) else None

    @property
    def prices(self) -> f.PriceTerms | None:
        """What was decided about prices; None when nothing was."""
        terms = self.decided("price")
        return terms if isinstance(terms, f.PriceTerms) else None

    def rota(self, work: f.Work) -> Rota:
        return self.rotas.get(work, Rota())

    def skipping(self, ids: int) -> "Governance":
        """After a restore: numbers that the lost time may have given out are never used again."""
        return replace(self, last_id=self.last_id + ids)


def after(governance: Governance, fact: f.GovernanceFact) -> Governance:
    """The state once this fact is true."""
    return folded(governance, (fact,))


def folded(governance: Governance, facts: Iterable[f.GovernanceFact | f.Restored]) -> Governance:
    """The state once all of these facts are true, in their order. It takes as long as there are facts: none is copied for
    another."""
    proposals, in_force, rotas = dict(governance.proposals), dict(governance.in_force), dict(governance.rotas)
    last_id = governance.last_id
    for fact in facts:
        match fact:
            case f.Restored(ids_skipped=ids):
                last_id += ids
            case f.ProposalOpened(number):
                proposals[number], last_id = Proposal(fact), number
            case f.TurnTaken(work) | f.TurnPassed(work):
                rotas[work] = _turned(rotas.get(work, Rota()), fact)
            case _:
                proposal = proposals[fact.proposal_id] = _after_vote(proposals[fact.proposal_id], fact)
                if isinstance(fact, f.DecisionCarriedOut) and not fact.hindered:
                    in_force[proposal.terms.kind] = proposal.number
    return Governance(MappingProxyType(proposals), last_id, MappingProxyType(in_force), MappingProxyType(rotas))


def _turned(rota: Rota, fact: f.TurnTaken | f.TurnPassed) -> Rota:
    if isinstance(fact, f.TurnPassed):
        return replace(rota, passed_to=fact.to)
    return Rota(fact.number, (*rota.lately, fact.member)[-LATELY:])


def _after_vote(proposal: Proposal, fact: f.GovernanceFact) -> Proposal:
    match fact:
        case f.ProposalDated(date=f.Date.CLOSES, at_ms=at_ms):
            return replace(proposal, closes_ms=at_ms)
        case f.ProposalDated(at_ms=at_ms):
            return replace(proposal, effect_ms=at_ms)
        case f.Voted(_, member, choice):
            return replace(proposal, votes=MappingProxyType({**proposal.votes, member: choice}))
        case f.ProposalDecided(outcome=outcome):
            return replace(proposal, outcome=outcome)
        case f.ProposalWithdrawn():
            return replace(proposal, outcome=f.Outcome.WITHDRAWN)
        case f.DecisionCarriedOut(hindered=hindered):
            return replace(proposal, done=True, hindered=hindered)
        case _:
            return proposal
