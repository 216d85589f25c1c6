"""What is open, in the store: so that several hubs tell a thing once, and a hub that starts anew tells nothing twice.

A row is *claimed* by whoever is about to tell it, for `CLAIM_MS`, in a transaction that nobody else has for this machine, and
marked as told when the message is out. So no lock is held while a service hangs, and what a hub was telling when it was
killed is told by the next: a message may come twice then, never not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.alerts.rules import Alert, Look, Rule
from lab.store.base import Changing, Reading, Store

AGAIN_MS = 24 * 3_600_000
"""As long as it is open, people are reminded once a day."""
CLAIM_MS = 5 * 60_000
"""Then a message that did not go out is tried again, by any hub."""
TABLE = """CREATE TABLE IF NOT EXISTS alerts (
    machine TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL,
    since_ms INTEGER NOT NULL, n INTEGER NOT NULL, total INTEGER NOT NULL,
    over_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL, claimed_ms INTEGER NOT NULL,
    PRIMARY KEY (machine, rule, subject)
) STRICT, WITHOUT ROWID"""
_COLUMNS = "rule, since_ms, subject, n, total, over_ms, told_ms, claimed_ms"
_KEEP = f"""INSERT INTO alerts (machine, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (machine, rule, subject) DO UPDATE SET since_ms = excluded.since_ms, n = excluded.n,
    total = excluded.total, over_ms = excluded.over_ms, told_ms = excluded.told_ms, claimed_ms = excluded.claimed_ms"""
_DROP = "DELETE FROM alerts WHERE machine = ? AND rule = ? AND subject = ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert in the register. A time is 0 as long as it has not come."""

    alert: Alert
    over_ms: int = 0
    told_ms: int = 0
    claimed_ms: int = 0

    def is_due(self, now_ms: int) -> bool:
        """Whether people should be told now, and nobody is at it."""
        if self.claimed_ms and now_ms - self.claimed_ms < CLAIM_MS:
            return False
        return bool(self.over_ms) or not self.told_ms or now_ms - self.told_ms >= AGAIN_MS


def prepare(store: Store) -> None:
    """Make the table. Raises StoreError."""
    store.prepare([TABLE])


def entries(reading: Reading, machine: str) -> list[Entry]:
    """Everything in the register about this machine. Raises StoreError."""
    found = reading.rows(f"SELECT {_COLUMNS} FROM alerts WHERE machine = ? ORDER BY rule, subject", machine)
    known = set(Rule)  # a newer Minga may have written others
    return [Entry(Alert(Rule(rule), *row[:4]), *row[4:]) for rule, *row in found if rule in known]


def after(known: Sequence[Entry], seen: Look, now_ms: int) -> list[Entry]:
    """The register after a look. Pure.

    What is over and was never told is forgotten: nobody need hear the end of what nobody heard of.
    """
    now = {alert.key: alert for alert in seen.alerts}
    kept = [_after(entry, now.pop(entry.alert.key, None), seen, now_ms) for entry in known]
    return [*(entry for entry in kept if entry is not None), *(Entry(alert) for alert in now.values())]


def _after(entry: Entry, alert: Alert | None, seen: Look, now_ms: int) -> Entry | None:
    if alert is not None:
        return replace(entry, alert=alert, over_ms=0)
    if entry.over_ms or entry.alert.rule not in seen.judged:
        return entry
    is_being_told = entry.claimed_ms and now_ms - entry.claimed_ms < CLAIM_MS
    return replace(entry, over_ms=now_ms) if entry.told_ms or is_being_told else None


def update(store: Store, machine: str, seen: Look, now_ms: int, tells: bool) -> list[Entry]:
    """Write a look down and claim what is due; the caller tells it. Nothing is written where nothing has changed.

    Without anybody to tell (`tells`) nothing is claimed. Raises StoreError.
    """
    with store.reading() as reading:
        known = entries(reading, machine)
    kept = after(known, seen, now_ms)
    if kept == known and not (tells and any(entry.is_due(now_ms) for entry in kept)):
        return []
    with store.changing(machine) as changing:
        known = entries(changing, machine)
        kept = after(known, seen, now_ms)
        due = [replace(entry, claimed_ms=now_ms) for entry in kept if tells and entry.is_due(now_ms)]
        rest = [entry for entry in kept if not (tells and entry.is_due(now_ms))]
        _write(changing, machine, known, [*rest, *due])
    return due


def told(store: Store, machine: str, sent: Sequence[Entry], now_ms: int) -> None:
    """These went out: what is open is marked, what is over is forgotten. Raises StoreError."""
    mine = {(entry.alert.key, entry.claimed_ms): entry for entry in sent}
    with store.changing(machine) as changing:
        known = entries(changing, machine)
        kept = [_after_telling(entry, mine.get((entry.alert.key, entry.claimed_ms)), now_ms) for entry in known]
        _write(changing, machine, known, [entry for entry in kept if entry is not None])


def _after_telling(entry: Entry, sent: Entry | None, now_ms: int) -> Entry | None:
    """What ended while it was told as open is told once more; what began again while its end was told is news."""
    if sent is None:
        return entry
    if sent.over_ms:
        return None if entry.over_ms else Entry(entry.alert)
    return replace(entry, told_ms=now_ms, claimed_ms=0)


def _write(changing: Changing, machine: str, before: Sequence[Entry], now: Sequence[Entry]) -> None:
    gone = {entry.alert.key for entry in before} - {entry.alert.key for entry in now}
    changing.many(_DROP, [(machine, *key) for key in sorted(gone)])
    fresh = [entry for entry in now if entry not in before]
    changing.many(_KEEP, [(machine, *_row(entry)) for entry in fresh])


def _row(entry: Entry) -> tuple[str | int, ...]:
    alert = entry.alert
    return (
        *(str(alert.rule), alert.since_ms, alert.subject, alert.n, alert.of),
        *(entry.over_ms, entry.told_ms, entry.claimed_ms),
    )
