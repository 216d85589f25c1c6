"""The codebook of the indicators: what each means, how it is reckoned, and what it does not say.

The same words stand in `docs/codebook.md`, on the page of the open data, and beside every answer.
"""

from dataclasses import dataclass

from lab.opendata.form import Said


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator; `formula` is in the words of the tables it is made of, `silent` what it does not say."""

    id: str
    name: Said
    means: Said
    formula: str
    unit: Said
    tables: tuple[str, ...]
    silent: Said


PERCENT = Said("por ciento", "percent")
CENTS = Said("centavos de dólar", "US cents")
HOURS = Said("horas de espiral", "slot hours")

ENTRIES = (
    Entry(
        "ventas",
        Said("Ventas", "Sales"),
        Said("Lo que se vendió, menos lo que se devolvió.", "What was sold, less what was taken back."),
        "sum(sold_cents) - sum(taken_back_cents); sum(sold) - sum(taken_back)",
        CENTS,
        ("machine_days",),
        Said("No dice si alcanza para vivir.", "It does not say whether one can live on it."),
    ),
    Entry(
        "vendido",
        Said("De lo que había, lo vendido", "Sell-through"),
        Said(
            "De las prendas que había al comienzo o se trajeron después, cuántas se vendieron.",
            "Of the pieces that were there at the beginning or brought since, how many were sold.",
        ),
        "sold / (there + brought); brought = sum(put) - sum(spoiled); there = brought + found - sold of the days before",
        PERCENT,
        ("machine_days", "piece_days"),
        Said(
            "Una máquina que casi nadie llena vende todo lo que tiene: mírelo junto con las espirales vacías.",
            "A machine that hardly anybody fills sells all it has: look at the empty slots too.",
        ),
    ),
    Entry(
        "espera",
        Said("Días hasta el pago", "Days to payout"),
        Said(
            "Cuántos días esperó cada centavo pagado desde que se ganó; primero se paga lo más antiguo.",
            "How many days each cent paid had waited since it was earned; the oldest is paid first.",
        ),
        "sum(cent_days) / sum(cents - advance_cents)",
        Said("días", "days"),
        ("payouts",),
        Said("No cuenta lo que todavía no se ha pagado.", "It does not count what has not been paid yet."),
    ),
    Entry(
        "equidad",
        Said("Reparto del ingreso (Gini)", "Equity of income (Gini)"),
        Said(
            "0 es que todas ganaron lo mismo; cerca de 1, que una ganó todo. Dos costureras al azar se diferencian"
            " en promedio en dos veces este número, contado en ingresos medios.",
            "0 is that all earned the same; near 1, that one earned everything. Two makers drawn at random differ by"
            " twice this number of mean incomes on average.",
        ),
        "2 * sum(i * income[i]) / (n * sum(income)) - (n + 1) / n, incomes rising, i from 1; of all makers who are members",
        Said("de 0 a 1", "0 to 1"),
        ("account_days", "members"),
        Said(
            "No dice si es justo: quien trae o trabaja más gana más. Quien vende en dos máquinas cuenta dos veces. Con menos"
            " de cinco costureras no se dice.",
            "It does not say whether it is fair: who brings or works more earns more. Who sells at two machines counts twice."
            " Below five makers it is not told.",
        ),
    ),
    Entry(
        "parte",
        Said("Lo que llega a quien lo hizo", "The makers' part"),
        Said("De cada dólar vendido, cuánto es de las costureras.", "Of each dollar sold, how much is the makers'."),
        "sum(earned_cents of maker accounts) / (sum(sold_cents) - sum(taken_back_cents))",
        PERCENT,
        ("account_days", "machine_days"),
        Said("Los materiales se pagan de esa parte.", "Materials are paid out of that part."),
    ),
    Entry(
        "turnos",
        Said("Socias que hicieron turnos", "Members who took turns"),
        Said(
            "De las socias de esos días, cuántas hicieron algún turno.",
            "Of the members of those days, how many took a turn.",
        ),
        "count(distinct member of turns where passed = 0) / count(member)",
        PERCENT,
        ("turns", "members"),
        Said("No ve el trabajo que nadie anotó.", "It does not see work that nobody wrote down."),
    ),
    Entry(
        "decisiones",
        Said("Decisiones tomadas", "Decisions taken"),
        Said("Votaciones que terminaron, también en no.", "Votes that ended, also in a no."),
        "count(proposals where outcome is passed, rejected or no-quorum)",
        Said("decisiones", "decisions"),
        ("proposals",),
        Said("No dice lo que se decidió conversando.", "It does not say what was decided by talking."),
    ),
    Entry(
        "participacion",
        Said("Participación en las votaciones", "Participation in votes"),
        Said(
            "De quienes podían votar, cuántas votaron, sumando las decisiones.",
            "Of all who could vote, how many did, over all decisions.",
        ),
        "sum(voted) / sum(voters)",
        PERCENT,
        ("proposals",),
        Said(
            "No dice quién votó qué, ni si hubo confianza para votar.",
            "It does not say who voted what, nor whether they felt free to.",
        ),
    ),
    Entry(
        "respuestas",
        Said("Lo que responden los visitantes", "What visitors answer"),
        Said(
            "La respuesta más tocada a la pregunta de la pantalla.",
            "The answer touched most to the question on the screen.",
        ),
        "sum(answers) by question and answer; answers below five are together",
        Said("veces", "times"),
        ("answer_days",),
        Said("Responde quien quiere, después de comprar.", "Whoever likes answers, after buying."),
    ),
    Entry(
        "vacias",
        Said("Horas de espirales vacías", "Stock-out hours"),
        Said(
            "Cuántas horas estuvieron vacías las espirales, sumadas.", "For how many hours slots were empty, added up."
        ),
        "sum(min(to, end) - max(from, begin)) of spans where what = 'empty'; until now while one goes on",
        HOURS,
        ("spans",),
        Said("Cuenta también noches y días cerrados.", "Nights and closed days count too."),
    ),
    Entry(
        "paradas",
        Said("Horas sin poder vender", "Hours stopped"),
        Said("Cuántas horas las máquinas no pudieron vender nada.", "For how many hours machines could sell nothing."),
        "sum(min(to, end) - max(from, begin)) of spans where what = 'trouble', stops = 1 and name is not closed",
        Said("horas", "hours"),
        ("spans",),
        Said(
            "Sin corriente no se escribe nada: esas horas no están. Dos problemas a la vez cuentan dos veces.",
            "Without power nothing is written: those hours are not here. Two troubles at once count twice.",
        ),
    ),
    Entry(
        "dinero",
        Said("Dinero perdido o en duda", "Money lost or in doubt"),
        Said(
            "Lo que faltó o sobró en los conteos de esos días; y lo que hoy está en duda o se debe a visitantes.",
            "What counts of cash found missing or too much in those days; and what is in doubt, or owed to visitors, now.",
        ),
        "sum(counted_cents - expected_cents); sum(cents of open claims): doubt; claims and unclaimed",
        CENTS,
        ("cash", "claims"),
        Said("No dice por qué faltó.", "It does not say why it was missing."),
    ),
)
CALLED = {entry.id: entry for entry in ENTRIES}
