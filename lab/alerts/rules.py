"""What is an alert: one short function a rule, from what is known of a machine to the alerts there are now. Pure.

An alert is there as long as its cause is; nothing here remembers. A rule that cannot know says so by not being judged
(`Look.judged`): what was open by it stays as it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lab.alerts.limits import Limits
from lab.alerts.sight import HOUR_MS, Sight
from lab.pages.standing import Verdict, standing


class Rule(StrEnum):
    """Why somebody is told."""

    OFFLINE = "offline"
    NO_SALES = "no-sales"
    JAMS = "jams"
    EMPTY = "empty"
    CASH = "cash"
    CLOCK = "clock"
    MISSING = "missing"
    REFUSED = "refused"


OF_BOOKS = frozenset({Rule.NO_SALES, Rule.JAMS, Rule.EMPTY, Rule.CASH})
"""Rules that ask the read model, so nothing can be said while facts are missing or not folded yet."""


class Key(NamedTuple):
    """What an alert is known by, as long as it lasts. `subject` is a slot or a place, empty for the whole machine."""

    rule: Rule
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is so now; `n` and `of` are the rule's own numbers, for the words."""

    rule: Rule
    since_ms: int
    subject: str = ""
    n: int = 0
    of: int = 0

    @property
    def key(self) -> Key:
        return Key(self.rule, self.subject)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a machine has found, and by which rules it could be judged."""

    alerts: tuple[Alert, ...]
    judged: frozenset[Rule]


def look(sight: Sight, limits: Limits, now_ms: int) -> Look:
    """Judge a machine by every rule that can be."""
    judged = frozenset(Rule) - _unknown(sight, now_ms)
    return Look(
        tuple(alert for rule in Rule if rule in judged for alert in _RULES[rule](sight, limits, now_ms)), judged
    )


def _unknown(sight: Sight, now_ms: int) -> frozenset[Rule]:
    """Facts that wait, here or still on the machine, may be sales; one that does not sell need not be asked why not."""
    seen = sight.seen
    if seen.line.waiting or seen.modelled_seq < seen.line.seq:
        return OF_BOOKS
    sells = standing(seen, now_ms).verdict in (Verdict.SELLS, Verdict.RESTS)
    return frozenset() if seen.state and sells and not seen.on_machine else frozenset({Rule.NO_SALES})


def _offline(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:
    line = sight.seen.line
    heard_ms = line.last_heard_ms or line.first_heard_ms
    if now_ms - heard_ms >= limits.silent_h * HOUR_MS:
        yield Alert(Rule.OFFLINE, heard_ms)


def _no_sales(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:
    if sight.open_enough(limits.no_sales_h, now_ms):
        yield Alert(Rule.NO_SALES, sight.idle_since_ms, n=limits.no_sales_h)


def _jams(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:  # noqa: ARG001 (all rules are asked alike)
    """Of a young machine's few vends as many must have failed as of the full number."""
    failed = sight.failed_ms
    if failed and len(failed) * 100 >= limits.failed_percent * limits.vends:
        yield Alert(Rule.JAMS, min(failed), n=len(failed), of=sight.vends)


def _empty(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:
    for slot, since_ms in sight.empty_since_ms.items():
        if now_ms - since_ms >= limits.empty_h * HOUR_MS:
            yield Alert(Rule.EMPTY, since_ms, slot)


def _cash(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:  # noqa: ARG001
    for place, (at_ms, over_cents) in sight.counts.items():
        if abs(over_cents) >= limits.cash_cents:
            yield Alert(Rule.CASH, at_ms, place, n=over_cents)


def _clock(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:
    since_ms = sight.started_ms
    if sight.seen.state.get("trusted") is False and since_ms and now_ms - since_ms >= limits.clock_h * HOUR_MS:
        yield Alert(Rule.CLOCK, since_ms)


def _missing(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:
    since_ms = sight.waiting_ms
    if since_ms and now_ms - since_ms >= limits.missing_h * HOUR_MS:
        first = sight.seen.line.seq + 1 if sight.seen.missing_to else 0
        yield Alert(Rule.MISSING, since_ms, n=first, of=sight.seen.missing_to)


def _refused(sight: Sight, limits: Limits, now_ms: int) -> Iterator[Alert]:  # noqa: ARG001
    if sight.seen.refused:
        yield Alert(Rule.REFUSED, sight.refused_ms, n=sight.seen.refused)


_RULES: dict[Rule, Callable[[Sight, Limits, int], Iterator[Alert]]] = {
    Rule.OFFLINE: _offline,
    Rule.NO_SALES: _no_sales,
    Rule.JAMS: _jams,
    Rule.EMPTY: _empty,
    Rule.CASH: _cash,
    Rule.CLOCK: _clock,
    Rule.MISSING: _missing,
    Rule.REFUSED: _refused,
}
