"""The kiosk's page and its guards, asked in-process: what it shows, what it lets in, what it lets out."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fake_controller import IDLE, SHELF, slot_view, with_news
from fastapi.testclient import TestClient
from scenes import CHOSEN, LEAVING, SCENES

from admin_web.books import names
from admin_web.gateway import Gateway
from admin_web.kiosk.app import create_app
from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.events import PayBy, ReturnPressed, SlotChosen, StillHere
from controller.domain.stocking import PutMaker, PutProduct
from controller.domain.view import View
from controller.photos import large
from controller.protocols.control import Answer, Ask
from hw_mocks.garments import write_photos

HOSTILE = PutProduct(ProductId("bolso-feria"), MakerId("rosa"), "Bolso <script>alert(1)</script>", 350, photo="a.svg")
ROSA = PutMaker(MakerId("rosa"), "Rosa Quishpe", consent=True)


class StillGateway(Gateway):
    """A gateway without a socket: the test sets its picture, and reads what was asked."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere.sock"), Path("nowhere.db"), lambda: self.now_s)
        self.now_s = 50.0
        self.asked: list[Ask] = []
        self.answer = Answer(1)
        self.names = names({"rosa": ROSA}, {"bolso-feria": HOSTILE})

    def see(self, view: View) -> None:
        self.picture, self._seen_s = view, self.now_s

    async def ask(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        return self.answer


@pytest.fixture
def gateway() -> StillGateway:
    gateway = StillGateway()
    gateway.see(IDLE)
    return gateway


@pytest.fixture
def visitor(gateway: StillGateway, tmp_path: Path) -> TestClient:
    """A browser at the machine, without a life of its own: redirects are not followed."""
    (tmp_path / "media").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    app = create_app(gateway, tmp_path / "media")
    return TestClient(app, base_url="http://127.0.0.1:8080", follow_redirects=False, raise_server_exceptions=False)


# What it shows


def test_the_page_shows_every_slot_with_its_price(visitor: TestClient) -> None:
    """Eight tiles, each a button with its slot and price, in a Spanish page."""
    page = visitor.get("/").text
    assert re.findall(r'name="slot" value="(\w+)"', page) == ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"]
    assert "$3,50" in page
    assert '<html lang="es-EC"' in page


def test_nothing_on_the_page_leads_away_or_asks_for_text(visitor: TestClient) -> None:
    """No link, no text field, and every address is our own."""
    page = visitor.get("/").text
    assert not re.search(r"<a[\s>]|<input|<textarea", page)
    assert all(address.startswith(("/", "#")) for address in re.findall(r'\s(?:src|href|action)="([^"]*)"', page))


def test_words_of_makers_cannot_become_code(visitor: TestClient) -> None:
    """A product's name with a tag in it is shown as text."""
    page = visitor.get("/").text
    assert "Bolso &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_grey_page_says_its_age_and_takes_no_touch(visitor: TestClient, gateway: StillGateway) -> None:
    """Twelve seconds without the controller: its age is told and every button of the machine is off."""
    gateway.now_s += 12
    page = visitor.get("/").text
    assert "Sin noticias de la máquina desde hace 12 s" in page
    assert all(
        "disabled" in tag for tag in re.findall(r"<button[^>]*>", page[page.index("<main") : page.index("</main>")])
    )


def test_a_machine_that_never_spoke_is_said_to_be_waking(gateway: StillGateway, visitor: TestClient) -> None:
    """The page stands before the controller does."""
    gateway.picture = None
    assert "La máquina está despertando" in visitor.get("/").text


def test_sold_out_and_jammed_are_shown_and_cannot_be_touched(visitor: TestClient, gateway: StillGateway) -> None:
    """A tile that cannot be bought is a button that is off, with a word and a reason."""
    sold_out = slot_view("A1", "bolso-feria", "rosa", 350, quantity=0)
    jammed = slot_view("A2", "chumpi-rojo", "luz", 200, reason="jammed")
    gateway.see(replace(IDLE, slots=(sold_out, jammed, *SHELF[2:])))
    page = visitor.get("/").text
    off = re.findall(r'value="(\w+)"[^>]* disabled', page)
    assert off == ["A1", "A2"]
    assert "agotado" in page
    assert "Se atascó. Una compañera lo va a revisar." in page


def test_a_claim_code_stands_on_the_page(visitor: TestClient, gateway: StillGateway) -> None:
    """Large, and inside the region that screen readers announce or beside it."""
    gateway.see(with_news("claim", None, 125, "K7X-M4P"))
    assert "<strong>K7X-M4P</strong>" in visitor.get("/").text


def test_the_countdown_runs_on_between_two_pictures(visitor: TestClient, gateway: StillGateway) -> None:
    """Three seconds after a picture with 12.9 s left the page says nine, and says it outside the announced words."""
    gateway.see(LEAVING)
    gateway.now_s += 3
    page = visitor.get("/").text
    assert "quedan 9 s" in page
    announced = re.findall(r'<div role="status">.*?</div>', page, re.DOTALL)
    assert len(announced) == 1
    assert "9 s" not in announced[0]


def test_coins_that_must_wait_are_drawn_as_such(visitor: TestClient, gateway: StillGateway) -> None:
    """Twenty-five cents are missing and nothing can be given back: half dollars and dollars are struck through."""
    gateway.see(SCENES["few-coins"])
    page = visitor.get("/").text
    assert re.findall(r'class="coin coin-(\d+) waits"', page) == ["50", "100"]
    assert 'aria-label="Ahora recibe monedas de 1¢, 5¢, 10¢, 25¢"' in page
    assert "solo monedas que completen el precio" in page


@pytest.mark.parametrize("name", SCENES, ids=str)
def test_every_scene_is_one_whole_page(visitor: TestClient, gateway: StillGateway, name: str) -> None:
    """No word is left unfilled, nothing carries a style or a script of its own, and every button has its form."""
    gateway.see(SCENES[name])
    page = visitor.get("/").text
    assert not re.search(r"\sstyle=|\son\w+=", page)
    body = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"[{]|<style|<script", body)
    forms = re.findall(r'\saction="([^"]+)"', body)
    assert [form for form in forms if not form.startswith(("/pay/", "/answer"))] == ["/choose", "/stay", "/give-back"]


# Buttons


def test_a_choice_is_passed_on_and_the_page_comes_back(visitor: TestClient, gateway: StillGateway) -> None:
    """A plain form without JavaScript: redirect after post."""
    answer = visitor.post("/choose", data={"slot": "A3"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert gateway.asked == [SlotChosen(SlotId("A3"))]


@pytest.mark.parametrize(("sent", "slot"), [({"slot": "A3"}, SlotId("A3")), ({}, None)], ids=["a tile", "the till"])
def test_a_wallet_is_passed_on(
    visitor: TestClient, gateway: StillGateway, sent: dict[str, str], slot: SlotId | None
) -> None:
    """The code on a tile chooses and asks in one touch; the button at the till asks for what is chosen."""
    gateway.see(SCENES["chosen-with-wallets"])
    assert visitor.post("/pay/deuna", data=sent).headers["location"] == "/"
    assert gateway.asked == [PayBy("deuna", slot)]


@pytest.mark.parametrize(("wallet", "slot"), [("ahorita", "A1"), ("deuna", "Z9")])
def test_what_cannot_be_paid_so_is_said(visitor: TestClient, gateway: StillGateway, wallet: str, slot: str) -> None:
    """A wallet this machine does not have, a slot it does not have: nothing is asked of the machine."""
    gateway.see(SCENES["wallets"])
    assert visitor.post(f"/pay/{wallet}", data={"slot": slot}).headers["location"] == "/?said=not-now"
    assert gateway.asked == []


def test_money_back_is_passed_on(visitor: TestClient, gateway: StillGateway) -> None:
    """One touch."""
    assert visitor.post("/give-back").headers["location"] == "/"
    assert gateway.asked == [ReturnPressed()]


def test_more_time_is_asked_for_by_one_button(visitor: TestClient, gateway: StillGateway) -> None:
    """It is off, and out of sight, while nobody needs it; then one touch sends `stay`."""
    gateway.see(CHOSEN)
    assert re.search(r'action="/stay" hidden>\s*<button id="stay"[^>]* disabled', visitor.get("/").text)
    gateway.see(LEAVING)
    assert re.search(r'action="/stay">\s*<button id="stay" class="press stay"><b>Sigo aquí</b>', visitor.get("/").text)
    assert visitor.post("/stay").headers["location"] == "/"
    assert gateway.asked == [StillHere()]


@pytest.mark.parametrize("slot", ["Z9", "", "A1; drop table", "A" * 3000])
def test_a_slot_that_is_not_there_is_said_in_spanish(visitor: TestClient, gateway: StillGateway, slot: str) -> None:
    """Nothing is asked of the controller."""
    answer = visitor.post("/choose", data={"slot": slot})
    assert answer.headers["location"] == "/?said=unknown-slot"
    assert "Esa espiral no existe en esta máquina" in visitor.get(answer.headers["location"]).text
    assert gateway.asked == []


def test_a_form_that_is_no_form_is_no_traceback(visitor: TestClient) -> None:
    """A file, or bytes of any kind, end in the patient page or a plain sentence."""
    for answer in (
        visitor.post("/choose", files={"slot": ("a.txt", b"A1")}),
        visitor.post("/choose", content=b"\xff\xfe", headers={"content-type": "multipart/form-data; boundary=x"}),
        visitor.post("/choose", content=b"\xff=%zz", headers={"content-type": "application/x-www-form-urlencoded"}),
    ):
        assert answer.status_code in (303, 400)
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(("code", "said"), [("away", "La máquina no contestó"), ("busy", "Eso no se puede ahora")])
def test_what_the_controller_refuses_is_said(visitor: TestClient, gateway: StillGateway, code: str, said: str) -> None:
    """A refusal and silence are told apart."""
    gateway.answer = Answer(1, code)
    assert said in visitor.get(visitor.post("/give-back").headers["location"]).text


def test_only_known_words_can_be_put_on_the_page_by_its_address(visitor: TestClient) -> None:
    """An address with other words shows nothing of them."""
    page = visitor.get("/?said=PAGUE+AQUI").text
    assert "PAGUE" not in page
    assert '<div id="said" class="said" role="status"></div>' in page


# Guards


def test_every_answer_carries_the_strict_policy(visitor: TestClient) -> None:
    """Pages, errors, and static files alike: what stands in a page is taken in by its hash, and by nothing looser."""
    for path in ("/", "/later.css", "/static/mark.svg", "/nowhere"):
        headers = visitor.get(path).headers
        assert headers["content-security-policy"].startswith(
            "default-src 'self'; img-src 'self' data:; object-src 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_the_page_brings_one_style_and_one_script_and_the_policy_knows_them(visitor: TestClient, path: str) -> None:
    """Each hash is that of what truly stands between its tags, so a browser takes in these and no others."""
    answer = visitor.get(path)
    for tag in ("style", "script"):
        found = re.findall(f"<{tag}>(.*?)</{tag}>", answer.text, flags=re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256("".join(found).encode()).digest()).decode()
        assert len(found) == 1 or (tag == "script" and path == "/nowhere")
        assert not found or f"{tag}-src 'self' 'sha256-{hashed}'" in answer.headers["content-security-policy"].split(
            "; "
        )


@pytest.mark.parametrize("host", ["minga.evil.example", "127.0.0.1.evil.example", "", "10.0.0.7:8080"])
def test_the_page_answers_to_its_own_name_only(visitor: TestClient, host: str) -> None:
    """A foreign name that leads to this machine (DNS rebinding) gets nothing."""
    assert visitor.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "LOCALHOST"])
def test_the_loopback_names_are_ours(visitor: TestClient, host: str) -> None:
    """By whichever of them the kiosk's browser calls."""
    assert visitor.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_another_page_cannot_press_the_buttons(
    visitor: TestClient, gateway: StillGateway, headers: dict[str, str]
) -> None:
    """Not even one on another port of this machine."""
    assert visitor.post("/give-back", headers=headers).status_code == 403
    assert gateway.asked == []


def test_our_own_page_can_press_the_buttons(visitor: TestClient, gateway: StillGateway) -> None:
    """As a browser sends it."""
    ours = {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}
    assert visitor.post("/give-back", headers=ours).status_code == 303
    assert gateway.asked == [ReturnPressed()]


def test_a_body_larger_than_any_form_is_refused(visitor: TestClient) -> None:
    """Five kilobytes for a slot are too many."""
    assert visitor.post("/choose", data={"slot": "A" * 5_000}).status_code == 413


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/favicon.ico", "/../minga.toml", "/static/../app.py"]
)
def test_there_is_nothing_else_here(visitor: TestClient, path: str) -> None:
    """No documentation page, no file but ours; the answer leads back to the shelf by itself."""
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert 'http-equiv="refresh"' in answer.text


@pytest.mark.parametrize(
    ("cookie", "lang", "said"),
    [("", "es-EC", "Un momento…"), ("en.contrast", "en-US", "One moment…")],
    ids=["es", "en"],
)
def test_an_error_is_told_in_the_language_of_the_visit(visitor: TestClient, cookie: str, lang: str, said: str) -> None:
    """And in the look she chose; it leads back to the shelf by itself."""
    page = visitor.get("/nowhere", headers={"cookie": f"minga-comfort={cookie}"}).text
    assert f'<html lang="{lang}" data-comfort="{cookie.replace(".", " ") or "es"}">' in page
    assert said in page


# Photos


@pytest.fixture
def bag(tmp_path: Path, visitor: TestClient) -> str:
    """The name of a photo in the machine's folder."""
    return write_photos(tmp_path / "media", {"bolso-feria": "bag"})["bolso-feria"]


def test_a_photo_is_served_as_a_picture_that_may_do_nothing(visitor: TestClient, bag: str) -> None:
    """Tile and hero are WebP and nothing else, may run and load nothing, and may be kept for ever."""
    for name in (bag, large(bag)):
        answer = visitor.get(f"/media/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert (answer.content[:4], answer.content[8:12]) == (b"RIFF", b"WEBP")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "max-age=31536000, immutable"


NOBODY = "0" * 32


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "..%2fsecret.png",
        "%2e%2e/secret.png",
        "minga.db",
        "page.html",
        "rosa.jpg",
        ".hidden.part",
        f"{NOBODY}.webp",
        f"{NOBODY}.large.webp",
        f"{'1' * 32}.webp",
        f"{'1' * 32}.webp%00.png",
    ],
)
def test_nothing_but_photos_leaves_the_media_folder(visitor: TestClient, tmp_path: Path, name: str) -> None:
    """No path upwards, no link that leads out, no file that is not named as our photos are; a miss is not kept."""
    media = tmp_path / "media"
    (media / f"{NOBODY}.webp").symlink_to(tmp_path / "secret.png")
    (media / f"{NOBODY}.large.webp").mkdir()
    for other in ("minga.db", "page.html", "rosa.jpg", ".hidden.part"):
        (media / other).write_bytes(b"secret")
    answer = visitor.get(f"/media/{name}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content
    assert answer.headers["cache-control"] == "no-store"
