"""What went wrong, in the codes of the standard (EVA-DTS 6.2, appendix C): EA2.

Only what happened since the last reset, or holds right now, stands in a file (2.8.1); what was mended before is history. Of
the times outside the opening hours, of a cash box that fills and of slots that a person closed nothing is told: they are no
faults.
"""

from collections.abc import Iterator

from controller.domain.events import Trouble
from controller.domain.meters import Life, Meter
from controller.domain.meters.troubles import FAILURE, JAM, TROUBLE
from controller.protocols.evadts import Segment, segment
from controller.statements.dts.figures import full

CODES = {
    Trouble.DOOR_OPEN: "EGS",
    Trouble.NO_COINS: "EAR",
    Trouble.NO_HOPPER: "EAN",
    Trouble.NO_BILLS: "EN",
    Trouble.NO_WALLET: "EKM",
    Trouble.NO_MOTORS: "EJB",
    Trouble.NO_SENSOR: "EJL",
    Trouble.DISK: "ECO",
    Trouble.BOOKS: "EC_1",
    Trouble.BOX_FULL: "ENE",
}
"""`EC_1` is a code of our own, as C.2.5 lets makers have: the books do not agree with themselves."""
MOTOR, DELIVERY = "EJB", "ELA"
"""A dispense motor that did not turn as it should; a product that did not come. The slot follows (C.2.6)."""


def events(life: Life) -> Iterator[Segment]:
    """One EA2 for each event, in the order of their codes."""
    return (each for _, each in sorted((each.element(1), each) for each in _events(life)))


def _events(life: Life) -> Iterator[Segment]:
    troubles = life.troubles
    for trouble, code in CODES.items():
        yield from _event(code, life.meters[TROUBLE, trouble], troubles.holds(trouble))
    for slot in life.shelf.selections:
        yield from _event(f"{MOTOR}_{slot}", life.meters[JAM, slot], slot in troubles.closed)
        yield from _event(f"{DELIVERY}_{slot}", life.meters[FAILURE, slot], False)


def _event(code: str, meter: Meter, active: bool) -> Iterator[Segment]:
    if active or meter.number_since:
        yield segment("EA2", code, full(meter.number_since, 6), full(meter.number, 6), None, int(active))
