"""What a fact moved, as people see money move: so much, from here to there.

The books write lines that add up to nothing. Two of them are paired here at a time: what an owner gives another changes only
whose it is; what one place gives another changes only where it lies; and what comes in or goes out is both, a place's and
somebody's.
"""

from dataclasses import dataclass

from admin_web.phone.booksteller import Teller
from controller.domain.accounts import OWNERS, kind


@dataclass(frozen=True, slots=True)
class Move:
    """`money` went `here` to `there`; `whose` says on whose account it came in or went out. `code` names the accounts."""

    money: str
    here: str
    there: str
    whose: str
    code: str


def moves(lines: tuple[tuple[str, int], ...], teller: Teller) -> tuple[Move, ...]:
    """The lines of one fact as moves, in their order."""
    debits = [(account, cents) for account, cents in lines if cents > 0]
    credits = [(account, -cents) for account, cents in lines if cents < 0]
    found = []
    while debits and credits:
        (debit, debit_cents), (credit, credit_cents) = debits.pop(0), credits.pop(0)
        cents = min(debit_cents, credit_cents)
        found.append(_move(cents, debit, credit, teller))
        if debit_cents > cents:
            debits.insert(0, (debit, debit_cents - cents))
        if credit_cents > cents:
            credits.insert(0, (credit, credit_cents - cents))
    return tuple(found)


def _move(cents: int, debit: str, credit: str, t: Teller) -> Move:
    money, code = t.money(cents), f"{debit} ← {credit}"
    gave, got = t.account(credit), t.account(debit)
    match kind(debit) in OWNERS, kind(credit) in OWNERS:
        case True, True:
            return Move(money, got, gave, "", code)
        case False, False:
            return Move(money, gave, got, "", code)
        case False, True:
            return Move(money, t.words.say("books.outside"), got, t.words.say("books.gets", who=gave), code)
        case _:
            return Move(money, gave, t.words.say("books.outside"), t.words.say("books.gives", who=got), code)
