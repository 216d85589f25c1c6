"""The words of a statement, in the Spanish of Ecuador: sums, days, and one plain sentence for each line."""

from datetime import date

from controller.domain.catalog import ALL, SplitRule
from controller.ledger.statement import Line, Statement, What

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
PLACES = {
    "safe": "la caja fuerte",
    "coinbox": "la caja de monedas",
    "bank": "el banco",
    "stacker": "la caja de billetes",
}
UNSURE = "*"
UNSURE_TOLD = "* El reloj de la máquina no estaba en hora: el día puede ser otro."
PROMISE = "Las partes de cada venta suman el precio, al centavo. Nadie puede cambiar el libro sin que se note."


def money(cents: int) -> str:
    """A sum as es-EC writes it: `$1.234,50`."""
    dollars, part = divmod(abs(cents), 100)
    return f"${'-' if cents < 0 else ''}{dollars:,}".replace(",", ".") + f",{part:02d}"


def days(first: date, last: date) -> str:
    """`del 1 al 30 de noviembre de 2026`."""
    if first == last:
        return f"el {_day(first)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"del {first.day} al {_day(last)}"
    return f"del {_day(first)} al {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def stretch(statement: Statement) -> str:
    """Of which days, or of which facts, the statement is."""
    if statement.seqs is not None:
        return f"hechos {statement.seqs.start} a {statement.seqs.stop - 1}"
    assert statement.first_day is not None
    assert statement.last_day is not None
    return days(statement.first_day, statement.last_day)


def moment(line: Line) -> str:
    """`21/11/2026 10:30`, with a star when the clock was not set."""
    return (f"{line.at:%d/%m/%Y %H:%M}" if line.at else "sin fecha") + ("" if line.certain else UNSURE)


def says(line: Line) -> str:
    """What happened, in one sentence or less."""
    match line.what:
        case What.SOLD:
            return _piece(line) + _fees(line)
        case What.SETTLED:
            how = "se le dio en la mano" if line.why == "by-hand" else "sí había caído"
            return f"{_piece(line)}: estaba en duda y {how}, decidió {line.by}{_fees(line)}"
        case What.TAKEN_BACK:
            when = f" del {line.sold_at:%d/%m/%Y}" if line.sold_at else ""
            return f"Devolución de la venta {line.vend_id}{when}, {_piece(line)}: «{line.why}» ({line.by})"
        case What.PAID:
            return f"Pago de {place(line.place)}: entregó {line.by}, vio {line.witness}"
        case What.MOVED:
            return f"Corrección con {place(line.place)}: {line.by}"


def place(name: str) -> str:
    """A place for money as people call it; one of the machine's own names where they call it nothing."""
    return PLACES.get(name, name or "otra cuenta")


def _piece(line: Line) -> str:
    return (line.piece or "una prenda") + (f", espiral {line.slot}" if line.slot else "")


def _fees(line: Line) -> str:
    return f" (comisión: {' y '.join(line.fees_of)})" if line.fees_of else ""


def rule(one: SplitRule) -> str:
    """`Regla 2: 80 partes para quien cosió, 15 fondo común; la comisión la pagan todos`."""
    parts = ", ".join(f"{weight} {recipient(name)}" for name, weight in one.weights)
    bears = "sale del precio antes de repartir" if one.bears == ALL else f"la paga {recipient(one.bears)}"
    return f"Reparto {one.rule_id}: {parts} (partes de {sum(w for _, w in one.weights)}); la comisión {bears}."


def recipient(account: str) -> str:
    """Who gets a part, as people say it: `usted`, `fondo comun`."""
    if account == "maker":
        return "para usted"
    family, _, name = account.partition(":")
    return {"fund": f"fondo {name}", "maker": name, "tax": f"impuesto de {name}"}.get(family, account)


def proof(statement: Statement) -> str:
    """Up to where the books went: whoever has the same number and hash has the same books."""
    return f"Libro hasta el hecho {statement.head_seq}, huella {statement.head[:16]}"
