"""Who tells the books: one reader's language, and the names that she may know people, pieces and places by.

Members know each other by name, as in the assembly. Who is of the lab and nothing else knows makers as visitors do: by name
with their consent, else by their workshop; and everybody else as somebody of the group. No claim's code, no number of a
payment, of a voucher or of a phone is ever told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from fastapi import Request

from admin_web.books import names
from admin_web.phone.door import at
from admin_web.phone.drawn import reading
from admin_web.phone.office import called_place
from admin_web.words import Words
from controller.domain.catalog import Share
from controller.ledger.reports import makers, members, products
from controller.ledger.running import zone_of

OWNERS = ("credit", "hold", "doubt", "claims", "unclaimed", "reversals", "over_short", "vouchers")
"""Accounts that are called something by themselves."""
CONTRACTED = ((" de el ", " del "), (" a el ", " al "))
"""Spanish joins the two words, whatever place comes after the first."""


@dataclass(frozen=True, slots=True)
class Teller:
    """`people` and `pieces` are names by id; `stranger` is what anybody else is called, empty for her id."""

    words: Words
    zone: ZoneInfo
    people: Mapping[str, str]
    pieces: Mapping[str, str]
    stranger: str = ""

    def who(self, member: str) -> str:
        return self.people.get(member) or self.stranger or member

    def piece(self, product: str) -> str:
        return self.pieces.get(product) or product

    def money(self, cents: int) -> str:
        return self.words.money(cents)

    def account(self, account: str) -> str:
        """An account in words: whose money it is, or where it lies."""
        family, _, name = account.partition(":")
        if family == "maker":
            return self.who(name)
        if family == "fund":
            return self.words.about("owner", name, name=name)
        if family in ("wallet", "fee"):
            wallet = self.words.about("wallet", name, name=name)
            return self.words.about("account", family, name=wallet)
        if family in (*OWNERS, "tax"):
            return self.words.about("account", family, name=name)
        return called_place(account, self.words)

    def shares(self, shares: Iterable[Share]) -> str:
        """`$2,80 para Rosa, $0,53 para el fondo común`. A share of nothing is not told."""
        told = (
            self.words.say("books.for", money=self.money(share.cents), who=self.account(share.account))
            for share in shares
            if share.cents
        )
        return ", ".join(told)

    def tell(self, code: str, **values: object) -> str:
        """The sentence of a fact, with a capital at its start."""
        said = self.words.about("fact", code, "", **values)
        if self.words.mostly.startswith("es"):
            for apart, joined in CONTRACTED:
                said = said.replace(apart, joined)
        return said[:1].upper() + said[1:]


def teller(request: Request, db: Connection) -> Teller:
    """For whoever's phone this is."""
    words, known = reading(request), {member: name for member, (name, _) in members(db).items()}
    pieces = {product: hers.name for product, hers in products(db).items()}
    if at(request).may("maker", "coordinator", "technician"):
        return Teller(words, zone_of(db), known, pieces)
    return Teller(words, zone_of(db), _as_visitors_know(db, words), pieces, words.say("books.somebody"))


def _as_visitors_know(db: Connection, words: Words) -> dict[str, str]:
    """Makers by what they agreed to show."""
    told = names(makers(db), products(db)).makers
    return {
        maker: hers.name if hers.named else words.say("share.workshop", name=hers.name)
        for maker, hers in told.items()
        if hers.name
    }
