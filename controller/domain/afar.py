"""What the lab may tell a machine from afar: a short list without prices, vends or money, each once, and none for ever.

Whether the lab's key has signed it is proven before it comes here (`controller.protocols.sync.command`). A command is good
up to a number of facts, not to an hour, because the machine's clock may be wrong. It is written in the books, where every
member can read it.
"""

from dataclasses import dataclass

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import Closed, SlotId
from controller.domain.facts import Command
from controller.domain.facts.trial import NO_SLOT
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.treasury import WISH_ID_MAX

TEXT_MAX = 120
"""So much fits on the screen in one glance."""


@dataclass(frozen=True, slots=True)
class TakeCommand(Wish):
    """Whoever holds the key called `by` tells the machine this; once the books have fact `valid_to_seq` it is too late."""

    command: Command
    by: str
    wish_id: str
    valid_to_seq: int
    slot: SlotId = NO_SLOT
    text: str = ""


def grant(wish: TakeCommand, shop: Shop, done: f.Fact | None, seq: int) -> Granted | Refusal:
    """What becomes of it. `done` is the fact a wish with the same id has become, `seq` the newest fact in the books."""
    fact = f.CommandTaken(wish.command, wish.by, wish.wish_id, wish.slot, wish.text.strip())
    if not (wish.by.strip() and 1 <= len(wish.wish_id.strip()) <= WISH_ID_MAX):
        return Refusal(
            "no-id", f"a command has an id of its own, of at most {WISH_ID_MAX} characters, and says whose it is"
        )
    if done is not None:
        words = f"the id {wish.wish_id!r} was used for something else: take a new one"
        return Granted(()) if done == fact else Refusal("used-id", words)
    if seq >= wish.valid_to_seq:
        return Refusal("too-late", f"it was good up to fact {wish.valid_to_seq}, and the books have {seq}")
    if fact.text and (wish.command is not Command.MESSAGE or len(fact.text) > TEXT_MAX or not fact.text.isprintable()):
        return Refusal("bad-text", f"only a message has a text, of one line and at most {TEXT_MAX} characters")
    if wish.command is not Command.CLOSE_SLOT:
        return Granted((fact,), effects=_EFFECTS.get(wish.command, ())) if not wish.slot else _no_slot(wish)
    held = shop.slots.get(wish.slot)
    if held is None:
        return _no_slot(wish)
    closed = () if held.closed else (f.SlotClosed(wish.slot, Closed.BY_HAND, wish.by),)
    return Granted((fact, *closed))


_EFFECTS: dict[Command, tuple[do.Effect, ...]] = {
    Command.SNAPSHOT: (do.TellLab(),),
    Command.RESTART: (do.StartAnew(),),
}


def _no_slot(wish: TakeCommand) -> Refusal:
    return Refusal("unknown-slot", f"{wish.command.value} cannot be told of slot {wish.slot!r}")
