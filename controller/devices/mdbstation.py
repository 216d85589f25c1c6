"""One device on an MDB line as the worker knows it: its host, what of it is money, and whether it is there."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from controller.devices.mdbline import Heard, Life
from controller.domain.events import DeviceGone, DeviceReturned, Event, Reading, Trouble
from controller.protocols import mdb

Marks = Callable[[], Mapping[str, int]]
"""What the brain committed last; may be called from any thread."""
Booked = Callable[[], bool]
"""Whether the books know what a block said."""


class Desk(Protocol):
    """The worker, as its stations see it."""

    def offer(self, message: Event | Reading) -> None:
        """For the brain's inbox, in order."""

    def tell(self, state: DeviceGone | DeviceReturned) -> None:
        """For the brain's inbox too; of one device only the newest state matters."""


class Station(ABC):
    """A device of this name in events. Everything here is for the worker's thread."""

    def __init__(self, device: str, trouble: Trouble, host: mdb.Conversation, address: int, desk: Desk) -> None:
        self.device, self.trouble, self.address, self.desk = device, trouble, address, desk
        self.host: mdb.Conversation = host
        self.reason = "not started"
        """Why it cannot be used, in words; empty while it can."""
        self.identity: mdb.Identity | None = None
        self.noted: list[str] = []
        self._told_gone = False

    @property
    @abstractmethod
    def works(self) -> bool:
        """Whether the device is started."""

    @abstractmethod
    def step(self, now_ms: int) -> None:
        """Pass on what the machine wants of it; called in every round, also while the line is away."""

    @abstractmethod
    def act(self, event: mdb.Event, heard: Heard | None) -> Booked | None:
        """What an event of the host means; when it is to be booked before its block is forgotten, how to see that."""

    def live(self, life: Life, now_ms: int) -> None:  # noqa: ARG002 - what was lost with it matters to some
        """Blocks are numbered anew: nobody will say what became of the open command."""
        for event in self.host.board_was_reset(now_ms):
            self._hear(event, None)

    def hear(self, heard: Heard, now_ms: int) -> list[Booked]:
        """One block, whole; what has to be booked before it may be forgotten."""
        events = self.host.hear(heard.block, now_ms)
        booked = [seen for event in events if (seen := self._hear(event, heard))]
        if heard.block.raw and self.works:
            self._is("")
        return booked

    def tick(self, now_ms: int) -> None:
        for event in self.host.tick(now_ms):
            self._hear(event, None)

    def lost(self, reason: str) -> None:
        """The line is away, and so is the device."""
        self._is(reason)

    def status(self) -> dict[str, Any]:
        """What a technician wants to see; safe to call at any time."""
        identity = self.identity
        return {
            "device": self.device,
            "works": not self.reason,
            "reason": self.reason,
            "identity": identity and {name: getattr(identity, name) for name in identity.__slots__},
            "line": dict(self.host.counts),
            "noted": self.noted[-5:],
        }

    def _hear(self, event: mdb.Event, heard: Heard | None) -> Booked | None:
        match event:
            case mdb.Found(identity=identity):
                self.identity = identity
            case mdb.Gone(reason):
                self._is(reason)
            case mdb.Noted(words):
                self.noted = [*self.noted[-20:], words]
        return self.act(event, heard)

    def _is(self, reason: str) -> None:
        """Told when it is news: once when it cannot be used, once when it can again."""
        if reason == self.reason:
            return
        self.reason = reason
        if reason and not self._told_gone:
            self.desk.tell(DeviceGone(self.device, reason, self.trouble))
        elif not reason:
            self.desk.tell(DeviceReturned(self.device, self.trouble))
        self._told_gone = bool(reason)
