"""The data set of what makers earn and are paid: whole months, and whoever would stand out is added up with others."""

from collections import defaultdict
from collections.abc import Generator, Iterator

from lab.opendata.form import MACHINE, MAKER, MONTH, Cells, DataSet, Said, Source, whole
from lab.opendata.wanted import month
from lab.store.base import Reading

_MAKER = "substr(account, 1, 6) = 'maker:'"


def _pay(source: Source) -> Generator[Cells]:
    """Months of one machine at a time; whoever is `otras` is added up with all others."""
    for machine in source.machines():
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
        for at, maker, first, numbers in _money(source.reading, machine):
            where = (month(at), source.veil.maker(machine, maker))
            for place, number in enumerate(numbers, start=first):
                sums[where][place] += number
        for where in sorted(sums):
            if source.wanted.starts(where[0]):
                yield machine, *where, *sums[where]


def _money(reading: Reading, machine: str) -> Iterator[tuple[int, str, int, tuple[int, ...]]]:
    """Day, maker, and numbers from the place on where they belong in a row."""
    earned = (
        f"SELECT day, substr(account, 7), earned_cents, paid_cents FROM account_days WHERE machine = ? AND {_MAKER}"
    )
    for at, maker, *numbers in reading.rows(earned, machine):
        yield at, maker, 0, tuple(numbers)
    paid = "SELECT day, maker, cents - advance_cents, cent_days, advance_cents FROM payouts WHERE machine = ?"
    for at, maker, *numbers in reading.rows(paid, machine):
        yield at, maker, 2, tuple(numbers)


PAY = DataSet(
    "pagos",
    Said("Lo que ganan y cobran las costureras", "What makers earn and are paid"),
    Said("Un mes de una costurera, o de varias juntas.", "A month of a maker, or of several together."),
    Said(
        "No dice lo que gana por otros caminos, ni cuántas horas trabajó.",
        "It does not say what she earns elsewhere, nor how many hours she worked.",
    ),
    ("account_days", "payouts"),
    (
        MACHINE,
        MONTH,
        MAKER,
        whole(
            "ganado_centavos",
            "Su parte de las ventas, menos las devueltas.",
            "Their part of sales, less those taken back, in cents.",
        ),
        whole("pagado_centavos", "Lo que se les pagó.", "What they were paid, in cents."),
        whole(
            "esperado_centavos",
            "De lo pagado, lo que ya habían ganado.",
            "Of the pay, what they had earned before, in cents.",
        ),
        whole(
            "centavos_por_dias",
            "Esos centavos por los días que esperaron: dividido para lo anterior, la espera media.",
            "Those cents times the days they had waited: divided by the column before, the mean wait.",
        ),
        whole("adelanto_centavos", "De lo pagado, lo que se adelantó.", "Of the pay, what was paid ahead, in cents."),
    ),
    _pay,
)
