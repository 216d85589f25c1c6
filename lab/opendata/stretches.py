"""Data sets about stretches of time: empty slots, and outages. A stretch is of the day and hour in which it began."""

from collections.abc import Generator, Iterator

from lab.opendata.form import DATE, HOUR, MACHINE, MAKER, PRODUCT, Cells, DataSet, Said, Source, text, whole
from lab.opendata.veil import word
from lab.opendata.wanted import dated

TROUBLES = {
    "door-open": "puerta-abierta",
    "no-coins": "sin-monedero",
    "no-motors": "sin-motores",
    "no-sensor": "sin-sensor",
    "disk": "disco",
    "books": "libros",
    "no-hopper": "sin-cambio",
    "no-wallet": "sin-billetera",
    "no-bills": "sin-billetero",
    "box-filling": "caja-casi-llena",
    "box-full": "caja-llena",
}
CLOSED = "closed"
"""Outside the opening hours: no outage."""
MINUTE_MS = 60_000


def _empty(source: Source) -> Generator[Cells]:
    query = (
        "SELECT s.machine, s.from_ms, s.to_ms, s.about, coalesce(p.maker, '') FROM spans s LEFT JOIN products p"
        " ON p.machine = s.machine AND p.product = s.about WHERE s.machine = ? AND s.what = 'empty' ORDER BY s.seq"
    )
    for machine, (at, hour), minutes, product, maker in _stretches(source, query):
        who = (source.veil.product(machine, product, maker), source.veil.maker(machine, maker))
        yield machine, dated(at), hour, minutes, *who


def _outages(source: Source) -> Generator[Cells]:
    query = (
        "SELECT s.machine, s.from_ms, s.to_ms, s.name, s.stops FROM spans s"
        " WHERE s.machine = ? AND s.what = 'trouble' ORDER BY s.seq"
    )
    for machine, (at, hour), minutes, name, stops in _stretches(source, query):
        if name != CLOSED:
            yield machine, dated(at), hour, minutes, word(name, TROUBLES), "sí" if stops else "no"


def _stretches(source: Source, query: str) -> Iterator[tuple[str, tuple[int, int], int | None, str, str]]:
    """Stretches that began on a wanted day: since when, for how many minutes (None while they go on), and the rest."""
    for machine in source.machines():
        local = source.local(machine)
        for name, from_ms, to_ms, one, other in source.reading.each(query, machine):
            since = local(from_ms)
            if source.wanted.holds(since[0]):
                yield name, since, None if to_ms is None else max(0, to_ms - from_ms) // MINUTE_MS, one, other


MINUTES = whole(
    "minutos", "Cuántos minutos duró; vacío mientras sigue.", "For how many minutes; empty while it goes on."
)

EMPTY = DataSet(
    "vacios",
    Said("Espirales vacías", "Empty slots"),
    Said("Un tiempo en que una espiral no tuvo qué vender.", "A stretch in which a slot had nothing to sell."),
    Said(
        "También cuenta las noches y los días cerrados. No dice cuántas personas quisieron comprar.",
        "It counts nights and closed days too. It does not say how many people wanted to buy.",
    ),
    ("spans", "products"),
    (MACHINE, DATE, HOUR, MINUTES, PRODUCT, MAKER),
    _empty,
)
OUTAGES = DataSet(
    "paros",
    Said("Averías y paros", "Troubles and outages"),
    Said(
        "Un tiempo en que algo de la máquina no estuvo bien.",
        "A stretch in which something about the machine was not well.",
    ),
    Said(
        "Las horas de cierre no son paros. Sin corriente la máquina no escribe nada: eso no está aquí.",
        "Closing hours are no outage. Without power a machine writes nothing: that is not here.",
    ),
    ("spans",),
    (
        MACHINE,
        DATE,
        HOUR,
        MINUTES,
        text("problema", "Qué pasó, en una palabra.", "What it was, in a word."),
        text(
            "impide_vender", "«sí» si mientras tanto no se vendía nada.", "`sí` when nothing could be sold meanwhile."
        ),
    ),
    _outages,
)
