"""The world's end of the GPIO traffic: the lines one process holds. The words are listed in `hw_mocks.wire`."""

from collections.abc import Callable

from hw_mocks.world import World


class Refused(Exception):
    """The line cannot be had; the message says why."""


class GpioPort:
    """One connection. `holders` is shared by all of them: a line belongs to one process at a time, as on a real kernel.

    `send` takes one text line without its newline.
    """

    def __init__(self, world: World, holders: dict[int, "GpioPort"], send: Callable[[str], None]) -> None:
        self._world, self._holders, self._send = world, holders, send
        self._outputs: set[int] = set()
        self._pulled_up: dict[int, bool] = {}

    def take(self, line: str) -> None:
        """One message of the process. Raises Refused for one that has no answer and makes no sense."""
        word, pin, *value = line.split()
        if word in ("set", "free"):
            self._do(word, int(pin), value == ["1"])
            return
        try:
            if word != "read":
                self._hold(int(pin), word == "out", value == ["up"])
            self._send(f"is {self._level(int(pin)):d}")
        except Refused as why:
            self._send(f"no {why}")

    def tell_edge(self, pin: int, high: bool, at_s: float) -> None:
        if pin in self._pulled_up:
            self._send(f"edge {pin} {high:d} {at_s:.6f}")

    def close(self) -> None:
        """The process ended or let go: its lines fall."""
        for pin in (*self._outputs, *self._pulled_up):
            self._free(pin)

    def _do(self, word: str, pin: int, high: bool) -> None:
        if word == "free":
            self._free(pin)
        elif pin in self._outputs:
            self._world.set_line(pin, high)
        else:
            raise Refused(f"line {pin} is no output of this process")

    def _hold(self, pin: int, output: bool, pulled_up: bool) -> None:
        if self._holders.setdefault(pin, self) is not self:
            raise Refused(f"line {pin} is held by another process")
        if output and pin in self._world.machine_lines:
            raise Refused(f"line {pin} is driven by the machine: to drive it too would burn it")
        self._world.set_line(pin, False)
        if output:
            self._outputs.add(pin)
            self._pulled_up.pop(pin, None)
        else:
            self._outputs.discard(pin)
            self._pulled_up[pin] = pulled_up

    def _level(self, pin: int) -> bool:
        if pin in self._pulled_up and pin not in self._world.machine_lines:
            return self._pulled_up[pin]
        return self._world.level(pin)

    def _free(self, pin: int) -> None:
        if self._holders.get(pin) is not self:
            return
        self._world.set_line(pin, False)
        self._outputs = self._outputs - {pin}
        self._pulled_up = {held: up for held, up in self._pulled_up.items() if held != pin}
        del self._holders[pin]
