"""How a meter, a text and a moment stand in the elements of an audit file."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo

from controller.domain.meters import Life, Meter
from controller.domain.meters.purse import wallet
from controller.domain.times import Moment

DIGITS = 8
"""What most elements hold (EVA-DTS 6.2, appendix A)."""


def full(figure: int, digits: int = DIGITS) -> int:
    """A counter that has come to its last digit begins again at 0 (5.1.6)."""
    most: int = 10**digits
    return figure % most


def value_first(meter: Meter, *digits: int) -> tuple[int, ...]:
    """Cents and number since initialisation, then since the last reset, as VA1 has them; the last with six digits."""
    figures = (meter.cents, meter.number, meter.cents_since, meter.number_since)
    return _fitted(figures, digits or (8, 8, 8, 6))


def number_first(meter: Meter, *digits: int) -> tuple[int, ...]:
    """Number and cents since initialisation, then since the last reset, as PA2 has them."""
    figures = (meter.number, meter.cents, meter.number_since, meter.cents_since)
    return _fitted(figures, digits or (8, 8, 6, 8))


def _fitted(figures: tuple[int, ...], digits: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(full(figure, many) for figure, many in zip(figures, digits, strict=True))


def total(meters: Iterable[Meter]) -> Meter:
    """Several meters as one."""
    added = Meter()
    for meter in meters:
        added.number += meter.number
        added.cents += meter.cents
        added.number_before += meter.number_before
        added.cents_before += meter.cents_before
    return added


def cashless(life: Life) -> tuple[list[str], list[str]]:
    """The means of cashless 1, who took a payment first of all, and of cashless 2: whoever else ever took one.

    So nobody changes places, however many join: what was counted once stays where it is.
    """
    means = [wallet(name) for name in life.providers]
    return means[:1], means[1:]


def plain(text: str, chars_max: int) -> str:
    """A text as every program can show it: letters without their accents, cut where its element ends."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(each if each.isprintable() and each not in "*^" else " " for each in ascii_only)[:chars_max]


def day_and_time(moment: Moment | None, zone: tzinfo) -> tuple[str, str]:
    """A date and a time of day as elements have them; empty for a moment that nobody is certain of."""
    if moment is None or not moment.certain:
        return "", ""
    try:
        local = datetime.fromtimestamp(moment.wall_ms // 1_000, zone)
    except (ValueError, OverflowError, OSError):
        return "", ""
    return local.strftime("%Y%m%d"), local.strftime("%H%M%S")
