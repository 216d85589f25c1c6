"""The sections of the configuration: every key with its meaning, its limits and its default."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from controller.domain.hours import hours

Pin = Annotated[int, Field(ge=0, le=53)]
"""A GPIO line by its Broadcom number."""
Milliseconds = Annotated[int, Field(ge=1, le=600_000)]
Row = Annotated[str, Field(pattern="^[A-Z]$")]
Column = Annotated[str, Field(pattern="^[1-9][0-9]?$")]
Key = Annotated[int, Field(ge=0, le=15)]
"""A key of the board's keypad: its row of four, times four, plus its column, each from 0 on."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(Section):
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,32}$")]
    """Small letters, digits and dashes; it stands in every record that leaves the machine."""
    database: Path = Path("minga.db")
    """The books. Back this file up; nothing else on the machine is as precious."""
    media: Path = Path("media")
    """The folder of product and maker photos."""
    socket: Path = Path("minga.sock")
    """The control socket between the controller and everything else on this machine."""
    backups: Path = Path("/media/minga/copias")
    """The folder on the stick for a backup that a technician asks for on a phone; it is made once, by hand."""
    disk_free_mb_min: Annotated[int, Field(ge=1, le=10_000)] = 32
    """With less free disk than this the machine takes no coins: the next sale could not be written down."""


class Coins(Section):
    kind: Literal["cctalk", "pulses", "mdb"] = "cctalk"
    """What the coin acceptor speaks: `cctalk` on `coins.port`, `pulses` (see `pulses`), or a changer on the `mdb` bus,
    which gives change from its tubes too."""
    port: str = "/dev/serial/by-id/usb-ccTalk"
    """The serial device of the ccTalk coin acceptor."""
    address: Annotated[int, Field(ge=2, le=255)] = 2
    """The acceptor's address on the ccTalk bus."""
    checksum: Literal["sum8", "crc16"] = "sum8"
    """`sum8` for almost every acceptor, `crc16` for those ordered with the longer checksum."""
    poll_ms: Annotated[int, Field(ge=5, le=200)] = 150
    """How often credits are asked for; acceptors inhibit themselves when nobody asks for a second."""
    values_cents: dict[str, Annotated[int, Field(ge=1, le=10_000)]] = {}
    """Coin ids whose value the acceptor does not tell in cents of US dollars, such as `EC050A = 50`."""
    box_coins_max: Annotated[int, Field(ge=0, le=100_000)] = 0
    """With so many coins in the cash box since it was last counted no more come in, until it is counted; 0: not watched.
    Leave some room: an acceptor jams in a box that is full."""


class Motors(Section):
    drive: Literal["gpio", "board"] = "gpio"
    """Who turns the motors: this computer's own lines (`gpio`), or the I/O `board`, where `board.rows` and
    `board.columns` stand for the lines below."""
    rows: Annotated[dict[Row, Pin], Field(min_length=1)] = {"A": 5, "B": 6}
    """Tray letter to the line that drives it."""
    columns: Annotated[dict[Column, Pin], Field(min_length=1)] = {"1": 12, "2": 13, "3": 16, "4": 19}
    """Spiral number to the line that drives it. Slot A3 is row A, column 3."""
    home: Pin = 20
    """The shared home switch: high while the turning spiral is at home."""
    drop_sensor: Pin = 21
    """The light curtain: high while something blocks the beam."""
    drop_emitter: Pin = 26
    """The curtain's light: off must read as blocked, which proves the sensor before each vend."""
    home_answers_ms: Milliseconds = 50
    """How soon the home switch of a driven motor must be heard; without it there is no motor, or it stands in mid-turn."""
    leave_home_ms: Milliseconds = 1_000
    """A motor that has not left home by then is stuck."""
    turn_ms: Milliseconds = 6_000
    """A motor that has not come home by then is jammed, and is switched off."""
    drop_ms: Milliseconds = 2_000
    """How long after the turn a piece may still fall."""
    debounce_ms: Milliseconds = 15
    """How long the home switch must hold a level to be believed."""


class Cabinet(Section):
    drive: Literal["gpio", "board"] = "gpio"
    """Where door, buttons and lamp are wired: to the lines below (`gpio`), or to the I/O `board` with its keypad."""
    door: Pin | None = 17
    """High while the door is open."""
    return_button: Pin | None = 27
    """High while pressed: the visitor wants her money back."""
    service_button: Pin | None = None
    """High while pressed, behind the door: the screen shows a code that binds a phone."""
    slot_buttons: dict[str, Pin] = {}
    """Slot to the line of its button: `A1 = 22`. High while pressed."""
    lamp: Pin | None = 25
    """Lit while the machine sells."""


class Board(Section):
    port: str = "/dev/serial0"
    """The serial device of the I/O board; only used when something is wired to it: by `motors.drive`, `cabinet.drive`,
    `pulses.drive` or `mdb.line`."""
    rows: Annotated[dict[Row, Annotated[int, Field(ge=0, le=7)]], Field(min_length=1)] = {"A": 0, "B": 1}
    """Tray letter to the board's row, 0 to 7."""
    columns: Annotated[dict[Column, Annotated[int, Field(ge=0, le=9)]], Field(min_length=1)] = {
        "1": 0,
        "2": 1,
        "3": 2,
        "4": 3,
    }
    """Spiral number to the board's column, 0 to 9."""
    half_turns: list[str] = []
    """Slots whose motors show home twice a turn, such as `["A1", "A2"]`."""
    retries: Annotated[int, Field(ge=0, le=3)] = 1
    """How often a jammed spiral is tried again in the same vend."""
    brake_ms: Annotated[int, Field(ge=0, le=1_000)] = 100
    """How long a motor is shorted to stop it at home."""
    over_current_ma: Annotated[int, Field(ge=50, le=5_000)] = 700
    """A motor that takes so much for `board.over_current_ms` is held by something: it is stopped."""
    over_current_ms: Annotated[int, Field(ge=10, le=2_000)] = 200
    """Longer than a motor takes to start."""
    no_motor_ma: Annotated[int, Field(ge=1, le=500)] = 20
    """With less current than this there is no motor."""
    door: bool = True
    """With `cabinet.drive = "board"`: a door switch is wired to the board."""
    slot_keys: dict[str, Key] = {}
    """Slot to its key on the keypad, 0 to 15 (row x 4 + column): `A1 = 0`."""
    return_key: Key | None = None
    """The key that gives the money back."""
    service_key: Key | None = None
    """The key behind the door that shows a code for a phone."""
    thermometers: bool = False
    """Watch the board's two thermometers, for the technician."""


class Pulses(Section):
    """A coin acceptor that tells a coin by a number of pulses. Programme it by value per pulse: a quarter is five pulses
    of five cents. Coins put in quickly run together into one train, and only then is the sum still right."""

    drive: Literal["board", "gpio"] = "board"
    """Who counts: the I/O `board`, which remembers, or this computer's own lines (`gpio`), which is the lesser choice: a
    coin that comes while the controller is down, or busy for long, is only found at the cash count."""
    line: Pin | None = None
    """With `gpio`: the line of the pulses."""
    inhibit: Pin | None = None
    """With `gpio`: the line that keeps coins out."""
    cents: Annotated[int, Field(ge=1, le=1_000)] = 5
    """What one pulse is worth."""
    idles: Literal["high", "low"] = "high"
    """How the pulse line rests between pulses."""
    inhibited_by: Literal["high", "low"] = "low"
    """The level of the inhibit line that keeps coins out."""
    pulse_ms_min: Annotated[int, Field(ge=1, le=1_000)] = 20
    """A shorter pulse is noise. Measure at your acceptor: its own setting is often 30, 50 or 100."""
    pulse_ms_max: Annotated[int, Field(ge=2, le=2_000)] = 120
    """A longer pulse is none."""
    gap_ms_min: Annotated[int, Field(ge=1, le=1_000)] = 20
    """A pulse that follows the one before sooner than this is none."""
    jam_ms: Annotated[int, Field(ge=50, le=10_000)] = 500
    """A line that is held so long is jammed: no coin is let in until it is free."""
    settle_ms: Annotated[int, Field(ge=0, le=10_000)] = 2_000
    """Acceptors pulse when they are switched on: nothing counts before this."""


class Mdb(Section):
    """The devices of an MDB bus. With `coins.kind = "mdb"` a changer is one of them."""

    line: Literal["none", "board", "qibixx"] = "none"
    """Who is the master of the bus: the I/O `board`, which keeps what it heard until it is booked, or a `qibixx` adapter,
    which is the lesser choice: a coin that comes while the controller dies is only found at the cash count."""
    port: str = "/dev/serial/by-id/usb-Qibixx"
    """The serial device of the adapter."""
    bills: bool = False
    """There is a bill validator."""
    bills_cents: list[Annotated[int, Field(ge=100, le=10_000)]] = [100, 500]
    """The bills it may take; each only while it could be spent or its change given, by `policy.unreturnable`."""
    reader: bool = False
    """There is a card reader: the provider `tarjeta`."""


class Policy(Section):
    credit_idle_s: Annotated[int, Field(ge=1, le=3_600)] = 90
    """Credit nobody uses for this long is kept as unclaimed, with a claim code."""
    dispense_s: Annotated[int, Field(ge=2, le=120)] = 12
    """After this long without an answer the motors are asked what happened."""
    notice_s: Annotated[int, Field(ge=1, le=600)] = 20
    """How long the screen keeps the last result (a claim code stays longer than a thank-you)."""
    credit_max_cents: Annotated[int, Field(ge=100, le=100_000)] = 2_000
    """Above this credit no more coins are taken."""
    unreturnable: Literal["accept", "spendable", "refuse"] = "spendable"
    """What to do with a coin the hoppers could not give back: `accept` it, so that a claim code is owed; take it while it
    is still `spendable` to the cent or its rest can go back; `refuse` it."""


class Hours(Section):
    open: list[str] = []
    """When the machine takes money, such as `["tue-fri 09:00-17:30", "sat-sun 10:00-16:00"]`; always, when empty."""

    @field_validator("open")
    @classmethod
    def _readable(cls, lines: list[str]) -> list[str]:
        hours(tuple(lines))
        return lines


class Clock(Section):
    zone: str = "America/Guayaquil"
    """Where the machine stands, for days and opening hours: a name of the time zone database."""
    trust_rtc: bool = False
    """Set it where this computer's clock has a battery: its time is then believed without a time server too."""
    offset_file: Path | None = None
    """A file with milliseconds to add to the wall clock: how a simulated day moves on. Never set on a real machine."""

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            raise ValueError("there is no such time zone; write it like America/Guayaquil") from None
        return zone


class Web(Section):
    host: str = "127.0.0.1"
    """The address the kiosk's pages listen on; the kiosk itself needs no other."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    """The port of the kiosk's pages."""


class Hopper(Section):
    """A ccTalk payout hopper that gives coins back. None by default; for each hopper write one such table."""

    port: str = "/dev/serial/by-id/usb-ccTalk-hoppers"
    """The serial device of its bus. Hoppers may share one; the coin acceptor must have another."""
    address: Annotated[int, Field(ge=3, le=10)] = 3
    """Its address on the bus. Hoppers that share a port need different ones."""
    coin_cents: Annotated[int, Field(ge=1, le=10_000)]
    """The one coin that lies in it. The hopper's account in the books is named after it, such as `hopper:25`."""
    security: Literal["none", "serial"]
    """As its switch stands: `none` for eight zero bytes, `serial` for its serial number. Never guessed."""
    no_progress_s: Annotated[int, Field(ge=1, le=60)] = 10
    """A payout that gives no coin for this long is stopped; the rest is owed by a claim code."""

    @property
    def place(self) -> str:
        return f"hopper:{self.coin_cents}"

    @field_validator("security", mode="before")
    @classmethod
    def _no_cipher(cls, value: object) -> object:
        if value == "cipher":
            raise ValueError(
                "how enciphered security bytes are computed is not public; "
                "switch the hopper to its serial number, or order one without encryption"
            )
        return value
