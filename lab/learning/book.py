"""The codebook as a page (Markdown), Spanish and English: every indicator, data set and column. Made from the code."""

from collections.abc import Iterator

from lab.learning.codebook import ENTRIES, Entry
from lab.opendata.form import DataSet, Kind
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL, SETS
from lab.opendata.veil import SMALL

KINDS = {
    Kind.TEXT: "texto · text",
    Kind.DAY: "fecha · date",
    Kind.WHOLE: "entero · whole",
    Kind.DEGREES: "grados · degrees",
}
HEAD = f"""# Libro de códigos · Codebook

This page is made from the code (`lab.learning.book`); a test holds it to it. How to get the files: [the lab's
data](lab-data.md).

Licencia · Licence: [{LICENCE}]({LICENCE_URL}), «{ATTRIBUTION}».

## Reglas para todos los datos · Rules for all data

* **Seudónimos · Pseudonyms.** Una costurera es `costurera-` y ocho signos, siempre los mismos en este laboratorio; una
  prenda es `prenda-` y ocho. Salen de una clave que solo tiene el laboratorio. · A maker is `costurera-` and eight
  signs, always the same within this lab; a product is `prenda-` and eight. They are made with a key that only the lab
  has.
* **Grupos pequeños · Small groups.** Quien ha vendido menos de {SMALL} prendas en una máquina, y todas donde han
  vendido menos de {SMALL} costureras, son juntas «otras»; el grupo toma a la siguiente hasta juntar {SMALL} prendas.
  Una respuesta dada menos de {SMALL} veces en un mes es «otras», y un grupo de menos de {SMALL} no dice cuántas. ·
  Who has sold fewer than {SMALL} pieces at a machine, and all where fewer than {SMALL} makers have sold, are `otras`
  together; the group takes the next one until it has {SMALL} pieces. An answer given fewer than {SMALL} times in a
  month is `otras`, and a group below {SMALL} tells no number.
* **Tiempo · Time.** Días y horas son los del lugar de la máquina; nada es más fino que la hora. Un mes llega entero o
  no llega: cuenta por su primer día. · Days and hours are those of the machine's place; nothing is finer than the
  hour. A month comes whole or not at all: it counts by its first day.
* **Dinero · Money.** Centavos enteros de dólar; las sumas son las de los libros de las máquinas. · Whole US cents;
  sums are those of the machines' own books.
* **Vacío · Empty.** Lo que nadie sabe, o lo que la regla de los grupos pequeños calla. · What nobody knows, or what
  the rule for small groups keeps back.
* **Lo que queda · What remains.** Quien está junto a la máquina ve quién hizo cada prenda y su precio, y puede
  reconocer algunas ventas. Estos datos no esconden eso. · Who stands at the machine sees who made each piece and its
  price, and may know some sales again. These data do not hide that."""


def book() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_indicators(), *_sets()]) + "\n"


def _indicators() -> Iterator[str]:
    yield "\n## Indicadores · Indicators\n\nSource tables are those of [the read model](lab-model.md)."
    for entry in ENTRIES:
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"\n### `{entry.id}`: {entry.name.es} · {entry.name.en}\n"
    yield f"{entry.means.es} · {entry.means.en}\n"
    yield f"* Fórmula · Formula: `{entry.formula}`"
    yield f"* Unidad · Unit: {entry.unit.es} · {entry.unit.en}"
    yield f"* Tablas · Tables: {', '.join(f'`{table}`' for table in entry.tables)}"
    yield f"* Lo que no dice · What it does not say: {entry.silent.es} · {entry.silent.en}"


def _sets() -> Iterator[str]:
    yield "\n## Conjuntos de datos · Data sets"
    for made in SETS.values():
        yield from _set(made)


def _set(made: DataSet) -> Iterator[str]:
    yield f"\n### `{made.name}`: {made.title.es} · {made.title.en}\n"
    yield f"Una fila · One row: {made.row.es} · {made.row.en}\n"
    yield f"Lo que no dice · What it does not say: {made.silent.es} · {made.silent.en}\n"
    yield f"Tablas · Tables: {', '.join(f'`{table}`' for table in made.tables)}\n"
    yield "| columna · column | tipo · type | qué dice · what it says |\n|---|---|---|"
    for column in made.columns:
        yield f"| `{column.name}` | {KINDS[column.kind]} | {column.about.es} · {column.about.en} |"


if __name__ == "__main__":
    print(book(), end="")
