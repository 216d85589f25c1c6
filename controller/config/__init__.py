"""The machine's configuration: one TOML file, checked whole before anything moves.

Real and simulated machines differ here only by a device path. Every key has a default except the machine's name;
an unknown key is an error that names the nearest right one. `minga init` writes this file with a comment on every key.
"""

from controller.config.assembly import Assembly
from controller.config.kiosk import Kiosk
from controller.config.load import keys, load
from controller.config.phones import Phones
from controller.config.sections import (
    Board,
    Cabinet,
    Clock,
    Coins,
    Hopper,
    Hours,
    Machine,
    Motors,
    Pin,
    Policy,
    Pulses,
    Section,
    Web,
)
from controller.config.sync import Sync
from controller.config.voucher import Scanner, Vouchers
from controller.config.wallet import Wallet
from controller.config.whole import Config

__all__ = [
    "Assembly",
    "Board",
    "Cabinet",
    "Clock",
    "Coins",
    "Config",
    "Hopper",
    "Hours",
    "Kiosk",
    "Machine",
    "Motors",
    "Phones",
    "Pin",
    "Policy",
    "Pulses",
    "Scanner",
    "Section",
    "Sync",
    "Vouchers",
    "Wallet",
    "Web",
    "keys",
    "load",
]
