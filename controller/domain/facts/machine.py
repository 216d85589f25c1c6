"""Facts about the machine itself: its starts, its troubles, its clock, its restored books."""

from dataclasses import dataclass

from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class Booted(Fact):
    """The controller started; `boot_id` counts the starts of this machine."""

    boot_id: int
    version: str


@dataclass(frozen=True, slots=True)
class TroubleSeen(Fact):
    """The machine cannot honour a sale from now on, and why, in the device's own words."""

    trouble: str
    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class TroubleOver(Fact):
    trouble: str
    device: str


@dataclass(frozen=True, slots=True)
class ClockSet(Fact):
    """This boot's wall clock came to be trusted, or is trusted no more: wall time is monotonic time + `offset_ms`.

    Rows are never rewritten: what this boot wrote while its clock was not trusted is shown by the next trusted offset
    (`controller.domain.times`).
    """

    offset_ms: int
    trusted: bool


@dataclass(frozen=True, slots=True)
class Restored(Fact):
    """The books were put back from a backup that ended at fact `seq` with hash `head` (hex); here begins `epoch`.

    Every counter of ids skips `ids_skipped`, so that none comes again that was given out in the time that may be lost.
    `reason` is how the backup stood to the books it replaced: `no-books`, `empty`, `same`, `newer`, `older`, `strange`
    or `unreadable`. Vouchers issued up to minute `vouchers_wait_min` may have been spent in the lost time (-1: none).
    """

    epoch: int
    seq: int
    head: str
    reason: str
    ids_skipped: int
    vouchers_wait_min: int = -1
