"""Until when a provider gives money back: so long after the payment was asked for, or until an hour of that same day."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import LocalProtocolError

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_LASTING = re.compile(r"([1-9][0-9]{0,3})(h|d)", re.ASCII)
_HOUR = re.compile(r"(2[0-3]|[01][0-9]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefundRule:
    """`lasting_ms` after the payment was asked for; or, where that is 0, until `hour` of that day in `zone`."""

    lasting_ms: int = 0
    hour: time = time(0, 0)
    zone: str = "America/Guayaquil"

    @classmethod
    def read(cls, text: str, zone: str = "America/Guayaquil") -> "RefundRule":
        """`24h` or `90d` from when it was asked for, `20:00` for that hour of the same day, `day` for its midnight.

        Raises LocalProtocolError for anything else.
        """
        if found := _LASTING.fullmatch(text):
            return cls(int(found[1]) * (HOUR_MS if found[2] == "h" else DAY_MS))
        if found := _HOUR.fullmatch(text):
            return cls(hour=time(int(found[1]), int(found[2])), zone=zone)
        if text == "day":
            return cls(zone=zone)
        raise LocalProtocolError(f"{text!r} is no refund deadline; write 24h, 90d, 20:00 or day")

    @property
    def longest_ms(self) -> int:
        """The most it can be after the payment was asked for; what counts where nobody knows the time of day."""
        return self.lasting_ms or DAY_MS

    def deadline_ms(self, asked_ms: int) -> int:
        """Both in milliseconds since 1970, UTC. It may lie before `asked_ms`: after its hour a day has no deadline left."""
        if self.lasting_ms:
            return asked_ms + self.lasting_ms
        day = datetime.fromtimestamp(asked_ms / 1_000, ZoneInfo(self.zone)).date()
        last = day if self.hour != time(0, 0) else day + timedelta(days=1)
        return int(datetime.combine(last, self.hour, ZoneInfo(self.zone)).timestamp() * 1_000)
