"""`minga voucher`: keys, issue, list, revoke and print vouchers, at the co-op's own computer.

The private key and the register never come to the kiosk; it gets the public key and the revocation list. Only `accept`
asks the running controller.
"""

import secrets
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client
from controller.commands import voucherbook
from controller.commands.controller import ConfigFile
from controller.commands.voucherbook import Issued
from controller.commands.vouchersheet import sheet as drawn
from controller.config import load
from controller.devices.vouchers import FIRST_DAY, revoked_in
from controller.domain.money import dollars
from controller.domain.stocking import AcceptVouchers
from controller.domain.vouchers import minute
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.protocols.voucher import CENTS_MAX, CHANCE_BYTES, LocalProtocolError, Voucher, id_of, write
from controller.signing import make_pair, private_key

voucher = typer.Typer(
    help="Make, list and take back signed vouchers: museum tickets, gifts, compensations.",
    no_args_is_help=True,
    add_completion=False,
)
COUNT_MAX = 1_000
Register = Annotated[Path, typer.Option("--register", help="The co-op's register; it holds every code, keep it safe.")]
Revoked = Annotated[Path, typer.Option("--revoked", help="The revocation list, the same file that the machine gets.")]
MaybeRevoked = Annotated[Path | None, typer.Option("--revoked", help="The revocation list, to know those taken back.")]
Database = Annotated[Path | None, typer.Option("--db", help="The machine's books or a backup, to know those spent.")]


@voucher.command()
def keys(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="Makes NAME.key, the private one, and NAME.pub.")],
) -> None:
    """Make a pair of keys: the private one signs and stays at home, the public one goes to the machine.

    Example: minga voucher keys claves/vales-1
    """
    private, public = make_pair(name)
    typer.echo(f"{private}: signs vouchers; never on the machine, and nobody else's to see")
    typer.echo(f"{public}: for the machine, named in `vouchers.keys`")


@voucher.command()
def issue(
    key: Annotated[Path, typer.Option("--key", help="The private key.")],
    machine: Annotated[str, typer.Option("--machine", help="The name of the one machine that takes them.")],
    cents: Annotated[int, typer.Option("--cents", min=1, max=CENTS_MAX, help="What each is worth.")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day.")],
    words: Annotated[str, typer.Option("--for", help="What for; it stands on the paper.")],
    register: Register = Path("vales.jsonl"),
    count: Annotated[int, typer.Option("--count", min=1, max=COUNT_MAX, help="How many.")] = 1,
    kid: Annotated[int, typer.Option("--kid", min=1, max=99, help="The key's number in `vouchers.keys`.")] = 1,
) -> None:
    """Sign vouchers and write them into the register; `minga voucher sheet` prints them.

    Example: minga voucher issue --key claves/vales-1.key --machine quito-museo-1 --cents 500 --count 8
    --until 2027-03-31 --for "Entrada del museo"
    """
    last, signer = until.date(), private_key(key)
    if last < _today():
        raise MingaError(f"{last} is over already: nobody could use them")
    taken = {one.voucher_id for one in voucherbook.read(register)} if register.exists() else set()
    made: list[Issued] = []
    while len(made) < count:
        voucher_id = id_of(minute(time.time_ns() // 1_000_000), secrets.token_bytes(CHANCE_BYTES))
        if voucher_id in taken:
            continue
        taken.add(voucher_id)
        try:
            code = write(Voucher(kid, voucher_id, cents, last.toordinal() - FIRST_DAY), machine, signer)
        except LocalProtocolError as error:
            raise MingaError(str(error)) from None
        made.append(Issued(voucher_id, kid, machine, cents, last.isoformat(), words, code))
    voucherbook.add(register, made)
    for one in made:
        typer.echo(f"{one.voucher_id}  {dollars(one.cents):>8}  until {one.until}")
    typer.echo(f"{register}: {count} more, {dollars(cents * count)} in all; only on {machine}")


@voucher.command(name="list")
def listed(register: Register = Path("vales.jsonl"), revoked: MaybeRevoked = None, db: Database = None) -> None:
    """List the register: number, worth, last day, state, machine, what for.

    Example: minga voucher list --register vales.jsonl --revoked anulados.txt --db museum/minga.db
    """
    gone, spent, today = _revoked(revoked), _spent(db), _today()
    for one in voucherbook.read(register):
        over = "expired" if one.is_over(today) else "open"
        state = "spent" if one.voucher_id in spent else "revoked" if one.voucher_id in gone else over
        typer.echo(f"{one.voucher_id}  {dollars(one.cents):>8}  {one.until}  {state:<8} {one.machine}  {one.words}")


@voucher.command()
def revoke(
    voucher_id: Annotated[str, typer.Argument(metavar="ID", help="The voucher's number, as paper and list have it.")],
    register: Register = Path("vales.jsonl"),
    revoked: Revoked = Path("anulados.txt"),
) -> None:
    """Take a voucher back: its number goes into the revocation list, which is then copied to the machine.

    Example: minga voucher revoke 000727f05ad1c0de --register vales.jsonl --revoked anulados.txt
    """
    wanted = voucher_id.strip().lower()
    if wanted not in {one.voucher_id for one in voucherbook.read(register)}:
        raise MingaError(f"{voucher_id}: no such voucher is in {register}")
    if not revoked.exists() or wanted not in _revoked(revoked):
        voucherbook.append(revoked, f"{wanted}  # {datetime.now(UTC):%Y-%m-%d}\n", 0o644)
    typer.echo(f"{wanted} is revoked once {revoked} lies where `vouchers.revoked` says")


@voucher.command()
def sheet(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The HTML page to write, for a browser to print.")],
    register: Register = Path("vales.jsonl"),
    revoked: MaybeRevoked = None,
    words: Annotated[str, typer.Option("--for", help="Only those issued for this.")] = "",
    db: Database = None,
) -> None:
    """Write a page to print on A4: each voucher with code, worth, machine and last day. Those that are over are left out.

    Example: minga voucher sheet vales.html --for "Entrada del museo"
    """
    out_of_use, today = _revoked(revoked) | _spent(db), _today()
    shown = [
        one
        for one in voucherbook.read(register)
        if words in ("", one.words) and one.voucher_id not in out_of_use and not one.is_over(today)
    ]
    if not shown:
        raise MingaError(f"{register}: no open voucher fits; `minga voucher list` shows them all")
    out.unlink(missing_ok=True)
    voucherbook.append(out, drawn(shown), 0o600)
    typer.echo(f"{out}: {len(shown)} vouchers; whoever has this page can spend them")


@voucher.command()
def accept(
    by: Annotated[str, typer.Option("--by", help="Who decides it; it stands in the books.")],
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """After a restore: take vouchers issued before it again, although one or the other may be spent already.

    Example: minga voucher accept --by carmen --config museum/minga.toml
    """
    with Client(load(config).machine.socket, 8.0) as client:
        answer = client.ask(AcceptVouchers(by))
    if not answer.ok:
        raise MingaError(answer.words)
    typer.echo("In the books: vouchers from before the restore are taken again.")


def _today() -> date:
    """By this computer's own calendar."""
    return datetime.now(UTC).astimezone().date()


def _revoked(file: Path | None) -> frozenset[str]:
    try:
        return revoked_in(file) if file else frozenset()
    except (OSError, ValueError) as error:
        raise MingaError(f"{file}: the revocation list cannot be read: {error}") from None


def _spent(db: Path | None) -> frozenset[str]:
    if db is None:
        return frozenset()
    with closing(open_readonly(db)) as books:
        return frozenset(row[0] for row in books.execute("SELECT voucher_id FROM vouchers_spent"))
