"""Deciding together: members propose and vote, a vote ends by itself, and what was agreed becomes true at its date.

Every wish is weighed against the shop and becomes facts, or a refusal in plain words; asked again it changes nothing. What
only time brings (`due`) needs no memory: whatever is not written down yet is due again after a restart. Deadlines wait for a
clock that can be trusted, and nothing is ever decided backwards: a rule holds from its own fact on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from controller.domain import facts as f
from controller.domain import membership, stocking
from controller.domain import shop as shops
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId
from controller.domain.events import Event
from controller.domain.governance import Proposal
from controller.domain.membership import PutMember
from controller.domain.shop import Shop
from controller.domain.stocking import ApproveRule, Granted, Refusal, Wish
from controller.domain.terms import alike, objection
from controller.domain.turns import OWNERS, with_roles

DAY_MS = 86_400_000
OPEN_MAX = 20
"""More open votes than this nobody can follow."""
WHY_CHARS_MAX = 500
WITH_NOTICE = ("split", "price", "hours")
"""Rules that people must be able to prepare for: they take effect some days after the decision."""
BY_HAND = ("fund", "other")
"""Decisions that a person carries out and then says so."""


@dataclass(frozen=True, slots=True)
class Looked(Event):
    """The brain looked after the votes; `wall_ms` is the time of day while somebody keeps it right, else None."""

    wall_ms: int | None


@dataclass(frozen=True, slots=True)
class Propose(Wish):
    """A member opens a vote about `terms`. `name` is a new member's, kept beside the books."""

    terms: f.Terms
    by: str
    why: str
    wish_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Vote(Wish):
    """She may vote again, and otherwise, while the vote is open."""

    proposal_id: int
    member: str
    choice: f.Choice


@dataclass(frozen=True, slots=True)
class Withdraw(Wish):
    """Whoever proposed it takes it back while the vote is open."""

    proposal_id: int
    by: str


@dataclass(frozen=True, slots=True)
class CarryOut(Wish):
    """A coordinator has done what was decided. What a fund is used for is carried out by paying it (`spending`)."""

    proposal_id: int
    by: str


Decides = Propose | Vote | Withdraw | CarryOut


def grant(wish: Decides, shop: Shop, done: f.Fact | None = None) -> Granted | Refusal:
    """What becomes of it; `done` is what a proposal with the same `wish_id` has become."""
    if isinstance(wish, Propose):
        return _propose(wish, shop, done)
    proposal = shop.governance.proposals.get(wish.proposal_id)
    if proposal is None:
        return Refusal("unknown-proposal", f"there is no proposal {wish.proposal_id}")
    match wish:
        case Vote():
            return _vote(wish, proposal)
        case Withdraw():
            return _withdraw(wish, proposal)
        case CarryOut():
            return _carry_out(wish, proposal, shop)


def _propose(wish: Propose, shop: Shop, done: f.Fact | None) -> Granted | Refusal:
    if not 1 <= len(wish.wish_id.strip()) <= 64:
        return Refusal("no-id", "this wish needs an id of its own, of at most 64 characters")
    if done is not None:
        same = isinstance(done, f.ProposalOpened) and (done.terms, done.by, done.why) == (wish.terms, wish.by, wish.why)
        return Granted(()) if same else Refusal("used-id", f"the id {wish.wish_id!r} was used for something else")
    voters = with_roles(shop, OWNERS)
    if wish.by not in voters:
        return Refusal("no-vote", f"{wish.by!r} is neither a maker nor a coordinator: only they decide together")
    if len(wish.why) > WHY_CHARS_MAX:
        return Refusal("too-long", f"a reason has at most {WHY_CHARS_MAX} characters")
    if refusal := objection(wish.terms, shop) or _crowded(wish, shop):
        return refusal
    statutes = shop.policy.statutes
    opened = f.ProposalOpened(
        proposal_id=shop.governance.last_id + 1,
        terms=wish.terms,
        by=wish.by,
        why=wish.why,
        voters=voters,
        quorum=statutes.quorum_of(len(voters)),
        majority=statutes.majority[wish.terms.kind],
        open_days=statutes.open_days,
        notice_days=statutes.notice_days if wish.terms.kind in WITH_NOTICE else 0,
        wish_id=wish.wish_id,
    )
    return Granted((opened,), tuple(_kept(wish)))


def _kept(wish: Propose) -> Iterator[PutMember]:
    """How the others know whom it is about, before she has any role."""
    if isinstance(wish.terms, f.MemberTerms) and wish.name.strip():
        yield PutMember(wish.terms.member, (), wish.by, wish.name)


def _crowded(wish: Propose, shop: Shop) -> Refusal | None:
    others = [proposal.terms for proposal in shop.governance.open()]
    if any(alike(wish.terms, other) for other in others):
        return Refusal("already-open", "a vote about just this is open already")
    return Refusal("too-many-votes", f"{OPEN_MAX} votes are open: end some first") if len(others) >= OPEN_MAX else None


def _vote(wish: Vote, proposal: Proposal) -> Granted | Refusal:
    if wish.member not in proposal.opened.voters:
        return Refusal("no-vote", f"{wish.member!r} had no vote on the day when proposal {proposal.number} was opened")
    if proposal.votes.get(wish.member) is wish.choice:
        return Granted(())
    if not proposal.open:
        return _over(proposal)
    vote = f.Voted(proposal.number, wish.member, wish.choice)
    counted = replace(proposal, votes={**proposal.votes, wish.member: wish.choice})
    return Granted((vote, *_decided(counted, late=False)))


def _decided(proposal: Proposal, late: bool) -> Iterator[f.ProposalDecided]:
    """The end of the vote, when it has one by now."""
    if outcome := proposal.outcome_now(late):
        yes, no, abstain = (len(proposal.said(choice)) for choice in f.Choice)
        yield f.ProposalDecided(proposal.number, outcome, yes, no, abstain)


def _withdraw(wish: Withdraw, proposal: Proposal) -> Granted | Refusal:
    if wish.by != proposal.opened.by:
        return Refusal("not-yours", f"proposal {proposal.number} is {proposal.opened.by}'s: only she can take it back")
    if proposal.outcome is f.Outcome.WITHDRAWN:
        return Granted(())
    return Granted((f.ProposalWithdrawn(proposal.number, wish.by),)) if proposal.open else _over(proposal)


def _carry_out(wish: CarryOut, proposal: Proposal, shop: Shop) -> Granted | Refusal:
    if wish.by not in with_roles(shop, frozenset({Role.COORDINATOR})):
        return Refusal("no-coordinator", f"{wish.by!r} is no coordinator")
    if proposal.outcome is not f.Outcome.PASSED or proposal.terms.kind not in BY_HAND:
        return Refusal("nothing-to-do", f"proposal {proposal.number} leaves nothing for a person to carry out")
    if isinstance(proposal.terms, f.FundTerms) and not proposal.done:
        return Refusal(
            "pay-it", f"decision {proposal.number} is carried out by paying it: `decision-{proposal.number}`"
        )
    return Granted(() if proposal.done else (f.DecisionCarriedOut(proposal.number, wish.by),))


def _over(proposal: Proposal) -> Refusal:
    return Refusal("vote-over", f"the vote about proposal {proposal.number} is over: {proposal.outcome}")


# What time brings


def due(shop: Shop, wall_ms: int | None) -> tuple[f.Fact, ...]:
    """What is to be written down about votes and decisions by now; nothing most of the time.

    `wall_ms` is None while the clock cannot be trusted: then no deadline is set, and none passes.
    """
    facts: list[f.Fact] = []
    for proposal in shop.governance.open():
        facts += _closing(proposal, wall_ms)
    for proposal in shop.governance.waiting():
        for fact in _taking_effect(proposal, shop, wall_ms):
            shop = shops.after(shop, fact)  # of two new rules the second counts from the first
            facts.append(fact)
    return tuple(facts)


def _closing(proposal: Proposal, wall_ms: int | None) -> Iterator[f.Fact]:
    if proposal.closes_ms is None and wall_ms is not None:
        yield f.ProposalDated(proposal.number, f.Date.CLOSES, wall_ms + proposal.opened.open_days * DAY_MS)
    yield from _decided(proposal, _passed(proposal.closes_ms, wall_ms))


def _taking_effect(proposal: Proposal, shop: Shop, wall_ms: int | None) -> tuple[f.Fact, ...]:
    if proposal.terms.kind in BY_HAND:
        return ()
    notice_days = proposal.opened.notice_days
    if notice_days and proposal.effect_ms is None:
        dated = wall_ms is not None
        at_ms = (wall_ms or 0) + notice_days * DAY_MS
        return (f.ProposalDated(proposal.number, f.Date.TAKES_EFFECT, at_ms),) if dated else ()
    if notice_days and not _passed(proposal.effect_ms, wall_ms):
        return ()
    answer = _effect(proposal, shop)
    if isinstance(answer, Refusal):
        return (f.DecisionCarriedOut(proposal.number, hindered=answer.code),)
    return (*answer.facts, f.DecisionCarriedOut(proposal.number))


def _effect(proposal: Proposal, shop: Shop) -> Granted | Refusal:
    """What becomes true by the decision, or why it cannot any more."""
    match proposal.terms:
        case f.SplitTerms(weights, bears):
            answer = stocking.grant(ApproveRule(weights, bears), shop, frozenset())
            if isinstance(answer, Refusal):
                return answer
            return Granted(
                tuple(
                    replace(fact, proposal_id=proposal.number) if isinstance(fact, f.RuleApproved) else fact
                    for fact in answer.facts
                )
            )
        case f.MemberTerms(member, roles):
            joins = Role.MAKER in roles and member not in shop.makers
            joined = (f.MakerJoined(MakerId(member)),) if joins else ()
            for fact in joined:
                shop = shops.after(shop, fact)
            answer = membership.grant(PutMember(member, roles, f"decision-{proposal.number}"), shop)
            return answer if isinstance(answer, Refusal) else Granted((*joined, *answer.facts))
        case _:
            return Granted(())


def _passed(moment_ms: int | None, wall_ms: int | None) -> bool:
    return moment_ms is not None and wall_ms is not None and wall_ms >= moment_ms
