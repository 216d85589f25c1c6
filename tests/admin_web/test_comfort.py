"""Language, larger text and contrast: one wish each, for one visit, without a script; and the scene drawn once a language."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fake_controller import IDLE, with_news
from fastapi.testclient import TestClient
from scenes import CHOSEN, LEAVING, SCENES
from test_catalogues import CONFIRMED, messages
from test_kiosk_routes import StillGateway

from admin_web.kiosk.app import create_app
from admin_web.kiosk.comfort import COOKIE, REST_S, Comfort, in_use
from admin_web.kiosk.page import TICK_MS, Kiosk
from admin_web.kiosk.sheets import Sheets
from admin_web.words import LANGUAGES
from controller.domain.view import View

VOID = {"meta", "link", "img", "br", "input", "path", "circle", "rect"}
EVERYWHERE = {"Español", "English", "Kichwa", "Rosa Quishpe"}


class Texts(HTMLParser):
    """Every text of a page with the language it is marked as: the nearest `lang` above it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._langs: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._langs.append(dict(attrs).get("lang") or (self._langs[-1] if self._langs else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._langs.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.cdata_elem is None:  # a style or a script is no text
            self.found.append((" ".join(data.split()), self._langs[-1]))


@pytest.fixture
def gateway() -> StillGateway:
    gateway = StillGateway()
    gateway.see(IDLE)
    return gateway


@pytest.fixture
def visitor(gateway: StillGateway, tmp_path: Path) -> TestClient:
    """A browser that keeps cookies and follows where a form leads, but runs no script."""
    return TestClient(create_app(gateway, tmp_path), base_url="http://127.0.0.1:8080")


def wish(visitor: TestClient, *wishes: str) -> str:
    """The page after these buttons, one after the other."""
    for told in wishes:
        page = visitor.post("/comfort", data={"wish": told})
    return page.text


# One wish each


@pytest.mark.parametrize(
    ("language", "lang", "said"),
    [("en", "en-US", "Handmade in Quito"), ("qu", "qu-EC", "Alli puncha"), ("es", "es-EC", "Hecho a mano en Quito")],
)
def test_a_language_is_one_button_away(visitor: TestClient, language: str, lang: str, said: str) -> None:
    """A plain form: the page that comes back is in that language, and its button is the one pressed."""
    page = wish(visitor, language)
    assert f'<html lang="{lang}"' in page
    assert said in page
    for other in LANGUAGES:
        assert f'value="{other}" lang="{other}" aria-pressed="{str(other == language).lower()}"' in page


def test_wishes_add_up_and_can_be_taken_back(visitor: TestClient) -> None:
    """Larger text and contrast join the language; each button then offers the way back."""
    assert 'data-comfort="en large contrast"' in wish(visitor, "en", "large", "strong")
    assert 'data-comfort="en contrast"' in wish(visitor, "usual")
    assert 'data-comfort="en"' in wish(visitor, "soft")


def test_a_button_touched_twice_does_what_it_says_once(visitor: TestClient) -> None:
    """A hasty second touch of the same button takes nothing back."""
    assert 'data-comfort="es large"' in wish(visitor, "large", "large")


def test_contrast_is_worn_by_whoever_asked_for_it_here_or_in_the_system(visitor: TestClient) -> None:
    """The same rules stand in the page's sheet twice: under the button's word, and under those who prefer more contrast."""
    look = visitor.get("/later.css").text
    touched = look.index(":root[data-comfort~=contrast]{&{--wool:#fff;")
    preferred = look.index("@media (prefers-contrast: more){:root{&{--wool:#fff;")
    assert min(touched, preferred) > look.index('[data-comfort~="large"]')
    assert 'data-comfort="es contrast"' in wish(visitor, "strong")


@pytest.mark.parametrize("told", ["", "xx", "EN", "<script>alert(1)</script>", "en.large", "a" * 3_000])
def test_a_wish_that_is_none_of_ours_changes_nothing(visitor: TestClient, told: str) -> None:
    """Words from a request are compared, never shown."""
    assert 'data-comfort="en"' in wish(visitor, "en", told)


@pytest.mark.parametrize("cookie", ["", "xx", "../../etc", "large.large", "<b>.large", "." * 2_000])
def test_a_cookie_that_is_none_of_ours_is_spanish(visitor: TestClient, cookie: str) -> None:
    """Whatever else is known in it counts; the rest is not even looked up."""
    page = visitor.get("/", headers={"cookie": f"{COOKIE}={cookie}"}).text
    assert f'data-comfort="{"es large" if "large" in cookie else "es"}"' in page


# For one visit


def test_a_choice_lives_for_a_minute(visitor: TestClient) -> None:
    """The cookie ends by itself, goes nowhere else, and no other site can send it."""
    answer = visitor.post("/comfort", data={"wish": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"] == f"{COOKIE}=en; Max-Age={REST_S}; Path=/; SameSite=strict"


@pytest.mark.parametrize(
    "name", ["chosen", "wanting", "vending", "returning", "sold", "doubt", "paying-code", "paused"]
)
def test_it_lives_on_while_the_machine_is_in_use(visitor: TestClient, gateway: StillGateway, name: str) -> None:
    """Each page that is loaded meanwhile renews it, so that nobody's code or warning changes its language."""
    gateway.see(SCENES[name])
    wish(visitor, "en")
    assert f"{COOKIE}=en; Max-Age={REST_S}" in visitor.get("/").headers["set-cookie"]


@pytest.mark.parametrize("name", ["idle", "closed", "no-change", "sold-out", "wallets"])
def test_an_idle_machine_lets_it_end(visitor: TestClient, gateway: StillGateway, name: str) -> None:
    """Pages that load themselves anew are no touch."""
    gateway.see(SCENES[name])
    wish(visitor, "en")
    assert "set-cookie" not in visitor.get("/").headers


def test_the_end_of_a_visit_ends_it_at_once(visitor: TestClient) -> None:
    """What the page sends when nobody has touched it for a while."""
    assert 'data-comfort="es"' in wish(visitor, "en", "large", "strong", "rest")
    assert COOKIE not in visitor.cookies


def test_a_machine_that_never_spoke_is_not_in_use() -> None:
    """Nor is one outside its hours, or in pause without anybody's money."""
    assert [in_use(view) for view in (None, IDLE, SCENES["closed"], CHOSEN)] == [False, False, False, True]


def test_who_chose_nothing_gets_no_cookie(visitor: TestClient, gateway: StillGateway) -> None:
    """A visitor who reads Spanish leaves nothing behind."""
    gateway.see(CHOSEN)
    assert "set-cookie" not in visitor.get("/").headers


# Every word in one language, or marked


@pytest.mark.parametrize("name", SCENES, ids=str)
def test_an_english_page_is_english_throughout(visitor: TestClient, gateway: StillGateway, name: str) -> None:
    """No Spanish sentence is left in any scene."""
    gateway.see(SCENES[name])
    spanish, english = messages("es"), messages("en")
    foreign = {spanish[key][0] for key in spanish if spanish[key] != english[key]} - {"Contraste", "kichwa"}
    page = wish(visitor, "en")
    assert [text for text, _ in Texts(page).found if text in foreign] == []
    assert 'lang="en-US"' in page


def test_a_kichwa_page_marks_each_word_with_its_language(visitor: TestClient, gateway: StillGateway) -> None:
    """Confirmed words are Kichwa, everything else is marked as Spanish, and the page says why it mixes them."""
    gateway.see(SCENES["sold-out"])
    page = wish(visitor, "qu")
    texts = [(text, lang) for text, lang in Texts(page).found if text not in EVERYWHERE]
    assert {text for text, lang in texts if lang == "qu-EC"} == {"Alli puncha", "Mana tiyanchu"}
    assert {lang for text, lang in texts if text not in CONFIRMED} == {"es-EC"}
    assert "lo demás se dice en español" in page


def test_the_greeting_is_marked_as_kichwa_in_every_language(visitor: TestClient) -> None:
    """A screen reader does not read it as if it were English."""
    for language in LANGUAGES:
        assert ("Alli puncha", "qu-EC") in Texts(wish(visitor, language)).found


# Drawn once


def test_a_scene_is_drawn_once_a_language_however_many_look(gateway: StillGateway) -> None:
    """The same drawing serves every page that is open in that language in the same tenth of a second."""
    kiosk = Kiosk(gateway, "0", Sheets("", "", ""))
    assert kiosk.scene("en") is kiosk.scene("en")
    assert kiosk.scene("es") is kiosk.scene("es")
    assert "Touch a piece" in kiosk.scene("en") or "touch a piece" in kiosk.scene("en")
    assert "toque una prenda" in kiosk.scene("es")


@pytest.mark.parametrize("view", [CHOSEN, replace(IDLE), with_news("claim", None, 125, "K7X-M4P")], ids=["a", "b", "c"])
def test_a_new_picture_is_drawn_anew(gateway: StillGateway, view: View) -> None:
    """Even when it came in the same moment."""
    kiosk = Kiosk(gateway, "0", Sheets("", "", ""))
    before = kiosk.scene("es")
    gateway.see(view)
    assert kiosk.scene("es") is not before


def test_a_picture_that_ages_is_drawn_anew(gateway: StillGateway) -> None:
    """The countdown of a warning goes on between two pictures."""
    gateway.see(LEAVING)
    kiosk = Kiosk(gateway, "0", Sheets("", "", ""))
    before = kiosk.scene("es")
    gateway.now_s += TICK_MS / 1_000
    assert kiosk.scene("es") is not before
    gateway.now_s += 2
    assert "quedan 10 s" in kiosk.scene("es")


def test_comfort_reads_as_it_is_written() -> None:
    """As words for the style sheets, in one order."""
    assert [str(Comfort()), str(Comfort("en", contrast=True, large=True))] == ["es", "en large contrast"]
