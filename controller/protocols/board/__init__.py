"""The link to the RP2040 I/O board, the Pi's end: bytes in, events out, no port and no clock.

    host        greets, configures, keeps the lease, orders commands, takes events
    lane        one open command: ordered for a moment, then only asked about
    orders      what the board can be told to do, and what it answers
    happenings  what happens at the board
    settings    the configuration it gets at every boot
    events      what a host can say
    text        frames as lines that people can read

The bytes are specified in firmware/PROTOCOL.md and lie in `firmware.messages` and `firmware.wire`, one source for both
ends. Imports these two and the standard library.
"""

from .errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from .events import Answered, Found, Happened, HostEvent, Lost, Missed, NotBegun, Ready, Unfit, Unknown
from .happenings import (
    Block,
    BusState,
    CoinJam,
    Door,
    Drop,
    Fault,
    Foreign,
    Happening,
    Key,
    OddPulses,
    Pulses,
    Reset,
    Temperature,
)
from .host import GREET_MS, LEASE_MS, LOST_MS, Host
from .lane import BEGIN_MS
from .orders import (
    Answer,
    BusAnswered,
    BusBreak,
    BusPay,
    BusPoll,
    BusSend,
    Curtain,
    CurtainTested,
    Nothing,
    Order,
    Scan,
    Scanned,
    Trial,
    Turn,
    Turned,
)
from .settings import Bus, Coins, Motors, Panel, Section
from .text import Seen, seen

__all__ = [
    "BEGIN_MS",
    "GREET_MS",
    "LEASE_MS",
    "LOST_MS",
    "Answer",
    "Answered",
    "Block",
    "Bus",
    "BusAnswered",
    "BusBreak",
    "BusPay",
    "BusPoll",
    "BusSend",
    "BusState",
    "CoinJam",
    "Coins",
    "Curtain",
    "CurtainTested",
    "Door",
    "Drop",
    "Fault",
    "Foreign",
    "Found",
    "Happened",
    "Happening",
    "Host",
    "HostEvent",
    "Key",
    "LocalProtocolError",
    "Lost",
    "Missed",
    "Motors",
    "NotBegun",
    "Nothing",
    "OddPulses",
    "Order",
    "Panel",
    "ProtocolError",
    "Pulses",
    "Ready",
    "RemoteProtocolError",
    "Reset",
    "Scan",
    "Scanned",
    "Section",
    "Seen",
    "Temperature",
    "Trial",
    "Turn",
    "Turned",
    "Unfit",
    "Unknown",
    "seen",
]
