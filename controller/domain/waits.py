"""What a decision leaves behind when nothing is under way: the phase, its deadline, what the screen says and for how long."""

from dataclasses import replace

from controller.domain.catalog import SlotId
from controller.domain.claims import code
from controller.domain.cycle import Cycle, News, Notice, Phase
from controller.domain.shop import Shop


def settled(cycle: Cycle, now_ms: int, shop: Shop) -> Cycle:
    """Nothing is under way: the phase follows from the credit, and every wait gets its end."""
    if cycle.credit_cents:
        return replace(cycle, phase=Phase.CREDIT, deadline_ms=idle_until(now_ms, shop))
    if cycle.chosen:
        return replace(cycle, phase=Phase.IDLE, deadline_ms=idle_until(now_ms, shop))
    return replace(cycle, phase=Phase.IDLE, deadline_ms=cycle.notice.until_ms if cycle.notice else None)


def idle_until(now_ms: int, shop: Shop) -> int:
    return now_ms + shop.policy.credit_idle_ms


def claimed(cycle: Cycle, shop: Shop) -> tuple[Cycle, str]:
    number = cycle.last_claim_id + 1
    return replace(cycle, last_claim_id=number), code(shop.claim_key, number)


def with_code(cycle: Cycle, notice: Notice, now_ms: int) -> Cycle:
    """Show a claim code, beside those that somebody may still be copying."""
    standing = tuple(earlier for earlier in cycle.codes if earlier.until_ms > now_ms)
    return replace(cycle, notice=notice, codes=(*standing, notice))


def with_new_times(cycle: Cycle, now_ms: int, shop: Shop) -> Cycle:
    """After a restart monotonic time begins anew: what is shown gets its whole time again."""

    def again(notice: Notice) -> Notice:
        anew = noticed(notice.news, now_ms, shop, notice.slot, notice.cents, notice.claim)
        return replace(notice, until_ms=anew.until_ms)

    codes = tuple(again(notice) for notice in cycle.codes)
    return replace(cycle, notice=again(cycle.notice) if cycle.notice else None, codes=codes, pairing=None)


def noticed(
    news: News, now_ms: int, shop: Shop, slot: SlotId | None = None, cents: int = 0, claim: str | None = None
) -> Notice:
    """A claim code stays six times longer than a thank-you: it has to be copied by hand."""
    shown_ms = shop.policy.notice_ms * (6 if claim else 1)
    return Notice(news, now_ms + shown_ms, slot, cents, claim)
