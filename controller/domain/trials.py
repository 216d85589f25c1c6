"""Trying one part with a person at the open door: a motor's one turn, a coin, the drop sensor, the lamp.

A trial is no sale, and no way around one: it begins only while the door is open and nobody has money in the machine; what is
to move is in the books before it moves; a motor's number is counted with the vends, so that the devices turn it once and
after a power cut are only asked. While one is under way nothing is sold. A coin that comes in is credit, as ever.
"""

from dataclasses import dataclass, replace

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain import vend
from controller.domain.catalog import Closed, SlotId
from controller.domain.cycle import Cycle, Decision, Phase, Trial
from controller.domain.events import (
    CoinReturned,
    CoinsSeen,
    DeadlinePassed,
    DeviceReturned,
    Event,
    ItemDropped,
    Restarted,
    Trouble,
    TroubleEnded,
    VendRefused,
    VendUnknown,
)
from controller.domain.facts import Found, Part
from controller.domain.facts.trial import NO_SLOT
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.treasury import WISH_ID_MAX
from controller.domain.waits import settled

COINS_MS = 30_000
"""So long a coin may come in although the door is open."""
NOTHING_SEEN = "no-drop"
"""Of a motor's unknowns the one that is none here: it turned from home to home, and nothing fell."""


@dataclass(frozen=True, slots=True)
class TryPart(Wish):
    """Somebody, `by`, stands at the open door and wants to see this part work; `slot` says which motor."""

    part: Part
    by: str
    wish_id: str
    slot: SlotId = NO_SLOT


@dataclass(frozen=True, slots=True)
class SensorTried(Event):
    """Whether the drop sensor saw its light go out and come back; None when nobody can say."""

    trial_id: int
    works: bool | None


def grant(
    wish: TryPart, cycle: Cycle, shop: Shop, wired: frozenset[SlotId], done: f.Fact | None, now_ms: int
) -> Granted | Refusal:
    """What becomes of it; `done` is the fact that a wish with the same id has become. Nothing has moved yet."""
    if done is not None:
        same = isinstance(done, f.TrialStarted) and (done.part, done.slot, done.by) == (wish.part, wish.slot, wish.by)
        return Granted(()) if same else Refusal("used-id", f"the id {wish.wish_id!r} was used for something else")
    if refusal := _unfit(wish, wired) or _unsafe(cycle, shop):
        return refusal
    if wish.part is Part.LAMP:
        return Granted((), effects=(do.BlinkLamp(),))
    number = cycle.last_vend_id + 1
    waits_ms = COINS_MS if wish.part is Part.COINS else shop.policy.dispense_ms
    trying = replace(
        cycle,
        phase=Phase.TRIAL,
        chosen=None,
        notice=None,
        last_vend_id=number,
        trial=Trial(number, wish.part, wish.slot),
        deadline_ms=now_ms + waits_ms,
    )
    started = f.TrialStarted(number, wish.part, wish.by, wish.slot, wish.wish_id)
    return Granted((started,), effects=_first(wish, number), cycle=trying)


def _unfit(wish: TryPart, wired: frozenset[SlotId]) -> Refusal | None:
    if not wish.by.strip():
        return Refusal("nobody", "say who tries it")
    if not 1 <= len(wish.wish_id.strip()) <= WISH_ID_MAX:
        return Refusal("no-id", f"this wish needs an id of its own, of at most {WISH_ID_MAX} characters")
    if (wish.part is Part.MOTOR) != (wish.slot in wired):
        names = ", ".join(sorted(wired)) or "none"
        return Refusal("unknown-slot", f"{wish.part.value} at slot {wish.slot!r}: this machine has motors at {names}")
    return None


def _unsafe(cycle: Cycle, shop: Shop) -> Refusal | None:
    if Trouble.DOOR_OPEN not in shop.troubles:
        return Refusal("door-shut", "open the door first: nothing is tried while it is shut")
    if shop.troubles & {Trouble.DISK, Trouble.BOOKS}:
        return Refusal("books-sick", "nothing is tried that could not be written down: look at the disk and the books")
    if cycle.trial:
        return Refusal("trial-under-way", f"{cycle.trial.part.value} is being tried right now: wait until it ends")
    if cycle.phase is not Phase.IDLE or cycle.credit_cents:
        return Refusal("somebody-there", "somebody has money in the machine, or waits for a piece: give it back first")
    return None


def _first(wish: TryPart, number: int) -> tuple[do.Effect, ...]:
    match wish.part:
        case Part.MOTOR:
            return (do.Dispense(number, wish.slot),)
        case Part.SENSOR:
            return (do.TrySensor(number),)
        case _:
            return ()


def step(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """The vend cycle (`vend.step`), and what an event means besides for a trial that is under way."""
    trial = cycle.trial
    if trial is None:
        return vend.step(cycle, event, now_ms, shop)
    heard = vend.step(cycle, event, now_ms, shop)
    going_on = replace(heard, cycle=replace(heard.cycle, phase=Phase.TRIAL, deadline_ms=cycle.deadline_ms))
    ended = _ends(trial, event)
    if ended is not None:
        return _over(going_on, ended, now_ms, shop)
    if trial.part is Part.MOTOR and isinstance(event, DeadlinePassed | DeviceReturned | Restarted):
        asking = replace(going_on.cycle, deadline_ms=now_ms + shop.policy.dispense_ms)
        return replace(going_on, cycle=asking, effects=(*heard.effects, do.QueryVend(trial.trial_id, trial.slot)))
    return going_on


def _ends(trial: Trial, event: Event) -> f.TrialEnded | None:
    """What has been seen, when this event ends the trial."""
    match trial.part, event:
        case Part.MOTOR, (ItemDropped(number) | VendRefused(number) | VendUnknown(number)):
            return _turned(trial, event) if number == trial.trial_id else None
        case Part.SENSOR, SensorTried(number, works) if number == trial.trial_id:
            return _seen(trial, Found.UNKNOWN if works is None else Found.WORKS if works else Found.BLIND)
        case Part.SENSOR, (DeadlinePassed() | Restarted()):
            return _seen(trial, Found.UNKNOWN)
        case Part.COINS, CoinsSeen(coins_cents=cents) if cents:
            return _seen(trial, Found.COIN)
        case Part.COINS, CoinReturned():
            return _seen(trial, Found.COIN_BACK)
        case Part.COINS, (DeadlinePassed() | TroubleEnded(Trouble.DOOR_OPEN)):
            return _seen(trial, Found.NOTHING)
        case Part.COINS, Restarted():
            return _seen(trial, Found.UNKNOWN)
        case _:
            return None


def _turned(trial: Trial, event: ItemDropped | VendRefused | VendUnknown) -> f.TrialEnded:
    match event:
        case ItemDropped(fault=fault):
            return _seen(trial, Found.FELL, fault or "")
        case VendRefused(reason=reason):
            return _seen(trial, Found.FAULT, reason)
        case VendUnknown(reason=reason):
            nothing = reason == NOTHING_SEEN
            return _seen(trial, Found.NOTHING if nothing else Found.UNKNOWN, "" if nothing else reason)


def _seen(trial: Trial, found: Found, fault: str = "") -> f.TrialEnded:
    return f.TrialEnded(trial.trial_id, trial.part, found, trial.slot, fault)


def _over(decision: Decision, ended: f.TrialEnded, now_ms: int, shop: Shop) -> Decision:
    """The machine rests again; a slot that showed a fault, or of which nobody knows, sells nothing until somebody looked."""
    reason = Closed.DOUBT if ended.found is Found.UNKNOWN else Closed(ended.fault) if ended.fault else None
    slot = shop.slots.get(ended.slot)
    blamed = ended.part is Part.MOTOR and reason not in (None, Closed.SENSOR) and slot is not None and not slot.closed
    closed = (f.SlotClosed(ended.slot, reason),) if blamed and reason else ()
    over = settled(replace(decision.cycle, trial=None), now_ms, shop)
    return replace(decision, cycle=over, facts=(*decision.facts, ended, *closed))


def left_behind(trial: Trial) -> Event:
    """What ends a trial that was under way when a backup was made: nobody will ever be asked about it."""
    return VendUnknown(trial.trial_id, "restored") if trial.part is Part.MOTOR else Restarted()
