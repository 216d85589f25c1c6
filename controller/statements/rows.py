"""What every form of a statement shows: the account in a few sums, and a row for each line with the balance after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from controller.ledger.statement import Line, Statement, What
from controller.statements.words import moment, says

HEADINGS = ("Fecha", "Detalle", "Venta", "Precio", "Comisión", "Fondos", "Para usted", "Saldo")


@dataclass(frozen=True, slots=True)
class Sum:
    """A labelled sum. `bold` are those that others add up to."""

    label: str
    cents: int
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line in words, and what she was owed after it. `priced` is whether it has a price at all."""

    line: Line
    when: str
    says: str
    balance_cents: int

    @property
    def priced(self) -> bool:
        return bool(self.line.price_cents)


def account(statement: Statement) -> tuple[Sum, ...]:
    """From what she was owed to what she is owed."""
    sold, taken_back = statement.of(What.SOLD, What.SETTLED), statement.of(What.TAKEN_BACK)
    moved = statement.of(What.MOVED)
    return (
        Sum("Saldo anterior", statement.opening_cents),
        Sum(f"Ventas ({_pieces(len(sold))})", statement.cents(What.SOLD, What.SETTLED)),
        *((Sum(f"Devoluciones ({_pieces(len(taken_back))})", statement.cents(What.TAKEN_BACK)),) if taken_back else ()),
        *((Sum("Correcciones", statement.cents(What.MOVED)),) if moved else ()),
        Sum("Pagado", statement.cents(What.PAID)),
        Sum(closing(statement), statement.closing_cents, bold=True),
    )


def closing(statement: Statement) -> str:
    """What the closing balance is called; below zero she was paid for pieces that were taken back."""
    return "Le debemos" if statement.closing_cents >= 0 else "Se descuenta de lo próximo"


def shared(statement: Statement) -> tuple[Sum, ...]:
    """What visitors paid for her pieces, less what they got back, and whose it became."""
    lines = [line for line in statement.lines if line.price_cents]
    fees_cents, funds_cents = sum(line.fee_cents for line in lines), sum(line.fund_cents for line in lines)
    paid_cents = sum(line.price_cents for line in lines)
    return (
        Sum("Pagaron por sus prendas", paid_cents, bold=True),
        Sum("para usted", paid_cents - fees_cents - funds_cents),
        Sum("para los fondos", funds_cents),
        *((Sum("comisiones", fees_cents),) if fees_cents else ()),
    )


def rows(statement: Statement) -> Iterator[Row]:
    """In the order of the books."""
    balance_cents = statement.opening_cents
    for line in statement.lines:
        balance_cents += line.cents
        yield Row(line, moment(line), says(line), balance_cents)


def notes(statement: Statement, unsure: str) -> list[str]:
    """What the reader should know about times; nothing when every clock was set."""
    strays = len(statement.undated)
    told = [unsure] if not all(line.certain for line in statement.lines) else []
    stray = (
        f"{_lines(strays)} de estos días tiene otra fecha, porque el reloj no estaba en hora: está en otra liquidación."
    )
    return [*told, *([stray] if strays else [])]


def _pieces(count: int) -> str:
    return f"{count} {'prenda' if count == 1 else 'prendas'}"


def _lines(count: int) -> str:
    return "Una anotación" if count == 1 else f"Cada una de {count} anotaciones"
