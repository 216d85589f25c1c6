"""What the pages for phones stand on: the machine as the gateway knows it, the book of phones, this machine's own names."""

import hmac
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from admin_web.gateway import Gateway
from admin_web.phone.pace import Pace
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
    pace: Pace

    @property
    def address(self) -> str:
        """How phones reach these pages."""
        return self.config.phones.address

    @property
    def secure(self) -> bool:
        """Whether cookies may go over TLS only, because phones come in that way."""
        return self.address.startswith("https:")

    @property
    def database(self) -> Path:
        """The machine's books, to be read only."""
        return self.config.machine.database

    def shows(self, code: str) -> bool:
        """Whether this is the code that binds a phone and stands on the machine's screen right now."""
        gateway = self.gateway
        pairing = None if gateway.stale or gateway.picture is None else gateway.picture.pairing
        if pairing is None or pairing.left_ms <= (gateway.age_ms or 0):
            return False
        return hmac.compare_digest(pairing.code.encode(), code.encode())


def place(request: Request) -> Place:
    found: Place = request.app.state.place
    return found
