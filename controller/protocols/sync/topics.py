"""The names of the topics: `minga/v1/<machine>/<what>`, for a machine's name of 3 to 32 small letters, digits and dashes."""

import re
from typing import NamedTuple

ROOT = "minga/v1"
MACHINE = re.compile(r"[a-z0-9-]{3,32}")
STATUS, META, STATE, ACK, REPLAY = "status", "meta", "state", "ack", "replay"
EVENT, COMMAND, RESULT = "ev", "cmd", "result"
"""The first words of topics with a second: `ev/Sold` or `ev/batch`, `cmd/refresh`, `result/<command id>`."""
BATCH = "batch"
WORD = re.compile(r"[A-Za-z0-9-]{1,64}")
_NAME = re.compile(rf"{ROOT}/({MACHINE.pattern})/([a-z]+)(?:/({WORD.pattern}))?")


class Topic(NamedTuple):
    """A topic taken apart: whose, what, and the word after it, if any."""

    machine: str
    what: str
    word: str = ""


def topic(machine: str, what: str, word: str = "") -> str:
    """`minga/v1/museo-1/ev/Sold`. Raises ValueError for names that could reach into other topics."""
    if not MACHINE.fullmatch(machine):
        raise ValueError(f"{machine!r} cannot be a machine's name: 3 to 32 small letters, digits and dashes")
    if word and not WORD.fullmatch(word):
        raise ValueError(f"{word!r} cannot stand in a topic: up to 64 letters, digits and dashes")
    return "/".join(part for part in (ROOT, machine, what, word) if part)


def parted(name: str) -> Topic | None:
    """What a topic's name says; None when it is none of ours."""
    found = _NAME.fullmatch(name)
    return Topic(found[1], found[2], found[3] or "") if found else None


def of_machine(machine: str) -> tuple[str, ...]:
    """What a machine listens to."""
    return topic(machine, ACK), topic(machine, REPLAY), topic(machine, COMMAND) + "/+"


def of_hub(group: str = "") -> tuple[str, ...]:
    """What a hub listens to. With a `group`, hubs of that name share the facts among them: each message reaches one."""
    share = f"$share/{group}/" if group else ""
    facts = f"{share}{ROOT}/+/{EVENT}/+"
    return facts, *(f"{ROOT}/+/{what}" for what in (STATUS, META, STATE))
