"""A level that is believed when it has rested: switches bounce, and long wires hear the motors beside them."""

from link import elapsed_ms


class Steady:
    """`level` is the last one that rested for `rest_ms`; None before there was one."""

    def __init__(self, rest_ms: int) -> None:
        self.rest_ms = rest_ms
        self.level: int | None = None
        self._seen: int | None = None
        self._seen_ms = 0

    def look(self, level: int, now_ms: int) -> bool:
        """Take a reading, in every round. True when another level than before is to be believed from now on."""
        if level != self._seen:
            self._seen, self._seen_ms = level, now_ms
        if level == self.level or elapsed_ms(now_ms, self._seen_ms) < self.rest_ms:
            return False
        self.level = level
        return True
