"""The hub's configuration: one small TOML file, checked whole; what is wrong is named with the nearest right word.

Every key is a variable of the environment too, such as `MINGA_LAB_STORE`: an address with a password need not stand in a
file.
"""

import difflib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from controller.errors import ConfigError
from lab.alerts.limits import Limits
from lab.store.opening import POSTGRES

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""The usual port of each way, where the address names none."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class HubConfig(BaseSettings):
    """What a hub must know. `docs/hub.md` has the table."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="MINGA_LAB_",
        env_nested_delimiter="__",
        use_attribute_docstrings=True,
    )

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] = "hub"
    """What it calls itself in its acks; hubs that work together have names of their own."""
    store: str = "lab.db"
    """Where the facts are kept: a file (SQLite), or `postgresql://user@host/database`."""
    broker: str = "mqtt://127.0.0.1"
    """The MQTT broker: `mqtt://` on this computer, `mqtts://` anywhere; another port than 1883 or 8883 behind a colon."""
    protocol: Literal["5", "3.1.1"] = "5"
    """Which MQTT the broker speaks."""
    group: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")] = ""
    """Hubs of one group share the facts among them; all of them need the same PostgreSQL store."""
    user: str = ""
    """Who the hub is at the broker, where it asks for a name and a password."""
    password_file: Path | None = None
    """A file of mode 0600 that holds the password alone."""
    ca_file: Path | None = None
    """The certificate by which the broker is known; without one, those that this computer trusts anyway."""
    cert_file: Path | None = None
    """The hub's own certificate, where the broker asks for one; `key_file` goes with it."""
    key_file: Path | None = None
    """Its private key: a file of mode 0600."""
    keepalive_s: Annotated[int, Field(ge=5, le=3_600)] = 30
    """After so long without a word the connection is tried."""
    web_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Where `minga hub web` listens; anywhere else than this computer only with `web_address` and `web_phrase`."""
    web_port: Annotated[int, Field(ge=0, le=65_535)] = 8090
    """The port of the lab's pages; 0 takes any free one."""
    web_address: Annotated[str, Field(pattern=r"^(https?://[^/@\s]+)?$")] = ""
    """How people reach the pages over the network: `https://lab.example`, or the proxy's address before them."""
    web_phrase: str = ""
    """The hash of the pass phrase for the pages; `minga hub phrase` makes it. Without one only this computer may look."""
    alerts: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Who is told when a machine needs somebody: addresses of Apprise, such as `ntfys://ntfy.lab.example/minga`."""
    alert: Limits = Limits()
    """From when on something is an alert."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the broker."""
        parts = urlsplit(self.broker)
        return parts.hostname or "", parts.port or PORTS[parts.scheme]

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.broker).scheme == "mqtts"

    @field_validator("alerts", mode="before")
    @classmethod
    def _one_or_many(cls, alerts: object) -> object:
        """In a variable of the environment they stand with blanks between them."""
        return alerts.split() if isinstance(alerts, str) else alerts

    @field_validator("broker")
    @classmethod
    def _can_be_called(cls, broker: str) -> str:
        parts = urlsplit(broker)
        if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.path.strip("/"):
            raise ValueError(
                "write it like mqtts://broker.lab.example or mqtt://127.0.0.1:1884; the name stands in `user`"
            )
        if parts.port == 0:
            raise ValueError("a port is a number from 1 to 65535")
        if parts.scheme == "mqtt" and parts.hostname not in LOOPBACK:
            raise ValueError("to another computer it must begin with mqtts://")
        return broker

    @model_validator(mode="after")
    def _what_goes_together(self) -> "HubConfig":
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("`cert_file` and `key_file` go together")
        if self.password_file and not self.user:
            raise ValueError("`password_file` needs `user`")
        if self.group and not self.store.startswith(POSTGRES):
            raise ValueError("`group` is for hubs that share one PostgreSQL: `store` must begin with postgresql://")
        return self


def commented(**given: str) -> str:
    """The whole configuration as TOML, every key with its comment and its default or what is `given`."""
    lines = ["# The lab's hub. Each line is optional; what stands here is the default."]
    for key, field in HubConfig.model_fields.items():
        value = given.get(key, field.default)
        lines += ["", *(f"# {line}" for line in (field.description or "").splitlines())]
        lines += _section(key, value) if isinstance(value, BaseModel) else [_line(key, value)]
    return "\n".join(lines) + "\n"


def _section(name: str, section: BaseModel) -> list[str]:
    lines = [f"[{name}]"]
    for key, field in type(section).model_fields.items():
        lines += [f"# {field.description}", _line(key, field.default)]
    return lines


def _line(key: str, value: object) -> str:
    return f"# {key} =" if value is None else f"{key} = {json.dumps(value)}"


def load(file: Path) -> HubConfig:
    """Read and check the file; relative paths start at its folder. Raises ConfigError that names file, key and way out."""

    class FromFile(HubConfig):
        model_config = SettingsConfigDict(toml_file=file)

        @classmethod
        def settings_customise_sources(  # type: ignore[override]  # two of its five sources are used
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return sources["env_settings"], TomlConfigSettingsSource(settings_cls)

    if not file.is_file():
        raise ConfigError(file, ["there is no such file; `minga hub init DIR` writes one with a comment on every key"])
    try:
        config = FromFile()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, [f"this is not TOML: {error}"]) from None
    except ValidationError as error:
        raise ConfigError(file, [_words(problem) for problem in error.errors()]) from None
    return _anchored(config, file.resolve().parent)


def _anchored(config: HubConfig, folder: Path) -> HubConfig:
    names = ("password_file", "ca_file", "cert_file", "key_file")
    paths: dict[str, object] = {name: folder / path for name in names if (path := getattr(config, name))}
    if not config.store.startswith(POSTGRES):
        paths["store"] = str(folder / config.store)
    return config.model_copy(update=paths)


def keys() -> dict[str, object]:
    """Every key, those of a section with its name before them, and its default."""
    known: dict[str, object] = {}
    for key, field in HubConfig.model_fields.items():
        section = field.default
        own = type(section).model_fields if isinstance(section, BaseModel) else {}
        known |= {f"{key}.{name}": inner.default for name, inner in own.items()} or {key: section}
    return known


def _words(problem: ErrorDetails) -> str:
    """What is wrong and what would be right. An address of `alerts` is a secret, so what was found there is not shown."""
    message = problem["msg"].removeprefix("Value error, ")
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        found = "" if key.startswith("alerts") else f" (found {problem['input']!r})"
        return f"`{key}`: {message}{found}" if key else message
    known = list(keys())
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    return f"`{key}` is not a key; " + (f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}")
