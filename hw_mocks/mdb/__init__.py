"""Simulated money on an MDB bus: a changer with tubes, a bill validator, a card reader, and an adapter on a pseudo-terminal.

    bus       the wire, and what every device on it does
    changer   coins in, tubes, payouts
    bills     bills in, the stacker, the escrow
    reader    cards, and the visitor's account behind them
    adapter   a Qibixx adapter in its text mode, as the serial port the machine opens

Written from the devices' side of MDB/ICP 4.2, without a line of the hosts' code beyond the check byte. Devices know what
physically happened; a test or an oracle compares that with the books.
"""

from hw_mocks.mdb.adapter import SimulatedAdapter
from hw_mocks.mdb.bills import SimulatedBills
from hw_mocks.mdb.bus import ACK, NAK, SILENCE, MdbDevice, SimulatedMdbBus
from hw_mocks.mdb.changer import SimulatedChanger
from hw_mocks.mdb.reader import Account, SimulatedReader

__all__ = [
    "ACK",
    "NAK",
    "SILENCE",
    "Account",
    "MdbDevice",
    "SimulatedAdapter",
    "SimulatedBills",
    "SimulatedChanger",
    "SimulatedMdbBus",
    "SimulatedReader",
]
