"""Wallets that are paid by a QR code: requests out, replies in, events; no socket, no clock, no key.

    port      what may be asked of a provider, what its answers can mean, what it can do
    rule      until when a provider gives money back
    answers   what all adapters read alike: exact amounts, checked words, failed HTTP
    deuna     Deuna!, as integrators found it
    pix       a Pix-like provider, the clean model
    events    what a host tells
    payment   one payment: what to ask next, and what the answers make of it
    reversal  one payment on its way back
    host      any number of them at one provider: one question at a time, backing off, preflight

Nothing here was tried against a provider. Imports nothing but the standard library.
"""

from .deuna import Deuna
from .errors import LocalProtocolError
from .events import Accepted, Approved, Bounced, Declined, Event, GivenUp, Offered, Proven, Unpaid
from .host import Dates, Host
from .payment import Clocks
from .pix import Pix, txid
from .port import Capabilities, Charge, Provider, Reply, Request, Show, State
from .rule import RefundRule

__all__ = [
    "Accepted",
    "Approved",
    "Bounced",
    "Capabilities",
    "Charge",
    "Clocks",
    "Dates",
    "Declined",
    "Deuna",
    "Event",
    "GivenUp",
    "Host",
    "LocalProtocolError",
    "Offered",
    "Pix",
    "Proven",
    "Provider",
    "RefundRule",
    "Reply",
    "Request",
    "Show",
    "State",
    "Unpaid",
    "txid",
]
