"""The way to the lab, in words for the technician: in touch or since when not, what waits, and what the lab has put aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from fastapi import Request

from admin_web.phone import moments
from admin_web.words import Words
from controller.ledger.running import zone_of


@dataclass(frozen=True, slots=True)
class Lab:
    """`state`: `well`, `waiting`, `silent`, `lost`, `foreign` or `other`; `own` is what the machine says, in English."""

    state: str
    words: str
    refused: str
    own: tuple[str, ...]


def lab_told(request: Request, db: Connection, told: object, words: Words) -> Lab | None:
    """How the sync stands (`controller.courier.told.Told`); None for a machine that has no lab, or does not answer."""
    if not isinstance(told, Mapping) or not isinstance(told.get("line"), Mapping):
        return None
    line: Mapping[str, Any] = told["line"]
    day, zone = moments.today(request, db), zone_of(db)

    def when(ms: int | None) -> str:
        at = datetime.fromtimestamp(ms // 1_000, zone) if ms else None
        return moments.told(at, day, words) or words.say("lab.never")

    state = _state(told, line)
    waits, held = words.number(told["waits"]), words.number(told["held"])
    said = words.about("lab", state, waits=waits, held=held, since=when(line["since_ms"]), heard=when(told["heard_ms"]))
    refused = words.say("lab.refused", facts=words.number(told["quarantined"])) if told["quarantined"] else ""
    own = tuple(line[name] for name in ("why", "refusal", "foreign") if line[name])
    return Lab(state, said, refused, own)


def _state(told: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """The first of these that is so; the gravest comes first."""
    if line["foreign"]:
        return "foreign"
    if not line["in_touch"]:
        return "lost" if line["since_ms"] else "other"
    if not told["waits"]:
        return "well"
    return "silent" if line["silent"] or line["refusal"] else "waiting"
