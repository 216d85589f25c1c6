"""Stretches of time that begin with one fact and end with another: a trouble, an empty slot, a closed slot."""

from lab.model.draft import Columns, Draft, at
from lab.model.memory import room
from lab.model.tables import SPANS
from lab.model.told import Told

TROUBLE, EMPTY, CLOSED = "trouble", "empty", "closed"


def begin(draft: Draft, told: Told, what: str, name: str, about: str = "", stops: bool = False) -> None:
    """It goes on already, or begins now; `stops` says that nothing is sold meanwhile."""
    key = _key(what, name, about if what == TROUBLE else "")
    if key in draft.memory.spans:
        return
    room(draft.memory.spans, key)
    draft.memory.spans[key] = told.seq
    words: Columns = {"what": what, "name": name, "about": about, "stops": int(stops)}
    draft.put(SPANS, told.seq, **words, **at("from", told.when), to_ms=None, to_loose=0)


def end(draft: Draft, told: Told, what: str, name: str, about: str = "") -> None:
    """It ends now, if it went on."""
    seq = draft.memory.spans.pop(_key(what, name, about if what == TROUBLE else ""), None)
    if seq is not None:
        draft.change(SPANS, seq, **at("to", told.when))


def end_all(draft: Draft, told: Told, what: str) -> None:
    """All of this kind end now."""
    for key in [key for key in draft.memory.spans if key.startswith(f"{what} ")]:
        draft.change(SPANS, draft.memory.spans.pop(key), **at("to", told.when))


def _key(what: str, name: str, about: str) -> str:
    return f"{what} {name} {about}"
