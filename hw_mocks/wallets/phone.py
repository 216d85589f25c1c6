"""A simulated phone: its owner sees what the machine shows, opens her wallet, and pays. Or pays later, or tries it twice.

The phone has its own way to the providers: an outage of the machine's network, or of the merchants' calls, stops no buyer.
"""

from dataclasses import dataclass

from hw_mocks.wallets.picture import text_in
from hw_mocks.wallets.till import Charge, Payer, Payment, Refused, Till


@dataclass(frozen=True, slots=True)
class Bill:
    """What her wallet shows after a scan: she may confirm it now, in a while, or never."""

    till: Till
    charge: Charge
    payer: Payer

    @property
    def cents(self) -> int:
        return self.charge.cents

    def confirm(self, cents: int | None = None) -> Payment:
        """Pay it, or another amount. Raises Refused."""
        return self.till.confirm(self.charge, self.payer, cents)


class Phone:
    """One phone with a wallet of each of these providers. Raises Refused with the wallet's words for what cannot be."""

    def __init__(self, *tills: Till, payer: Payer | None = None) -> None:
        self._tills = tills
        self.payer = payer or Payer()

    def scan(self, offer: str) -> Bill:
        """What stands behind an offer: a link, a number to type, a code to copy, or a provider's picture (data URI)."""
        text = text_in(offer)
        words = Refused("el código no existe")
        for till in self._tills:
            try:
                return Bill(till, till.scan(text), self.payer)
            except Refused as refused:
                words = refused if till.behind(text) else words
        raise words

    def pay(self, offer: str, cents: int | None = None) -> Payment:
        """Scan and confirm, as one does; with `cents` another amount than the one asked for."""
        return self.scan(offer).confirm(cents)

    def shown(self) -> str:
        """What the machine's screen must show now: the link of the newest charge that nobody paid or withdrew."""
        waiting = [charge for till in self._tills if (charge := till.waiting())]
        if not waiting:
            raise Refused("no hay nada por pagar")
        return max(waiting, key=lambda charge: charge.opened_ms).link
