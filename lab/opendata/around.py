"""The data sets of what visitors answer, and of the machines themselves."""

from collections import Counter, defaultdict
from collections.abc import Generator, Mapping

from lab.opendata.form import MACHINE, MONTH, Cells, DataSet, Said, Source, day, degrees, text, whole
from lab.opendata.places import Place, places
from lab.opendata.veil import OTHERS, SMALL, apart, word
from lab.opendata.wanted import dated, month


def _answers(source: Source) -> Generator[Cells]:
    """Whole months; an answer that few gave is among `otras`, and a month with few answers tells no number."""
    for machine in source.machines():
        query = "SELECT day, question, answer, sum(answers) FROM answer_days WHERE machine = ? GROUP BY day, question, answer"
        asked: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for at, question, answer, count in source.reading.rows(query, machine):
            asked[month(at), word(question, {})][word(answer, {})] += count
        for (now, question), counts in sorted(asked.items()):
            if source.wanted.starts(now):
                yield from ((machine, now, question, answer, count) for answer, count in grouped(counts))


def grouped(counts: Mapping[str, int]) -> list[tuple[str, int | None]]:
    """The answers that may stand alone, by name, then all others together; None where even those are too few."""
    alone = apart(counts)
    others = sum(count for answer, count in counts.items() if answer not in alone)
    found: list[tuple[str, int | None]] = [(answer, counts[answer]) for answer in sorted(alone)]
    return [*found, (OTHERS, others if others >= SMALL else None)] if len(alone) < len(counts) else found


ANSWERS = DataSet(
    "respuestas",
    Said("Lo que responden los visitantes", "What visitors answer"),
    Said(
        "Una respuesta a la pregunta de la pantalla, en un mes.", "An answer to the question on the screen, in a month."
    ),
    Said(
        "Responde quien quiere, después de comprar: no habla por todos los visitantes.",
        "Whoever likes answers, after buying: it does not speak for all visitors.",
    ),
    ("answer_days",),
    (
        MACHINE,
        MONTH,
        text(
            "pregunta",
            "La pregunta, por su palabra en la configuración.",
            "The question, by its word in the configuration.",
        ),
        text(
            "respuesta",
            "La respuesta, por su palabra; «otras» son las que pocos dieron.",
            "The answer, by its word; `otras` are those few gave.",
        ),
        whole("veces", "Cuántas veces; vacío si son menos de cinco.", "How often; empty when fewer than five times."),
    ),
    _answers,
)


def _machines(source: Source) -> Generator[Cells]:
    known = places(source.reading)
    for machine in source.machines():
        where = known.get(machine) or Place(machine, "", None, None, ())
        local = source.local(machine)
        ((first_ms, last_ms),) = source.reading.rows(
            "SELECT min(from_ms), max(last_ms) FROM starts WHERE machine = ?", machine
        )
        ((makers,),) = source.reading.rows(
            "SELECT count(DISTINCT maker) FROM piece_days WHERE machine = ? AND sold > 0 AND maker <> ''", machine
        )
        ((slots,),) = source.reading.rows("SELECT count(*) FROM shelf WHERE machine = ? AND product <> ''", machine)
        days = (None if ms is None else dated(local(ms)[0]) for ms in (first_ms, last_ms))
        yield (
            machine,
            where.name or None,
            where.lat,
            where.lon,
            source.zone(machine).key,
            *days,
            slots,
            makers if makers >= SMALL else None,
        )


MACHINES = DataSet(
    "maquinas",
    Said("Las máquinas", "The machines"),
    Said("Una máquina.", "A machine."),
    Said("No dice quiénes la tienen ni qué guarda.", "It does not say whose it is, nor what lies in it."),
    ("machines", "notes", "starts", "piece_days", "shelf"),
    (
        MACHINE,
        text("lugar", "Dónde está, como lo cuenta la máquina.", "Where it stands, as the machine tells it."),
        degrees(
            "latitud", "Grados WGS 84; vacío si no se ha dicho.", "Degrees of WGS 84; empty where nobody has said."
        ),
        degrees(
            "longitud", "Grados WGS 84; vacío si no se ha dicho.", "Degrees of WGS 84; empty where nobody has said."
        ),
        text("zona", "La zona horaria de sus días.", "The time zone of its days."),
        day("primer_dia", "El día de su primer hecho.", "The day of its first fact."),
        day(
            "ultimo_dia",
            "El día de su último hecho que tiene el laboratorio.",
            "The day of its newest fact in the lab.",
        ),
        whole("espirales", "Espirales con una prenda asignada.", "Slots that are for a product."),
        whole(
            "costureras",
            "Costureras que han vendido; vacío si son menos de cinco.",
            "Makers who have sold; empty when fewer than five.",
        ),
    ),
    _machines,
)
