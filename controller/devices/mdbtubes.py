"""A changer's tubes as hoppers: they answer what they hold, pay an order once, and tell by their counts what truly left.

A changer has no count of coins ever paid. So what each tube holds is put into the books (as marks) when it is asked, before
an order is written; the difference is what was paid. `lifetime` in an order is how many coins are missing from full tubes,
which grows by one with each coin that leaves, while coins are shut out. What the counts cannot prove is a doubt.
"""

import logging
import queue
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from controller.devices.hopperjobs import Job
from controller.devices.mdbstation import Desk, Marks
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.effects import AskHoppers, PayCoins
from controller.domain.events import CoinsSeen
from controller.domain.money import COINS_CENTS
from controller.protocols import mdb

log = logging.getLogger(__name__)

SOURCE = "mdb:tubes"
"""The name of its marks: for which payout the tubes were read last; and what was in the tube of each coin type, `/2`."""
TYPES = 16
FULL = 255
"""A tube's count is a byte; 255 proves nothing."""
JOBS_MAX = 16
PATIENCE_MS = 8_000
"""So long a question about an order waits for a changer that is away, before it makes way for the brain's next one."""
GIVE_UP_MS = 60_000
"""A changer that gave no answer about an order for this long gives none: a person has to look."""


def place_of(cents: int) -> str:
    """The account of the tubes that hold coins of this value."""
    return f"tube:{cents}"


PLACES = frozenset(place_of(cents) for cents in COINS_CENTS)


@dataclass(frozen=True, slots=True)
class TubesBefore:
    """What each tube held when the changer was asked for this payout. Satisfies `controller.domain.events.Reading`."""

    payout_id: int
    counts: tuple[int, ...]

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """Marks to commit, and no coin. The counts of an older payout are no news any more."""
        more = tuple((f"{SOURCE}/{kind}", count) for kind, count in enumerate(self.counts))
        known = counts_in(marks, self.payout_id) == self.counts
        return None if known or marks.get(SOURCE, 0) > self.payout_id else self._seen(more)

    def _seen(self, more: tuple[tuple[str, int], ...]) -> CoinsSeen:
        return CoinsSeen("coins", SOURCE, self.payout_id, more_marks=more)


def counts_in(marks: Mapping[str, int], payout_id: int) -> tuple[int, ...] | None:
    """What the tubes held before this payout, as the books remember it; None when they do not."""
    if marks.get(SOURCE) != payout_id:
        return None
    return tuple(marks.get(f"{SOURCE}/{kind}", 0) for kind in range(TYPES))


def missing(counts: Sequence[int], kinds: Sequence[int]) -> int:
    """How many coins are missing from the tubes of these types until they are full."""
    return sum(FULL - counts[kind] for kind in kinds)


class TubeDesk:
    """One changer's payouts, one after another. `give` may be called from any thread, all else is the worker's."""

    places = PLACES

    def __init__(self, host: mdb.ChangerHost, marks: Marks, desk: Desk) -> None:
        self._host, self._marks, self._desk = host, marks, desk
        self._jobs: queue.Queue[Job] = queue.Queue(JOBS_MAX)
        self._job: Job | None = None
        self._under_way = self._held = False
        self._begun_id = 0
        self._job_late_ms: int | None = None
        self._late_ms: dict[int, int] = {}
        self.identity: mdb.Identity | None = None

    @property
    def busy(self) -> bool:
        """Whether coins may be leaving right now."""
        return self._under_way

    @property
    def serial(self) -> int | None:
        """A number made of who the changer says it is; None when it does not say."""
        told = self.identity
        return zlib.crc32(f"{told.maker} {told.model} {told.serial}".encode()) if told else None

    def give(self, job: Job) -> None:
        """Queue a job. A full queue is a fault, not a wait: the job is dropped, and the brain asks again."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            log.error("the changer: %s is dropped, %d jobs wait", job.effect, JOBS_MAX)

    def step(self, now_ms: int, here: bool, coins_wanted: bool) -> None:
        """Begin what can be begun; `here` while the changer answers."""
        if self._job is None and not self._jobs.empty():
            self._job, self._job_late_ms = self._jobs.get_nowait(), None
        job = self._job
        if job is None:
            self._let_coins_in_again(coins_wanted)
        elif self._under_way:
            self._under_way = self._host.busy  # an errand whose changer was lost ends without a word
        elif isinstance(job.effect, AskHoppers):
            self._ask(job, job.effect, here)
        elif here and self._host.ready and not self._host.busy:
            self._carry_out(job)
        else:
            self._wait(job, now_ms)

    def heard(self, event: mdb.TubesRead | mdb.PaidOut) -> None:
        """The end of an errand."""
        job, self._under_way = self._job, False
        match event:
            case mdb.TubesRead(tubes) if job and isinstance(job.effect, AskHoppers):
                self._desk.offer(TubesBefore(job.effect.payout_id, tubes.counts))
                job.hoppers.extend(self._hoppers(tubes))
                self._finish(job)
            case mdb.PaidOut() if job:
                self._settle(job, event)
                self._finish(job)

    # What is in the tubes

    def _kinds(self) -> dict[int, list[int]]:
        """Coin value to the types that have it and can lie in a tube."""
        setup = self._host.setup
        kinds: dict[int, list[int]] = {}
        worth, routable = (setup.values_cents, setup.routable) if setup else ({}, frozenset())
        for kind, cents in sorted(worth.items()):
            if kind in routable and place_of(cents) in PLACES:
                kinds.setdefault(cents, []).append(kind)
        return kinds

    def _hoppers(self, tubes: mdb.Tubes) -> list[Hopper]:
        """One for each value whose tubes can be counted; how many coins are in it the books know."""
        return [
            Hopper(place_of(cents), cents, 0, missing(tubes.counts, kinds), self.serial)
            for cents, kinds in self._kinds().items()
            if all(tubes.proves(kind) for kind in kinds)
        ]

    def _ask(self, job: Job, effect: AskHoppers, here: bool) -> None:
        """An order that was begun is not asked for again: its counts from before must stay what they are."""
        if here and self._host.ready and not self._host.busy and effect.payout_id > self._begun_id:
            self._host.ask()
            self._under_way = self._held = True
        else:
            self._finish(job)

    def _let_coins_in_again(self, coins_wanted: bool) -> None:
        if self._held and coins_wanted:
            self._held = False
            self._host.release()

    # Orders

    def _carry_out(self, job: Job) -> None:
        """Pay, once; after that, and for any other question, only look."""
        assert not isinstance(job.effect, AskHoppers)
        order = self._order(job.effect.payout_id, job.open)
        if order is None:
            log.error("the changer: nothing is known of the tubes before payout %d", job.effect.payout_id)
            job.unsure.extend(order.place for order in job.open)
            self._finish(job)
            return
        if not order.coins:
            job.paid.extend(Paid(order.place, 0) for order in job.open)
            self._finish(job)
            return
        fresh = isinstance(job.effect, PayCoins) and job.effect.payout_id > self._begun_id
        self._under_way, self._held = True, True
        if fresh:
            self._begun_id = job.effect.payout_id
            self._host.pay(order)
        else:
            self._host.look(order)

    def _order(self, payout_id: int, orders: Sequence[HopperOrder]) -> mdb.Order | None:
        """The same for the same books, whenever it is made, and never more than the tubes held.

        None where the changer or its counts are not those of then.
        """
        before, kinds, coins = counts_in(self._marks(), payout_id), self._kinds(), Counter[int]()
        for order in orders:
            there = kinds.get(order.coin_cents, [])
            same = before is not None and there and order.lifetime_before == missing(before, there)
            if before is None or not same or order.serial != self.serial:
                return None
            left = order.coins
            for kind in sorted(there, key=lambda kind: -before[kind]):
                coins[kind] = min(left, before[kind])
                left -= coins[kind]
        return mdb.Order(payout_id, +coins, before) if before else None

    def _settle(self, job: Job, paid: mdb.PaidOut) -> None:
        """What the counts prove was paid. Less than ordered, and in doubt: then nobody knows, and the whole order is unsure.

        Coins of another value are what the changer chose instead: they count for what was ordered, and a person looks.
        """
        setup, worth = self._host.setup, Counter[int]()
        for kind, coins in paid.coins.items():
            cents = setup.values_cents.get(kind, 0) if setup else 0
            worth[cents] += coins * cents
        instead_cents = worth.total() - sum(worth[order.coin_cents] for order in job.open)
        for order in job.open:
            got_cents = worth[order.coin_cents] + instead_cents
            if not paid.doubt or got_cents >= order.cents:
                job.paid.append(Paid(order.place, got_cents))
            if paid.doubt or instead_cents:
                job.unsure.append(order.place)
            instead_cents = 0
        if paid.doubt:
            log.error("the changer: payout %d: %s", paid.payout_id, paid.doubt)

    def _wait(self, job: Job, now_ms: int) -> None:
        """The changer is away: a while for this question, a longer while for the order; then it is unsure."""
        assert not isinstance(job.effect, AskHoppers)
        since_ms = self._late_ms.setdefault(job.effect.payout_id, now_ms)
        self._job_late_ms = self._job_late_ms or now_ms + PATIENCE_MS
        if now_ms - since_ms >= GIVE_UP_MS:
            job.unsure.extend(order.place for order in job.open)
            self._finish(job)
        elif now_ms >= self._job_late_ms:
            log.warning("the changer: no answer about %s, it is away", job.effect)
            self._job = None

    def _finish(self, job: Job) -> None:
        self._job = None
        if not isinstance(job.effect, AskHoppers):
            self._begun_id = max(self._begun_id, job.effect.payout_id)
            self._late_ms.pop(job.effect.payout_id, None)
        if event := job.done(job):
            self._desk.offer(event)
