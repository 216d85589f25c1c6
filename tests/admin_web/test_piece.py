"""The second look at a piece: what is told of it and of its maker, where the money goes, and when it steps aside."""

from dataclasses import replace

import pytest
from fake_controller import IDLE, SHELF, slot_view
from scenes import AFTER, CHOSEN, FALLING, LEAVING, SCENES, VENDING

from admin_web.books import names
from admin_web.kiosk.after import read_choice, thanks
from admin_web.kiosk.house import House
from admin_web.kiosk.piece import look
from admin_web.kiosk.weaves import woven
from admin_web.shares import COINS, parts
from admin_web.words import words
from controller.config import Kiosk
from controller.domain.catalog import Account, MakerId, ProductId, Share
from controller.domain.stocking import PutMaker, PutProduct

ROSA = PutMaker(MakerId("rosa"), "Rosa", "Taller La Floresta", "Coso desde niña.", f"{'ab' * 16}.webp", consent=True)
SAMI = PutMaker(MakerId("sami"), "Samanta", "Taller La Puntada", "Mis muñecas ríen.", f"{'cd' * 16}.webp")
BAG = PutProduct(
    ProductId("bolso-feria"), MakerId("rosa"), "Bolso de feria", 350, "lana de oveja", 270, f"{'ef' * 16}.webp", 120
)
DOLL = PutProduct(ProductId("muneca-warmi"), MakerId("sami"), "Muñeca warmi", 600)
NAMES = names({"rosa": ROSA, "sami": SAMI}, {"bolso-feria": BAG, "muneca-warmi": DOLL})
ES = words("es")


def test_all_that_the_catalogue_says_is_told() -> None:
    """The large photo, her name, workshop, face and words, what it is made of, for how much, and in how long."""
    seen = look(CHOSEN, NAMES, ES, 0)
    assert seen is not None
    assert (seen.name, seen.price, seen.photo) == ("Bolso de feria", "$3,50", f"{'ef' * 16}.large.webp")
    assert (seen.maker, seen.workshop) == ("Hecho a mano por Rosa", "Taller La Floresta")
    assert (seen.says, seen.face) == ("Coso desde niña.", f"{'ab' * 16}.webp")
    assert seen.made == ("lana de oveja", "materiales por $1,20", "5 horas de trabajo")


def test_without_her_consent_only_her_workshop_is_told() -> None:
    """Neither name, face nor words; and what nobody wrote down leaves no empty label."""
    seen = look(replace(CHOSEN, chosen="B2"), NAMES, ES, 0)
    assert seen is not None
    assert seen.maker == "Hecho a mano en Taller La Puntada"
    assert (seen.face, seen.says, seen.made, seen.photo) == ("", "", (), "")
    assert "Samanta" not in repr(seen)


@pytest.mark.parametrize(("minutes", "told"), [(1, "1 minuto"), (89, "89 minutos"), (90, "2 horas"), (600, "10 horas")])
def test_her_time_is_told_in_words_of_people(minutes: int, told: str) -> None:
    """Minutes up to an hour and a half, then whole hours."""
    quick = names({}, {"bolso-feria": replace(BAG, materials="", materials_cents=0, work_minutes=minutes)})
    seen = look(CHOSEN, quick, ES, 0)
    assert seen is not None
    assert seen.made == (f"{told} de trabajo",)


@pytest.mark.parametrize(
    ("slot", "left", "top"), [("A1", False, False), ("A2", False, False), ("A4", True, False), ("B3", True, True)]
)
def test_the_look_leaves_the_chosen_tile_free(slot: str, left: bool, top: bool) -> None:
    """A piece on the left is looked at on the right; on a standing screen one above is looked at below."""
    seen = look(replace(CHOSEN, chosen=slot), NAMES, ES, 0)
    assert seen is not None
    assert (seen.left, seen.top) == (left, top)


@pytest.mark.parametrize(
    "scene", ["idle", "leaving", "leaving-with-a-code", "paying-code", "sold", "two-codes", "closed"]
)
def test_the_look_steps_aside_for_what_presses_more(scene: str) -> None:
    """A warning, a claim code, a code to pay, or nothing chosen at all."""
    assert look(SCENES[scene], NAMES, ES, 0) is None


def test_the_warning_comes_between_two_pictures_too() -> None:
    """A picture with 16 s left that is two seconds old is a warning by now."""
    late = replace(LEAVING, left_ms=16_000)
    assert look(late, NAMES, ES, 0) is not None
    assert look(late, NAMES, ES, 2_000) is None


def test_the_piece_on_its_way_shows_the_shares_of_this_sale() -> None:
    """To the cent as they will be posted, and alone on the screen."""
    seen = look(VENDING, NAMES, ES, 0)
    assert seen is not None
    assert (seen.slot, seen.turning, seen.price) == ("A3", True, "$5,00")
    assert [part.money for part in seen.parts] == ["$4,01", "$0,74", "$0,25"]


# Where the money goes


def test_a_price_is_twenty_coins_in_the_proportion_of_its_cents() -> None:
    """401, 74 and 25 cents of five dollars are 16, 3 and 1 of twenty coins."""
    assert [(part.figure, part.coins) for part in parts(FALLING, NAMES, ES)] == [
        ("maker", 16),
        ("people", 3),
        ("machine", 1),
    ]


def test_whoever_gets_anything_gets_a_coin() -> None:
    """One cent of six dollars is still somebody's; a fee is drawn as paper, not as people."""
    shares = (Share(Account("maker:sami"), 599), Share(Account("fee:deuna"), 1))
    assert [(part.figure, part.coins) for part in parts(shares, NAMES, ES)] == [("maker", COINS), ("paper", 1)]


def test_nobody_is_told_a_share_in_percent() -> None:
    """People and dollars only, in every scene that shows shares."""
    for scene in ("chosen", "vending", "after"):
        seen = look(SCENES[scene], NAMES, ES, 0) or thanks(SCENES[scene], NAMES, ES, House(), 0)
        assert seen is not None
        assert "%" not in repr([(part.who, part.money) for part in seen.parts])


# After


def test_the_thanks_names_who_gets_what_and_asks_one_thing() -> None:
    """Four answers by default, each a button that carries the sale, the question and the answer."""
    told = thanks(AFTER, NAMES, ES, House(), 0)
    assert told is not None
    assert (told.vend_id, told.price, told.asks) == (17, "$5,00", "¿Qué le trajo a esta prenda?")
    assert [choice.words for choice in told.choices] == [
        "La vi en la sala",
        "Es para un regalo",
        "Conozco a quien la hizo",
        "Otra cosa",
    ]
    assert read_choice(told.choices[1].value) == (17, "what-brought-you", "gift")


def test_a_machine_asks_in_its_own_words() -> None:
    """The configuration's words, in the visitor's language where they exist, in Spanish otherwise."""
    own = {
        "how-heard": {"es": "¿Cómo supo de nosotras?", "en": "How did you hear of us?"},
        "radio": {"es": "Por la radio"},
    }
    house = House(Kiosk(question="how-heard", answers=["radio", "other"], words=own))
    told = [thanks(AFTER, NAMES, words(language), house, 0) for language in ("es", "en")]
    assert [(seen.asks, [c.words for c in seen.choices]) for seen in told if seen] == [
        ("¿Cómo supo de nosotras?", ["Por la radio", "Otra cosa"]),
        ("How did you hear of us?", ["Por la radio", "Something else"]),
    ]


def test_a_machine_may_ask_nothing() -> None:
    """The thanks is then all there is."""
    told = thanks(AFTER, NAMES, ES, House(Kiosk(question="")), 0)
    assert told is not None
    assert told.asks == ""


def test_the_thanks_is_for_a_sale_and_steps_aside_for_a_warning() -> None:
    """Other news, a slot that left the glass, credit about to be put aside: no thanks over the shelf."""
    empty = replace(AFTER, slots=tuple(slot for slot in SHELF if slot.slot != "A3"))
    warned = replace(AFTER, phase="credit", credit_cents=75, left_ms=9_000)
    views = (IDLE, SCENES["doubt"], SCENES["sold"], empty, warned)
    assert [thanks(view, NAMES, ES, House(), 0) for view in views] == [None] * 5


@pytest.mark.parametrize("value", ["", "gift", "x:what-brought-you:gift", "-1::", "١٧::", "9" * 101 + "::"])
def test_what_no_button_sends_is_no_answer(value: str) -> None:
    """Bytes of any kind end in a plain refusal."""
    assert read_choice(value) is None


def test_a_slot_that_shows_its_twin_once() -> None:
    """Two spirals with the same product are two tiles but one maker's band."""
    twin = replace(IDLE, slots=(*SHELF, slot_view("C1", "bolso-feria", "rosa", 350)), chosen="C1", missing_cents=350)
    seen = look(twin, NAMES, ES, 0)
    assert seen is not None
    assert seen.band == woven("rosa").name
