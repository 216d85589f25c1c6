"""What the technician's room says, in words: how each device is, what came of a trial, how a backup stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from fastapi import Request

from admin_web.phone import moments
from admin_web.phone.fitted import Shown, fitted, shown
from admin_web.phone.office import called, members
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain.facts import Found
from controller.ledger.running import zone_of
from controller.ledger.workshop import Tried, sick


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trial in words: what came of it, who tried it, how long ago; `pending` while it goes on. `good` when all is well."""

    part: str
    slot: str
    found: str
    words: str
    who: str
    age: str
    age_ms: int
    pending: bool
    good: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A device's card in words."""

    row: Shown
    called: str
    since: str


def devices_told(request: Request, db: Connection, words: Words) -> list[Device]:
    """Each device of this machine in words, those that are lost first."""
    here, day = place(request), moments.today(request, db)
    rows = shown(fitted(here.config), sick(db), here.gateway.picture, here.gateway.stale)
    told = []
    for row in rows:
        at_ms = row.since.wall_ms if row.since else None
        since = moments.told(datetime.fromtimestamp(at_ms // 1_000, zone_of(db)), day, words) if at_ms else ""
        which = words.face(int(row.device.which)) if row.device.kind == "hopper" else row.device.which
        told.append(Device(row, words.about("device", row.device.kind, "name", which=which), since))
    return told


def outcome_told(request: Request, one: Tried, words: Words) -> Outcome:
    """A trial in words, with who tried it and how long ago that was."""
    part, ended = one.started.part, one.ended
    found = ended.found.value if ended else "pending"
    age_ms = max(0, moments.now_ms(request) - one.over.wall_ms) if one.over else 0
    fault = words.about("fault", ended.fault) if ended and ended.fault else ""
    said_of = words.about(f"found-{part.value}", found, fault=fault, coin=words.money(one.cents), slot=one.started.slot)
    good = ended is not None and not ended.fault and ended.found in (Found.NOTHING, Found.FELL, Found.COIN, Found.WORKS)
    who = called(members(request), one.started.by)
    return Outcome(part.value, one.started.slot, found, said_of, who, words.span(age_ms), age_ms, ended is None, good)


def backup_told(request: Request, told: object, words: Words) -> dict[str, str] | None:
    """How the newest backup that was asked for stands, in words; None when the machine does not say."""
    if not isinstance(told, Mapping):
        return None
    state, at_ms = str(told.get("state")), told.get("at_ms") or told.get("since_ms")
    known = state if state in ("copying", "done", "failed") else "ready" if told.get("stick") else "no-stick"
    age = words.span(max(0, moments.now_ms(request) - at_ms)) if isinstance(at_ms, int) else ""
    written = f"{_share(told.get('bytes'), told.get('bytes_max'))} MB"
    facts = words.number(told["seq"]) if isinstance(told.get("seq"), int) else ""
    said_of = words.about("backup", known, folder=told.get("folder", ""), age=age, written=written, facts=facts)
    warning = words.say("backup.same_disk") if told.get("same_disk") else ""
    return {"state": known, "words": said_of, "failed": str(told.get("failed", "")), "warning": warning}


def _share(written: object, whole: object) -> str:
    """`3 / 12`, in whole megabytes."""
    sizes = [str(max(1, size // 1_000_000)) if isinstance(size, int) and size else "0" for size in (written, whole)]
    return " / ".join(sizes)
