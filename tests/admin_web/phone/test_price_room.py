"""A price on a keyboard of coins: what she taps, what becomes of it, and which price would pay for her hours."""

import html
import re

import pytest
from builders import BAG, BELT, ROSA
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from phone_bench import Bench, opened

from admin_web.phone.keyboard import COINS, NOTES, TOUCHES_MAX, Keyed, address, keyed, typed
from controller.domain.stocking import PutProduct
from controller.ledger.reports import products

PRICE = f"/precio/{BAG}"


def seen(phone: TestClient, path: str) -> str:
    answer = phone.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def key(phone: TestClient, path: str, name: str) -> str:
    """Where a key of the page at `path` leads."""
    found = re.search(rf'id="{name}" href="([^"#]+)', phone.get(path).text)
    assert found, name
    return html.unescape(found[1])


# The keyboard


@given(st.lists(st.sampled_from((*COINS, *NOTES, -5, -100)), max_size=60), st.integers(0, 3_000))
def test_the_keyboard_counts_what_was_laid_down(touches: list[int], base: int) -> None:
    """However often it goes through the page's address: every touch that can be counts, one that cannot changes nothing."""
    keys, amount = Keyed("c", base, (), 100_000), base
    for touch in touches:
        amount = amount + touch if 0 <= amount + touch <= 100_000 else amount
        keys = keyed(keys.after(touch).params, "c", 350, 100_000)
        assert keys.amount == amount
        assert len(keys.touches) <= TOUCHES_MAX
        assert sum(pile.cents * pile.count for pile in keys.piles) == amount


def test_back_takes_the_last_touch_back() -> None:
    """A coin laid down goes, one taken away comes again; and then there is nothing more to take back."""
    keys = Keyed("c", 350).after(50).after(-100)
    assert [keys.amount, keys.back.amount, keys.back.back.amount, keys.back.back.back.amount] == [300, 400, 350, 350]
    assert keys.empty.amount == 0


@pytest.mark.parametrize("said", ["", "x", "-5", "９", "1" * 40, "1e3", "350\n", "<script>"])
def test_an_address_that_makes_no_sense_is_as_if_it_were_not(said: str) -> None:
    """Neither a base nor a touch can be anything but a whole number; only a touch may take something back."""
    assert keyed({"c": said}, "c", 350, 2_000).amount == 350
    touched = keyed({"ct": f"{said}.50.{said}"}, "c", 350, 2_000)
    assert touched.amount == (390 if said == "-5" else 400)
    assert keyed({"c": "99999999"}, "c", 350, 2_000).amount == 2_000


@pytest.mark.parametrize(
    ("text", "cents"), [("4,25", 425), ("$4.25", 425), ("4", 400), ("99", 2_000), ("cuatro", None)]
)
def test_the_number_pad_is_read_as_people_write(text: str, cents: int | None) -> None:
    """A comma or a point, with a sign or without; never above what the machine takes."""
    found = typed({"cp": text}, "c", 2_000)
    assert (found.amount if found else None) == cents


def test_an_address_carries_only_what_is_there() -> None:
    """Spaces and accents survive, empty values do not travel."""
    assert address("/prenda/precio", {"name": "Muñeca & más", "pad": ""}, at="table-c") == (
        "/prenda/precio?name=Mu%C3%B1eca+%26+m%C3%A1s#table-c"
    )


# Her price


def test_while_she_chooses_she_sees_who_gets_what(bench: Bench) -> None:
    """Of $3,50 she gets 2,80, the fund 0,53 and the machine 0,17; with 50 cents more of four dollars 3,20, 0,60, 0,20."""
    phone = bench.phone("rosa")
    assert "Para usted $2,80 fondo común $0,53 máquina $0,17" in seen(phone, PRICE)
    more = key(phone, PRICE, "key-c-50")
    assert "Para usted $3,20 fondo común $0,60 máquina $0,20" in seen(phone, more)
    assert "%" not in seen(phone, more)
    assert bench.gateway.asked == []


def test_a_coin_that_lies_there_is_taken_back_by_touching_it(bench: Bench) -> None:
    """Three dollars and fifty: the fifty goes, then a dollar; "back" brings the dollar again."""
    phone = bench.phone("rosa")
    path = key(phone, key(phone, PRICE, "lies-c-50"), "lies-c-100")
    assert "$2,00 " in seen(phone, path)
    assert "Cobrar $3,00" in seen(phone, key(phone, path, "back-c"))
    assert "Toque monedas y billetes" in seen(phone, key(phone, path, "empty-c"))


def test_a_new_price_holds_from_the_next_sale_on_and_keeps_her_words(bench: Bench) -> None:
    """One fact; name, photo, materials and hours stay what they were."""
    bag = PutProduct(BAG, ROSA, "Bolso de retazos", 350, "algodón", 90, f"{'ab' * 16}.webp", 120)
    bench.write(keeps=[bag])
    answer = bench.phone("rosa").post(PRICE, data={"cents": "425"})
    assert answer.headers["location"] == "/?told=done"
    with bench.books() as db:
        kept = products(db)[BAG]
        newest = db.execute("SELECT type, body FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    assert tuple(newest) == ("ProductSet", '{"product":"bolso-retazos","maker":"rosa","price_cents":425}')
    assert kept == PutProduct(BAG, ROSA, "Bolso de retazos", 425, "algodón", 90, f"{'ab' * 16}.webp", 120)


@pytest.mark.parametrize(
    ("cents", "told"), [("4", "bad-price"), ("2001", "bad-price"), ("", "bad-price"), ("3,5", "bad-price")]
)
def test_a_price_that_cannot_be_charged_is_refused_in_words(bench: Bench, cents: str, told: str) -> None:
    """The page says so, and the price stays."""
    phone = bench.phone("rosa")
    back = phone.post(PRICE, data={"cents": cents}).headers["location"]
    assert back == f"{PRICE}?told={told}"
    assert "Ese precio no se puede cobrar" in phone.get(back).text
    assert bench.shop.products[BAG].price_cents == 350


def test_before_there_is_a_rule_nothing_is_promised(bench: Bench) -> None:
    """No shares are drawn, and the fair price waits: without a rule nobody knows what she gets."""
    with bench.journal() as journal:
        journal.db.execute("DELETE FROM rules")
    phone = bench.phone("rosa")
    assert "Para usted" not in seen(phone, PRICE)
    assert "Ponga lo que gastó" in seen(phone, f"/justo/{BAG}?m=150&h=60")


# A fair price


def test_a_fair_price_pays_for_materials_and_hours(bench: Bench) -> None:
    """$1,50 and two and a half hours at $2,50 are $7,75: at $9,70 she gets $7,76, and all of it is kept with the piece."""
    phone = bench.phone("rosa")
    path = f"/justo/{BAG}"
    for name in ("key-m-100", "key-m-50", "key-h-60", "key-h-60", "key-h-30"):
        path = key(phone, path, name)
    page = seen(phone, path)
    assert "2 h 30 min" in page
    assert "Un precio justo $9,70 Para usted $7,76" in page
    assert "cubre los $7,75" in page
    phone.post(f"/justo/{BAG}", data={"materials": "150", "minutes": "150", "cents": "970"})
    with bench.books() as db:
        assert products(db)[BAG] == PutProduct(
            BAG, ROSA, "Bolso de retazos", 970, work_minutes=150, materials_cents=150
        )


def test_what_she_spent_can_be_kept_without_changing_the_price(bench: Bench) -> None:
    """No fact is written; her price page then says what her hours ask for."""
    phone = bench.phone("rosa")
    phone.post(f"/justo/{BAG}", data={"materials": "150", "minutes": "150"})
    assert bench.shop.products[BAG].price_cents == 350
    assert "Sus materiales y sus horas piden $9,70." in seen(phone, PRICE)
    assert "($7,75) quedan cubiertos" in seen(phone, f"{PRICE}?c=970")


def test_a_price_that_this_machine_never_takes_is_said_so(bench: Bench) -> None:
    """A hundred hours cover no price up to twenty dollars; there is no button that would charge one."""
    page = bench.phone("rosa").get(f"/justo/{BAG}?h=6000").text
    assert "Ningún precio de esta máquina cubre" in page
    assert 'id="keep"' not in page


@pytest.mark.parametrize(("hourly", "told"), [(0, "todavía no decide"), (400, "cuenta $4,00 por hora")])
def test_the_floor_of_an_hour_is_the_assemblys(
    tmp_path_factory: pytest.TempPathFactory, hourly: int, told: str
) -> None:
    """From the configuration; without one only materials count."""
    with opened(tmp_path_factory.mktemp("coop"), f"[assembly]\nhourly_cents = {hourly}\n") as bench:
        page = seen(bench.phone("luz"), f"/justo/{BELT}?m=100&h=60")
    assert told in page
    assert ("Un precio justo $1,25" if hourly == 0 else "Un precio justo $6,25") in page


def test_a_form_without_numbers_changes_nothing(bench: Bench) -> None:
    """A word, and no wish."""
    answer = bench.phone("rosa").post(f"/justo/{BAG}", data={"materials": "x", "minutes": "", "cents": "100"})
    assert answer.headers["location"] == f"/justo/{BAG}?told=other"
    assert bench.gateway.asked == []
