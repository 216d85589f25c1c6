"""Commands from the lab, from the broker to the brain: proven, put into the inbox like any other wish, and answered.

What nobody signed is not answered, only written into the log: whoever sends it learns nothing from us.
"""

import logging
import queue
from collections.abc import Callable, Mapping
from pathlib import Path

from controller.domain.afar import TakeCommand
from controller.domain.catalog import SlotId
from controller.domain.facts import Command
from controller.domain.stocking import Refusal
from controller.inbox import Asked
from controller.protocols.sync.command import CommandError, Order, Result, proven
from controller.signing import public_key

log = logging.getLogger("minga.sync")

Answer = Callable[[Result], None]
"""Tells the lab what became of a command; returns at once, since the brain may call it."""


class Orders:
    """`keys` are the files of the public keys that this machine obeys, by their names. Raises MingaError for a bad one."""

    def __init__(self, machine: str, keys: Mapping[str, Path], put: Callable[[Asked], None], answer: Answer) -> None:
        self._machine, self._put, self._answer = machine, put, answer
        self._keys = {name: public_key(file, "sync.keys").public_bytes_raw() for name, file in keys.items()}

    def heard(self, name: str, payload: bytes) -> None:
        """A message came on the topic of this command. The topic says it for people; what counts is what was signed."""
        try:
            key, order = proven(payload, self._machine, self._keys)
        except CommandError as error:
            log.warning("a command (%s) that is not to be obeyed: %s", name, error)
            return
        if (wish := _wish(key, order)) is None:
            self._tell(order, Refusal("unknown-command", f"{order.command!r} cannot be told from afar"))
            return
        log.info("the lab's key %s tells: %s (%s)", key, order.command, order.id)
        try:
            self._put(Asked(wish, lambda refusal: self._tell(order, refusal)))
        except queue.Full:
            self._tell(order, Refusal("busy", "the machine has too much to do right now: tell it again"))

    def _tell(self, order: Order, refusal: Refusal | None) -> None:
        self._answer(Result(order.id, not refusal, refusal.code if refusal else "", refusal.words if refusal else ""))


def _wish(key: str, order: Order) -> TakeCommand | None:
    try:
        command = Command(order.command)
    except ValueError:
        return None
    return TakeCommand(command, key, order.id, order.valid_to_seq, SlotId(order.slot), order.text)
