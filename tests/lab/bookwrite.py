"""Books written fact by fact, in any order and by any clock: what a machine's brain would not let a test say."""

import json
from collections.abc import Sequence
from typing import Any

from controller.domain.chain import GENESIS, Row, chain

NOON_MS = 1_795_280_400_000
"""Saturday, 21 November 2026, noon in Quito."""
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
SHARES = [{"account": "maker:rosa", "cents": 280}, {"account": "fund:comun", "cents": 70}]
SOLD = {"slot": "A1", "product": "bolso-retazos", "maker": "rosa", "price_cents": 350, "shares": SHARES}
Written = tuple[Row, bytes]


class Pen:
    """Writes facts of start `boot`; its clock is `offset_ms` ahead of its monotonic time, and `trusted` or not."""

    def __init__(self, facts: Sequence[Written] = (), epoch: int = 1) -> None:
        self.facts, self.epoch = list(facts), epoch
        self.boot, self.offset_ms, self.trusted = 1, NOON_MS, True

    def starts(self, boot: int, offset_ms: int = 0, trusted: bool = False) -> "Pen":
        """Another start of the controller; without more words its clock shows 1970."""
        self.boot, self.offset_ms, self.trusted = boot, offset_ms, trusted
        return self.write(0, "Booted", boot_id=boot, version="0.1.0")

    def write(self, mono_ms: int, kind: str, **body: Any) -> "Pen":
        """One fact more, at so many milliseconds of the start."""
        return self.raw(mono_ms, kind, json.dumps(body, separators=(",", ":"), ensure_ascii=False))

    def raw(self, mono_ms: int, kind: str, body: str) -> "Pen":
        """One whose body is any text."""
        stamp = (self.boot, mono_ms, mono_ms + self.offset_ms, int(self.trusted))
        row = Row(self.epoch, len(self.facts) + 1, *stamp, kind, body)
        self.facts.append((row, chain(self.facts[-1][1] if self.facts else GENESIS, row)))
        return self

    def sells(self, mono_ms: int, vend_id: int, **other: Any) -> "Pen":
        """Rosa's bag from A1 for $3.50 in coins."""
        sold = {"vend_id": vend_id, **SOLD, **other}
        self.write(mono_ms, "CreditTaken", cents=350, device="coins", source="nri", mark=vend_id, place="coinbox")
        self.write(mono_ms, "VendStarted", **sold, rule_id=1, retry_of=None)
        return self.write(mono_ms + 3_000, "Sold", **sold)

    def sets_clock(self, mono_ms: int, offset_ms: int) -> "Pen":
        """A time server was heard."""
        self.offset_ms, self.trusted = offset_ms, True
        return self.write(mono_ms, "ClockSet", offset_ms=offset_ms, trusted=True)

    def fills(self, mono_ms: int = 0, pieces: int = 5, before: int = 0, why: str = "put") -> "Pen":
        """A1 holds Rosa's bags."""
        if not before:
            self.write(mono_ms, "ProductSet", product="bolso-retazos", maker="rosa", price_cents=350)
            self.write(mono_ms, "SlotAssigned", slot="A1", product="bolso-retazos", capacity=8)
        counts = {"quantity_before": before, "quantity_after": pieces}
        return self.write(mono_ms, "SlotCounted", slot="A1", **counts, by="rosa", why=why)

    def copy(self, upto: int, epoch: int) -> "Pen":
        """The books as they were after that many facts, restored."""
        return Pen(self.facts[:upto], epoch)
