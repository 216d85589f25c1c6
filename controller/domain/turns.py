"""Turns for the shared work: who fills the machine, counts the cash, repairs it. Who did least lately goes first.

Whoever does the work says so; whose turn it is may pass it on. Every wish names the number of the turn it is about, so that a
second tap on the same page changes nothing.
"""

from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.assembly import Role
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish

OWNERS = frozenset({Role.MAKER, Role.COORDINATOR})
ROLES = {f.Work.RESTOCK: OWNERS, f.Work.COUNT: OWNERS, f.Work.REPAIR: OWNERS | {Role.TECHNICIAN}}
"""Among whom each work goes round."""


@dataclass(frozen=True, slots=True)
class TakeTurn(Wish):
    """A member has done turn `number` of this work, whosever turn it was."""

    work: f.Work
    number: int
    member: str


@dataclass(frozen=True, slots=True)
class PassTurn(Wish):
    """Turn `number` of this work is passed on from whose it is to somebody else."""

    work: f.Work
    number: int
    by: str
    to: str


def with_roles(shop: Shop, roles: frozenset[Role]) -> tuple[str, ...]:
    """The members who have one of these roles, by their names in the books."""
    everybody = {*map(str, shop.makers), *shop.assembly.roles}
    return tuple(sorted(member for member in everybody if shop.assembly.roles_of(member, shop.makers) & roles))


def next_up(shop: Shop, work: f.Work) -> tuple[str, ...]:
    """Whose turn it is, and who comes after her."""
    return shop.governance.rota(work).order(with_roles(shop, ROLES[work]))


def grant(wish: TakeTurn | PassTurn, shop: Shop) -> Granted | Refusal:
    """What becomes of it."""
    rota, order = shop.governance.rota(wish.work), next_up(shop, wish.work)
    if wish.number <= rota.turns and isinstance(wish, TakeTurn):
        return Granted(())
    if wish.number != rota.turns + 1:
        return Refusal("stale-turn", f"turn {wish.number} of {wish.work} is not the next one: look again")
    doer = wish.member if isinstance(wish, TakeTurn) else wish.to
    if doer not in order:
        return Refusal("not-in-turn", f"{doer!r} does not take part in this work")
    if isinstance(wish, TakeTurn):
        return Granted((f.TurnTaken(wish.work, wish.number, wish.member),))
    if wish.to == order[0]:
        return Granted(())
    if wish.by != order[0]:
        return Refusal("not-your-turn", f"it is the turn of {order[0]}, and only she can pass it on")
    return Granted((f.TurnPassed(wish.work, wish.number, wish.by, wish.to),))
