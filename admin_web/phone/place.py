"""What the pages for phones stand on: the machine as the gateway knows it, the book of phones, this machine's own names."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from admin_web.gateway import Gateway
from admin_web.phone.phonebook import Phonebook
from controller.config import Config

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One machine's pages for phones. `build` names the state of their files."""

    gateway: Gateway
    phonebook: Phonebook
    config: Config
    build: str

    @property
    def address(self) -> str:
        """How phones reach these pages."""
        return self.config.phones.address

    @property
    def database(self) -> Path:
        """The machine's books, to be read only."""
        return self.config.machine.database


def place(request: Request) -> Place:
    found: Place = request.app.state.place
    return found
