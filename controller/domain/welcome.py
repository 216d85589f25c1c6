"""Which coins may come in right now: none while they could not be honoured or find no room in the box, and by policy none
that could not go back."""

from controller.domain.change import payable
from controller.domain.cycle import Cycle, Phase
from controller.domain.events import HARMLESS, Trouble
from controller.domain.facts import Part
from controller.domain.shop import Shop, Unreturnable


def welcome_coins(cycle: Cycle, shop: Shop) -> frozenset[int]:
    """The values in cents of the coins to let in; empty while a coin could buy nothing and not be given back."""
    room = cycle.credit_cents < shop.policy.credit_max_cents and not shop.box_full
    if cycle.trial:
        tried = cycle.trial.part is Part.COINS and shop.troubles - HARMLESS == {Trouble.DOOR_OPEN}
        return frozenset(shop.policy.coins_cents) if tried and room else frozenset()
    waiting = cycle.phase in (Phase.IDLE, Phase.CREDIT)
    if not (waiting and shop.selling and room):
        return frozenset()
    coins_cents = shop.policy.coins_cents
    if shop.policy.unreturnable is Unreturnable.ACCEPT:
        return frozenset(coins_cents)
    change = payable(shop.change_coins)
    prices_cents = _prices_cents(cycle, shop) if shop.policy.unreturnable is Unreturnable.SPENDABLE else frozenset()
    return frozenset(coin for coin in coins_cents if _is_safe(cycle.credit_cents + coin, prices_cents, change))


def _prices_cents(cycle: Cycle, shop: Shop) -> frozenset[int]:
    """What the visitor wants to pay: the price of her choice, or before it any that is on sale."""
    chosen = shop.slots.get(cycle.chosen) if cycle.chosen else None
    return frozenset({chosen.price_cents} if chosen else {slot.price_cents for slot in shop if slot.sells})


def _is_safe(credit_cents: int, prices_cents: frozenset[int], change: int) -> bool:
    """Whether this credit can go back whole, still grow into a price, or leave a rest that can go back."""
    if change >> credit_cents & 1:
        return True
    return any(price >= credit_cents or change >> (credit_cents - price) & 1 for price in prices_cents)
