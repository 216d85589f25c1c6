"""What the books say to a technician: which device is ill and since when, and what came of the last trial of a part.

Health is forgotten at a start, so only the newest start's facts count. Nothing here writes.
"""

import sqlite3
from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.times import Moment
from controller.ledger.diary import when
from controller.ledger.forms import read_fact

LATELY = 20_000
"""A trial that is older by so many facts is no news for anybody."""


@dataclass(frozen=True, slots=True)
class Sick:
    """One trouble of one device (or of the machine itself: then it has no name), in the device's own words, since when."""

    trouble: str
    device: str
    reason: str
    since: Moment | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial: by whom and when it began; `ended` is None while it is under way, `cents` are coins that came of it."""

    started: f.TrialStarted
    at: Moment | None
    ended: f.TrialEnded | None = None
    cents: int = 0
    over: Moment | None = None
    seq: int = 0


def sick(db: sqlite3.Connection) -> list[Sick]:
    """The troubles that were seen and are not over, oldest first."""
    row = db.execute("SELECT first_seq FROM clocks ORDER BY boot_id DESC LIMIT 1").fetchone()
    rows = db.execute(
        "SELECT seq, type, body FROM facts WHERE seq >= ? AND type IN ('TroubleSeen', 'TroubleOver') ORDER BY seq",
        [row[0] if row else 1],
    )
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for seq, kind, body in rows.fetchall():
        match read_fact(kind, body):
            case f.TroubleSeen(trouble, device, reason):
                seen[trouble, device] = seq, reason
            case f.TroubleOver(trouble, device):
                seen.pop((trouble, device), None)
    return [Sick(trouble, device, reason, when(db, seq)) for (trouble, device), (seq, reason) in seen.items()]


def tried(db: sqlite3.Connection) -> dict[tuple[f.Part, str], Tried]:
    """Of each part (and of each motor) the newest trial, of late."""
    newest = db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0]
    rows = db.execute(
        "SELECT seq, type, body FROM facts WHERE seq > ? AND type IN ('TrialStarted', 'TrialEnded', 'CreditTaken')"
        " ORDER BY seq",
        [newest - LATELY],
    )
    found: dict[tuple[f.Part, str], Tried] = {}
    going_on: tuple[f.Part, str] | None = None
    cents = 0
    for seq, kind, body in rows.fetchall():
        match read_fact(kind, body):
            case f.TrialStarted(part=part, slot=slot) as started:
                going_on, cents = (part, slot), 0
                found[part, slot] = Tried(started, when(db, seq), seq=seq)
            case f.CreditTaken(cents=coin):
                cents += coin
            case f.TrialEnded() as ended if going_on:
                begun = found[going_on]
                found[going_on] = Tried(begun.started, begun.at, ended, cents, when(db, seq), seq)
                going_on = None
    return found
