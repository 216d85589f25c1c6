"""What is built into this machine, by its configuration: each device with its picture, its keys, and how it is right now.

The configuration says what there is, the books say what is ill and since when, the machine's picture says the rest. Words for
each come from the catalogue by `kind`; what the device itself says of its trouble stands below them as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from controller.config import Config
from controller.domain.events import Trouble
from controller.domain.times import Moment
from controller.domain.view import View
from controller.ledger.workshop import Sick

CARD_READER = "tarjeta"
OWN = {
    Trouble.NO_SENSOR: "sensor",
    Trouble.DISK: "disk",
    Trouble.BOOKS: "books",
    Trouble.BOX_FULL: "box",
    Trouble.BOX_FILLING: "box",
}
"""Troubles of the machine itself that are a matter for a technician, by what has them. An open door is none."""


@dataclass(frozen=True, slots=True)
class Device:
    """`kind` names its words and its picture, `name` is its name in the books; `keys` are where it stands in the
    configuration, `port` is where its cable goes, and `which` tells it from others of its kind."""

    kind: str
    name: str
    keys: tuple[str, ...]
    port: str = ""
    which: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A device and how it is: `state` is `works`, `lost`, or `unknown` when nobody has heard of the machine for a while."""

    device: Device
    state: str
    trouble: str = ""
    reason: str = ""
    since: Moment | None = None


def fitted(config: Config) -> tuple[Device, ...]:
    """Every device of this machine, the ones it cannot sell without first."""
    return (*_inside(config), *_money(config), Device("disk", "", ("machine.database",)), Device("books", "", ()))


def _inside(config: Config) -> Iterator[Device]:
    if config.motors.drive == "board":
        yield Device("board-motors", "motors", ("board.port", "motors.drive"), config.board.port)
    else:
        yield Device("motors", "motors", ("motors.rows", "motors.columns", "motors.home"))
    yield Device("sensor", "", ("motors.drop_sensor", "motors.drop_emitter"))


def _money(config: Config) -> Iterator[Device]:
    match config.coins.kind:
        case "cctalk":
            yield Device("coins", "coins", ("coins.port", "coins.address"), config.coins.port)
        case "mdb":
            yield Device("changer", "coins", ("mdb.port", "mdb.line"), _bus_port(config))
        case _:
            yield Device("pulses", "coins", ("pulses.drive", "pulses.line"))
    for hopper in config.hoppers:
        keys = ("hoppers.port", "hoppers.address")
        yield Device("hopper", hopper.place, keys, f"{hopper.port} · {hopper.address}", str(hopper.coin_cents))
    if config.coins.box_coins_max:
        yield Device("box", "", ("coins.box_coins_max",))
    if config.mdb.bills:
        yield Device("bills", "bills", ("mdb.bills", "mdb.port"), _bus_port(config))
    if config.mdb.reader:
        yield Device("reader", CARD_READER, ("mdb.reader", "mdb.port"), _bus_port(config))
    if config.mdb.line != "none":
        yield Device("bus", "mdb", ("mdb.line", "mdb.port"), _bus_port(config))
    if config.uses_board and config.motors.drive != "board" and not config.board_counts:
        yield Device("board", "board", ("board.port",), config.board.port)
    for wallet in config.wallets:
        yield Device("wallet", wallet.name, ("wallets.url", "wallets.key_file"), "", wallet.name)
    if config.vouchers.keys:
        yield Device("scanner", "scanner", ("scanner.port",), config.scanner.port)


def _bus_port(config: Config) -> str:
    return config.board.port if config.mdb.line == "board" else config.mdb.port


def shown(devices: Sequence[Device], sick: Sequence[Sick], picture: View | None, stale: bool) -> tuple[Shown, ...]:
    """Each device as it is, those that are lost first."""
    rows = [_shown(device, sick, picture, stale) for device in devices]
    order = ("lost", "unknown", "works")
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))


def _shown(device: Device, sick: Sequence[Sick], picture: View | None, stale: bool) -> Shown:
    """What the books have of it; the machine's own troubles may stand in the picture alone."""
    for each in sick:
        if _is_of(device, each):
            return Shown(device, "lost", each.trouble, each.reason, each.since)
    if stale or picture is None:
        return Shown(device, "unknown")
    own = {OWN[trouble]: trouble for trouble in OWN if trouble in (*picture.troubles, *picture.lacks)}
    if not device.name and device.kind in own:
        return Shown(device, "lost", own[device.kind].value)
    return Shown(device, "works")


def _is_of(device: Device, sick: Sick) -> bool:
    """A device by its name, what has none by its trouble."""
    if device.name or sick.device:
        return device.name == sick.device
    return OWN.get(Trouble(sick.trouble)) == device.kind if sick.trouble in set(Trouble) else False
