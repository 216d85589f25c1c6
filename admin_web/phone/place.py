"""What the pages for phones stand on: the machine as the gateway knows it, and this machine's own folders and names."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from admin_web.gateway import Gateway
from controller.config import Config

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One machine's pages for phones. `build` names the state of their files."""

    gateway: Gateway
    config: Config
    build: str

    @property
    def address(self) -> str:
        """How phones reach these pages."""
        return self.config.phones.address


def place(request: Request) -> Place:
    found: Place = request.app.state.place
    return found
