"""The people who own the machine: who may do what, whose phone is whose, which weeks and months they have closed.

The assembly's state changes only by facts (`after`). What people may do with it is weighed in `grant`. Names and photos are
not here: they are kept beside the books, and can be forgotten.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from controller.domain import facts as f
from controller.domain.catalog import MakerId

NAME = re.compile(r"[a-z0-9-]{1,32}")
PHONE = re.compile(r"[a-z0-9]{8,32}")


class Role(StrEnum):
    """What somebody may do. Everybody else is a visitor."""

    MAKER = "maker"
    COORDINATOR = "coordinator"
    TECHNICIAN = "technician"
    LAB = "lab"


@dataclass(frozen=True, slots=True)
class Assembly:
    """`roles` by member, of those whose roles were ever set; `phones` says whose each paired phone is;
    `periods` are those that were closed, oldest first; `sellers` says of each maker who sells her pieces now."""

    roles: Mapping[str, frozenset[Role]] = field(default_factory=lambda: MappingProxyType({}))
    phones: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    periods: tuple[f.PeriodClosed, ...] = ()
    sellers: Mapping[str, f.SellerSet] = field(default_factory=lambda: MappingProxyType({}))
    board: str = ""
    """What the lab wants visitors to read while nothing else is to be said."""
    reloads: int = 0
    """How often it told the screens to load themselves anew."""

    def roles_of(self, member: str, makers: frozenset[MakerId]) -> frozenset[Role]:
        """A maker is one from the day she joins; what was decided about her since counts more."""
        joined = frozenset({Role.MAKER}) if member in makers else frozenset[Role]()
        return self.roles.get(member, joined)


def after(assembly: Assembly, fact: f.AssemblyFact) -> Assembly:
    """The assembly once this fact is true."""
    match fact:
        case f.RolesSet(member, roles):
            known = frozenset(Role(role) for role in roles)
            return replace(assembly, roles=MappingProxyType({**assembly.roles, member: known}))
        case f.PhonePaired(_, member, phone):
            return replace(assembly, phones=MappingProxyType({**assembly.phones, phone: member}))
        case f.PhoneRevoked(phone):
            others = {name: member for name, member in assembly.phones.items() if name != phone}
            return replace(assembly, phones=MappingProxyType(others))
        case f.PeriodClosed():
            return replace(assembly, periods=(*assembly.periods, fact))
        case f.SellerSet(maker):
            return replace(assembly, sellers=MappingProxyType({**assembly.sellers, maker: fact}))
        case f.CommandTaken(command=f.Command.MESSAGE, text=text):
            return replace(assembly, board=text)
        case f.CommandTaken(command=f.Command.REFRESH):
            return replace(assembly, reloads=assembly.reloads + 1)
        case _:
            return assembly
