"""A fact as a machine told it: plain JSON by the name of its type, read with tolerance.

A machine may run a newer Minga than the lab. A type or a field that nobody here knows is passed over; a known fact that lacks
a field, or has something else in it, is `Unread` and counted, and the fold goes on. Texts and numbers are bounded, because
whatever arrives here was sent by somebody.
"""

from typing import Any, NamedTuple

from pydantic_core import from_json

from controller.domain.chain import Row

TEXT_MAX = 200
"""The longest word or reason a table keeps; no id of the machine's is longer than 64."""
CENTS_MAX = 10**9
WHOLE_MAX = 2**53
_MISSING = object()


class Unread(ValueError):
    """A fact of a known type lacks a field, or has something else in it."""


class Moment(NamedTuple):
    """When a fact was written: as well as one knows, and where that stands in the machine's calendar.

    `loose` is the start of the controller whose clock it hangs on, and 0 when its own stamp was trusted. `certain` is 1 when
    somebody has kept that clock right.
    """

    at_ms: int
    day: int
    hour: int
    loose: int
    certain: int


class Told(NamedTuple):
    """A fact with its number and its moment."""

    kind: str
    seq: int
    epoch: int
    when: Moment
    body: dict[str, Any]

    def text(self, name: str, default: object = _MISSING) -> str:
        """A field that is a word or a sentence. Raises Unread."""
        value = self.body.get(name, default)
        if type(value) is str and len(value) <= TEXT_MAX and "\0" not in value:  # as `_is_text`, which costs a call
            return value
        raise Unread(f"{self.kind} has no text {name}")

    def whole(self, name: str) -> int:
        """A field that is a number, such as an id. Raises Unread."""
        value = self.body.get(name)
        if type(value) is int and -WHOLE_MAX <= value <= WHOLE_MAX:
            return value
        raise Unread(f"{self.kind} has no number {name}")

    def cents(self, name: str) -> int:
        """A field that is money, or counts pieces or people. Raises Unread."""
        value = self.body.get(name)
        if type(value) is int and -CENTS_MAX <= value <= CENTS_MAX:
            return value
        raise Unread(f"{self.kind} has no amount {name}")

    def shares(self) -> list[tuple[str, int]]:
        """The parts of a price: account and cents. Raises Unread."""
        parts = []
        for part in self._listed("shares"):
            account, cents = part.get("account"), part.get("cents")
            if type(account) is not str or not _is_text(account) or type(cents) is not int or abs(cents) > CENTS_MAX:
                raise Unread(f"{self.kind} has a share that is none")
            parts.append((account, cents))
        return parts

    def under(self, name: str) -> "Told":
        """The same fact, read inside one of its fields. Raises Unread."""
        body = self.body.get(name)
        if type(body) is dict:
            return self._replace(body=body)
        raise Unread(f"{self.kind} has no {name}")

    def texts(self, name: str) -> list[str]:
        """A field that lists words. Raises Unread."""
        listed = self.body.get(name)
        if type(listed) is list and all(
            type(word) is str and len(word) <= TEXT_MAX and "\0" not in word for word in listed
        ):
            return listed
        raise Unread(f"{self.kind} has no list {name}")

    def _listed(self, name: str) -> list[dict[str, Any]]:
        listed = self.body.get(name)
        if type(listed) is list and all(type(part) is dict for part in listed):
            return listed
        raise Unread(f"{self.kind} has no list {name}")


def _is_text(value: str) -> bool:
    """Short enough, and without the one character that PostgreSQL cannot keep."""
    return len(value) <= TEXT_MAX and "\0" not in value


def told(row: Row, when: Moment) -> Told:
    """The fact in a row. Raises Unread when its body is no JSON object."""
    try:
        body = from_json(row.body)
    except ValueError:
        body = None
    if type(body) is not dict:
        raise Unread(f"{row.type} has no fields")
    return Told(row.type, row.seq, row.epoch, when, body)
