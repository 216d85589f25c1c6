"""Paying what the assembly decided to use a fund for: once, never more than was decided, never more than the fund has.

Money that is paid by hand leaves the fund and the place it lay in. Money that is to lie somewhere else, as in the bank, stays
the fund's. Either way the movement carries the decision's number, and by it the decision is carried out.
"""

import re
from dataclasses import replace

from controller.domain import facts as f
from controller.domain.accounts import PLACES, kind
from controller.domain.assembly import Role
from controller.domain.catalog import Account
from controller.domain.governance import Proposal
from controller.domain.money import dollars
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal
from controller.domain.terms import BY_HAND
from controller.domain.treasury import Books, MoveCash
from controller.domain.turns import with_roles

DECISION = re.compile(r"decision-([1-9][0-9]{0,17})")


def wish_id(proposal_id: int) -> str:
    """The number of the one payment that a decision allows."""
    return f"decision-{proposal_id}"


def payment(proposal: Proposal, place: str, by: str) -> MoveCash:
    """The wish that pays the whole of a decision about a fund out of this place."""
    terms = proposal.terms
    assert isinstance(terms, f.FundTerms)
    return MoveCash(terms.cents, place, _target(terms), by, wish_id(proposal.number))


def concerns(wish: MoveCash) -> bool:
    """Whether this movement needs a decision of the assembly: it names one, or would make a fund smaller."""
    return wish.target.startswith("fund:") or DECISION.fullmatch(wish.wish_id) is not None


def pay(wish: MoveCash, shop: Shop, books: Books) -> Granted | Refusal:
    """What becomes of it. Asked again with the same number it is done already."""
    fact = f.CashMoved(wish.cents, Account(wish.target), Account(wish.source), wish.by, wish.wish_id)
    if books.done is not None:
        words = f"{wish.wish_id} was paid already, otherwise than this"
        return Granted(()) if _same(books.done, fact) else Refusal("used-id", words)
    found = DECISION.fullmatch(wish.wish_id)
    proposal = shop.governance.proposals.get(int(found[1])) if found else None
    if proposal is None:
        return Refusal("no-decision", "money leaves a fund only by a decision of the assembly: name it, as decision-7")
    refusal = _decided(wish, proposal, shop) or _there(wish, proposal, books)
    return refusal or Granted((fact, f.DecisionCarriedOut(proposal.number, wish.by)))


def _target(terms: f.FundTerms) -> str:
    return terms.fund if terms.to == BY_HAND else terms.to


def _same(done: f.Fact, fact: f.CashMoved) -> bool:
    """Paid is paid, whichever of two coordinators has tapped."""
    return isinstance(done, f.CashMoved) and replace(done, by=fact.by) == fact


def _decided(wish: MoveCash, proposal: Proposal, shop: Shop) -> Refusal | None:
    """Whether just this was agreed, is still to be done, and she may do it."""
    terms = proposal.terms
    if wish.by not in with_roles(shop, frozenset({Role.COORDINATOR})):
        return Refusal("no-coordinator", f"{wish.by!r} is no coordinator")
    if not isinstance(terms, f.FundTerms) or not proposal.waits:
        return Refusal("nothing-to-do", f"proposal {proposal.number} leaves nothing to be paid")
    if wish.target != _target(terms):
        return Refusal("not-decided", f"decision {proposal.number} is about {_target(terms)}, not {wish.target}")
    if not 1 <= wish.cents <= terms.cents:
        most = dollars(terms.cents)
        return Refusal("too-much", f"decision {proposal.number} allows {most}, not {dollars(wish.cents)}")
    return None


def _there(wish: MoveCash, proposal: Proposal, books: Books) -> Refusal | None:
    """Whether the fund has it, and the place."""
    assert isinstance(proposal.terms, f.FundTerms)
    fund = proposal.terms.fund
    if not _is_place(wish.source) or wish.source == wish.target:
        return Refusal("unknown-place", f"{wish.source!r} is no place to take it from")
    if (has_cents := books.in_place(fund)) < wish.cents:
        return Refusal("fund-short", f"{fund} has {dollars(has_cents)}, not {dollars(wish.cents)}")
    if (lies_cents := books.in_place(wish.source)) < wish.cents:
        there = f"by the books there are {dollars(lies_cents)} in {wish.source}, not {dollars(wish.cents)}"
        return Refusal("not-enough", there)
    return None


def _is_place(name: str) -> bool:
    try:
        return kind(name) in PLACES
    except ValueError:
        return False
