"""Simulated wallet providers over real HTTP on the loopback, and the truth about who paid and got back what.

    deuna     hostile: every trap integrators have met (`deuna_words` are its forms)
    pix       clean: a subset of the Pix API (`pix_words` are its forms)
    till      the account behind a provider: charges, payments, refunds, transfers, to the cent
    faults    what can be wrong with a provider, to be set from any thread
    door      its end of HTTP, with outages, hangs and lost replies
    courier   its webhooks
    picture   its picture of a code, which no camera reads
    phone     the buyer's side: scan, pay, later, twice
    fitted    the providers a configuration asks for, and what people and mishaps do to them
    acts      the same as words for `minga hand`

Time and chance are given from outside: a function for monotonic milliseconds, one for
the wall clock's, and a seed; so hours of outage take no hours. No real provider was ever asked.
"""

from hw_mocks.wallets.deuna import SimulatedDeuna
from hw_mocks.wallets.faults import Faults, Troubles
from hw_mocks.wallets.fitted import FittedWallets
from hw_mocks.wallets.phone import Bill, Phone
from hw_mocks.wallets.pix import SimulatedPix
from hw_mocks.wallets.till import Charge, Payer, Payment, Refused, Till, Transfer

__all__ = [
    "Bill",
    "Charge",
    "Faults",
    "FittedWallets",
    "Payer",
    "Payment",
    "Phone",
    "Refused",
    "SimulatedDeuna",
    "SimulatedPix",
    "Till",
    "Transfer",
    "Troubles",
]
