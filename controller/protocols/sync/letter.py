"""Facts on their way: CloudEvents 1.0 as structured JSON, one by itself or many in a batch, proven by one hash.

The last event of a message carries the hash that the machine's chain has there. Who knows the hash before the first one can
reckon it again, so it proves every byte of the message and its place, and no event needs a hash of its own.

    {"specversion":"1.0","id":"museo-1-1-17","source":"minga/museo-1","type":"minga.Sold","time":"2026-11-22T17:05:41.123Z",
     "sequence":"17","epoch":1,"boot":3,"mono":81234,"trusted":true,"data":{"vend_id":4,…},"hash":"9f…"}

CloudEvents 1.0.2: JSON event format, and JSON batch format; `sequence` is its documented extension, the others are ours.
"""

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from controller.domain.chain import Row

FACTS_MAX = 100
"""So many facts a message holds at most."""
BYTES_MAX = 1_000_000
"""No message is longer, as it comes or unfolded."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPE = re.compile(r"minga\.[A-Z][A-Za-z]{0,63}")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,14}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_WORDS = (("type", _TYPE), ("sequence", _SEQUENCE), ("time", _TIME))
_MS = timedelta(milliseconds=1)
_BODY = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
"""Writes a body as the machine's books do."""
_INT_MAX = 2**53
_TAIL = re.compile(r'(?:,"hash":"([0-9a-f]{64})"\}(\]?)|\},)')
"""What follows an event's data: the hash and the end, or the next event."""


class LetterError(ValueError):
    """The message holds no facts that can be read; says why."""


def _no_number(name: str) -> None:
    """Python reads NaN and Infinity, which are no JSON. Raises ValueError."""
    raise ValueError(f"{name} is no number")


_SCAN = json.JSONDecoder(parse_constant=_no_number).scan_once  # type: ignore[attr-defined]  # its types forget it
"""The value at a place of a text, and where it ends."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Facts of one machine and one epoch, in a row, and the hash of the last of them as the machine has it."""

    machine: str
    rows: tuple[Row, ...]
    hash: bytes

    @property
    def epoch(self) -> int:
        return self.rows[0].epoch

    @property
    def first(self) -> int:
        return self.rows[0].seq

    @property
    def last(self) -> int:
        return self.rows[-1].seq


def written(letter: Letter, fold: bool = False) -> bytes:
    """The message. One fact is an event, several are a batch; `fold` makes the batch a zlib stream, a tenth as long."""
    events = [_event(letter.machine, row) for row in letter.rows]
    events[-1] = f'{events[-1][:-1]},"hash":"{letter.hash.hex()}"}}'
    if len(events) == 1:
        return events[0].encode()
    batch = f"[{','.join(events)}]".encode()
    return zlib.compress(batch) if fold else batch


def read(machine: str, payload: bytes) -> Letter:
    """The facts in a message that came on a topic of `machine`. Raises LetterError for whatever is not exactly that."""
    text = _unfolded(payload)
    rows, link = _as_written(machine, text) or _as_told(machine, text)
    first = rows[0]
    if any((row.epoch, row.seq) != (first.epoch, first.seq + place) for place, row in enumerate(rows)):
        raise LetterError("its facts are not of one epoch and in a row")
    return Letter(machine, tuple(rows), link)


def _as_told(machine: str, text: bytes) -> tuple[list[Row], bytes]:
    """The rows and the hash of any JSON that is a letter."""
    try:
        told = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise LetterError(f"it is no JSON: {error}") from None
    events = told if isinstance(told, list) else [told]
    if not 1 <= len(events) <= FACTS_MAX or not all(isinstance(event, dict) for event in events):
        raise LetterError(f"a message holds 1 to {FACTS_MAX} events")
    return [_row(machine, event) for event in events], _hash(events[-1])


def _as_written(machine: str, message: bytes) -> tuple[list[Row], bytes] | None:
    """The same of what `written` wrote, three times as fast: bodies are taken as they stand. None for any other form."""
    try:
        text = message.decode()
    except UnicodeDecodeError:
        return None
    head, rows, at = _head(machine), list[Row](), int(text[:1] == "[")
    while found := head.match(text, at) if len(rows) < FACTS_MAX else None:
        epoch, seq, kind, time, boot_id, mono_ms, trusted = found.groups()
        begins = found.end()
        try:
            _, ends = _SCAN(text, begins)
            wall_ms = _wall_ms(time)
        except (ValueError, StopIteration, RecursionError):
            return None
        rows.append(
            Row(
                int(epoch),
                int(seq),
                int(boot_id),
                int(mono_ms),
                wall_ms,
                int(trusted == "true"),
                kind,
                text[begins:ends],
            )
        )
        if not (tail := _TAIL.match(text, ends)):
            return None
        if tail[1]:
            is_whole = tail.end() == len(text) and tail[2] == ("]" if text[0] == "[" else "") and "\\ud" not in text
            return (rows, bytes.fromhex(tail[1])) if is_whole else None
        at = tail.end()
    return None


@lru_cache(maxsize=1_024)
def _head(machine: str) -> re.Pattern[str]:
    """An event of this machine up to its data, which is an object."""
    number = "(0|[1-9][0-9]{0,14})"
    return re.compile(
        rf'{{"specversion":"1\.0","id":"{machine}-{number}-([1-9][0-9]{{0,14}})","source":"minga/{machine}",'
        r'"type":"minga\.([A-Z][A-Za-z]{0,63})","time":"([-0-9T:.]{23}Z)","sequence":"\2","epoch":\1,'
        rf'"boot":{number},"mono":{number},"trusted":(true|false),"data":(?={{)'
    )


def _event(machine: str, row: Row) -> str:
    """One event without its hash; the body is JSON as it lies in the books."""
    epoch, seq, boot_id, mono_ms, wall_ms, trusted, kind, body = row
    return (
        f'{{"specversion":"1.0","id":"{machine}-{epoch}-{seq}","source":"minga/{machine}","type":"minga.{kind}",'
        f'"time":"{_time(wall_ms)}","sequence":"{seq}","epoch":{epoch},"boot":{boot_id},"mono":{mono_ms},'
        f'"trusted":{"true" if trusted else "false"},"data":{body}}}'
    )


def _row(machine: str, event: dict[str, Any]) -> Row:
    """The fact as it lay in the machine's books; the hash proves that its body was written the same way there."""
    epoch, boot_id, mono_ms = (_number(event, name) for name in ("epoch", "boot", "mono"))
    kind, sequence, time = (_text(event, name, form) for name, form in _WORDS)
    trusted, data = event.get("trusted"), event.get("data")
    if type(trusted) is not bool or type(data) is not dict:
        raise LetterError("an event lacks or mistells its trusted or data")
    if event.get("id") != f"{machine}-{epoch}-{sequence}" or event.get("source") != f"minga/{machine}":
        raise LetterError("an event's id or source is not this machine's")
    body = _BODY.encode(data)
    try:
        body.encode()
    except UnicodeEncodeError:
        raise LetterError("an event's data has half a character") from None
    return Row(epoch, int(sequence), boot_id, mono_ms, _wall_ms(time), int(trusted), kind.removeprefix("minga."), body)


def _number(event: dict[str, Any], name: str) -> int:
    value = event.get(name)
    if type(value) is int and 0 <= value < _INT_MAX:
        return value
    raise LetterError(f"an event lacks or mistells its {name}")


def _text(event: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = event.get(name)
    if isinstance(value, str) and form.fullmatch(value):
        return value
    raise LetterError(f"an event lacks or mistells its {name}")


def _hash(event: dict[str, Any]) -> bytes:
    try:
        found = bytes.fromhex(event["hash"])
    except (KeyError, TypeError, ValueError):
        found = b""
    if len(found) != 32:
        raise LetterError("the last event has no hash of 32 bytes")
    return found


def _unfolded(payload: bytes) -> bytes:
    """The JSON of a message, whether it came as a zlib stream or not; what would unfold to more than a message is refused."""
    if len(payload) > BYTES_MAX:
        raise LetterError(f"it is longer than {BYTES_MAX} bytes")
    if payload[:1] != b"\x78":  # a zlib stream's first byte, RFC 1950; no JSON begins with an x
        return payload
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(payload, BYTES_MAX)
    except zlib.error as error:
        raise LetterError(f"it is no zlib stream: {error}") from None
    if not stream.eof:
        raise LetterError(f"it unfolds to more than {BYTES_MAX} bytes, or was cut off")
    return found


def _time(wall_ms: int) -> str:
    """RFC 3339 in UTC with three decimals, which is all a stamp knows."""
    return (_EPOCH + wall_ms * _MS).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _wall_ms(time: str) -> int:
    try:
        return (datetime.fromisoformat(time) - _EPOCH) // _MS
    except ValueError:
        raise LetterError(f"{time!r} is no time in UTC with milliseconds") from None


def letters(machine: str, rows: Iterable[tuple[Row, bytes]], most: int = FACTS_MAX) -> list[Letter]:
    """Rows in order, each with its hash, as messages of at most `most` facts, none of two epochs."""
    made: list[Letter] = []
    held: list[Row] = []
    head = b""
    for row, link in rows:
        if held and (len(held) == most or held[-1].epoch != row.epoch):
            made.append(Letter(machine, tuple(held), head))
            held = []
        held.append(row)
        head = link
    return [*made, Letter(machine, tuple(held), head)] if held else made
