"""Who is who, as the machine's books say right now: members with their roles, and whose each phone is."""

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from controller.domain.assembly import Assembly, Role
from controller.errors import MingaError
from controller.ledger import reports
from controller.ledger.connection import open_readonly

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """`member` is her id in the books; `photo` may be empty."""

    member: str
    name: str
    photo: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class People:
    members: Mapping[str, Member] = field(default_factory=dict)
    assembly: Assembly = field(default_factory=Assembly)
    readable: bool = True
    """Whether the books could be read at all."""

    def of_phone(self, phone: str) -> Member | None:
        """Whose phone this is: nobody's, when it was revoked or she has left."""
        return self.members.get(self.assembly.phones.get(phone, ""))


def people(database: Path) -> People:
    """Everybody who may do anything here. Nobody, while the books cannot be read: then nothing is allowed."""
    try:
        with closing(open_readonly(database)) as db:
            assembly, makers, told = reports.assembly(db), reports.joined(db), reports.members(db)
    except (MingaError, sqlite3.Error, OSError) as error:
        log.warning("who may do what cannot be read: %s", error)
        return People(readable=False)
    ids = {*makers, *assembly.roles}
    known = {
        member: Member(member, *told.get(member, (member, "")), assembly.roles_of(member, makers)) for member in ids
    }
    return People({member: who for member, who in sorted(known.items()) if who.roles}, assembly)
