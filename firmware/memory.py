"""What the board remembers for the link: events that nobody has acknowledged, numbers that are used up, the last answers.

All of it lives in RAM and ends with the board's life; the Pi knows that by the new boot id.
"""

EVENTS_MAX = 64
EVENTS_MANY = EVENTS_MAX * 3 // 4
"""From here on no money is let in: a coin that could not be told is better returned."""
ANSWERS_MAX = 8
"""Finished commands of each lane whose answer can be given again. The Pi asks for one at a time."""


class Ring:
    """The events that the Pi has not acknowledged, oldest first. Takes its memory once."""

    def __init__(self) -> None:
        self._slots: list[bytes] = [b""] * EVENTS_MAX
        self.newest = 0
        self.acked = 0

    @property
    def fill(self) -> int:
        return self.newest - self.acked

    def add(self, body: bytes) -> int:
        """The new event's counter; 0 when the ring is full, and then it was not taken."""
        if self.fill == EVENTS_MAX:
            return 0
        self.newest += 1
        self._slots[self.newest % EVENTS_MAX] = body
        return self.newest

    def oldest(self) -> bytes:
        return self._slots[(self.acked + 1) % EVENTS_MAX]

    def acknowledge(self, counter: int) -> None:
        """Forget the events up to this one. Raises ValueError for one that never happened."""
        if counter > self.newest:
            raise ValueError("no such event")
        self.acked = max(self.acked, counter)


class Lane:
    """Commands that run one after another: which one runs, which numbers are used up, what the last ones became."""

    def __init__(self) -> None:
        self.highest = 0
        self.number = 0
        """The command that runs, 0 for none."""
        self.kind = 0
        self._answers: list[tuple[int, int, bytes]] = []

    def answer(self, kind: int, number: int) -> bytes | None:
        for known, kind_then, payload in self._answers:
            if known == number and kind_then == kind:
                return payload
        return None

    def remember(self, kind: int, number: int, payload: bytes) -> None:
        if len(self._answers) == ANSWERS_MAX:
            self._answers.pop(0)
        self._answers.append((number, kind, payload))
