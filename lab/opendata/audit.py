"""A machine's EVA-DTS audit file out of the facts that the lab holds: the same counters as on the machine itself.

It shows cash, so it is no open data. A counter is only worth something when no fact is missing from it; so a line that passed
over numbers (a scar), or a fact that this Minga cannot read, gives no file but the reason.
"""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from controller.domain import facts
from controller.domain.chain import Stamp
from controller.domain.facts import Fact
from controller.domain.meters import COUNTED, Life
from controller.domain.times import Moment
from controller.errors import MingaError
from controller.statements.dts import LOCATION_CHARS_MAX, Identity, audit_file
from lab.model.calendar import ZONE, zone_called
from lab.store.base import Reading

_ALL = (
    "SELECT seq, boot_id, mono_ms, wall_ms, trusted, type, body FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq"
)


class NoAudit(MingaError):
    """The lab cannot vouch for the counters; says why."""


def audit(reading: Reading, machine: str, now_ms: int) -> bytes:
    """The file as of this moment. Raises NoAudit, StoreError."""
    ((scars,),) = reading.rows("SELECT count(*) FROM scars WHERE machine = ?", machine)
    if scars:
        raise NoAudit(f"{machine}: its line has a scar, so its counters would lack something: ask the machine itself")
    life = Life()
    for seq, boot_id, mono_ms, wall_ms, trusted, kind, body in reading.each(_ALL, machine):
        life.count(Stamp(boot_id, mono_ms, wall_ms, bool(trusted)), _fact(machine, seq, kind, body))
    found = reading.rows("SELECT body FROM notes WHERE machine = ? AND what = 'meta'", machine)
    meta: dict[str, Any] = json.loads(found[0][0]) if found else {}
    place = str((meta.get("place") or {}).get("name") or "")[:LOCATION_CHARS_MAX]
    return audit_file(life, Identity(machine[:20], place), zone_called(meta.get("zone", ZONE)), Moment(now_ms, True))


def _fact(machine: str, seq: int, kind: str, body: str) -> Fact | None:
    """What the counters take of it; None of what they pass over. Raises NoAudit."""
    if kind not in COUNTED:
        return None
    try:
        fact: Fact = _form(kind).validate_json(body)
    except ValueError:
        raise NoAudit(f"{machine}: fact {seq}, a {kind}, cannot be understood by this Minga") from None
    return fact


@cache
def _form(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(facts, kind))
