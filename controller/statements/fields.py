"""A statement for programs: one JSON object, sums in cents, times in ISO 8601 without a zone (the books' own local time)."""

import json
from dataclasses import asdict
from typing import Any

from controller.domain.facts import SellerSet
from controller.ledger.statement import Line, Statement


def as_json(statement: Statement) -> str:
    return json.dumps(fields(statement), ensure_ascii=False)


def fields(statement: Statement) -> dict[str, Any]:
    """Everything the statement knows. A line leaves out what does not belong to it."""
    first, last = statement.first_day, statement.last_day
    return {
        "maker": statement.maker,
        "name": statement.name,
        "first_day": first.isoformat() if first else None,
        "last_day": last.isoformat() if last else None,
        "facts": [statement.seqs.start, statement.seqs.stop - 1] if statement.seqs is not None else None,
        "opening_cents": statement.opening_cents,
        "closing_cents": statement.closing_cents,
        "pieces": statement.pieces,
        "certain": statement.certain,
        "tax_id": statement.tax_id,
        "lines": [_line(line) for line in statement.lines],
        "undated": [_line(line) for line in statement.undated],
        "rules": [
            {"rule_id": rule.rule_id, "weights": dict(rule.weights), "bears": rule.bears} for rule in statement.rules
        ],
        "head": {"seq": statement.head_seq, "hash": statement.head},
    }


def _line(line: Line) -> dict[str, Any]:
    known = {name: value for name, value in asdict(line).items() if value or name in ("cents", "certain")}
    times = {name: value.isoformat() for name in ("at", "sold_at") if (value := getattr(line, name))}
    known |= {"sold_as": _sold_as(line.sold_as), "net_cents": line.net_cents} if line.sold_as else {}
    shares = {"fee_cents": line.fee_cents, "fund_cents": line.fund_cents} if line.price_cents else {}
    return known | times | shares


def _sold_as(terms: SellerSet) -> dict[str, Any]:
    """Who sold it; who said so is of no matter here."""
    return {"seller": terms.seller, "regime": terms.regime, "vat_permille": terms.vat_permille}
