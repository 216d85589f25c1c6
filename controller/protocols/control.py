"""The control socket's language: newline-JSON, version 1, the same types at both ends.

Readable traffic first. A client asks, the controller answers with the same id:

    > {"v":1,"id":7,"do":"choose","slot":"A3"}
    < {"v":1,"id":7,"ok":true}
    > {"v":1,"id":8,"do":"count-slot","slot":"A3","quantity_before":2,"quantity_after":6,"by":"rosa"}
    < {"v":1,"id":8,"ok":false,"error":{"code":"stale-count","words":"slot A3 holds 1, not 2: …"}}

After `watch`, the machine's picture (`controller.domain.view.View`) follows, whole, after every change and at least
once a second, so that silence means the controller is gone:

    > {"v":1,"id":9,"do":"watch"}
    < {"v":1,"id":9,"ok":true}
    < {"v":1,"state":{"phase":"credit","credit_cents":125,…}}

A line that is too long or no request gets one answer that says why, with id null when it had none; the connection lives on.
The socket is guarded by the file system: only its owner and group may connect.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from controller.domain.afar import TakeCommand
from controller.domain.deciding import CarryOut, Propose, Vote, Withdraw
from controller.domain.events import Event, PayBy, ReturnPressed, SlotChosen, StillHere, VisitorAnswers
from controller.domain.membership import PutMember, RevokePhone
from controller.domain.pairing import PhoneClaims, PhoneConfirmed
from controller.domain.periods import ClosePeriod
from controller.domain.reversals import CloseReversal
from controller.domain.selling import PutSeller
from controller.domain.stocking import (
    AcceptVouchers,
    ApproveRule,
    AssignSlot,
    CloseSlot,
    CountSlot,
    OpenSlot,
    PutMaker,
    PutProduct,
    Wish,
)
from controller.domain.treasury import CountCash, MoveCash, PayMaker, RefundSale, SettleClaim
from controller.domain.trials import TryPart
from controller.domain.turns import PassTurn, TakeTurn
from controller.domain.view import View

VERSION = 1
LINE_BYTES_MAX = 16_384
"""A longer request is refused; pictures of the machine may be longer."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Watch:
    """Send the machine's picture from now on."""


@dataclass(frozen=True, slots=True)
class TellStatus:
    """How are the devices? For the technician: each tells what it knows, in its own words."""


@dataclass(frozen=True, slots=True)
class BackUp:
    """Begin a backup onto the stick now; what comes of it is told by `status`."""


@dataclass(frozen=True, slots=True)
class SyncNow:
    """Send the lab everything that waits, now; what comes of it is told by `status`."""


Ask = Ping | Watch | TellStatus | BackUp | SyncNow | Event | Wish
WORDS: dict[str, type[Ask]] = {
    "ping": Ping,
    "watch": Watch,
    "status": TellStatus,
    "back-up": BackUp,
    "sync-now": SyncNow,
    "choose": SlotChosen,
    "give-back": ReturnPressed,
    "stay": StillHere,
    "pay-by": PayBy,
    "answer": VisitorAnswers,
    "put-maker": PutMaker,
    "put-product": PutProduct,
    "assign-slot": AssignSlot,
    "count-slot": CountSlot,
    "open-slot": OpenSlot,
    "close-slot": CloseSlot,
    "try-part": TryPart,
    "approve-rule": ApproveRule,
    "accept-vouchers": AcceptVouchers,
    "settle-claim": SettleClaim,
    "refund-sale": RefundSale,
    "pay-maker": PayMaker,
    "count-cash": CountCash,
    "move-cash": MoveCash,
    "close-reversal": CloseReversal,
    "close-period": ClosePeriod,
    "put-member": PutMember,
    "revoke-phone": RevokePhone,
    "put-seller": PutSeller,
    "phone-claims": PhoneClaims,
    "phone-confirmed": PhoneConfirmed,
    "propose": Propose,
    "vote": Vote,
    "withdraw": Withdraw,
    "carry-out": CarryOut,
    "take-turn": TakeTurn,
    "pass-turn": PassTurn,
    "take-command": TakeCommand,
}
_DO = {ask: do for do, ask in WORDS.items()}
_FORMS: dict[type[Any], TypeAdapter[Any]] = {}


class RemoteProtocolError(Exception):
    """The other end sent something that is not this language. `code` is for programs, the message for people."""

    def __init__(self, code: str, words: str, request_id: int | None = None) -> None:
        super().__init__(words)
        self.code, self.request_id = code, request_id


@dataclass(frozen=True, slots=True)
class Request:
    request_id: int
    ask: Ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: `code` is None when it was done, otherwise `words` say why not. `told` answers `status`."""

    request_id: int | None
    code: str | None = None
    words: str = ""
    told: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return self.code is None


def _form(kind: type[Any]) -> TypeAdapter[Any]:
    """The checked form of a type; made when first needed, because the controller must start fast."""
    if kind not in _FORMS:
        _FORMS[kind] = TypeAdapter(kind)
    return _FORMS[kind]


def read_request(line: bytes) -> Request:
    """One line from a client. Raises RemoteProtocolError that says what is wrong with it."""
    message = _read(line, LINE_BYTES_MAX)
    request_id = message.pop("id", None)
    if not isinstance(request_id, int) or isinstance(request_id, bool):
        raise RemoteProtocolError("bad-id", "a request needs a whole number as `id`")
    kind = WORDS.get(str(message.pop("do", None)))
    if kind is None:
        raise RemoteProtocolError("unknown-do", f"`do` is one of: {', '.join(WORDS)}", request_id)
    if strangers := message.keys() - {field.name for field in fields(kind)}:
        raise RemoteProtocolError(
            "bad-field", f"{_DO[kind]!r} has no {', '.join(map(repr, sorted(strangers)))}", request_id
        )
    try:
        return Request(request_id, _form(kind).validate_json(json.dumps(message), strict=True))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or _DO[kind]
        raise RemoteProtocolError("bad-field", f"{where}: {first['msg']}", request_id) from None


def write_request(request: Request) -> bytes:
    body = _form(type(request.ask)).dump_python(request.ask, mode="json")
    return _write({"id": request.request_id, "do": _DO[type(request.ask)], **body})


def write_answer(answer: Answer) -> bytes:
    """One line to a client. What a device tells that JSON does not know is written as it says itself."""
    if answer.ok:
        told = {} if answer.told is None else {"told": answer.told}
        return _write({"id": answer.request_id, "ok": True, **told})
    error = {"code": answer.code, "words": answer.words}
    return _write({"id": answer.request_id, "ok": False, "error": error})


def write_state(state: View) -> bytes:
    return _write({"state": _form(View).dump_python(state, mode="json")})


def read_reply(line: bytes) -> Answer | View:
    """One line from the controller. Raises RemoteProtocolError."""
    message = _read(line, limit_bytes=1 << 20)
    try:
        if "state" in message:
            state: View = _form(View).validate_json(json.dumps(message["state"]))
            return state
        if message.get("ok") is True:
            return Answer(message.get("id"), told=message.get("told"))
        return Answer(message.get("id"), message["error"]["code"], message["error"]["words"])
    except (ValidationError, KeyError, TypeError) as error:
        raise RemoteProtocolError("bad-reply", f"the controller sent something else: {error}") from None


def _read(line: bytes, limit_bytes: int) -> dict[str, Any]:
    if len(line) > limit_bytes:
        raise RemoteProtocolError("too-long", f"a line has at most {limit_bytes} bytes, this one has {len(line)}")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise RemoteProtocolError("not-json", "a line is one JSON object") from None
    if not isinstance(message, dict):
        raise RemoteProtocolError("not-json", "a line is one JSON object")
    version = message.pop("v", None)
    if type(version) is not int or version != VERSION:
        raise RemoteProtocolError("bad-version", f"this controller speaks version {VERSION}, not {version!r}")
    return message


def _write(message: dict[str, Any]) -> bytes:
    return (
        json.dumps({"v": VERSION, **message}, separators=(",", ":"), ensure_ascii=False, default=str).encode() + b"\n"
    )
