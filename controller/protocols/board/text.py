"""Frames as lines that people can read: `Pi → board  COMMAND boot=5c0ffee1 TURN number=17 row=0 column=2 ...`.

For the workshop, for logs and for teaching. What cannot be read says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from firmware import messages, wire

Fields = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame. `fields` holds numbers, words for those that have one, and hex for bytes; `error` is empty when sound."""

    raw: bytes
    name: str = ""
    sender: str = ""
    fields: tuple[tuple[str, int | str], ...] = ()
    error: str = ""

    def __str__(self) -> str:
        if self.error:
            return f"?           {self.raw.hex(' ').upper() or 'nothing'}: {self.error}"
        ways = {"pi": "Pi → board ", "board": "board → Pi "}
        words = [name if value == "" else f"{name}={value}" for name, value in self.fields]
        return " ".join((ways[self.sender], self.name, *words))


def seen(data: bytes) -> Iterator[Seen]:
    """Every frame in these bytes, in order; the last may lack its ending zero. Raises nothing."""
    frames = data.split(b"\0")
    for frame in frames if frames[-1] else frames[:-1]:
        if not frame:
            continue
        payload = wire.decode(bytearray(frame)) if len(frame) < wire.FRAME_BYTES_MAX else None
        if payload is None:
            yield Seen(frame, error="damaged, cut off, or no frame of the board's link")
            continue
        try:
            yield _read(frame, payload)
        except ValueError as error:
            yield Seen(frame, error=f"a sound frame, but message {payload[0]:#04x}: {error}")


def _read(frame: bytes, payload: bytes) -> Seen:
    """Raises ValueError for a payload that is not in the table."""
    code = payload[0]
    if not (messages.HELLO <= code <= messages.RESTART or messages.WELCOME <= code <= messages.ALIVE):
        raise ValueError("this code is never sent by itself")
    fields = tuple(_fields(code, payload[1:]))
    return Seen(frame, messages.LAYOUTS[code][0], "board" if code & 0x80 else "pi", fields)


def _fields(code: int, data: bytes) -> Iterator[tuple[str, int | str]]:
    """The fields of a message, or of a body inside it. An inner body's name comes before its fields, without a value."""
    values = messages.unpack(code, data)
    named = dict(zip(messages.LAYOUTS[code][2].split(), values, strict=True))
    for name, value in named.items():
        if name == "*sections":
            assert isinstance(value, bytes)
            yield from _sections(value)
        elif name == "*body":
            assert isinstance(value, bytes)
            yield from _body(code, named, value)
        elif not (name == "kind" and "*body" in named):
            yield name.lstrip("*"), _word(name, value)
        else:
            assert isinstance(value, int)
            yield _name(value), ""


def _body(code: int, named: dict[str, int | bytes], data: bytes) -> Iterator[tuple[str, int | str]]:
    kind = named["kind"]
    assert isinstance(kind, int)
    if not (kind >= messages.RESET if code == messages.EVENT else messages.TURN <= kind < 0x40):
        raise ValueError(f"unknown code {kind:#04x} in it")
    if code == messages.ANSWER and named["outcome"] != messages.DONE:
        if data:
            yield "body", data.hex().upper()
        return
    yield from _fields(kind | 0x80 if code == messages.ANSWER else kind, data)


def _sections(data: bytes) -> Iterator[tuple[str, int | str]]:
    for code, values in messages.sections(data):
        yield _name(code), ""
        for name, value in zip(messages.LAYOUTS[code][2].split(), values, strict=True):
            yield name, _word(name, value)


def _name(code: int) -> str:
    return messages.LAYOUTS[code][0] if code in messages.LAYOUTS else f"{code:#04x}"


def _word(name: str, value: int | bytes) -> int | str:
    if isinstance(value, bytes):
        return value.hex().upper() or "-"
    if name in ("boot", "config", "nonce"):
        return f"{value:08x}"
    if name == "kind":
        return _name(value) if value else "-"
    words = messages.WORDS.get(name, ())
    return words[value] if value < len(words) and words[value] else value
