"""MDB/ICP, the bus of changers, bill validators and cashless readers: blocks in, events and commands out, no port, no clock.

    frame         9-bit words, check bytes, the decoder of what devices send
    names         what the numbers are called
    money         what a device's numbers are worth in cents
    coins bills replies   what changer, validator and reader say
    conversation  a script of commands and pauses, over a board that numbers what it hears
    host          what the hosts of changer and validator share
    changer       the VMC's half of a changer, with `payout`: what truly left its tubes
    bill          the VMC's half of a bill validator
    cashless      the VMC's half of a reader, with `reader` (its start) and `vending` (one vend, step by step)
    qibixx        the same hosts over an adapter that speaks text
    decode        a block in words

Follows MDB/ICP 4.2, levels 2 and 3. The real time (ACK within 5 ms, RET, breaks) is the board's. Simulated only: no
device was tried. Imports nothing but the standard library.
"""

from .bill import BillHost
from .bills import Attempts, Bill, BillItem, BillSetup, Routing, bill_items, stacker_of
from .cashless import CashlessHost
from .changer import ChangerHost
from .coins import (
    ChangerSetup,
    Coin,
    CoinItem,
    Identity,
    Manual,
    Route,
    Slugs,
    Status,
    Tubes,
    Unread,
    coin_items,
    diagnosis,
    payout_report,
)
from .conversation import Block, Command, Conversation
from .decode import SIDES, explain
from .errors import LocalProtocolError, NoAnswer, ProtocolError, RemoteProtocolError
from .events import (
    Approved,
    Charged,
    Denied,
    Event,
    Found,
    Gone,
    Noted,
    NotRefunded,
    PaidOut,
    Ready,
    Refunded,
    Revalued,
    RevalueLimit,
    SessionBegan,
    SessionEnded,
    StackerRead,
    Told,
    TubesRead,
    Unsettled,
    WasReset,
)
from .frame import BLOCK_BYTES_MAX, Decoder, Sender, from_parity_marks, from_words, seal, to_words, unseal
from .money import DOLLARS, Scale
from .names import command_name
from .payout import Order, Outcome, gone, outcome_of
from .qibixx import BECOME_MASTER, BUS_RESET, QibixxLine
from .reader import ALWAYS_IDLE, MONEY_32_BIT, State
from .replies import Dialect, ReaderSetup, Said, Session, replies
from .vending import Unfinished, Vend

__all__ = [
    "ALWAYS_IDLE",
    "BECOME_MASTER",
    "BLOCK_BYTES_MAX",
    "BUS_RESET",
    "DOLLARS",
    "MONEY_32_BIT",
    "SIDES",
    "Approved",
    "Attempts",
    "Bill",
    "BillHost",
    "BillItem",
    "BillSetup",
    "Block",
    "CashlessHost",
    "ChangerHost",
    "ChangerSetup",
    "Charged",
    "Coin",
    "CoinItem",
    "Command",
    "Conversation",
    "Decoder",
    "Denied",
    "Dialect",
    "Event",
    "Found",
    "Gone",
    "Identity",
    "LocalProtocolError",
    "Manual",
    "NoAnswer",
    "NotRefunded",
    "Noted",
    "Order",
    "Outcome",
    "PaidOut",
    "ProtocolError",
    "QibixxLine",
    "ReaderSetup",
    "Ready",
    "Refunded",
    "RemoteProtocolError",
    "RevalueLimit",
    "Revalued",
    "Route",
    "Routing",
    "Said",
    "Scale",
    "Sender",
    "Session",
    "SessionBegan",
    "SessionEnded",
    "Slugs",
    "StackerRead",
    "State",
    "Status",
    "Told",
    "Tubes",
    "TubesRead",
    "Unfinished",
    "Unread",
    "Unsettled",
    "Vend",
    "WasReset",
    "bill_items",
    "coin_items",
    "command_name",
    "diagnosis",
    "explain",
    "from_parity_marks",
    "from_words",
    "gone",
    "outcome_of",
    "payout_report",
    "replies",
    "seal",
    "stacker_of",
    "to_words",
    "unseal",
]
