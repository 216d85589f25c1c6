"""The books on a terminal, as people read them: dollars, one account a line, a little bar for each share."""

import dataclasses
import json

from controller.domain.money import dollars
from controller.ledger.reports import Totals

BAR_CELLS = 24


def books(totals: Totals) -> str:
    """The balances of the whole machine in the order people ask: what came in, where it is, whose it is."""
    lines = [
        f"{totals.sales} pieces sold, {totals.facts} facts",
        "",
        _line("Put in by visitors", totals.inserted_cents),
        _line("  paid for pieces", totals.sold_cents),
        _line("  given back", totals.returned_cents),
        _line("  credit right now", totals.credit_cents + totals.hold_cents),
        _line("  in doubt, a person decides", totals.doubt_cents),
        _line("  claims to be paid", totals.claims_cents),
        _line("  unclaimed", totals.unclaimed_cents),
    ]
    lines += _family("Makers", totals.makers, totals.sold_cents)
    lines += _family("Funds", totals.funds, totals.sold_cents)
    lines += _family("Cash", totals.cash, max(totals.cash.values(), default=0))
    return "\n".join(lines)


def as_json(totals: Totals, **more: object) -> str:
    """One JSON object with every figure, in cents."""
    return json.dumps(dataclasses.asdict(totals) | more, ensure_ascii=False)


def _family(title: str, amounts: dict[str, int], whole_cents: int) -> list[str]:
    rows = [_line(f"  {name}", cents, _bar(cents, whole_cents)) for name, cents in amounts.items()]
    return ["", title, *(rows or ["  none yet"])]


def _line(words: str, cents: int, bar: str = "") -> str:
    return f"{words:<30}{dollars(cents):>12}  {bar}".rstrip()


def _bar(cents: int, whole_cents: int) -> str:
    cells = BAR_CELLS * max(0, cents) // whole_cents if whole_cents else 0
    return "█" * min(cells, BAR_CELLS)
