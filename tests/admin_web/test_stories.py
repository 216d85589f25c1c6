"""The stories of an idle machine: which pieces are told, and when the screen has something else to say."""

from dataclasses import replace

import pytest
from fake_controller import IDLE, SHELF, slot_view
from scenes import SCENES

from admin_web.books import names
from admin_web.kiosk.stories import STORIES_MAX, stories
from admin_web.words import words
from controller.domain.catalog import MakerId, ProductId
from controller.domain.stocking import PutMaker, PutProduct

ROSA = PutMaker(MakerId("rosa"), "Rosa", "Taller La Floresta", "Coso desde niña.", f"{'ab' * 16}.webp", consent=True)
BAG = PutProduct(ProductId("bolso-feria"), MakerId("rosa"), "Bolso de feria", 350, photo=f"{'ef' * 16}.webp")
NAMES = names({"rosa": ROSA, "sami": replace(ROSA, maker=MakerId("sami"), consent=False)}, {"bolso-feria": BAG})
ES = words("es")


def test_each_product_that_can_be_bought_is_told_once() -> None:
    """A sold-out piece and a second spiral with the same one make no story."""
    shelf = (
        *SHELF[:2],
        slot_view("A3", "poncho-wawa", "inti", 500, quantity=0),
        slot_view("A4", "bolso-feria", "rosa", 350),
    )
    told = stories(replace(IDLE, slots=shelf), NAMES, ES)
    assert [(story.name, story.price) for story in told] == [("Bolso de feria", "$3,50"), ("chumpi-rojo", "$2,00")]


def test_a_maker_is_told_as_far_as_she_agreed() -> None:
    """Rosa with name, face and words; Sami only by her workshop; Luz, of whom nothing is known, not at all."""
    told = {story.name: story for story in stories(IDLE, NAMES, ES)}
    bag, doll, belt = told["Bolso de feria"], told["muneca-warmi"], told["chumpi-rojo"]
    assert (bag.maker, bag.says, bag.face) == ("Hecho a mano por Rosa", "Coso desde niña.", f"{'ab' * 16}.webp")
    assert (doll.maker, doll.says, doll.face) == ("Hecho a mano en Taller La Floresta", "", "")
    assert (belt.maker, belt.photo) == ("", "")
    assert bag.photo == f"{'ef' * 16}.large.webp"


def test_there_are_never_more_stories_than_the_style_sheet_can_show() -> None:
    """A machine with sixty spirals tells the first eight products."""
    many = tuple(slot_view(f"A{n}", f"prenda-{n}", "rosa", 100 + n) for n in range(1, 61))
    assert len(stories(replace(IDLE, slots=many), NAMES, ES)) == STORIES_MAX


@pytest.mark.parametrize(
    "scene",
    ["wanting", "chosen", "vending", "returning", "after", "doubt", "two-codes", "paused", "closed", "paying-code"],
)
def test_whoever_is_there_or_whatever_happened_ends_the_stories(scene: str) -> None:
    """Money, a choice, news, a claim code, trouble, the night: the page holds no story then."""
    assert stories(SCENES[scene], NAMES, ES) == ()
