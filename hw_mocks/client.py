"""A hand in the simulated machine: the world's control socket as Python calls, for tests, the demo and the bench page."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ANSWER_S = 5.0


class CannotBe(Exception):
    """The world says that this cannot be done, and why."""


class WorldClient:
    """One connection; `with WorldClient(path) as hand: hand.insert(cents=25)`. Raises OSError when no world is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        self._socket.connect(os.fspath(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def do(self, act: str, **more: Any) -> dict[str, Any]:
        """Any act of `hw_mocks.acts` by its name. Raises CannotBe with the world's own words."""
        self._socket.sendall(json.dumps({"do": act, **more}).encode() + b"\n")
        answer = self._next()
        if not answer.get("ok"):
            raise CannotBe(answer.get("why", "the world gave no reason"))
        return answer

    def insert(self, cents: int | None = None, position: int | None = None, rejected: bool = False) -> str:
        """Put a coin in; where it went: `box`, `tube` or `tray`."""
        return str(self.do("insert", cents=cents, position=position, rejected=rejected)["place"])

    def insert_bill(self, cents: int) -> str:
        """Put a bill in; `in` when the validator drew it in, or `tray`."""
        return str(self.do("insert_bill", cents=cents)["place"])

    def show_card(self, funds_cents: int | None = None) -> bool:
        """Hold a card to the reader; whether it took it."""
        return bool(self.do("show_card", funds_cents=funds_cents)["took"])

    def remove_card(self) -> None:
        self.do("remove_card")

    def press_lever(self) -> None:
        self.do("press_lever")

    def fill_tube(self, cents: int, coins: int) -> None:
        self.do("fill_tube", cents=cents, coins=coins)

    def press(self, button: str) -> None:
        self.do("press", button=button)

    def door(self, open: bool) -> None:
        self.do("door", open=open)

    def fill(self, slot: str, pieces: int) -> None:
        self.do("fill", slot=slot, pieces=pieces)

    def inject(self, fault: str, slot: str = "") -> None:
        self.do("inject", fault=fault, slot=slot)

    def clear(self, fault: str, slot: str = "") -> None:
        self.do("clear", fault=fault, slot=slot)

    def power(self, on: bool) -> None:
        self.do("power", on=on)

    def reset_board(self) -> None:
        self.do("reset_board")

    def truth(self) -> dict[str, Any]:
        return dict(self.do("truth")["truth"])

    def watch(self) -> "Watch":
        """Everything a bystander notices from now on, on a connection of its own."""
        return Watch(self._path)

    def _next(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the simulated machine went away")
        return dict(json.loads(line))


class Watch(WorldClient):
    """An endless stream of happenings, `{"what": "fell", "slot": "A3", "at_ms": 2146.7}`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.do("watch")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Happenings as they come. Raises TimeoutError when none comes for some seconds."""
        while True:
            yield self._next()

    def until(self, what: str, **more: Any) -> dict[str, Any]:
        """Wait for the first happening of this kind with these details. Raises TimeoutError."""
        wanted = {"what": what, **more}
        return next(happening for happening in self if wanted.items() <= happening.items())
