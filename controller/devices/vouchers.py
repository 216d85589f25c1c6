"""Vouchers before the scanner: each code is checked against the co-op's keys, and only what it means goes to the brain.

Public keys are files, read once at the start; the private ones are never on this computer. The revocation list is a file
that somebody may replace at any time: it is read again when it has changed, and one that cannot be read leaves the last
one standing. No code is logged: it may be money.

The date is asked only while the clock is trusted. Without a trusted clock no voucher expires: it is still signed, for this
machine, and good once, so that the worst is a late gift; a clock that woke in 1970 would prove nothing in either direction.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.devices.worker import Put
from controller.domain.events import VoucherRefused, VoucherShown
from controller.errors import MingaError
from controller.protocols.voucher import Voucher, VoucherError, read
from controller.signing import public_key

log = logging.getLogger(__name__)

TrustedMs = Callable[[], int | None]
"""The wall clock in milliseconds, None while nobody keeps it right."""
_ID = re.compile("[0-9a-f]{16}")
FIRST_DAY = date(1970, 1, 1).toordinal()


class VoucherDesk:
    """Takes codes from the scanner's thread and tells the brain what they are. Raises MingaError without its files."""

    def __init__(
        self, machine: str, keys: Mapping[str, Path], revoked: Path | None, put: Put, trusted_ms: TrustedMs, zone: str
    ) -> None:
        self._machine, self._put, self._trusted_ms, self._zone = machine, put, trusted_ms, ZoneInfo(zone)
        self._keys = {int(kid): public_key(path, "vouchers.keys") for kid, path in keys.items()}
        self._revocations = Revocations(revoked) if revoked else None

    def take(self, code: str) -> None:
        """One code from the scanner. Raises queue.Full when the brain has no room; then nothing has happened."""
        self._put(self._event(code))

    def _event(self, code: str) -> VoucherShown | VoucherRefused:
        try:
            voucher = read(code, self._keys, self._machine, self._today())
        except VoucherError as error:
            return self._refused(str(error.why))
        if self._revocations and voucher.voucher_id in self._revocations.now():
            return self._refused("revoked")
        return shown(voucher)

    def _refused(self, reason: str) -> VoucherRefused:
        log.info("a code before the scanner is refused: %s", reason)
        return VoucherRefused(reason)

    def _today(self) -> int | None:
        """The machine's own day, counted from 1 January 1970; None while its clock is not trusted."""
        wall_ms = self._trusted_ms()
        if wall_ms is None:
            return None
        return datetime.fromtimestamp(wall_ms // 1_000, UTC).astimezone(self._zone).toordinal() - FIRST_DAY


class Revocations:
    """The ids in the revocation list: one a line, sixteen hex digits; what follows a `#` is for people."""

    def __init__(self, path: Path) -> None:
        """Raises MingaError when the list cannot be read: a machine must not start without it unnoticed."""
        self._path = path
        try:
            self._seen, self._ids = self._state(), revoked_in(path)
        except (OSError, ValueError) as error:
            raise MingaError(
                f"{path}: the revocation list cannot be read: {error}; look at `vouchers.revoked`"
            ) from None

    def now(self) -> frozenset[str]:
        """The ids as the file has them now, or had them when it could be read last."""
        try:
            state = self._state()
            if state != self._seen:
                self._ids = revoked_in(self._path)
                self._seen = state
        except (OSError, ValueError) as error:
            log.error("%s: the revocation list cannot be read, the last one stands: %s", self._path, error)
        return self._ids

    def _state(self) -> tuple[int, int, int]:
        """What changes whenever somebody writes or replaces the file."""
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino


def revoked_in(path: Path) -> frozenset[str]:
    """The ids in this list. Raises OSError, and ValueError with the number of a line that is no id."""
    ids = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        word = line.partition("#")[0].strip().lower()
        if word and not _ID.fullmatch(word):
            raise ValueError(f"line {number} is no voucher's id")
        ids |= {word} if word else set()
    return frozenset(ids)


def shown(voucher: Voucher) -> VoucherShown:
    """What the brain hears of a good voucher."""
    return VoucherShown(voucher.voucher_id, voucher.cents, voucher.kid, voucher.issued_min)
