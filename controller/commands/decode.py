"""`minga decode`: read bytes from a wire the way the machine reads them, for the workshop and for teaching.

One line comes out for each thing read, mostly a JSON object; what cannot be read says why.
"""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.commands.decodedex import audit_file
from controller.commands.decodemotor import motor
from controller.commands.decodeqr import qr_code
from controller.commands.hextext import unhex
from controller.errors import MingaError
from controller.protocols import board, cctalk, mdb

decode = typer.Typer(no_args_is_help=True, add_completion=False, help="Explain bytes that were seen on a wire.")
decode.command("motor")(motor)
decode.command("emvqr")(qr_code)
decode.command("dex")(audit_file)


@decode.command("cctalk")
def frames(
    frame: Annotated[list[str], typer.Argument(metavar="FRAME", help="Bytes in hex; quote a frame with spaces.")],
    crc16: Annotated[
        bool, typer.Option("--crc16", help="Frames with the 16-bit checksum; these have no source.")
    ] = False,
) -> None:
    """Explain ccTalk frames, one JSON object each. Ends with 1 when any of them is damaged.

    Example: minga decode cctalk "02 00 01 FE FF" 01000200FD
    """
    kind = cctalk.CrcFrame if crc16 else cctalk.Frame
    explained = [explain(text, kind) for text in frame]
    for each in explained:
        typer.echo(json.dumps(each))
    raise typer.Exit(0 if all(each["ok"] for each in explained) else 1)


@decode.command("cctalk-credits")
def credits_(
    last: Annotated[str, typer.Option(metavar="N|none", help="The event counter booked last, none if never.")] = "none",
) -> None:
    """Tell which coins are new in answers to header 229. Reads JSON lines, writes one line for each.

    The counter of each line is the `last` of the next. Ends with 1 when a line could not be read.

    Example: minga decode cctalk-credits --last 1 < replies.jsonl

    A line of that file: {"reply": "0203010501000000000000"}
    """
    bad = False
    for answer in news(_counter(last), sys.stdin.buffer):
        typer.echo(json.dumps(answer))
        bad = bad or "error" in answer
    raise typer.Exit(1 if bad else 0)


class Side(StrEnum):
    """Who sent an MDB block."""

    VMC = "vmc"
    CHANGER = "changer"
    BILL = "bill"
    CASHLESS = "cashless"


@decode.command("mdb")
def blocks(
    block: Annotated[list[str], typer.Argument(metavar="BLOCK", help="Bytes in hex; quote a block with spaces.")],
    side: Annotated[Side, typer.Option("--from", help="Who sent them.")],
    answer_to: Annotated[
        str, typer.Option(metavar="COMMAND", help="Which command a device answers, 'tube status' and the like.")
    ] = "",
    bare: Annotated[
        bool, typer.Option("--bare", help="Data without the check byte, as some adapters give it.")
    ] = False,
    level: Annotated[int, typer.Option(min=1, max=3, help="What VMC and reader have agreed on.")] = 2,
    wide: Annotated[bool, typer.Option("--wide", help="VMC and reader have agreed on 32-bit money.")] = False,
) -> None:
    """Explain MDB blocks, one JSON object each. Ends with 1 when any of them is damaged.

    Example: minga decode mdb --from changer "52 1E 70"
    """
    dialect = mdb.Dialect(level, wide)
    explained = [explain_block(text, side.value, answer_to, dialect, bare) for text in block]
    for each in explained:
        typer.echo(json.dumps(each))
    raise typer.Exit(0 if all(each["ok"] for each in explained) else 1)


def explain_block(
    text: str, side: str, answer_to: str = "", dialect: mdb.Dialect | None = None, bare: bool = False
) -> dict[str, Any]:
    """One MDB block in words: `ok from data check name`, what stands in it, and `error` if not ok. Raises nothing."""
    fields: dict[str, Any] = {"from": side, "data": None, "check": None, "name": None}
    try:
        raw = mdb.seal(unhex(text)) if bare else unhex(text)
        lone = len(raw) == 1
        fields |= {"data": (raw if lone else raw[:-1]).hex().upper(), "check": None if lone else raw[-1:].hex().upper()}
        fields |= mdb.explain(raw, side, answer_to, dialect)
    except (ValueError, mdb.ProtocolError) as error:
        return {"ok": False, **fields, "error": str(error)}
    return {"ok": True, **fields}


def explain(text: str, kind: type[cctalk.Frame] = cctalk.Frame) -> dict[str, Any]:
    """One frame in words: `ok dest source header name data crc`, and `error` when it is not ok. Raises nothing."""
    fields: dict[str, Any] = dict.fromkeys(("dest", "source", "header", "name", "data", "crc"))
    try:
        raw = unhex(text)
        if len(raw) >= cctalk.FRAME_BYTES_MIN:
            fields = _fields(kind(raw))
        kind.read(raw)
    except (ValueError, cctalk.RemoteProtocolError) as error:
        return {"ok": False, **fields, "error": str(error)}
    return {"ok": True, **fields}


def _fields(frame: cctalk.Frame) -> dict[str, Any]:
    return {
        "dest": frame.destination,
        "source": frame.source,
        "header": frame.header,
        "name": cctalk.header_name(frame.header),
        "data": frame.data.hex().upper(),
        "crc": frame.checksum.hex().upper(),
    }


def news(last: int | None, lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """What each line's reply adds to the one before it; a line that cannot be read gives an `error` and changes nothing."""
    for line in lines:
        if not line.strip():
            continue
        try:
            buffer = cctalk.Buffer.read(_reply(line))
        except (ValueError, cctalk.RemoteProtocolError) as error:
            yield {"error": str(error)}
            continue
        reading = cctalk.new_events(last, *buffer)
        last = reading.mark
        yield {
            "credits": [credit._asdict() for credit in reading.credits],
            "errors": [{"code": code, "name": cctalk.error_name(code)} for code in reading.errors],
            "reset": reading.alarm is cctalk.Alarm.RESET,
            "lost": reading.lost,
            "counter": reading.mark,
        }


def _reply(line: bytes) -> bytes:
    """The eleven bytes in one line. Raises ValueError."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is not JSON: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("reply"), str):
        raise ValueError('a line is {"reply": "<the 11 data bytes in hex>"}')
    return unhex(said["reply"])


def _counter(text: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= 255):
        raise typer.BadParameter(f"{text!r} is no event counter: it is 0 to 255, or none", param_hint="--last")
    return int(text)


@decode.command("board")
def traffic(
    frame: Annotated[list[str], typer.Argument(metavar="FRAME", help="Bytes in hex; quote a frame with spaces.")],
) -> None:
    """Explain frames between the Pi and the I/O board, a line each. Ends with 1 when any of them is damaged.

    Example: minga decode board "07 06 03 C3 E4 8A 8E 00"
    """
    try:
        lines = [line for text in frame for line in board.seen(bytes.fromhex(text))]
    except ValueError:
        raise MingaError("write bytes in hex, such as `07 07 05`") from None
    for line in lines:
        typer.echo(str(line))
    raise typer.Exit(1 if any(line.error for line in lines) else 0)
