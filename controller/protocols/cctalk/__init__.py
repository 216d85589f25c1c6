"""ccTalk, the serial bus of coin acceptors and hoppers: bytes in, events out, no port and no clock.

    frame         frames, both checksums, the streaming decoder
    names         what the numbers are called
    coins         what a coin id is worth, and which events in an acceptor's buffer are new
    counters      counters that are kept without power, and the coins that only they know of
    exchange      one question and its answer on a line with an echo
    conversation  a script of questions and pauses
    identity      who a device says it is
    inhibits      which coins an acceptor lets in
    host          the host's half of a coin acceptor
    hopper        the host's half of a payout hopper
    payout        a hopper's own numbers, and whether they agree

Follows the ccTalk Generic Specification 4.7, parts 1 to 4. Imports nothing but the standard library.
"""

from .coins import POSITIONS, Alarm, Buffer, CoinId, Credit, Entry, Reading, coin_id, coin_value, cvf_value, new_events
from .counters import COUNTS, Tally, tally
from .errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from .events import Found, HostEvent, Identity, Lost, Noted, Ready, Remembered, Stopped, WasReset
from .exchange import Exchange, NoAnswer, Question, Silence
from .frame import FRAME_BYTES_MAX, FRAME_BYTES_MIN, CrcFrame, Decoder, Frame
from .hopper import HopperHost, Security
from .host import SETTLE_MS, Host
from .names import (
    CAME_BACK,
    FAULTS,
    HOPPER_BLOCKED,
    Header,
    HopperFlag,
    Severity,
    error_name,
    error_severity,
    fault_name,
    header_name,
)
from .payout import Outcome, Status, Still, doubt_of_dispense, executed, outcome_of

__all__ = [
    "CAME_BACK",
    "COUNTS",
    "FAULTS",
    "FRAME_BYTES_MAX",
    "FRAME_BYTES_MIN",
    "HOPPER_BLOCKED",
    "POSITIONS",
    "SETTLE_MS",
    "Alarm",
    "Buffer",
    "CoinId",
    "CrcFrame",
    "Credit",
    "Decoder",
    "Entry",
    "Exchange",
    "Found",
    "Frame",
    "Header",
    "HopperFlag",
    "HopperHost",
    "Host",
    "HostEvent",
    "Identity",
    "LocalProtocolError",
    "Lost",
    "NoAnswer",
    "Noted",
    "Outcome",
    "ProtocolError",
    "Question",
    "Reading",
    "Ready",
    "Remembered",
    "RemoteProtocolError",
    "Security",
    "Severity",
    "Silence",
    "Status",
    "Still",
    "Stopped",
    "Tally",
    "WasReset",
    "coin_id",
    "coin_value",
    "cvf_value",
    "doubt_of_dispense",
    "error_name",
    "error_severity",
    "executed",
    "fault_name",
    "header_name",
    "new_events",
    "outcome_of",
    "tally",
]
