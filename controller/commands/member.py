"""`minga member`: who is who, what each may do and whose phones there are; give roles, take a lost phone away.

Looking needs no running machine; whatever changes something is asked of it, and stands in the books with who decided it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.config import Machine, load
from controller.domain.assembly import Assembly
from controller.domain.membership import PutMember, RevokePhone
from controller.domain.stocking import Wish
from controller.errors import MingaError
from controller.ledger import reports
from controller.ledger.connection import open_readonly

Who = Annotated[str, typer.Argument(help="Her name in the books, such as carmen; everybody without one.")]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role", help="maker, coordinator, technician or lab; again for each. She then has these and no other."
    ),
]


def member(
    who: Who = "",
    role: Roles = None,
    name: Annotated[str, typer.Option(help="How the others know her.")] = "",
    leaves: Annotated[
        bool, typer.Option("--leaves", help="She has no role any more; what she is owed stays hers.")
    ] = False,
    revoke: Annotated[str, typer.Option(metavar="PHONE", help="A phone that is lost, as the list calls it.")] = "",
    by: Annotated[str, typer.Option(help="Who decides it; it stands in the books.")] = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """List the members with their roles and phones; give somebody her roles, or take a lost phone away.

    Example: minga member carmen --role coordinator --name "Carmen Chicaiza" --by asamblea
    """
    machine = load(config).machine
    if revoke:
        _revoke(machine, revoke, who, by)
    elif role or leaves or name:
        _put(machine, who, tuple(role or ()), name, leaves, by)
    for line in lines(machine.database, who):
        typer.echo(line)


def lines(database: Path, who: str = "") -> Iterator[str]:
    """Everybody who may do something, or `who` alone: id, name, roles, phones. Raises MingaError for nobody of that name."""
    with closing(open_readonly(database)) as db:
        told = reports.members(db)
        ids = sorted({*reports.joined(db), *reports.assembly(db).roles})
        known = {member: _roles(db, member) for member in ids}
        assembly = reports.assembly(db)
    if who and who not in known:
        raise MingaError(f"nobody is called {who} here; members are {', '.join(known) or 'none yet'}")
    shown = [who] if who else [member for member in known if known[member] or _phones(assembly, member)]
    for member in shown:
        name, may, phones = told.get(member, ("", ""))[0], ", ".join(known[member]), _phones(assembly, member)
        yield f"{member:<14} {name:<22} {may or 'has left':<26} {' '.join(phones) or 'no phone'}".rstrip()
    if not shown:
        yield 'Nobody yet: `minga catalogue`, or `minga member carmen --role coordinator --name "Carmen" --by asamblea`.'


def _revoke(machine: Machine, phone: str, who: str, by: str) -> None:
    with closing(open_readonly(machine.database)) as db:
        whose = reports.assembly(db).phones.get(phone)
    if whose is None or who not in ("", whose):
        raise MingaError(f"{phone}: no phone of {who or 'anybody'} is called so; `minga member` lists them")
    _ask(machine, RevokePhone(phone, by))
    typer.echo(f"{phone} is nobody's any more. It was {whose}'s: its next tap already opens nothing.")


def _put(machine: Machine, who: str, roles: tuple[str, ...], name: str, leaves: bool, by: str) -> None:
    """Her photo stays; so do her roles, when none are said."""
    if not who or (roles and leaves):
        raise MingaError(
            "say who it is, and either her roles or that she leaves: minga member carmen --role coordinator"
        )
    with closing(open_readonly(machine.database)) as db:
        kept = () if leaves else _roles(db, who)
        photo = reports.members(db).get(who, ("", ""))[1]
    _ask(machine, PutMember(who, roles or kept, by, name, photo))


def _roles(db: sqlite3.Connection, member: str) -> tuple[str, ...]:
    return tuple(sorted(reports.assembly(db).roles_of(member, reports.joined(db))))


def _phones(assembly: Assembly, member: str) -> list[str]:
    return sorted(phone for phone, hers in assembly.phones.items() if hers == member)


def _ask(machine: Machine, wish: Wish) -> None:
    with Client(machine.socket) as client:
        answer = client.ask(wish)
    if not answer.ok:
        raise MingaError(answer.words)
