"""The co-op's own register of vouchers: one JSON object a line, added to and never changed. It stays off the kiosk.

A line holds the voucher's code, so the file is as good as the money: only its owner may read it (mode 0600).
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from controller.errors import MingaError


@dataclass(frozen=True, slots=True)
class Issued:
    """One voucher as it was issued. `until` is the last day on which it is good, `words` what it is for."""

    voucher_id: str
    kid: int
    machine: str
    cents: int
    until: str
    words: str
    code: str

    def is_over(self, today: date) -> bool:
        return today > date.fromisoformat(self.until)


def read(register: Path) -> list[Issued]:
    """Every voucher in the register, oldest first. Raises MingaError that names the line."""
    try:
        lines = register.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise MingaError(f"{register}: the register cannot be read: {error.strerror}") from None
    issued = []
    for number, line in enumerate(lines, start=1):
        try:
            one = Issued(**json.loads(line))
            date.fromisoformat(one.until)
        except (ValueError, TypeError):
            raise MingaError(f"{register}: line {number} is no voucher; mend it, or put the file back") from None
        issued.append(one)
    return issued


def add(register: Path, issued: list[Issued]) -> None:
    """Write these at the register's end, all on disk before anybody sees a code. Raises MingaError."""
    append(register, "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in issued), 0o600)


def append(file: Path, text: str, mode: int) -> None:
    """Add text to a file, on disk when this returns. Raises MingaError."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise MingaError(f"{file}: cannot be written: {error.strerror}") from None
