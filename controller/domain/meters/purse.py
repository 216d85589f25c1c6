"""What the visitor's credit is made of: coins and bills, vouchers, what wallets and cards paid.

The books know one credit, and need no more: what is not used goes back as coins, but for payments, which go back the way
they came. An operator asks besides by which means each sale was paid. A payment was asked for to the cent of what was
missing, so it is used first; then vouchers, then cash: what is left over is cash as far as there is any.
"""

from dataclasses import dataclass, field

CASH, VOUCHER = "cash", "voucher"
"""The means that are no provider's."""
_LATER = {VOUCHER: 1, CASH: 2}
Parts = tuple[tuple[str, int], ...]
"""By which means how many cents were paid; no means twice, nothing of 0 cents unless all is 0."""


@dataclass(slots=True)
class Purse:
    """`cents` of each means; a payment without coins by its provider's name in `wallet:NAME`."""

    cents: dict[str, int] = field(default_factory=dict)

    def put(self, means: str, cents: int) -> None:
        self.cents[means] = self.cents.get(means, 0) + cents

    def put_back(self, parts: Parts) -> None:
        for means, cents in parts:
            self.put(means, cents)

    def take(self, cents: int) -> Parts:
        """Take this much out. What nobody was seen to put in counts as cash: the parts always add up to `cents`."""
        parts: list[tuple[str, int]] = []
        left_cents = cents
        for means in sorted(self.cents, key=_turn):
            if part_cents := min(left_cents, self.cents[means]):
                self.cents[means] -= part_cents
                left_cents -= part_cents
                parts.append((means, part_cents))
        self.cents = {means: rest for means, rest in self.cents.items() if rest}
        return tuple(parts) if not left_cents and parts else _with_cash(parts, left_cents)

    def drop(self, means: str, cents: int) -> None:
        """Money that goes back the way it came; what of it was used before leaves as anything else does."""
        there_cents = min(cents, self.cents.get(means, 0))
        self.put(means, -there_cents)
        self.take(cents - there_cents)


def wallet(provider: str) -> str:
    """The means of what this provider's customers pay."""
    return f"wallet:{provider}"


def _turn(means: str) -> tuple[int, str]:
    """Payments before vouchers before cash."""
    return _LATER.get(means, 0), means


def _with_cash(parts: list[tuple[str, int]], cents: int) -> Parts:
    known = dict(parts)
    known[CASH] = known.get(CASH, 0) + cents
    return tuple(known.items())
