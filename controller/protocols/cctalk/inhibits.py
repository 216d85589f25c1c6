"""Which coins an acceptor lets in: what is wanted, what it was told, and the fewest questions that make the two one.

A coin comes in when its bit in the mask (header 231) is set and the master inhibit (header 228) is lifted. Closing for
all coins is one question, so is opening again for the same ones, and so is another choice of coins while it is open.
Both may be kept or forgotten without power, so nothing is taken for told before the acceptor has said yes.
"""

from collections.abc import Collection

from .conversation import Script, optional
from .exchange import Question
from .names import Header

INHIBITED = 2
"""The error of a coin that was inhibited, from an acceptor that does not say which."""
INHIBITED_FIRST = 128
"""The error of the coin at position 1, from one that does; they go up to 159."""


def mask_of(positions: Collection[int]) -> bytes:
    """The 16 bits of header 231, position 1 lowest."""
    return sum(1 << position - 1 for position in set(positions)).to_bytes(2, "little")


class Inhibits:
    """The set-point of one acceptor. `wanted` are the positions to let in from now on, none at first."""

    def __init__(self) -> None:
        self.wanted: frozenset[int] = frozenset()
        self._told: frozenset[int] | None = None  # the positions of the mask; None: it may not stand
        self._open: bool | None = None
        self._audits = {Header.REQUEST_MASTER_INHIBIT_STATUS, Header.REQUEST_INHIBIT_STATUS}
        self._doubted: set[Header] = set()

    @property
    def let_in(self) -> frozenset[int]:
        """The positions the acceptor was told to let in, and said yes."""
        return self._told if self._open and self._told else frozenset()

    @property
    def due(self) -> bool:
        """True when the acceptor has to be told something."""
        return self._mask_is_due or self._open is not bool(self.wanted)

    @property
    def _mask_is_due(self) -> bool:
        """While it is closed, the mask it has is good enough."""
        return self._told is None or (bool(self.wanted) and self._told != self.wanted)

    def forget(self) -> None:
        """It may have lost what it was told: tell it all again."""
        self._told = self._open = None

    def close(self) -> Script[None]:
        """No coin at all, for now, whatever is wanted: `tell` opens it again."""
        self._open = None
        yield Question(Header.MODIFY_MASTER_INHIBIT_STATUS, b"\0", answer_bytes=0)
        self._open = False

    def tell(self) -> Script[bool]:
        """Bring the acceptor to what is wanted, the mask first. True when the master inhibit was written."""
        written = False
        while self.due:
            wanted = self.wanted
            if self._mask_is_due:
                self._told = None
                yield Question(Header.MODIFY_INHIBIT_STATUS, mask_of(wanted), answer_bytes=0)
                self._told = wanted
            else:
                self._open = None
                yield Question(Header.MODIFY_MASTER_INHIBIT_STATUS, bytes((bool(wanted),)), answer_bytes=0)
                self._open, written = bool(wanted), True
        return written

    def rejected(self, code: int) -> None:
        """It gave a coin back with this error. If that was one to let in, perhaps it forgot what it was told."""
        coin = code - INHIBITED_FIRST + 1
        if coin in self.let_in or (code == INHIBITED and self.let_in):
            self.forget()

    def audit(self) -> Script[None]:
        """Ask for both; what is not as it was told will be told again. A reset shows in no other way at counter 0."""
        told = {
            Header.REQUEST_MASTER_INHIBIT_STATUS: bytes((self._open is True,)),
            Header.REQUEST_INHIBIT_STATUS: mask_of(self._told or ()),
        }
        for header in sorted(self._audits):
            answer = yield from optional(Question(header, tries=2, answer_bytes=len(told[header])))
            if answer == told[header]:
                self._doubted.discard(header)
                continue
            if answer is None or header in self._doubted:
                self._audits.discard(header)  # it does not know the question, or answers in its own way: do not insist
            self._doubted.add(header)
            if answer is not None:
                self.forget()
