"""The machine's computer hangs on the machine's plug: when somebody pulls it, the controller dies in mid-word.

Beside a `Museum` that stays up, so that a power cut by hand is a real one: `kill -9`, and another start when it is back.
"""

import threading
from contextlib import suppress

from controller.errors import MingaError
from hw_mocks.client import WorldClient
from hw_mocks.museum import Museum

LOST_S = 0.5


class Plug:
    """Use as a context, around the time in which the museum stays up; nobody else may start or end its controller then."""

    def __init__(self, museum: Museum) -> None:
        self._museum = museum
        self._socket = museum.folder / "run" / "world.sock"
        self._on = True
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plug", daemon=True)

    def __enter__(self) -> "Plug":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _run(self) -> None:
        """Until the end; whatever was missed between two connections is seen by looking."""
        while not self._ended.wait(0 if self._socket.exists() else LOST_S):
            with suppress(OSError), WorldClient(self._socket).watch() as watch, WorldClient(self._socket) as eyes:
                self._follow(bool(eyes.do("look")["look"]["powered"]))
                for happening in watch:  # raises TimeoutError, an OSError, in a quiet world
                    if happening["what"] == "power":
                        self._follow(bool(happening["on"]))

    def _follow(self, on: bool) -> None:
        if on == self._on or self._ended.is_set():
            return
        self._on = on
        if not on:
            self._museum.kill_controller()
            return
        with suppress(MingaError):  # up, but with a trouble that somebody has left in the machine
            self._museum.start_controller()
