"""Simulated money on an MDB bus: a changer with tubes, a bill validator, a card reader, and an adapter on a pseudo-terminal.

    bus       the wire, and what every device on it does
    words     the same wire word by word, for a master that speaks it so
    changer   coins in, tubes, payouts
    bills     bills in, the stacker, the escrow
    reader    cards, and the visitor's account behind them
    adapter   a Qibixx adapter in its text mode, as the serial port the machine opens
    fitted    the devices a configuration asks for, and what people and mishaps do to them

Written from the devices' side of MDB/ICP 4.2, without a line of the hosts' code beyond the check byte. Devices know what
physically happened; a test or an oracle compares that with the books.
"""

from hw_mocks.mdb.adapter import SimulatedAdapter
from hw_mocks.mdb.bills import SimulatedBills
from hw_mocks.mdb.bus import ACK, NAK, SILENCE, MdbDevice, SimulatedMdbBus
from hw_mocks.mdb.changer import SimulatedChanger
from hw_mocks.mdb.fitted import FittedMdb
from hw_mocks.mdb.reader import Account, SimulatedReader
from hw_mocks.mdb.words import MdbLine

__all__ = [
    "ACK",
    "NAK",
    "SILENCE",
    "Account",
    "FittedMdb",
    "MdbDevice",
    "MdbLine",
    "SimulatedAdapter",
    "SimulatedBills",
    "SimulatedChanger",
    "SimulatedMdbBus",
    "SimulatedReader",
]
