"""The machine's meters: what an operator's audit asks, counted from the facts alone. Pure, and read by whoever has the facts.

    meter      one meter: how often, for how many cents, ever and since the last reset
    purse      by which means a sale was paid
    cash       coins and bills on their way
    shelf      the selections
    troubles   what went wrong, and what is wrong now
    counting   all of it, fact by fact

Nothing here knows the form of an audit file: `controller.statements.dts` writes one from these meters.
"""

from controller.domain.meters.counting import COUNTED, Life, life_of
from controller.domain.meters.meter import Meter, Meters

__all__ = ["COUNTED", "Life", "Meter", "Meters", "life_of"]
