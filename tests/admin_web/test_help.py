"""Help: who to ask by this machine's own configuration, how to pay by what it has, and no word that leads away."""

from pathlib import Path

import pytest
from fake_controller import IDLE
from fastapi.testclient import TestClient
from pydantic import ValidationError
from scenes import SCENES
from test_kiosk_routes import StillGateway

from admin_web.kiosk.app import create_app
from admin_web.kiosk.house import House, house
from admin_web.kiosk.till import till
from admin_web.words import words
from controller.config import Config, Kiosk, Machine
from controller.domain.events import VisitorAnswers

DESK = Kiosk(help_name="Mesa de informaciones", help_place="a la entrada", help_phone="02 228 3882")


def helped(tmp_path: Path, told: House, scene: str = "idle") -> str:
    """The help panel as it stands in the page."""
    gateway = StillGateway()
    gateway.see(SCENES[scene])
    page = TestClient(create_app(gateway, tmp_path, house=told), base_url="http://127.0.0.1:8080").get("/").text
    return page[page.index('id="help"') :].partition("</section>")[0]


def test_the_museum_names_who_helps(tmp_path: Path) -> None:
    """Name, place and number as configured."""
    page = helped(tmp_path, House(DESK))
    assert "Mesa de informaciones, a la entrada" in page
    assert "02 228 3882" in page


def test_without_a_name_people_are_sent_to_people(tmp_path: Path) -> None:
    """The staff or a maker; no empty label stands in for a number."""
    page = helped(tmp_path, House())
    assert "El personal del museo o una compañera" in page
    assert "phone" not in page


def test_only_what_the_machine_has_is_explained(tmp_path: Path) -> None:
    """No word of codes without wallets, none of buttons without buttons."""
    plain, rich = helped(tmp_path, House()), helped(tmp_path, House(buttons=True), "wallets")
    assert ["escanéelo" in page for page in (plain, rich)] == [False, True]
    assert ["botones" in page for page in (plain, rich)] == [False, True]


def test_the_house_knows_its_buttons() -> None:
    """By GPIO lines or by the board's keypad, whichever the cabinet uses."""
    plain = Config(machine=Machine(name="museo-quito"))
    wired = plain.model_copy(update={"cabinet": plain.cabinet.model_copy(update={"slot_buttons": {"A1": 22}})})
    assert [house(config).buttons for config in (plain, wired)] == [False, True]


def test_an_answer_is_passed_on_and_the_page_comes_back(tmp_path: Path) -> None:
    """A plain form; whatever no button sends asks nothing of the machine."""
    gateway = StillGateway()
    gateway.see(IDLE)
    app = create_app(gateway, tmp_path)
    visitor = TestClient(app, base_url="http://127.0.0.1:8080", follow_redirects=False)
    assert visitor.post("/answer", data={"answer": "17:what-brought-you:gift"}).headers["location"] == "/"
    assert visitor.post("/answer", data={"answer": "17::"}).headers["location"] == "/"
    assert visitor.post("/answer", data={"answer": "gift"}).headers["location"] == "/?said=not-now"
    assert gateway.asked == [VisitorAnswers(17, "what-brought-you", "gift"), VisitorAnswers(17)]


def test_without_a_network_one_calm_sentence_says_that_coins_work() -> None:
    """The wallet's code is gone from the tiles, and nothing looks broken."""
    told = till(SCENES["no-wallets"], StillGateway().names, words("es"), 0).message
    assert (told.who, told.mood) == ("Por ahora se paga solo con monedas: la billetera no tiene señal.", "calm")


# The configuration


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"question": "how-heard"}, "must say"),
        ({"answers": ["seen"]}, "two to five"),
        ({"answers": ["seen", "seen"]}, "two to five"),
        ({"words": {"seen": {"en": "In the gallery"}}}, "`es`"),
        ({"help_phone": "call Rosa"}, "pattern"),
    ],
    ids=str,
)
def test_a_question_that_could_not_be_said_is_refused_at_the_start(wrong: dict[str, object], told: str) -> None:
    """And not in front of a visitor."""
    with pytest.raises(ValidationError, match=told):
        Kiosk.model_validate(wrong)
