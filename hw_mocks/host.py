"""Hosting a world in real time: one thread, a GPIO socket for the controller and a control socket for people.

The thread sleeps until a message arrives or the next physical event is due, and never polls. Every message acts at the
moment it arrives: the world is brought up to date first. Who connects to which socket is all that tells a controller
from a person. Nothing waits for a slow program: one that does not read what it asked for is dropped.
"""

import json
import os
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import Any, Protocol

from hw_mocks.acts import Acts
from hw_mocks.gpioport import GpioPort, Refused
from hw_mocks.world import Happening, World

LINE_MAX = 4_096


class Link:
    """One connected program: whole lines in, whole lines out. One that does not read what it asked for is dropped."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.take: Callable[[str], None] = lambda _line: None
        self.ended: Callable[[], None] = lambda: None
        self.open = True
        self._rest = b""

    def send(self, line: str) -> None:
        data = line.encode() + b"\n"
        try:
            self.open = self.open and self.connection.send(data) == len(data)
        except OSError:
            self.open = False

    def receive(self) -> None:
        try:
            data = self.connection.recv(65_536)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self.take(line.decode())
            self.open = self.open and bool(data) and len(self._rest) <= LINE_MAX
        except (OSError, ValueError, Refused):
            self.open = False


class Neighbour(Protocol):
    """Something that lives in the world's time and thread beside it, such as a simulated board."""

    @property
    def due_ms(self) -> float | None: ...
    def join(self, server: "WorldServer") -> None: ...
    def advance(self, now_ms: float) -> None: ...
    def edge(self, pin: int, high: bool) -> None: ...
    def close(self) -> None: ...


class WorldServer:
    """Hosts one world on two Unix sockets in `run_dir`: `gpio.sock` and `world.sock`.

    `run` serves in the calling thread until `stop`; as a context manager it serves in a thread of its own.
    """

    def __init__(self, world: World, acts: Acts, run_dir: Path, speed: float = 1.0) -> None:
        self.gpio_path, self.control_path = run_dir / "gpio.sock", run_dir / "world.sock"
        self._world, self._acts, self._speed = world, acts, speed
        self._began_s = monotonic()
        self._selector = selectors.SelectSelector()  # waits by the microsecond; epoll would round up to 1 ms
        self._listeners: list[socket.socket] = []
        self._links: list[Link] = []
        self._ports: dict[Link, GpioPort] = {}
        self._watchers: set[Link] = set()
        self._holders: dict[int, GpioPort] = {}
        self._neighbours: list[Neighbour] = []
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._running = True
        self._alarm, self._wake = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ, self._called)
        self._listen(self.gpio_path, self._welcome_process)
        self._listen(self.control_path, self._welcome_person)
        world.on_line, world.on_happening = self._tell_edge, self._tell_happening

    def __enter__(self) -> "WorldServer":
        self._thread = threading.Thread(target=self.run, name="world", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join(5)

    def stop(self) -> None:
        """End `run`, from any thread or a signal handler."""
        self._calls.put(self._end)
        with suppress(OSError):
            self._alarm.send(b"!")

    def call(self, act: Callable[[], Any]) -> Any:
        """Do this in the world's thread, now, and return what it returned."""
        done: SimpleQueue[Any] = SimpleQueue()
        self._calls.put(lambda: done.put(act()))
        self._alarm.send(b"!")
        return done.get(timeout=10)

    def run(self) -> None:
        try:
            while self._running:
                self._advance()
                self._drop_the_lost()
                for key, _ in self._selector.select(self._quiet_s()):
                    self._advance()
                    if key.fd in self._selector.get_map():  # unless the one before ended it
                        key.data()
        finally:
            self._close()

    def _advance(self) -> None:
        now_ms = self._now_ms()
        self._world.advance(now_ms)
        for neighbour in self._neighbours:
            neighbour.advance(now_ms)

    def _now_ms(self) -> float:
        return (monotonic() - self._began_s) * 1000 * self._speed

    def _quiet_s(self) -> float | None:
        waiting = (self._world.due_ms(), *(neighbour.due_ms for neighbour in self._neighbours))
        due_ms = min((ms for ms in waiting if ms is not None), default=None)
        return None if due_ms is None else max(0.0, (due_ms - self._now_ms()) / self._speed / 1000)

    # Who lives beside the world

    def add(self, neighbour: Neighbour) -> None:
        """Before `run`: this one lives in the same time, hears every line, and ends with the server."""
        neighbour.join(self)
        self._neighbours.append(neighbour)

    def watch(self, connection: socket.socket, receive: Callable[[], None]) -> None:
        self._selector.register(connection, selectors.EVENT_READ, receive)

    def forget(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)

    # Who is connected

    def _listen(self, path: Path, welcome: Callable[[Link], None]) -> None:
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.fspath(path))
        os.chmod(path, 0o600)
        listener.listen()
        self._listeners.append(listener)
        self._selector.register(listener, selectors.EVENT_READ, lambda: self._join(listener, welcome))

    def _join(self, listener: socket.socket, welcome: Callable[[Link], None]) -> None:
        link = Link(listener.accept()[0])
        self._links.append(link)
        self._selector.register(link.connection, selectors.EVENT_READ, link.receive)
        welcome(link)

    def _welcome_process(self, link: Link) -> None:
        """A controller. Without power there is no computer that could run one."""
        port = self._ports[link] = GpioPort(self._world, self._holders, link.send)
        link.take, link.ended = port.take, port.close
        link.open = self._world.powered

    def _welcome_person(self, link: Link) -> None:
        link.take = lambda line: self._act(link, json.loads(line))

    def _drop_the_lost(self) -> None:
        for link in [link for link in self._links if not link.open]:
            self._links.remove(link)
            self._ports.pop(link, None)
            self._selector.unregister(link.connection)
            link.connection.close()
            link.ended()

    # What they say and hear

    def _act(self, link: Link, act: object) -> None:
        if act == {"do": "watch"}:
            self._watchers.add(link)
            link.send('{"ok": true}')
            return
        answer = self._acts.perform(act)
        for process in self._ports:
            process.open = process.open and self._world.powered
        link.send(json.dumps(answer))

    def _tell_edge(self, pin: int, high: bool) -> None:
        at_s = self._began_s + self._world.now_ms / self._speed / 1000
        for port in self._ports.values():
            port.tell_edge(pin, high, at_s)
        for neighbour in self._neighbours:
            neighbour.edge(pin, high)

    def _tell_happening(self, happening: Happening) -> None:
        self._watchers = {link for link in self._watchers if link.open}
        for link in self._watchers:
            link.send(json.dumps(happening))

    def _called(self) -> None:
        self._wake.recv(64)
        while not self._calls.empty():
            self._calls.get()()

    def _end(self) -> None:
        self._running = False

    def _close(self) -> None:
        for neighbour in self._neighbours:
            neighbour.close()
        for link in self._links:
            link.open = False
        self._drop_the_lost()
        for listener in (*self._listeners, self._wake, self._alarm):
            listener.close()
        self._selector.close()
        for path in (self.gpio_path, self.control_path):
            path.unlink(missing_ok=True)
