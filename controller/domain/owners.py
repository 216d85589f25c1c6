"""What only the owners' side listens to: a phone that is to be bound at the open door, and the hour that ends a vote."""

from controller.domain import pairing
from controller.domain.cycle import Cycle, Decision
from controller.domain.deciding import Looked, due
from controller.domain.shop import Shop

Word = pairing.Word | Looked


def hear(cycle: Cycle, event: Word, now_ms: int, shop: Shop) -> Decision:
    """The visitor's cycle goes on as it was; only who owns and decides may change."""
    if isinstance(event, Looked):
        return Decision(cycle, due(shop, event.wall_ms))
    return pairing.hear(cycle, event, now_ms, shop)
