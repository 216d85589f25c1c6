"""What came in a moment, sorted: letters by machine, the newest note of each kind, and what nobody can read.

A message is as good as the machine that sent it, and machines are strangers: whatever it holds, it ends in one of the three,
and it can only be about the machine on whose topic it came.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from controller.protocols.sync.letter import Letter, LetterError, read
from controller.protocols.sync.notes import Meta, NoteError, State, Status, heard, told
from controller.protocols.sync.topics import EVENT, META, STATE, STATUS, topic
from lab.store.base import Arrival

NOTES: dict[str, type[Status | Meta | State]] = {STATUS: Status, META: Meta, STATE: State}

WHY_MAX = 200


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter with the message it came in."""

    letter: Letter
    payload: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as it is kept: its text, or None when the machine has taken it back."""

    body: str | None
    note: Status | Meta | State | None
    at_ms: int
    is_kept: bool
    """The broker had kept it for whoever comes later; the machine may have said it long ago."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A message that is nothing we know, and why not."""

    machine: str
    topic: str
    why: str
    payload: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Mail:
    """Everything of one moment."""

    letters: dict[str, list[Posted]] = field(default_factory=dict)
    notes: dict[tuple[str, str], Noted] = field(default_factory=dict)
    """By machine and kind; of several in a moment the newest."""
    unread: list[Unread] = field(default_factory=list)
    heard_ms: dict[str, int] = field(default_factory=dict)
    """When the machines themselves were heard last, not the broker in their place."""
    came_ms: dict[str, int] = field(default_factory=dict)
    """Every machine that something came about, and when."""

    def machines(self) -> list[str]:
        """By name, which is the order in which lines are held."""
        return sorted(self.came_ms)

    def leave_out(self, machines: Collection[str]) -> None:
        """Forget everything about these."""
        if not machines:
            return
        for name in machines:
            del self.came_ms[name]
            self.letters.pop(name, None)
            self.heard_ms.pop(name, None)
            for what in NOTES:
                self.notes.pop((name, what), None)
        self.unread[:] = [unread for unread in self.unread if unread.machine in self.came_ms]


def sorted_out(arrivals: Sequence[Arrival]) -> Mail:
    """Read every message. Raises nothing: what cannot be read is told as such. Topics of others' making are passed over."""
    mail = Mail()
    for arrival in arrivals:
        if arrival.what not in (EVENT, *NOTES):
            continue
        mail.came_ms[arrival.machine] = arrival.at_ms
        try:
            _put(mail, arrival)
        except (LetterError, NoteError) as error:
            name = topic(arrival.machine, arrival.what, arrival.word)
            mail.unread.append(Unread(arrival.machine, name, _plain(str(error)), arrival.payload, arrival.at_ms))
    return mail


def _put(mail: Mail, arrival: Arrival) -> None:
    machine, what, at_ms = arrival.machine, arrival.what, arrival.at_ms
    if what == EVENT:
        letter = read(machine, arrival.payload)
        mail.letters.setdefault(machine, []).append(Posted(letter, arrival.payload, at_ms))
        mail.heard_ms[machine] = at_ms
        return
    if not arrival.payload:  # MQTT's way of taking back what was retained
        mail.notes[machine, what] = Noted(None, None, at_ms, arrival.is_kept)
        return
    note = heard(NOTES[what], arrival.payload)
    mail.notes[machine, what] = Noted(told(note).decode(), note, at_ms, arrival.is_kept)
    if not arrival.is_kept and not (isinstance(note, Status) and not note.online):  # its last will is the broker's
        mail.heard_ms[machine] = at_ms


def _plain(why: str) -> str:
    """A complaint may quote the message, which is a stranger's: printable, and not long."""
    return "".join(sign if sign.isprintable() else "?" for sign in why[:WHY_MAX])
