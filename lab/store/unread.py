"""Messages that nobody could read, or that follow from nothing at first: a machine's newest are kept, cut to a length."""

from lab.mail import Unread
from lab.store.base import Changing, Reading

UNREAD_MAX = 50
"""So many messages of one machine are kept, the newest."""
UNREAD_BYTES_MAX = 4_096


def keep(work: Changing, unread: Unread) -> str:
    """Keep one, and drop the oldest of that machine's. What to tell about it."""
    work.run(
        "INSERT INTO unread (machine, number, topic, why, payload, heard_ms)"
        " SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM unread WHERE machine = ?",
        *(unread.machine, unread.topic, unread.why, unread.payload[:UNREAD_BYTES_MAX], unread.at_ms, unread.machine),
    )
    oldest = "(SELECT max(number) FROM unread WHERE machine = ?) - ?"
    work.run(f"DELETE FROM unread WHERE machine = ? AND number <= {oldest}", *[unread.machine] * 2, UNREAD_MAX)
    return f"{unread.topic}: a message that cannot be read: {unread.why}"


def is_kept(reading: Reading, machine: str, why: str) -> bool:
    """Whether one of this machine's is kept for this reason."""
    return bool(reading.rows("SELECT 1 FROM unread WHERE machine = ? AND why = ? LIMIT 1", machine, why))
