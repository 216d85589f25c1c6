"""Where the pages for phones are: those of the seamstresses and the coordinator, and the receipt a visitor takes along."""

from typing import Annotated

from pydantic import Field, field_validator

from controller.config.sections import Section

Name = Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,253}$")]


class Phones(Section):
    address: Annotated[str, Field(pattern=r"^(https?://[A-Za-z0-9.\[\]:-]{1,253})?$")] = ""
    """How phones reach these pages, such as `"http://minga.local:8081"`: it stands in every code they scan. Without it the
    kiosk shows no such code, and no phone can be paired."""
    host: str = "127.0.0.1"
    """The address these pages listen on: `"0.0.0.0"` for every network this machine is in."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8081
    """Their port: another than the kiosk's, so that no page of one can be mistaken for the other."""
    names: list[Name] = Field(default=[])
    """Other names these pages answer to besides `address`, such as the machine's number in the network."""

    @field_validator("address")
    @classmethod
    def _bare(cls, address: str) -> str:
        return address.rstrip("/")
