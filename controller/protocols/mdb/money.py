"""What a device's numbers are worth: its scaling factor, its decimal places, its currency.

Every device has its own; changer, bill validator and reader on one bus may all differ (MDB/ICP 4.2, sections 5 to 7).
Real value = number x factor / 10^decimals, in the currency's main unit. Nothing is ever rounded.
"""

from dataclasses import dataclass
from typing import Final

from .errors import LocalProtocolError

VEND_TOKEN: Final = 0xFF
"""The credit of a coin or bill type that is a vend token and so no money."""
DOLLARS: Final = frozenset({"1840", "0001", "0593"})
"""US dollars: ISO 4217 number 840, or by telephone code the United States, or Ecuador, which uses them too."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A device's factor and number of decimal places."""

    factor: int
    decimals: int

    def cents(self, number: int) -> int | None:
        """What `number` of this device is worth; None when that is not a whole number of cents."""
        if self.factor < 1:
            return None
        whole, rest = divmod(number * self.factor * 100, int(10**self.decimals))
        return None if rest else whole

    def number(self, cents: int) -> int:
        """How this device writes `cents`. Raises LocalProtocolError for an amount it cannot express."""
        if self.factor < 1 or cents < 0:
            raise LocalProtocolError(f"{cents} cents cannot be said with factor {self.factor}")
        whole, rest = divmod(cents * int(10**self.decimals), self.factor * 100)
        if rest:
            raise LocalProtocolError(f"{cents} cents are no multiple of {self.factor} / 10^{self.decimals}")
        return whole


def currency(code: bytes) -> str:
    """Four digits: `1840` is ISO 4217 number 840, `0593` is telephone code 593; `FFFF` is unknown."""
    return code.hex().upper()


def values_cents(credits: bytes, scale: Scale) -> dict[int, int]:
    """Coin or bill type to cents, for the types that are money of known value. No value is ever guessed."""
    worth = {kind: scale.cents(credit) for kind, credit in enumerate(credits) if credit not in (0, VEND_TOKEN)}
    return {kind: cents for kind, cents in worth.items() if cents}
