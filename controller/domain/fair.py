"""Which price would be fair: one whose maker's part, by the rule in force, pays for her materials and her hours.

Pure arithmetic in whole cents. It asks nothing of the market: whether anybody buys at that price, she knows best.
"""

from controller.domain.catalog import MakerId, SplitRule

STEP_CENTS = 5
"""A price is rounded up to what people pay without single cents."""
MINUTES = 60


def needed_cents(materials_cents: int, work_minutes: int, hourly_cents: int) -> int:
    """What her part has to be: materials, and her time at the assembly's floor, rounded up to the cent."""
    return materials_cents - (-work_minutes * hourly_cents // MINUTES)


def fair_price_cents(rule: SplitRule, maker: MakerId, her_cents: int, most_cents: int) -> int | None:
    """The lowest price in steps of `STEP_CENTS` of which she gets at least `her_cents`, whoever's turn the odd cent is.

    None when no price up to `most_cents` is enough, which is so whenever the rule leaves her nothing.
    """
    weights = dict(rule.weights)
    whole, hers = sum(weights.values()), weights["maker"]
    if not hers:
        return None
    price_cents = _step_up(max(STEP_CENTS, (her_cents - 1) * whole // hers))
    while price_cents <= most_cents:
        if least_cents(rule, maker, price_cents) >= her_cents:
            return price_cents
        price_cents += STEP_CENTS
    return None


def least_cents(rule: SplitRule, maker: MakerId, price_cents: int) -> int:
    """What she gets of this price when it is never her turn for the odd cent."""
    hers = f"maker:{maker}"
    turns = range(len(rule.weights))
    return min(s.cents for turn in turns for s in rule.shares(price_cents, maker, turn) if s.account == hers)


def _step_up(cents: int) -> int:
    return -(-cents // STEP_CENTS) * STEP_CENTS
