"""`minga decode motor`: the frames of third-party motor boards, in words."""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from controller.commands.hextext import unhex
from controller.protocols import motorboards


class Board(StrEnum):
    """The boards whose frames are known."""

    ZDM8 = "zdm8"
    JSK = "jsk"
    VMC96 = "vmc96"


class Sender(StrEnum):
    """Who sent a frame."""

    HOST = "host"
    BOARD = "board"


def motor(
    frame: Annotated[list[str], typer.Argument(metavar="FRAME", help="Bytes in hex; quote a frame with spaces.")],
    board: Annotated[Board, typer.Option("--board", help="Which board speaks.")],
    sender: Annotated[Sender, typer.Option("--from", help="Who sent them; only a VMC96's need it.")] = Sender.HOST,
) -> None:
    """Explain a motor board's frames, one JSON object each. Ends with 1 when any of them is damaged.

    A ZDM8's answer is read as the answer to the frame before it.

    Example: minga decode motor --board jsk "FA FB 41 00 40"
    """
    listener = motorboards.Listener(board.value, from_board=sender is Sender.BOARD)
    explained = [explain_motor(text, board.value, listener) for text in frame]
    for each in explained:
        typer.echo(json.dumps(each))
    raise typer.Exit(0 if all(each["ok"] for each in explained) else 1)


def explain_motor(text: str, board: str, listener: motorboards.Listener) -> dict[str, Any]:
    """One frame in words: `ok board data check name`, what stands in it, and `error` if not ok. Raises nothing."""
    fields: dict[str, Any] = {"board": board, "data": None, "check": None, "name": None}
    try:
        raw = unhex(text)
        proof = -motorboards.CHECK_BYTES[board]
        fields |= {"data": raw[:proof].hex().upper(), "check": raw[proof:].hex().upper()}
        fields |= listener.explain(raw)
    except (ValueError, motorboards.ProtocolError) as error:
        return {"ok": False, **fields, "error": str(error)}
    return {"ok": True, **fields}
