"""`minga money`: what the coordinator decides about money, until the pages for it are there.

Every command asks the running controller, which alone writes the books; nothing is done when it says no.
"""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.commands.sweep import sweep
from controller.config import load
from controller.domain.catalog import MakerId
from controller.domain.facts import Verdict
from controller.domain.money import cents_from, dollars
from controller.domain.reversals import CloseReversal, Ending
from controller.domain.stocking import Wish
from controller.domain.treasury import CountCash, MoveCash, Numbered, PayMaker, RefundSale, SettleClaim
from controller.errors import MingaError
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.sweep.debts import debts

money = typer.Typer(
    help="Open the day, and decide claims, refunds, cash counts and payments.",
    no_args_is_help=True,
    add_completion=False,
)
By = Annotated[str, typer.Option("--by", help="Who decides or does it; it stands in the books.")]
Witness = Annotated[str, typer.Option("--witness", help="Who watches; another person.")]
Place = Annotated[
    str, typer.Option("--place", help="Where the money is taken from: coinbox, stacker, safe, bank, hopper:25.")
]
ANSWER_S = 8.0
"""Longer than the controller itself waits for its brain, so that its own word comes first."""
WishId = Annotated[
    str, typer.Option("--id", help="To ask again without doing it twice: the id a command that got no answer has told.")
]
Amount = Annotated[str, typer.Argument(help="Dollars, such as 12.50.")]


money.command()(sweep)


@money.command()
def claims(config: ConfigFile = Path("minga.toml")) -> None:
    """List the open claims: code, what for, how much, since when.

    Example: minga money claims --config museum/minga.toml
    """
    waiting = reports.claims(open_readonly(load(config).machine.database))
    for claim in waiting:
        typer.echo(
            f"{claim.code}  {claim.account:<10}{dollars(claim.cents):>9}  since {claim.since}  {claim.about}".rstrip()
        )
    if not waiting:
        typer.echo("No claim is open.")


@money.command()
def settle(
    claim: Annotated[str, typer.Argument(help="The code on the visitor's screen.")],
    verdict: Annotated[Verdict, typer.Argument(help="What was decided.")],
    by: By,
    place: Place = "coinbox",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Settle a claim: refunded by hand, or, for a doubt, delivered after all or given by hand.

    Example: minga money settle 4TC-YNH refunded --by carmen
    """
    _ask(config, SettleClaim(claim, verdict, by, place), f"claim {claim} is {verdict.value}")


@money.command()
def reversal(
    payment: Annotated[int, typer.Argument(help="The payment's number, from `minga money sweep`.")],
    ending: Annotated[Ending, typer.Argument(help="What the provider's own panel says.")],
    by: By,
    witness: Annotated[str, typer.Option("--witness", help="Who looked too; needed for went-back.")] = "",
    number: Annotated[str, typer.Option("--number", help="The provider's own number for what went back.")] = "",
    why: Annotated[str, typer.Option("--why", help="Why it will never go back.")] = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Close a sum that does not come back by itself: it went back, with its number; or it is owed, and why.

    Look in the provider's own panel first. The machine asks about this payment no more, and what is owed gets a claim code.

    Example: minga money reversal 7 went-back --number rev-0042 --by carmen --witness rosa
    """
    done = f"payment {payment} {'went back' if ending is Ending.WENT_BACK else 'is owed'}"
    _ask(config, CloseReversal(payment, ending, by, witness, number, why), done)
    owed = [line for line in debts(open_readonly(load(config).machine.database)) if line.payment_id == payment]
    for line in owed:
        typer.echo(f"pay {dollars(line.cents)} by its claim: minga money settle {line.claim} refunded --by {by}")


@money.command()
def refund(
    vend: Annotated[int, typer.Argument(help="The sale's number.")],
    reason: Annotated[str, typer.Argument(help="Why.")],
    by: By,
    place: Place = "coinbox",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Take a finished sale back: the same shares are reversed, also after a payment.

    Example: minga money refund 17 "la costura se abrió" --by carmen
    """
    _ask(config, RefundSale(vend, by, reason, place), f"sale {vend} is taken back")


@money.command()
def count(
    amount: Amount,
    by: By,
    witness: Witness,
    place: Place = "coinbox",
    wish_id: WishId = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Empty the cash box into the safe: count first, the books' own figure is shown only afterwards.

    Example: minga money count 96.35 --by carmen --witness luz
    """
    counted_cents = _cents(amount)
    settings = load(config)
    expected_cents = reports.balances(open_readonly(settings.machine.database)).get(place, 0)
    _ask(
        config,
        CountCash(counted_cents, by, witness, wish_id or _new_id(), place),
        f"{dollars(counted_cents)} lie in the safe",
    )
    typer.echo(f"by the books {dollars(expected_cents)}, difference {dollars(counted_cents - expected_cents)}")


@money.command()
def pay(
    maker: Annotated[str, typer.Argument(help="The maker's name in the books.")],
    amount: Amount,
    by: By,
    witness: Witness,
    place: Place = "safe",
    wish_id: WishId = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Pay a maker what she is owed, or part of it.

    Example: minga money pay rosa 26.40 --by carmen --witness luz
    """
    _ask(
        config,
        PayMaker(MakerId(maker), _cents(amount), by, witness, wish_id or _new_id(), place),
        f"{maker} got {amount}",
    )


@money.command()
def move(
    amount: Amount,
    source: Annotated[str, typer.Argument(help="A place, or a fund that gives a float.")],
    target: Annotated[str, typer.Argument(help="The place that has it now.")],
    by: By,
    wish_id: WishId = "",
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Move cash from one place to another, such as coins from the safe into a hopper.

    Example: minga money move 25.00 safe hopper:25 --by carmen
    """
    _ask(config, MoveCash(_cents(amount), source, target, by, wish_id or _new_id()), f"{amount} are in {target}")


def _ask(config: Path, wish: Wish, done: str) -> None:
    """Ask the controller. Raises MingaError with its words; without an answer, with the way to ask again safely."""
    again = f"; to ask again without doing it twice: --id {wish.wish_id}" if isinstance(wish, Numbered) else ""
    with Client(load(config).machine.socket, ANSWER_S) as client:
        try:
            answer = client.ask(wish)
        except MingaError as error:
            raise MingaError(f"{error}{again}") from None
    if not answer.ok:
        raise MingaError(answer.words + (again if answer.code == "busy" else ""))
    typer.echo(f"In the books: {done}.")


def _new_id() -> str:
    return secrets.token_hex(6)


def _cents(amount: str) -> int:
    try:
        return cents_from(amount)
    except ValueError as error:
        raise MingaError(str(error)) from None
