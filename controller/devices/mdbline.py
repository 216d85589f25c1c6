"""What carries MDB commands out and blocks in: the board's bus lane or an adapter, which differ in what they remember.

    board      numbers each block and keeps it until it is booked: a coin is neither lost nor doubled, whoever restarts
    adapter    says a block once; a coin told to a controller that dies before it reads it is not credited

Either gives exactly one answer to a command, so nothing else may be sent before it. A line has lives: within one the
numbers rise, with another they begin anew.
"""

from dataclasses import dataclass
from typing import Protocol

from controller.protocols.mdb import Block, Command


@dataclass(frozen=True, slots=True)
class Life:
    """From now on blocks are numbered anew. `lost` blocks died with the life before, untold; None when nobody knows."""

    life: int
    lost: int | None = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A block, and what names it for ever: the life it came in and its number in that life.

    `number` is 0 where the device said no data. `block.number` is another: it only counts what this process has heard.
    """

    block: Block
    life: int
    number: int


class Line(Protocol):
    """One MDB bus. All but `wake` is for one thread."""

    @property
    def free(self) -> bool:
        """Whether the next command may be sent: the last one has its answer."""

    def open(self) -> None:
        """Raises DeviceTrouble in words when there is no line now."""

    def send(self, command: Command, pays: bool) -> None:
        """Say this once on the bus; `pays` where it lets money out. Raises what its port raises."""

    def hear(self, wait_ms: int) -> list[Life | Heard]:
        """Whatever comes first: news, a `wake`, or the end of the wait. Raises DeviceTrouble when the line is lost."""

    def forget(self, heard: Heard) -> None:
        """This block is in the books, or needs to be in none: the line need not keep it any more."""

    def let_in(self, money: bool) -> None:
        """Whether money may come in at all. A board shuts it out by itself when nobody says so any more."""

    def wake(self) -> None:
        """End the wait, from any thread."""

    def close(self) -> None:
        """Let the line go; it can be opened again."""


def pays(command: Command) -> bool:
    """Whether this command lets coins out: DISPENSE, or the alternative payout (MDB/ICP 4.2, section 5)."""
    return command.data[:1] == b"\x0d" or command.data[:2] == b"\x0f\x02"
