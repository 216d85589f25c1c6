"""A statement as plain text, for a terminal or a message."""

from controller.ledger.statement import Statement
from controller.statements import rows as tables
from controller.statements import selling
from controller.statements.words import PROMISE, UNSURE_TOLD, money, proof, rule, stretch

WIDTHS = (17, 48, 6, 11, 9, 10, 11, 11)
LABEL = 34


def as_text(statement: Statement, machine: str) -> str:
    """The whole statement."""
    lines = [f"LIQUIDACIÓN DE {statement.name.upper()}", f"Máquina {machine}, {stretch(statement)}", ""]
    lines += [_sum(one) for one in tables.account(statement)]
    lines += ["", *(_sum(one) for one in tables.shared(statement)), ""]
    lines += [_row(tables.HEADINGS), "─" * (sum(WIDTHS) + len(WIDTHS) - 1)]
    lines += [_row(_cells(row)) for row in tables.rows(statement)] or ["En estos días no hubo nada."]
    lines += [
        "",
        *selling.told(statement),
        *tables.notes(statement, UNSURE_TOLD),
        *(rule(one) for one in statement.rules),
        PROMISE,
        proof(statement),
    ]
    return "\n".join(lines)


def _sum(one: tables.Sum) -> str:
    indent = "" if one.bold else "  "
    return f"{indent + one.label:<{LABEL}}{money(one.cents):>14}"


def _cells(row: tables.Row) -> tuple[str, ...]:
    line = row.line
    price = (money(line.price_cents), money(line.fee_cents), money(line.fund_cents)) if row.priced else ("", "", "")
    return (row.when, row.says, str(line.vend_id or ""), *price, money(line.cents), money(row.balance_cents))


def _row(cells: tuple[str, ...]) -> str:
    """Words to the left, figures to the right; a long sentence pushes its row wide rather than lose a word."""
    words = (cell.ljust(width) for cell, width in zip(cells[:2], WIDTHS[:2], strict=True))
    figures = (cell.rjust(width) for cell, width in zip(cells[2:], WIDTHS[2:], strict=True))
    return " ".join((*words, *figures)).rstrip()
