"""What of the picture never changes: trays and slots, buttons, coins, and which devices are there to be used."""

from typing import Any

from admin_web.weave import ROWS, band
from controller.config import Config
from controller.domain.money import COINS_CENTS
from hw_mocks.faults import FAULTS, OneSpiral

CHANGER_CENTS = (5, 10, 25, 100)
PARTS = {
    "sensor": ("blind-sensor", "dark-sensor"),
    "coins": ("full-box", "coin-cable", "coin-noise", "coin-count-lost"),
    "mdb": (
        *("mdb-cable", "changer-cable", "tube-jam", "validator-cable"),
        *("reader-cable", "bank-declines", "bank-silent", "refund-fails"),
    ),
    "power": ("no-supply", "no-board", "shorted-home"),
    "net": ("no-network",),
}
"""The drawer's compartments, in the order in which they stand. The plug and the door have handles of their own."""


def scenery(config: Config) -> dict[str, Any]:
    """One machine's, from its configuration."""
    buttons = config.cabinet.slot_buttons
    trays = {row: [f"{row}{column}" for column in config.motors.columns] for row in sorted(config.motors.rows)}
    return {
        "machine": config.machine.name,
        "trays": trays,
        "slots": [slot for tray in trays.values() for slot in tray],
        "buttons": [slot for tray in trays.values() for slot in tray if slot in buttons],
        "return_button": config.cabinet.return_button is not None,
        "door": config.cabinet.door is not None,
        "service": config.cabinet.service_button is not None,
        "phones": config.phones.address,
        "coins": CHANGER_CENTS if config.has_changer else tuple(sorted(COINS_CENTS)),
        "bills": config.mdb.bills_cents if config.mdb.bills else [],
        "lever": config.has_changer,
        "reader": config.mdb.reader,
        "wallets": [wallet.name for wallet in config.wallets],
        "scanner": bool(config.scanner.port),
        "clock": config.clock.offset_file is not None,
        "box_watched": config.coins.box_coins_max > 0,
        "hoppers": [hopper.coin_cents for hopper in config.hoppers],
        "spiral_faults": [name for name, fault in FAULTS.items() if isinstance(fault.at, OneSpiral)],
        "parts": {part: names for part, faults in PARTS.items() if (names := _fitting(config, faults))},
        "bands": {"house": band(""), "second": band("inti")},
        "band_rows": ROWS,
    }


def _fitting(config: Config, faults: tuple[str, ...]) -> list[str]:
    """Of these faults those that this machine can have."""
    mdb = config.mdb
    absent = {
        "no-board": not config.uses_board,
        "no-network": not config.wallets,
        "mdb-cable": mdb.line == "none",
        **dict.fromkeys(("changer-cable", "tube-jam"), not config.has_changer),
        **dict.fromkeys(("coin-cable", "coin-noise", "coin-count-lost"), config.has_changer),
        "validator-cable": not mdb.bills,
        **dict.fromkeys(("reader-cable", "bank-declines", "bank-silent", "refund-fails"), not mdb.reader),
    }
    return [fault for fault in faults if not absent.get(fault)]
