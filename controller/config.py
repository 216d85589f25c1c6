"""The machine's configuration: one TOML file, checked whole before anything moves.

Real and simulated machines differ here only by a device path. Every key has a default except the machine's name;
an unknown key is an error that names the nearest right one. `minga init` writes this file with a comment on every key.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError

from controller.errors import ConfigError

Pin = Annotated[int, Field(ge=0, le=53)]
"""A GPIO line by its Broadcom number."""
Milliseconds = Annotated[int, Field(ge=1, le=600_000)]
Row = Annotated[str, Field(pattern="^[A-Z]$")]
Column = Annotated[str, Field(pattern="^[1-9][0-9]?$")]


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
    disk_free_mb_min: Annotated[int, Field(ge=1, le=10_000)] = 32
    """With less free disk than this the machine takes no coins: the next sale could not be written down."""


class Coins(Section):
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


class Motors(Section):
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
    door: Pin | None = 17
    """High while the door is open."""
    return_button: Pin | None = 27
    """High while pressed: the visitor wants her money back."""
    slot_buttons: dict[str, Pin] = {}
    """Slot to the line of its button: `A1 = 22`. High while pressed."""
    lamp: Pin | None = 25
    """Lit while the machine sells."""


class Policy(Section):
    credit_idle_s: Annotated[int, Field(ge=1, le=3_600)] = 90
    """Credit nobody uses for this long is kept as unclaimed, with a claim code."""
    dispense_s: Annotated[int, Field(ge=2, le=120)] = 12
    """After this long without an answer the motors are asked what happened."""
    notice_s: Annotated[int, Field(ge=1, le=600)] = 20
    """How long the screen keeps the last result (a claim code stays longer than a thank-you)."""
    credit_max_cents: Annotated[int, Field(ge=100, le=100_000)] = 2_000
    """Above this credit no more coins are taken."""


class Clock(Section):
    offset_file: Path | None = None
    """A file with milliseconds to add to the wall clock: how a simulated day moves on. Never set on a real machine."""


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


class Config(BaseSettings):
    """The whole file. Relative paths are relative to the folder the file lies in."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="MINGA_", env_nested_delimiter="__")

    machine: Machine
    coins: Coins = Coins()
    motors: Motors = Motors()
    cabinet: Cabinet = Cabinet()
    policy: Policy = Policy()
    clock: Clock = Clock()
    web: Web = Web()
    hoppers: list[Hopper] = []

    @model_validator(mode="after")
    def _every_line_has_one_use(self) -> "Config":
        uses = [(f"motors.rows.{name}", pin) for name, pin in self.motors.rows.items()]
        uses += [(f"motors.columns.{name}", pin) for name, pin in self.motors.columns.items()]
        uses += [(f"cabinet.slot_buttons.{slot}", pin) for slot, pin in self.cabinet.slot_buttons.items()]
        uses += [(f"motors.{name}", getattr(self.motors, name)) for name in ("home", "drop_sensor", "drop_emitter")]
        uses += [(f"cabinet.{name}", getattr(self.cabinet, name)) for name in ("door", "return_button", "lamp")]
        owners: dict[int, str] = {}
        for name, pin in uses:
            if pin is not None and (other := owners.setdefault(pin, name)) != name:
                raise ValueError(f"line {pin} is used twice: by `{other}` and by `{name}`")
        if strangers := self.cabinet.slot_buttons.keys() - set(self.slots()):
            raise ValueError(f"`cabinet.slot_buttons` names {sorted(strangers)}, but the motors make {self.slots()}")
        return self

    @model_validator(mode="after")
    def _every_hopper_has_its_place(self) -> "Config":
        for name, places in (
            ("coin", [hopper.coin_cents for hopper in self.hoppers]),
            ("port and address", [(hopper.port, hopper.address) for hopper in self.hoppers]),
        ):
            if len(set(places)) < len(places):
                raise ValueError(f"two `hoppers` have the same {name}")
        if self.coins.port in {hopper.port for hopper in self.hoppers}:
            raise ValueError("`hoppers` must be on another port than `coins.port`")
        return self

    def slots(self) -> tuple[str, ...]:
        """The slots this machine has motors for, in the order of the glass: every row with every column."""
        return tuple(
            f"{row}{column}" for row in sorted(self.motors.rows) for column in sorted(self.motors.columns, key=int)
        )


def load(file: Path) -> Config:
    """Read and check the configuration. Environment variables (`MINGA_WEB__PORT=8081`) win over the file.

    Raises ConfigError that names the file, every wrong key and the nearest right one.
    """

    class FromFile(Config):
        model_config = SettingsConfigDict(toml_file=file)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return sources["env_settings"], TomlConfigSettingsSource(settings_cls)

    if not file.is_file():
        raise ConfigError(file, ["there is no such file; `minga init DIR` writes one with a comment on every key"])
    try:
        config = FromFile()  # type: ignore[call-arg]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, [f"this is not TOML: {error}"]) from None
    except SettingsError as error:
        raise ConfigError(
            file, [f"a variable of the environment cannot be read: {_set_variables()}: {error}"]
        ) from None
    except ValidationError as error:
        raise ConfigError(file, [_words(problem) + _source(problem) for problem in error.errors()]) from None
    return _anchored(config, file.resolve().parent)


def _anchored(config: Config, folder: Path) -> Config:
    """Relative paths start at the configuration's own folder, wherever the command was called."""
    machine = config.machine
    paths = {name: folder / getattr(machine, name) for name in ("database", "media", "socket")}
    offset = config.clock.offset_file
    port = config.coins.port
    return config.model_copy(
        update={
            "machine": machine.model_copy(update=paths),
            "coins": config.coins.model_copy(update={"port": str(folder / port)}),
            "hoppers": [hopper.model_copy(update={"port": str(folder / hopper.port)}) for hopper in config.hoppers],
            "clock": Clock(offset_file=folder / offset if offset else None),
        }
    )


def _set_variables() -> str:
    return ", ".join(sorted(name for name in os.environ if name.upper().startswith("MINGA_")))


def _source(problem: ErrorDetails) -> str:
    """Where the wrong value stands, when it is not in the file."""
    name = "MINGA_" + "__".join(str(part) for part in problem["loc"]).upper()
    return f", set by {name}" if name in os.environ else ""


def _words(problem: ErrorDetails) -> str:
    """One problem as a sentence with the key, and for a stranger the nearest key that exists."""
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    *section, key = (str(part) for part in problem["loc"] if not isinstance(part, int))
    where = ".".join([*section, key])
    if problem["type"] == "missing":
        return f"`{where}` is missing"
    if problem["type"] != "extra_forbidden":
        return f"`{where}`: {problem['msg'].removeprefix('Value error, ')} (found {problem['input']!r})"
    known = keys(section)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    hint = f"did you mean `{'.'.join([*section, near[0]])}`?" if near else f"known here: {', '.join(known)}"
    return f"`{where}` is not a key; {hint}"


def keys(section: list[str]) -> list[str]:
    """The keys of a section, `[]` for the sections themselves."""
    model: type[BaseModel] = Config
    for name in section:
        annotation = model.model_fields[name].annotation
        found = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]  # also in `list[...]`
        model = next((kind for kind in found if issubclass(kind, BaseModel)), model)
    return list(model.model_fields)
