"""What a provider takes for a payment: a percentage and a fixed part, and the VAT on both, in whole cents."""

from dataclasses import dataclass

WHOLE_BP = 10_000
"""Basis points in a whole: 2 % are 200."""


@dataclass(frozen=True, slots=True)
class Fee:
    """A provider's contract. `percent_bp` and `vat_bp` are in basis points, hundredths of a percent."""

    percent_bp: int = 0
    fixed_cents: int = 0
    vat_bp: int = 0

    def on(self, paid_cents: int) -> int:
        """What is taken of this payment, to the nearest cent (half a cent up), and never more than was paid."""
        net = paid_cents * self.percent_bp + self.fixed_cents * WHOLE_BP
        gross = net * (WHOLE_BP + self.vat_bp)
        cent = WHOLE_BP * WHOLE_BP
        return min(paid_cents, (gross + cent // 2) // cent)


FREE = Fee()
