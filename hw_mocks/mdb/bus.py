"""The MDB wire in memory: whoever is asked answers, and learns whether its answer was acknowledged.

A device tells each happening in its polls until somebody acknowledges it (MDB/ICP 4.2, section 2): so a lost ACK makes it
tell the same again.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque

from controller.protocols.mdb import seal

ACK, NAK, SILENCE = b"\x00", b"\xff", b""
ADDRESS_BITS = 0xF8


class MdbDevice(ABC):
    """One peripheral. `answer` gives data, b"" for a bare ACK, None for silence."""

    address = 0
    poll_bytes_max = 16

    def __init__(self) -> None:
        self.now_ms = 0
        self.powered = True
        self._waiting: deque[bytes] = deque()
        self._told = 0

    @abstractmethod
    def answer(self, command: bytes) -> bytes | None:
        """What it says to a command, without the check byte."""

    @abstractmethod
    def power_up(self) -> None:
        """What a device forgets without power, and what it tells first when it has power again."""

    @property
    def due_ms(self) -> int | None:
        """When something happens by itself, or None."""
        return None

    def advance(self, now_ms: int) -> None:
        """What happens by itself until now."""
        self.now_ms = now_ms

    def set_power(self, on: bool) -> None:
        """Pull its plug, or put it in."""
        if on and not self.powered:
            self.power_up()
        self.powered = on

    def cut_power(self) -> None:
        """Its supply drops for a moment."""
        self.power_up()

    def acknowledged(self) -> None:
        """What was told last is told for good."""
        for _ in range(self._told):
            self._waiting.popleft()
        self._told = 0

    def say(self, command: bytes, now_ms: int) -> bytes:
        """The whole answer, with its check byte."""
        self.advance(now_ms)
        self._told = 0
        if not self.powered:
            return SILENCE
        data = self.answer(command)
        return seal(data) if data else ACK if data is not None else SILENCE

    def poll(self) -> bytes:
        """As many of the waiting happenings as fit."""
        data = b""
        for item in self._waiting:
            if len(data) + len(item) > self.poll_bytes_max:
                break
            data += item
            self._told += 1
        return data


class SimulatedMdbBus:
    """The wire and the devices on it. `lock` guards them all: take it to touch a device from another thread."""

    def __init__(self, *devices: MdbDevice) -> None:
        self.devices = devices
        self.lock = threading.RLock()
        self.said: list[bytes] = []
        self.cut = False
        """Its cable is out: nobody hears anybody."""
        self.lose_answers = 0
        """So many of the next answers reach nobody; the devices have acted, and hear no ACK."""
        self.lose_acks = 0
        """So many of the next ACKs do not reach the device, which will tell the same again."""
        self.ack_in_doubt = False
        """Whether the last ACK may not have been heard: a bus master sees that on its line."""

    @property
    def due_ms(self) -> int | None:
        """When something happens by itself, or None."""
        return min((due_ms for device in self.devices if (due_ms := device.due_ms) is not None), default=None)

    def ask(self, command: bytes, now_ms: int) -> tuple[MdbDevice | None, bytes]:
        """Who answers a command, and the whole answer; what the device tells waits for its ACK."""
        with self.lock:
            self.said.append(command)
            for device in self.devices if not self.cut else ():
                if device.address == command[0] & ADDRESS_BITS:
                    raw = device.say(command, now_ms)
                    if self.lose_answers and raw:
                        self.lose_answers -= 1
                        return None, SILENCE
                    return device, raw
            return None, SILENCE

    def acknowledge(self, device: MdbDevice) -> bool:
        """The master's ACK is on its way: whether it reaches the device."""
        with self.lock:
            heard = self.lose_acks == 0
            if heard:
                device.acknowledged()
            else:
                self.lose_acks -= 1
            return heard

    def exchange(self, command: bytes, now_ms: int) -> bytes:
        """One command and its answer. A whole answer is acknowledged at once."""
        with self.lock:
            device, raw = self.ask(command, now_ms)
            if device and len(raw) > 1:
                self.ack_in_doubt = not self.acknowledge(device)
            return raw

    def advance(self, now_ms: int) -> None:
        """Coins fall and motors turn also while nobody asks."""
        with self.lock:
            for device in self.devices:
                device.advance(now_ms)

    def reset(self) -> None:
        """The master held the line low for long enough: every device begins anew (section 2, bus reset)."""
        with self.lock:
            for device in self.devices:
                if device.powered and not self.cut:
                    device.power_up()

    def count(self, *begins: bytes) -> int:
        """How often a command that begins so was said."""
        with self.lock:
            return sum(command.startswith(begins) for command in self.said)
