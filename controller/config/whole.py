"""The whole configuration, and what its sections must be to each other."""

from collections import Counter

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from controller.config.assembly import Assembly
from controller.config.kiosk import Kiosk
from controller.config.phones import Phones
from controller.config.sections import (
    Board,
    Cabinet,
    Clock,
    Coins,
    Hopper,
    Hours,
    Machine,
    Mdb,
    Motors,
    Policy,
    Pulses,
    Web,
)
from controller.config.sync import Sync
from controller.config.voucher import Scanner, Vouchers
from controller.config.wallet import Wallet

BOARD_MS_MAX = {"leave_home_ms": 60_000, "turn_ms": 30_000, "drop_ms": 60_000, "debounce_ms": 250}
"""What the board's numbers can hold, with room for one more try."""

CARD_READER = "tarjeta"
SCREEN_S = 120
CABINET = ("door", "return_button", "service_button", "lamp")
"""How long the screen waits for a card where no wallet says otherwise."""


class Config(BaseSettings):
    """The whole file. Relative paths are relative to the folder the file lies in."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="MINGA_", env_nested_delimiter="__")

    machine: Machine
    coins: Coins = Coins()
    motors: Motors = Motors()
    cabinet: Cabinet = Cabinet()
    board: Board = Board()
    pulses: Pulses = Pulses()
    mdb: Mdb = Mdb()
    policy: Policy = Policy()
    hours: Hours = Hours()
    clock: Clock = Clock()
    web: Web = Web()
    kiosk: Kiosk = Kiosk()
    phones: Phones = Phones()
    assembly: Assembly = Assembly()
    scanner: Scanner = Scanner()
    vouchers: Vouchers = Vouchers()
    sync: Sync = Sync()
    wallets: list[Wallet] = []
    hoppers: list[Hopper] = []

    @model_validator(mode="after")
    def _every_line_has_one_use(self) -> "Config":
        owners: dict[int, str] = {}
        for name, pin in self._lines():
            if pin is not None and (other := owners.setdefault(pin, name)) != name:
                raise ValueError(f"line {pin} is used twice: by `{other}` and by `{name}`")
        if strangers := self.cabinet.slot_buttons.keys() - set(self.slots()):
            raise ValueError(f"`cabinet.slot_buttons` names {sorted(strangers)}, but the motors make {self.slots()}")
        return self

    def _lines(self) -> list[tuple[str, int | None]]:
        """The GPIO lines in use; those of what the board drives are free."""
        uses: list[tuple[str, int | None]] = []
        if self.motors.drive == "gpio":
            uses += [(f"motors.rows.{name}", pin) for name, pin in self.motors.rows.items()]
            uses += [(f"motors.columns.{name}", pin) for name, pin in self.motors.columns.items()]
            uses += [(f"motors.{name}", getattr(self.motors, name)) for name in ("home", "drop_sensor", "drop_emitter")]
        if self.cabinet.drive == "gpio":
            uses += [(f"cabinet.slot_buttons.{slot}", pin) for slot, pin in self.cabinet.slot_buttons.items()]
            uses += [(f"cabinet.{name}", getattr(self.cabinet, name)) for name in CABINET]
        if self.coins.kind == "pulses" and self.pulses.drive == "gpio":
            uses += [("pulses.line", self.pulses.line), ("pulses.inhibit", self.pulses.inhibit)]
        return uses

    @model_validator(mode="after")
    def _every_hopper_has_its_place(self) -> "Config":
        for name, places in (
            ("coin", [hopper.coin_cents for hopper in self.hoppers]),
            ("port and address", [(hopper.port, hopper.address) for hopper in self.hoppers]),
        ):
            if len(set(places)) < len(places):
                raise ValueError(f"two `hoppers` have the same {name}")
        if self.coins.kind == "cctalk" and self.coins.port in {hopper.port for hopper in self.hoppers}:
            raise ValueError("`hoppers` must be on another port than `coins.port`")
        return self

    @model_validator(mode="after")
    def _wallets_go_together(self) -> "Config":
        names = [wallet.name for wallet in self.wallets]
        if len(set(names)) < len(names):
            raise ValueError("two `wallets` have the same name")
        if self.mdb.reader and CARD_READER in names:
            raise ValueError(f"`wallets.name`: {CARD_READER!r} is the card reader of `mdb.reader`")
        for wallet in self.wallets:
            if wallet.expiry_s <= self.screen_s:
                raise ValueError("`wallets.expiry_s` must be longer than the longest `wallets.screen_s` of all")
        return self

    @property
    def screen_s(self) -> int:
        """How long the screen waits for a payment without coins."""
        return max((wallet.screen_s for wallet in self.wallets), default=SCREEN_S)

    @model_validator(mode="after")
    def _vouchers_are_read(self) -> "Config":
        if self.vouchers.keys and not self.scanner.port:
            raise ValueError("`vouchers.keys` needs `scanner.port`: nobody reads vouchers without a scanner")
        adapter = {self.mdb.port} if self.mdb.line == "qibixx" else set()
        if self.scanner.port in self._other_ports() | adapter:
            raise ValueError("`scanner.port` must be another port than all others")
        return self

    @model_validator(mode="after")
    def _the_board_can_do_it(self) -> "Config":
        board = self.board
        for name, numbers in (("rows", board.rows), ("columns", board.columns)):
            if twice := _twice(numbers):
                raise ValueError(f"`board.{name}`: {twice} share a number")
        own = {"return_key": board.return_key, "service_key": board.service_key}
        if twice := _twice({**board.slot_keys, **{name: key for name, key in own.items() if key is not None}}):
            raise ValueError(f"`board.slot_keys`: {twice} share a key")
        for name, slots in (("slot_keys", board.slot_keys), ("half_turns", board.half_turns)):
            if self.uses_board and (strangers := set(slots) - set(self.slots())):
                raise ValueError(f"`board.{name}` names {sorted(strangers)}, but the motors make {self.slots()}")
        return self

    @model_validator(mode="after")
    def _pulses_can_be_counted(self) -> "Config":
        pulses = self.pulses
        if pulses.pulse_ms_min >= pulses.pulse_ms_max:
            raise ValueError("`pulses.pulse_ms_min` must be less than `pulses.pulse_ms_max`")
        if self.coins.kind == "pulses" and pulses.drive == "gpio" and None in (pulses.line, pulses.inhibit):
            raise ValueError('`pulses.drive = "gpio"` needs `pulses.line` and `pulses.inhibit`')
        return self

    @model_validator(mode="after")
    def _the_bus_has_devices(self) -> "Config":
        mdb = self.mdb
        if self.has_changer and mdb.line == "none":
            raise ValueError('`coins.kind = "mdb"` needs a bus: set `mdb.line` to "board" or "qibixx"')
        if mdb.line != "none" and not (self.has_changer or mdb.bills or mdb.reader):
            raise ValueError('`mdb.line` needs a device: `coins.kind = "mdb"`, `mdb.bills` or `mdb.reader`')
        if mdb.line == "qibixx" and mdb.port in self._other_ports():
            raise ValueError("`mdb.port` must be another port than all others")
        return self

    def _other_ports(self) -> set[str]:
        """The serial ports in use besides the MDB adapter's."""
        coins = {self.coins.port} if self.coins.kind == "cctalk" else set()
        return {hopper.port for hopper in self.hoppers} | coins | ({self.board.port} if self.uses_board else set())

    @model_validator(mode="after")
    def _the_board_has_work(self) -> "Config":
        """What only makes sense together with the board."""
        if not self.uses_board:
            return self
        if self.motors.drive == "gpio" and not self.board_counts and self.mdb.line != "board":
            raise ValueError(
                '`cabinet.drive = "board"` needs motors, pulses or MDB on the board too: its loss stops their sale'
            )
        others = {hopper.port for hopper in self.hoppers} | (
            {self.coins.port} if self.coins.kind == "cctalk" else set()
        )
        if self.board.port in others:
            raise ValueError("`board.port` must be another port than `coins.port` and `hoppers.port`")
        for name, most_ms in BOARD_MS_MAX.items():
            if self.motors.drive == "board" and getattr(self.motors, name) > most_ms:
                raise ValueError(f"`motors.{name}` is at most {most_ms} on the board")
        return self

    @property
    def uses_board(self) -> bool:
        """Whether anything of this machine is wired to the I/O board."""
        return "board" in (self.motors.drive, self.cabinet.drive, self.mdb.line) or self.board_counts

    @property
    def board_counts(self) -> bool:
        """Whether coins are pulses into the I/O board."""
        return self.coins.kind == "pulses" and self.pulses.drive == "board"

    @property
    def has_changer(self) -> bool:
        """Whether coins come in, and change goes out, by a changer on the MDB bus."""
        return self.coins.kind == "mdb"

    def slots(self) -> tuple[str, ...]:
        """The slots this machine has motors for, in the order of the glass: every row with every column."""
        wired = self.board if self.motors.drive == "board" else self.motors
        return tuple(f"{row}{column}" for row in sorted(wired.rows) for column in sorted(wired.columns, key=int))


def _twice(numbers: dict[str, int]) -> list[str]:
    """The names that share their number with another."""
    many = Counter(numbers.values())
    return sorted(name for name, number in numbers.items() if many[number] > 1)
