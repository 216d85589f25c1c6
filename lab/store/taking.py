"""What every store does with the mail of a moment, inside one transaction that holds the lines of its machines."""

from controller.protocols.sync.notes import Ack, State
from controller.protocols.sync.topics import STATE
from lab.line import Line
from lab.mail import Mail
from lab.store.base import Changing, Reading, StoreError, Taken
from lab.store.desk import LINES, SET_LINE, Desk, Work, ack
from lab.store.schema import VERSION
from lab.store.unread import keep

MACHINES_MAX = 10_000
"""So many machines a lab knows. A broker that lets anybody in would let anybody fill the disk with names."""
_NEW = "INSERT INTO machines VALUES (?, 0, 0, ?, 0, 0, 0, 0, ?, 0) ON CONFLICT (machine) DO NOTHING"
_NOTE = """INSERT INTO notes (machine, what, body, heard_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (machine, what) DO UPDATE SET body = excluded.body, heard_ms = excluded.heard_ms"""


def begin(work: Changing) -> None:
    """Note down of which form the tables are, where they are new."""
    work.run("INSERT INTO lab VALUES ('version', ?) ON CONFLICT (key) DO NOTHING", str(VERSION))


def check(reading: Reading, name: str) -> None:
    """Raises StoreError unless this database is a lab of a form that this Minga knows."""
    try:
        ((found,),) = reading.rows("SELECT value FROM lab WHERE key = 'version'")
    except (StoreError, ValueError) as error:
        raise StoreError(f"{name}: there is no lab in this database yet; `minga hub init` makes it ({error})") from None
    if int(found) != VERSION:
        raise StoreError(
            f"{name}: this lab has form {found} and this Minga knows {VERSION}: install the other Minga again"
        )


def welcome(work: Changing, mail: Mail) -> list[str]:
    """Give every machine that is new its row. Of those beyond the limit the mail is left out, and told as sentences."""
    wanted = mail.machines()
    marks = ", ".join("?" * len(wanted))
    known = {name for (name,) in work.rows(f"SELECT machine FROM machines WHERE machine IN ({marks})", *wanted)}
    fresh = [name for name in wanted if name not in known]
    if not fresh:
        return []
    ((count,),) = work.rows("SELECT count(*) FROM machines")
    room = max(0, MACHINES_MAX - count)
    let_in, too_many = fresh[:room], fresh[room:]
    work.many(_NEW, [(name, Line().head, mail.came_ms[name]) for name in let_in])
    mail.leave_out(too_many)
    return [
        f"{name}: the lab knows {MACHINES_MAX} machines already, so it takes nothing from this one" for name in too_many
    ]


def take(work: Work, mail: Mail) -> Taken:
    """Judge and write down. Everyone in it has been made `welcome`."""
    desks = [Desk(work, row) for row in work.hold(mail.machines())]
    told = [keep(work, unread) for unread in mail.unread]
    for desk in desks:
        desk.judge(mail.letters.get(desk.machine, []))
    work.add([fact for desk in desks for fact in desk.new])
    work.many(SET_LINE, [desk.close() for desk in desks])
    work.many(
        "UPDATE machines SET last_heard_ms = ? WHERE machine = ?", [(ms, name) for name, ms in mail.heard_ms.items()]
    )
    _write_notes(work, mail)
    return Taken(
        acks={desk.machine: desk.ack() for desk in desks if desk.machine in mail.letters and desk.line.seq},
        gaps={desk.machine: first for desk in desks if (first := _missing_from(desk, mail)) is not None},
        facts=sum(desk.added for desk in desks),
        told=tuple(told + [said for desk in desks for said in desk.told]),
    )


def acks(reading: Reading) -> dict[str, Ack]:
    """What may be told to every machine that has a line."""
    found = reading.rows(f"{LINES} WHERE seq > 0 ORDER BY machine")
    return {name: ack(reading, name, Line(epoch, seq, head), strays) for name, epoch, seq, head, _, strays, *_ in found}


def _missing_from(desk: Desk, mail: Mail) -> int | None:
    """From where the machine should send again: letters wait, or it was once told that the lab holds more than it does.

    The second is so when this store is another, or was put back from a backup.
    """
    noted = mail.notes.get((desk.machine, STATE))
    if noted is not None and isinstance(noted.note, State) and noted.note.acked_seq > desk.line.seq:
        return desk.line.seq + 1
    return desk.missing_from


def _write_notes(work: Work, mail: Mail) -> None:
    """The newest of each kind takes the place of the one before. What the broker had kept is news only where it differs."""
    for (machine, what), noted in mail.notes.items():
        if noted.body is None:
            work.run("DELETE FROM notes WHERE machine = ? AND what = ?", machine, what)
            continue
        news = " WHERE notes.body <> excluded.body" if noted.is_kept else ""
        work.run(f"{_NOTE}{news}", machine, what, noted.body, noted.at_ms)
