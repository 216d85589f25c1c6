"""`minga decode emvqr`: what the text of an EMV QR code says, as one JSON object.

For the workshop and for teaching: nothing the machine does with money depends on it.
"""

import json
import sys
from typing import Annotated, Any

import typer

from controller.errors import MingaError
from controller.protocols import emvqr

FIELDS = {"poi": "01", "currency": "53", "amount": "54", "country": "58", "name": "59", "city": "60"}
"""What is shown beside the objects, and the ID where it stands."""


def qr_code(
    payload: Annotated[
        str, typer.Argument(metavar="PAYLOAD", help="The code's text in quotes; - reads it from stdin.")
    ],
) -> None:
    """Explain the text of an EMV QR code that a merchant shows, as one JSON object.

    What is odd about it stands in `flags`; it fails only when its objects are not whole. A good CRC proves no meaning.

    Example: minga decode emvqr 00020101021126230013ec.example.qr0102425204569953038405802EC5905MINGA6005QUITO63041F3B
    """
    try:
        typer.echo(json.dumps(explain_code(_typed() if payload == "-" else payload)))
    except emvqr.RemoteProtocolError as error:
        raise MingaError(f"this is no EMV QR code: {error}") from None


def explain_code(text: str) -> dict[str, Any]:
    """A payload as JSON can write it: values exactly as they stand in it, None for what is not there.

    Raises RemoteProtocolError when its frame is broken.
    """
    read = emvqr.read(text)
    return {
        "crc_ok": read.crc_ok,
        **{name: read.value(place) for name, place in FIELDS.items()},
        "objects": [_plain(each) for each in read.objects],
        "flags": list(read.flags),
    }


def _plain(each: emvqr.Object) -> dict[str, Any]:
    """An object; `objects` only when its value truly is a template."""
    plain: dict[str, Any] = {"id": each.id, "value": each.value}
    if each.objects:
        plain["objects"] = [_plain(inner) for inner in each.objects]
    return plain


def _typed() -> str:
    """All of stdin but the end of its last line. Bytes that are no UTF-8 stay what they are: the CRC is over them."""
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").removesuffix("\r")
