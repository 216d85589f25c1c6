"""The lab's one question after a sale: an answer by its word, at most one for each sale, and nothing about who gave it."""

from dataclasses import replace

from controller.domain import facts as f
from controller.domain.cycle import Cycle, Decision, Notice, Vend
from controller.domain.events import VisitorAnswers
from controller.domain.shop import Policy, Shop
from controller.domain.waits import settled


def hear(cycle: Cycle, event: VisitorAnswers, now_ms: int, shop: Shop) -> Decision:
    """Write down an answer while the thanks for its sale is on the screen; no answer takes the thanks off it.

    What comes too late, a second time, or is no answer of the configuration changes nothing.
    """
    told = cycle.notice
    if told is None or told.vend is None or told.vend.vend_id != event.vend_id or told.until_ms <= now_ms:
        return Decision(cycle)
    if not event.answer:
        return Decision(settled(replace(cycle, notice=None), now_ms, shop))
    if not _is_news(event, told, shop.policy):
        return Decision(cycle)
    return Decision(replace(cycle, notice=replace(told, answered=True)), (_answered(told.vend, event),))


def _is_news(event: VisitorAnswers, told: Notice, policy: Policy) -> bool:
    """Only words of the configuration are written down: whatever else was sent could be about a person."""
    asked = bool(policy.question) and event.question == policy.question
    return asked and event.answer in policy.answers and not told.answered


def _answered(vend: Vend, event: VisitorAnswers) -> f.Fact:
    return f.VisitorAnswered(vend.vend_id, vend.slot, vend.product, event.question, event.answer)
