"""What the machine says of itself beside its facts: what it is (`Meta`) and how it stands (`State`), when that has changed.

A look every five seconds at most. While a visitor is served a change waits for the end of the visit, so that a sale is one
`State` and not ten; what stops the selling is told at once. Of people only the names of makers who agreed are in it.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace

from controller.clock import Clock
from controller.config import Config
from controller.domain.outbox import Outbox
from controller.domain.view import View
from controller.ledger.outbox import capacities, cash_cents, newest, version
from controller.ledger.people import makers, products
from controller.protocols.sync.notes import (
    NOTE_BYTES_MAX,
    MakerTold,
    Meta,
    PlaceTold,
    ProductTold,
    SlotTold,
    State,
    told,
)
from controller.protocols.sync.topics import META, STATE

LOOK_MS = 5_000
VISIT_MS_MAX = 60_000
"""No change is held back longer than this, however long a visitor stays."""
SIGN_OF_LIFE_MS = 7_200_000
"""So long a machine on which nothing happens says nothing: 37 of 52 kB a day were states that said the same each hour."""
Draw = Callable[[], View]
Saying = tuple[str, bytes]
"""The last word of a topic, and what is to be said there."""


class Herald:
    """Used by one thread. `hours` are the opening hours in force."""

    def __init__(self, config: Config, clock: Clock, software: str, hours: Callable[[], tuple[str, ...]]) -> None:
        self._config, self._clock, self._software, self._hours = config, clock, software, hours
        self.begin()

    def begin(self) -> None:
        """Whatever was told before counts no more: a new connection, or a saying that was lost."""
        self._version: int | None = None
        self._meta: Meta | None = None
        self._state: State | None = None
        self._state_ms = self._look_ms = 0

    def sayings(self, db: sqlite3.Connection, draw: Draw | None, outbox: Outbox) -> Iterator[Saying]:
        """What is news."""
        now_ms = self._clock.mono_ms()
        if self._state is not None and now_ms < self._look_ms:
            return
        self._look_ms = now_ms + LOOK_MS
        if (found := version(db)) != self._version:
            self._version = found
            meta = meta_of(db, self._config, self._software, self._hours())
            if meta != self._meta:
                self._meta = meta
                yield META, told(meta)
        if draw is None:
            return
        state = state_of(db, draw(), outbox, self._config, self._clock)
        if self._is_news(state, now_ms):
            self._state, self._state_ms = state, now_ms
            yield STATE, told(state)

    def _is_news(self, state: State, now_ms: int) -> bool:
        before, age_ms = self._state, now_ms - self._state_ms
        if before is None or age_ms >= SIGN_OF_LIFE_MS or state.troubles != before.troubles:
            return True
        return _gist(state) != _gist(before) and (state.phase == "idle" or age_ms >= VISIT_MS_MAX)


def _gist(state: State) -> State:
    """Without what changes by itself, or with every fact."""
    slots = tuple(replace(slot, status="") if slot.status == "paused" else slot for slot in state.slots)
    return replace(state, as_of_ms=0, trusted=True, seq=0, head="", acked_seq=0, phase="", disk_free_mb=0, slots=slots)


def meta_of(db: sqlite3.Connection, config: Config, software: str, hours: tuple[str, ...]) -> Meta:
    """What the machine is. Too long for one note, it does without the makers' own words, then without the last products."""
    sync, kiosk = config.sync, config.kiosk
    meta = Meta(
        machine=config.machine.name,
        software=software,
        boot=newest(db)[2],
        zone=config.clock.zone,
        slots=config.slots(),
        hours=hours,
        place=PlaceTold(sync.place, sync.lat, sync.lon),
        question=kiosk.question,
        answers=tuple(kiosk.answers) if kiosk.question else (),
        makers=tuple(MakerTold(m.maker, m.name, m.workshop, m.words) for m in makers(db).values() if m.consent),
        products=tuple(ProductTold(p.product, p.maker, p.name, p.work_minutes) for p in products(db).values()),
    )
    if len(told(meta)) > NOTE_BYTES_MAX:
        meta = replace(meta, makers=tuple(replace(maker, words="") for maker in meta.makers))
    while len(told(meta)) > NOTE_BYTES_MAX and (meta.products or meta.makers):
        kept = len(meta.products) * 3 // 4
        meta = replace(meta, products=meta.products[:kept], makers=meta.makers if kept else ())
    return meta


def state_of(db: sqlite3.Connection, view: View, outbox: Outbox, config: Config, clock: Clock) -> State:
    """How the machine stands right now, by its picture and its books."""
    epoch, seq, _, head = newest(db)
    most = capacities(db)
    disk = os.statvfs(config.machine.database.parent)
    return State(
        as_of_ms=clock.wall_ms(),
        trusted=clock.trusted(),
        epoch=epoch,
        seq=seq,
        head=head.hex(),
        acked_seq=outbox.acked,
        quarantined=outbox.quarantined,
        phase=view.phase,
        troubles=view.troubles,
        lacks=view.lacks,
        slots=tuple(
            SlotTold(s.slot, s.product, s.maker, s.price_cents, s.quantity, most.get(s.slot, 0), s.status, s.reason)
            for s in view.slots
        ),
        cash_cents=cash_cents(db),
        disk_free_mb=disk.f_bavail * disk.f_frsize // 1_000_000,
    )
