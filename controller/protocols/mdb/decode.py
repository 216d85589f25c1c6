"""What a block says, in words: for the workshop and for teaching. Reads what the VMC and the package's devices send.

A device's answer does not say what it answers. Whoever knows the command says so; without it an answer of at most 16
bytes is read as that to a poll, which nearly all are, and a longer one by its length.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from .bills import BillSetup, bill_items, stacker_of
from .coins import ChangerSetup, Identity, Tubes, coin_items, diagnosis, payout_report
from .errors import RemoteProtocolError
from .frame import ACK, NAK, RET, unseal
from .names import Reply, command_name, device_of
from .replies import Dialect, ReaderSetup, Said, Session, replies

LONE = {ACK: "ACK", NAK: "NAK", RET: "RET"}
READINGS: Mapping[str, Mapping[str, Callable[[bytes], Any]]] = {
    "changer": {
        "poll": coin_items,
        "setup": ChangerSetup.read,
        "identification": Identity.read,
        "tube status": Tubes.read,
        "payout status": payout_report,
        "diagnostic status": diagnosis,
    },
    "bill": {"poll": bill_items, "setup": BillSetup.read, "identification": Identity.read, "stacker": stacker_of},
}
"""By device and by the command that is answered. A reader's answers say themselves what they are."""
GUESSED = ("poll", "setup", "identification")
"""What an answer is taken for when nobody says what it answers: the first of these that is as long."""
SIDES = ("vmc", *READINGS, "cashless")


def explain(raw: bytes, side: str, asked: str = "", dialect: Dialect | None = None) -> dict[str, Any]:
    """One block with its check byte, or a lone byte, sent by `side`, one of SIDES: its `name` and what stands in it.

    `asked` is the name of the command it answers, `dialect` what VMC and reader have agreed on.
    Raises RemoteProtocolError when it is damaged, or no answer of this device.
    """
    if len(raw) == 1 and raw[0] in LONE and (side == "vmc" or raw[0] != RET):
        return {"name": LONE[raw[0]]}
    data = unseal(raw)
    if side == "vmc":
        return {"name": command_name(data), "device": device_of(data)}
    if side == "cashless":
        agreed = dialect or Dialect(level=2)
        return {"name": "answer", "said": [_reply(said, agreed) for said in replies(data, agreed)]}
    return _answer(data, READINGS[side], asked)


def _answer(data: bytes, readings: Mapping[str, Callable[[bytes], Any]], asked: str) -> dict[str, Any]:
    """Read as the answer to `asked`, else to the first of `GUESSED` that is answered by so many bytes."""
    if asked and asked not in readings:
        raise RemoteProtocolError(f"answers to '{asked}' are not explained; to {', '.join(readings)} they are")
    for name in (asked,) if asked else GUESSED:
        try:
            return {"name": f"answer to {name}", "said": plain(readings[name](data))}
        except RemoteProtocolError:
            if asked:
                raise
    raise RemoteProtocolError(f"no answer of {len(data)} bytes is known")


def _reply(said: Said, dialect: Dialect) -> dict[str, Any]:
    told: dict[str, Any] = {"name": said.name, "data": said.data.hex().upper()}
    match said.kind:
        case Reply.CONFIG:
            told |= plain(ReaderSetup.read(said.data))
        case Reply.BEGIN_SESSION:
            told |= plain(Session.read(said, dialect))
        case Reply.VEND_APPROVED | Reply.REVALUE_LIMIT:
            told["amount"] = said.amount()
        case Reply.IDENTITY:
            told |= plain(Identity.read(said.data[1:]))
    return told


def plain(value: Any) -> Any:
    """As JSON can write it: bytes in hex, sets in order, dataclasses by their fields with their kind."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": type(value).__name__.lower()}
        return kind | {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value
