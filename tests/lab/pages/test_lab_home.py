"""The first page: every machine is there, the worst first, and each says what it needs in words."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from labtown import HOUR_MS, NOW_MS, Stand

from lab.pages.fleet import fleet
from lab.pages.home import SHOWN_MAX, overview
from lab.pages.standing import Standing, standing
from lab.store import Store
from lab.store.base import Found, Reading, Value

ORDER = ["yaku", "otavalo-plaza", "terminal-cuenca", "biblioteca-epn", "museo-ciudad"]
"""Silent, stopped, incomplete, with something refused, and all well."""


@pytest.fixture(scope="module")
def page(visitor: TestClient) -> str:
    answer = visitor.get("/")
    assert answer.status_code == 200
    return answer.text


def card(page: str, name: str) -> str:
    """What one machine's card says, without its markup."""
    found = re.search(rf'<a href="/maquina/{name}">.*?</li>\n{{2,}}|<a href="/maquina/{name}">.*', page, re.DOTALL)
    assert found, name
    whole = found[0].split('<a href="/maquina/')[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", f'<a href="{whole}'))


def test_the_worst_machine_comes_first(page: str) -> None:
    """What does not sell is before what sells, and what misses something before what is whole."""
    assert re.findall(r'<h2><a href="/maquina/([a-z-]+)">', page) == ORDER


def test_the_head_answers_both_questions(page: str) -> None:
    """How many there are, how many sell, how many need somebody: with no touch at all."""
    assert "4 máquinas necesitan a alguien" in page
    assert "5 máquinas · 3 venden" in page


def test_a_silent_machine_says_since_when(page: str) -> None:
    """Its card is grey and tells how old its news are."""
    assert re.search(r'class="card machine silent calls">\s*<h2><a href="/maquina/yaku"', page)
    assert "última noticia hace 9 h" in card(page, "yaku")


def test_a_stopped_machine_says_why(page: str) -> None:
    """In words, with what it lacks besides."""
    told = card(page, "otavalo-plaza")
    assert "En pausa" in told
    assert "La puerta está abierta" in told
    assert "No puede dar vuelto" in told


def test_missing_facts_are_told_by_their_numbers(page: str, lab_town: tuple[Store, dict[str, Stand]]) -> None:
    """Exactly those that the lab does not have."""
    facts = len(lab_town[1]["terminal-cuenca"].rows())
    first = ((facts - 1) // 100 - 1) * 100 + 1
    told = re.search(r"Faltan los hechos ([\d.]+) a ([\d.]+)", card(page, "terminal-cuenca"))
    assert told
    assert [int(number.replace(".", "")) for number in told.groups()] == [first, first + 99]
    assert "Su reloj no es confiable" in card(page, "terminal-cuenca")


def test_refused_facts_and_sold_out_spirals_are_counted(page: str) -> None:
    """And a machine that misses nothing says 0."""
    told = card(page, "biblioteca-epn")
    assert "1 mensaje rechazado sin revisar" in told
    assert "0 faltan" in told
    assert re.search(r"\b([3-9]|1[0-2]) de 12 agotadas", told)


def test_todays_sales_are_those_of_the_machines_own_books(page: str, lab_town: tuple[Store, dict[str, Stand]]) -> None:
    """Pieces and dollars, as the machine itself adds up its day."""
    books = lab_town[1]["museo-ciudad"].coop.journal.db
    sold, cents = books.execute(
        "SELECT count(*), sum(coalesce(body ->> '$.price_cents', body ->> '$.cents')) FROM facts WHERE wall_ms >= ?"
        " AND (type = 'Sold' OR type = 'ClaimSettled' AND body ->> '$.verdict' = 'delivered')",
        [NOW_MS - 16 * HOUR_MS],
    ).fetchone()
    assert sold > 3
    assert f"${cents // 100},{cents % 100:02} {sold} prendas hoy" in card(page, "museo-ciudad")


def test_a_lab_without_machines_says_so(visitor: TestClient) -> None:
    """Nothing to count is no all-clear."""
    over = overview([])
    assert (over.machines, over.need, over.cards) == (0, 0, [])


class Asked:
    """A look at the store that counts what it is asked."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.queries = reading, 0

    def rows(self, sql: str, *params: Value) -> list[Found]:
        self.queries += 1
        return self.reading.rows(sql, *params)

    def each(self, sql: str, *params: Value) -> Iterator[Found]:
        raise AssertionError("the first page reads nothing of any length")


def test_the_first_page_asks_as_much_for_many_machines_as_for_one(lab_town: tuple[Store, dict[str, Stand]]) -> None:
    """A handful of queries, none of them for each machine, so that two hundred cost little more than five."""
    with lab_town[0].reading() as reading:
        all_of_them, one = Asked(reading), Asked(reading)
        assert len(fleet(all_of_them, NOW_MS)) == 5
        assert len(fleet(one, NOW_MS, "museo-ciudad")) == 1
    assert one.queries <= all_of_them.queries <= 6


def many(store: Store) -> list[Standing]:
    """Two hundred machines, each as one of the five."""
    with store.reading() as reading:
        five = fleet(reading, NOW_MS)
    seen = [replace(each, line=replace(each.line, name=f"{each.name}-{n}")) for n in range(40) for each in five]
    return [standing(each, NOW_MS) for each in seen]


def test_two_hundred_machines_are_leafed_through(lab_town: tuple[Store, dict[str, Stand]]) -> None:
    """Every one is on one leaf, and the order goes on from leaf to leaf."""
    stands = many(lab_town[0])
    leaves = [overview(stands, leaf=leaf) for leaf in range(1, overview(stands).leaves + 1)]
    shown = [card.seen.name for leaf in leaves for card in leaf.cards]
    assert len(shown) == len(set(shown)) == 200
    assert [len(leaf.cards) for leaf in leaves] == [SHOWN_MAX, SHOWN_MAX, SHOWN_MAX, 20]
    assert all(name.startswith("yaku") for name in shown[:40])
    assert overview(stands, leaf=99).leaf == 4


def test_machines_are_found_by_words_of_their_name_or_place(lab_town: tuple[Store, dict[str, Stand]]) -> None:
    """Whatever the case; and only those that are silent, or need somebody, when that is asked."""
    stands = many(lab_town[0])
    assert overview(stands, "PONCHOS otavalo").found == 40
    assert overview(stands, "cuenca quito").found == 0
    assert overview(stands, look="silent").found == 40
    assert overview(stands, look="needs").found == 160


def test_a_search_is_a_form_that_works_without_scripts(visitor: TestClient) -> None:
    """Its words are in the address and, escaped, in the field."""
    page = visitor.get("/", params={"q": '"><b>yaku', "look": "needs", "leaf": "1"}).text
    assert "<b>yaku" not in page
    assert visitor.get("/", params={"leaf": "siete"}).status_code == 404
