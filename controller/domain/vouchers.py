"""Vouchers: a museum ticket, a gift, a compensation, each good once on one machine. Part of the vend cycle.

Whoever made the event has checked the signature; here is decided whether the voucher is money now. It becomes credit, by
the rules for coins from then on, in the same transaction in which it is spent; so no repetition, kill or photograph makes
it credit twice. A refusal is told in words and spends nothing.
"""

from dataclasses import replace

from controller.domain import facts as f
from controller.domain.cycle import Cycle, Decision, News, Phase
from controller.domain.events import VoucherRefused, VoucherShown
from controller.domain.shop import Shop
from controller.domain.waits import noticed, settled

BEGINNING_MS = 1_767_225_600_000
"""1 January 2026 in UTC: minutes of issue are counted from here, so that four bytes last for eight thousand years."""
MINUTE_MAX = 0xFFFF_FFFF
REFUSALS = {
    "revoked": News.VOUCHER_REVOKED,
    "expired": News.VOUCHER_EXPIRED,
    "wrong-machine": News.VOUCHER_ELSEWHERE,
    "forged": News.VOUCHER_FORGED,
    "unknown-key": News.VOUCHER_UNKNOWN,
    "not-a-voucher": News.VOUCHER_UNKNOWN,
}
"""What the screen says about each reason for which a voucher does not even reach the books."""


def minute(wall_ms: int) -> int:
    """The minute of this time, as vouchers count them; 0 for a clock that has not arrived in 2026."""
    return min(max(0, wall_ms - BEGINNING_MS) // 60_000, MINUTE_MAX)


def hear(cycle: Cycle, event: VoucherShown | VoucherRefused, now_ms: int, shop: Shop) -> Decision:
    """Credit for a good voucher, words for any other. While anything is under way only words: it can be shown again."""
    news = refusal(cycle, event, shop)
    if news is not None:
        told = replace(cycle, notice=noticed(news, now_ms, shop))
        resting = cycle.phase in (Phase.IDLE, Phase.CREDIT)
        return Decision(settled(told, now_ms, shop) if resting else told)
    assert isinstance(event, VoucherShown)
    richer = replace(cycle, credit_cents=cycle.credit_cents + event.cents, notice=None)
    return Decision(settled(richer, now_ms, shop), (f.VoucherTaken(event.voucher_id, event.kid, event.cents),))


def refusal(cycle: Cycle, event: VoucherShown | VoucherRefused, shop: Shop) -> News | None:
    """Why this is no money now, or None. What is wrong with the voucher itself is said first, whatever the machine does."""
    if isinstance(event, VoucherRefused):
        return REFUSALS.get(event.reason, News.VOUCHER_UNKNOWN)
    if event.voucher_id in shop.vouchers:
        return News.VOUCHER_SPENT
    if event.issued_min <= shop.vouchers_wait_min:
        return News.VOUCHER_WAITS
    room = cycle.credit_cents < shop.policy.credit_max_cents
    resting = cycle.phase in (Phase.IDLE, Phase.CREDIT)
    return None if resting and room and shop.selling and event.cents > 0 else News.VOUCHER_LATER
