"""Data sets about the trade: every vend, and every day.

No name, no free text, no slot (it tells whose piece lies in it), and no time finer than the hour. Every cent is here: hiding
changes who is named, never what is added up.
"""

from collections import defaultdict
from collections.abc import Generator

from lab.opendata.form import DATE, HOUR, MACHINE, MAKER, PRODUCT, Cells, DataSet, Said, Source, text, whole
from lab.opendata.veil import word
from lab.opendata.wanted import dated

OUTCOMES = {"sold": "vendida", "failed": "fallida", "doubt": "en-duda"}
LATER = {"taken-back": "devuelta", "refunded": "reembolsada", "delivered": "entregada", "by-hand": "entregada-a-mano"}
MEANS = {"cash": "efectivo", "voucher": "vale", "mixed": "mixto", "unknown": "no-se-sabe"}
REASONS = {
    "jammed": "atascada",
    "stuck-home": "no-arranco",
    "no-motor": "sin-motor",
    "sensor": "sensor",
    "doubt": "duda",
    "by-hand": "a-mano",
}


# Sales


def _sales(source: Source) -> Generator[Cells]:
    columns = "machine, day, hour, certain, product, maker, price_cents, maker_cents, means, outcome, reason, later"
    query = f"SELECT {columns} FROM sales WHERE {source.wanted.where} ORDER BY machine, day, seq"
    veil = source.veil
    for machine, at, hour, certain, product, maker, price_cents, hers_cents, *words in source.reading.each(
        query, *source.wanted.params
    ):
        means, outcome, reason, later = words
        who = (veil.product(machine, product, maker), veil.maker(machine, maker))
        what = (word(means, MEANS), word(outcome, OUTCOMES), _word(reason, REASONS), _word(later, LATER))
        yield machine, dated(at), hour, "sí" if certain else "no", *who, price_cents, hers_cents, *what


def _word(told: str, known: dict[str, str]) -> str | None:
    return word(told, known) if told else None


SALES = DataSet(
    "ventas",
    Said("Ventas, una por una", "Sales, one by one"),
    Said(
        "Una venta que terminó: la prenda cayó, no cayó, o hay duda.",
        "A vend that ended: it fell, did not, or nobody knows.",
    ),
    Said(
        "No dice quién compró: la máquina no lo sabe. Quien la mira a esa hora puede reconocer una prenda por su precio.",
        "It does not say who bought: the machine does not know. Who watches it at that hour may know a piece by its price.",
    ),
    ("sales",),
    (
        MACHINE,
        DATE,
        HOUR,
        text(
            "reloj_seguro",
            "«no» mientras nadie garantiza esa hora.",
            "`no` while nobody vouches for that time (`sí`: yes).",
        ),
        PRODUCT,
        MAKER,
        whole("precio_centavos", "El precio, en centavos de dólar.", "The price, in US cents."),
        whole(
            "costurera_centavos",
            "La parte de la costurera, en centavos; 0 si no se vendió.",
            "The maker's part, in cents; 0 if not sold.",
        ),
        text(
            "pago_con",
            "efectivo, vale, mixto, no-se-sabe, o el nombre del servicio de pago.",
            "efectivo (cash), vale (voucher), mixto (mixed), no-se-sabe (unknown), or the payment service's name.",
        ),
        text("resultado", "vendida, fallida o en-duda.", "vendida (sold), fallida (failed) or en-duda (in doubt)."),
        text("motivo", "Por qué no cayó, o por qué hay duda.", "Why it did not fall, or why nobody knows."),
        text(
            "despues",
            "Qué pasó después: devuelta; de una duda: entregada, entregada-a-mano (las dos son ventas) o reembolsada.",
            "What became of it: devuelta (taken back); of a doubt: entregada, entregada-a-mano (sold), or reembolsada.",
        ),
    ),
    _sales,
)


# Days


_OF_MACHINE = (
    "sold, sold_cents, taken_back, taken_back_cents, failed, doubts, doubt_cents, inserted_cents, returned_cents"
)
_NUMBERS = 13


def _days(source: Source) -> Generator[Cells]:
    for machine in source.machines():
        days = _of_days(source, machine)
        for at in sorted(days):
            yield machine, dated(at), *days[at]


def _of_days(source: Source, machine: str) -> dict[int, list[int]]:
    """One machine's days: what it sold, what lay in it, what counts of cash found."""
    wanted, reading = source.wanted, source.reading
    days: dict[int, list[int]] = defaultdict(lambda: [0] * _NUMBERS)
    span = (machine, wanted.first_day, wanted.last_day)
    where = "WHERE machine = ? AND day >= ? AND day <= ?"
    for at, *numbers in reading.rows(f"SELECT day, {_OF_MACHINE} FROM machine_days {where}", *span):
        days[at][:9] = numbers
    put = f"SELECT day, sum(put), sum(spoiled), sum(found) FROM piece_days {where} GROUP BY day"
    for at, *numbers in reading.rows(put, *span):
        if any(numbers):
            days[at][9:12] = numbers
    local = source.local(machine)
    for at_ms, cents in reading.rows(
        "SELECT at_ms, counted_cents - expected_cents FROM cash WHERE machine = ?", machine
    ):
        at = local(at_ms)[0]
        if cents and wanted.holds(at):
            days[at][12] += cents
    return days


DAYS = DataSet(
    "dias",
    Said("Días de cada máquina", "Days of each machine"),
    Said("Un día en que algo pasó en una máquina.", "A day on which something happened at a machine."),
    Said(
        "Un día sin fila es un día sin ventas ni visitas, o un día del que la máquina aún no ha contado.",
        "A day without a row had no sale and no visit, or the machine has not told of it yet.",
    ),
    ("machine_days", "piece_days", "cash"),
    (
        MACHINE,
        DATE,
        whole("vendidas", "Prendas vendidas.", "Pieces sold."),
        whole("vendido_centavos", "Lo que costaron, en centavos.", "Their prices, in cents."),
        whole("devueltas", "Ventas que se deshicieron ese día.", "Sales taken back that day."),
        whole("devuelto_centavos", "Lo que costaron, en centavos.", "Their prices, in cents."),
        whole(
            "fallidas",
            "Prendas que no cayeron; el dinero quedó para quien compraba.",
            "Pieces that did not fall; the money stayed the visitor's.",
        ),
        whole("dudas", "Prendas de las que nadie supo si cayeron.", "Pieces of which nobody knew whether they fell."),
        whole("dudas_centavos", "Su precio, en centavos.", "Their prices, in cents."),
        whole("recibido_centavos", "Lo que entró de visitantes, en centavos.", "What visitors put in, in cents."),
        whole("vuelto_centavos", "Lo que se les devolvió, en centavos.", "What went back to them, in cents."),
        whole(
            "puestas",
            "Prendas que se pusieron, menos las que se retiraron buenas.",
            "Pieces put in, less those taken out whole.",
        ),
        whole(
            "danadas", "Prendas retiradas porque no se pueden vender.", "Pieces taken out because they cannot be sold."
        ),
        whole(
            "encontradas",
            "Prendas de más (o de menos, bajo cero) en un conteo.",
            "More pieces than expected at a count (below zero: fewer).",
        ),
        whole(
            "diferencia_centavos",
            "Dinero de más (o de menos, bajo cero) en los conteos.",
            "More cash than expected at counts (below zero: less), in cents.",
        ),
    ),
    _days,
)
