"""The section of the sync: which broker carries the facts to the lab, who the machine is there, and where it stands."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, model_validator

from controller.config.sections import Section
from controller.config.wallet import LOOPBACK

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""The usual port of each way, where the address names none."""


class Sync(Section):
    broker: Annotated[str, Field(max_length=300)] = ""
    """The lab's MQTT broker, such as `"mqtts://broker.lab.example"`; without one the machine sends nothing to anybody.
    `mqtt://`, without encryption, only to this computer itself. Another port than 8883 (or 1883) stands behind a colon."""
    protocol: Literal["5", "3.1.1"] = "5"
    """Which MQTT the broker speaks. With 5 it can say what it refuses; with 3.1.1 it is silent about that."""
    ca_file: Path | None = None
    """The certificate by which the broker is known; without one, those that this computer trusts anyway."""
    cert_file: Path | None = None
    """This machine's own certificate, where the broker asks for one; `sync.key_file` goes with it."""
    key_file: Path | None = None
    """Its private key: a file of mode 0600."""
    user: Annotated[str, Field(max_length=100)] = ""
    """Who the machine is at the broker, where it asks for a name and a password: best the machine's own name."""
    password_file: Path | None = None
    """A file of mode 0600, outside of any repository, that holds the password alone."""
    keepalive_s: Annotated[int, Field(ge=10, le=3_600)] = 1_200
    """After so long without a word the line is tried. Less finds a dead line sooner, and costs more bytes a day."""
    fold: bool = True
    """Batches of facts are compressed: a tenth of the bytes. Without it anybody can read along with any MQTT tool."""
    keys: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")], Path] = Field(default={})
    """Whose commands from afar are obeyed: the key's name to the file of its public half, `lab-1 = "claves/lab-1.pub"`."""
    place: Annotated[str, Field(max_length=100)] = ""
    """Where the machine stands, as the lab shows it: `"Museo de la Ciudad, Quito"`."""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Its latitude in degrees (WGS 84), for the lab's map; south is negative."""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Its longitude; west is negative."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the broker."""
        parts = urlsplit(self.broker)
        return parts.hostname or "", parts.port or PORTS[parts.scheme]

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.broker).scheme == "mqtts"

    @model_validator(mode="after")
    def _an_address_that_can_be_called(self) -> "Sync":
        if not self.broker:
            return self
        parts = urlsplit(self.broker)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                "`broker` is an address like mqtts://broker.lab.example or mqtts://broker.lab.example:8884"
            )
        if _port_is_wrong(parts):
            raise ValueError("`broker`: a port is a number from 1 to 65535")
        if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("`broker` is an address alone: the name stands in `user`, the password in `password_file`")
        if parts.scheme == "mqtt" and parts.hostname not in LOOPBACK:
            raise ValueError("`broker` must begin with mqtts://; plain mqtt:// is only for 127.0.0.1")
        return self

    @model_validator(mode="after")
    def _what_goes_together(self) -> "Sync":
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("`cert_file` and `key_file` go together")
        if self.broker and self.password_file and not self.user:
            raise ValueError("`password_file` needs `user`")
        if (self.lat is None) != (self.lon is None):
            raise ValueError("`lat` and `lon` go together")
        if self.broker.startswith("mqtt:") and (self.ca_file or self.cert_file):
            raise ValueError("`ca_file` and `cert_file` are for mqtts://")
        return self


def _port_is_wrong(parts: SplitResult) -> bool:
    try:
        return parts.port == 0
    except ValueError:
        return True
