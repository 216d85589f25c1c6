"""`minga decode dex`: what stands in an EVA-DTS audit file, as one JSON object, from this machine or any other.

For the workshop and for teaching. Whose counters they are and what they mean is told in `docs/evadts.md`.
"""

import json
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from controller.errors import MingaError
from controller.protocols import evadts
from controller.protocols.evadts import AuditFile, Product, Segment

Value = TypeVar("Value")


def audit_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file a data carrier saved; - reads stdin.")],
) -> None:
    """Explain an EVA-DTS audit file, as one JSON object. Ends with 1 when its check, G85, is wrong.

    `g85_ok` is null when the file has no check. What is odd about it stands in `warnings`: other line ends, a wrong count of
    segments or a missing end make no file unreadable. Amounts are exact, as text.

    Example: minga decode dex museo.dts
    """
    try:
        explained = explain_file(_read(file))
    except evadts.RemoteProtocolError as error:
        raise MingaError(f"{file}: this is no audit file: {error}") from None
    typer.echo(json.dumps(explained))
    raise typer.Exit(1 if explained["g85_ok"] is False else 0)


def _read(file: Path) -> bytes:
    """The file's bytes, or so many that it is seen to have too many."""
    most = evadts.FILE_BYTES_MAX + 1
    if str(file) == "-":
        return sys.stdin.buffer.read(most)
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise MingaError(f"{file}: it cannot be read: {error.strerror}") from None


def explain_file(data: bytes) -> dict[str, Any]:
    """A file as JSON can write it; None for what is not there, or is not what its type says: then a warning says so.

    Raises RemoteProtocolError when it is no audit file.
    """
    read = evadts.parse(data)
    asked = _Asked(read)
    envelope, machine, money = read.first("DXS"), read.first("ID1"), read.first("ID4")
    explained = {
        "g85_ok": read.g85_ok,
        "g85_said": read.g85_said,
        "g85_found": read.g85_found,
        "version": envelope.element(3) or None,
        "sender": envelope.element(1) or None,
        "machine": {"serial": machine.element(1) or None, "asset": machine.element(6) or None},
        "currency": money.element(3) or money.element(2) or None,
        "decimals": asked.decimals,
        "at": asked.moment(read.first("ID5"), 1, 2),
        "paid": asked.sales("VA1"),
        "tests": asked.sales("VA2"),
        "free": asked.sales("VA3"),
        "cash": asked.sales("CA2"),
        "cashless_1": asked.sales("DA2"),
        "cashless_2": asked.sales("DB2"),
        "products": [asked.product(each) for each in read.products],
        "segments": [[each.name, *each.elements] for each in read.segments],
    }
    return {**explained, "warnings": [*read.warnings, *asked.warnings]}


class _Asked:
    """Asks a file for its elements, and keeps what is said of those that cannot be."""

    def __init__(self, read: AuditFile) -> None:
        self._read = read
        self.warnings: list[str] = []
        self.decimals = evadts.DECIMALS
        try:
            self.decimals = read.decimals
        except evadts.RemoteProtocolError as error:
            self._warn(error)

    def number(self, of: Segment, n: int) -> int | None:
        try:
            return of.number(n)
        except evadts.RemoteProtocolError as error:
            self._warn(error)
            return None

    def money(self, of: Segment, n: int) -> str | None:
        """An amount, exactly: `12.50`."""
        units = self.number(of, n)
        return None if units is None else str(evadts.Money(units, self.decimals))

    def moment(self, of: Segment, day: int, clock: int) -> str | None:
        """A date with its time of day, as the machine's own clock had it; None without a date."""
        try:
            date_there: date | None = of.day(day)
            time_there: time | None = of.clock(clock)
        except evadts.RemoteProtocolError as error:
            self._warn(error)
            return None
        return datetime.combine(date_there, time_there or time()).isoformat() if date_there else None

    def sales(self, name: str) -> dict[str, Any] | None:
        """A block of sales with the value before the number, ever and since the last reset; None when it is not there."""
        block = self._read.first(name)
        if not any(block.elements):
            return None
        return {
            "value": self.money(block, 1),
            "number": self.number(block, 2),
            "value_since_reset": self.money(block, 3),
            "number_since_reset": self.number(block, 4),
        }

    def product(self, each: Product) -> dict[str, Any]:
        """A selection: its PA1, and what it has sold, with the number before the value (PA2)."""
        named, sold = each.first("PA1"), each.first("PA2")
        return {
            "id": each.id,
            "price": self.money(named, 2),
            "name": named.element(3) or None,
            "number": self.number(sold, 1),
            "value": self.money(sold, 2),
            "number_since_reset": self.number(sold, 3),
            "value_since_reset": self.money(sold, 4),
            "last_sale": self.moment(each.first("PA5"), 1, 2),
        }

    def _warn(self, error: evadts.RemoteProtocolError) -> None:
        if len(self.warnings) < evadts.WARNINGS_MAX:
            self.warnings.append(str(error))
