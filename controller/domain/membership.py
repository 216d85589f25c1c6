"""What people decide about one another: who is a member and may do what, and that a lost phone is nobody's any more."""

from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.assembly import NAME, Role
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish


@dataclass(frozen=True, slots=True)
class PutMember(Wish):
    """Somebody may do what these roles say, and nothing else: `maker`, `coordinator`, `technician`, `lab`, or none.

    `name` and `photo` are how the others know her; of a maker the words of `PutMaker` count, and they may be empty here.
    """

    member: str
    roles: tuple[str, ...]
    by: str
    name: str = ""
    photo: str = ""


@dataclass(frozen=True, slots=True)
class RevokePhone(Wish):
    """A phone is lost, or belongs to somebody else now."""

    phone: str
    by: str


def grant(wish: PutMember | RevokePhone, shop: Shop) -> Granted | Refusal:
    """What becomes of it. The last coordinator stays one: somebody has to be able to let others in."""
    if not wish.by.strip():
        return Refusal("nobody", "say who decides it")
    if isinstance(wish, RevokePhone):
        known = wish.phone in shop.assembly.phones
        return Granted((f.PhoneRevoked(wish.phone, wish.by),) if known else ())
    return _member(wish, shop)


def _member(wish: PutMember, shop: Shop) -> Granted | Refusal:
    if not NAME.fullmatch(wish.member):
        return Refusal(
            "bad-name", f"{wish.member!r} cannot be a name in the books: use a-z, 0-9 and dashes, at most 32"
        )
    strangers = set(wish.roles) - {role.value for role in Role}
    if strangers or len(set(wish.roles)) < len(wish.roles):
        names = ", ".join(role.value for role in Role)
        return Refusal("bad-role", f"roles are {names}, each once; not {', '.join(sorted(strangers)) or 'one twice'}")
    roles = frozenset(Role(role) for role in wish.roles)
    if Role.MAKER in roles and wish.member not in shop.makers:
        return Refusal("unknown-maker", f"no maker is called {wish.member!r}: let her join first")
    if Role.COORDINATOR not in roles and _coordinators(shop) == {wish.member}:
        return Refusal("last-coordinator", f"{wish.member} is the only coordinator: name another one first")
    known = shop.assembly.roles.get(wish.member)
    facts = () if known == roles else (f.RolesSet(wish.member, tuple(sorted(wish.roles)), wish.by),)
    return Granted(facts, (wish,) if wish.name else ())


def _coordinators(shop: Shop) -> set[str]:
    return {member for member, roles in shop.assembly.roles.items() if Role.COORDINATOR in roles}
