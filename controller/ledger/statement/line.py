"""One line of a maker's account: what happened, when, how the price was divided, and what it did to what she is owed.

Programs read the fields; each form of a statement says `what` in its reader's language.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.domain.accounts import kind
from controller.domain.catalog import Share
from controller.domain.facts import SellerSet


class What(StrEnum):
    """Why what she is owed changed."""

    SOLD = "sold"
    SETTLED = "settled"
    """A piece in doubt, of which a person decided that it is sold."""
    TAKEN_BACK = "taken-back"
    """A finished sale was taken back, perhaps after she was paid for it."""
    PAID = "paid"
    MOVED = "moved"
    """Anything else that moved money to her account or from it: a correction."""


@dataclass(frozen=True, slots=True)
class Line:
    """What fact `seq` adds to her account: `cents`, negative for what is taken from it.

    `at` is local time, None where no calendar reaches. Of a sale `price_cents` is `cents` and the `parts` of all others; of
    a sale taken back all three are negative, and `sold_at` is when it was sold. `rule_id` is the rule it was shared by, 0
    where nobody knows. `piece` is the product's name, or its id once the name is forgotten. `sold_as` is who sold it in the
    eyes of the tax office, as was said when it was sold; of the price `vat_cents` are VAT then, negative where it is.
    """

    what: What
    seq: int
    at: datetime | None
    certain: bool
    cents: int
    price_cents: int = 0
    parts: tuple[Share, ...] = ()
    vend_id: int = 0
    slot: str = ""
    product: str = ""
    piece: str = ""
    rule_id: int = 0
    sold_at: datetime | None = None
    claim: str = ""
    place: str = ""
    why: str = ""
    by: str = ""
    witness: str = ""
    sold_as: SellerSet | None = None
    vat_cents: int = 0

    @property
    def fee_cents(self) -> int:
        """What a wallet's or card's provider takes of the price."""
        return sum(part.cents for part in self.parts if kind(part.account) == "fee")

    @property
    def fund_cents(self) -> int:
        """What goes to everybody else: the funds, and whoever a rule names besides."""
        return sum(part.cents for part in self.parts) - self.fee_cents

    @property
    def net_cents(self) -> int:
        """The price without the VAT it contains; 0 where nobody has said who sold it."""
        return self.price_cents - self.vat_cents if self.sold_as else 0

    @property
    def fees_of(self) -> tuple[str, ...]:
        """Whose fees these are."""
        return tuple(part.account.partition(":")[2] for part in self.parts if kind(part.account) == "fee")
