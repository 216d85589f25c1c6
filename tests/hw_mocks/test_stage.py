"""The stage without a browser: what a glance shows, what a person may do to the world, and who may come in at the door."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from admin_web.books import NO_NAMES
from admin_web.gateway import Gateway
from controller.config import Cabinet, Clock, Config, Machine, Motors
from controller.config.sections import Hopper, Mdb
from controller.errors import MingaError
from hw_mocks.acceptor import ECUADOR_COINS, SimulatedAcceptor
from hw_mocks.acts import ACTS, Acts
from hw_mocks.client import WorldClient
from hw_mocks.faults import FAULTS
from hw_mocks.glance import SHOWN_MAX
from hw_mocks.hopper import SimulatedHopper
from hw_mocks.host import WorldServer
from hw_mocks.stage.app import DEEDS, create_app
from hw_mocks.stage.bystander import KEPT, Bystander
from hw_mocks.stage.papers import Papers
from hw_mocks.stage.picture import picture
from hw_mocks.stage.pieces import piece
from hw_mocks.stage.scenery import scenery
from hw_mocks.stage.screen import Screen, address_of, may_frame
from hw_mocks.stage.start import staged
from hw_mocks.stage.wording import words
from hw_mocks.world import World

KIOSK = "http://127.0.0.1:8080/"
ORIGIN = "http://127.0.0.1:8090"


@pytest.fixture
def world() -> World:
    return World(Motors(), Cabinet(), stock={"A1": 2})


@pytest.fixture
def acts(world: World, tmp_path: Path) -> Acts:
    hoppers = [SimulatedHopper(25, 40), SimulatedHopper(5, 40)]
    return Acts(world, SimulatedAcceptor(), ECUADOR_COINS, hoppers=hoppers, clock=tmp_path / "clock")


def look(acts: Acts) -> dict:
    return acts.perform({"do": "look"})["look"]


# What is seen


def test_a_coin_lies_in_the_cup_until_it_is_taken(acts: Acts) -> None:
    """Nobody polls the acceptor, so the quarter comes back; taken, it is gone from the cup and stays in the truth."""
    acts.perform({"do": "insert", "cents": 25})
    assert look(acts)["cup"] == [{"n": 1, "cents": 25, "place": "tray"}]

    assert acts.perform({"do": "take_coins"})["cents"] == 25
    assert look(acts)["cup"] == []
    assert len(acts.perform({"do": "truth"})["truth"]["coins"]) == 1


def test_a_piece_falls_and_lies_behind_the_flap(acts: Acts, world: World) -> None:
    """Driven past 300° the spiral lets go; on its way the piece is falling, then it can be taken, once."""
    motors = world.motors
    for pin in (motors.rows["A"], motors.columns["1"]):
        world.set_line(pin, True)
    world.advance(1_900)
    assert [one["slot"] for one in look(acts)["falling"]] == ["A1"]

    world.advance(2_600)
    assert look(acts)["flap"] == [{"n": 1, "slot": "A1"}]
    assert acts.perform({"do": "take_pieces"})["slots"] == ["A1"]
    assert acts.perform({"do": "take_pieces"})["slots"] == []


def test_a_glance_stays_small_however_long_the_world_runs(acts: Acts) -> None:
    """Three hundred coins in the cup are one sum and the newest of them."""
    for _ in range(300):
        acts.perform({"do": "insert", "cents": 10})
    seen = look(acts)

    assert (len(seen["cup"]), seen["cup"][-1]["n"], seen["cup_cents"]) == (SHOWN_MAX, 300, 3_000)
    assert len(json.dumps(seen)) < 8_000


def test_without_a_world_the_picture_is_dark() -> None:
    """No power, no coins, no products; the page has nothing to invent from."""
    seen = picture(None, None, NO_NAMES, "away")
    assert (seen["here"], seen["powered"], seen["products"], seen["welcome"]) == (False, False, {}, [])


# What people and mishaps do


def test_a_full_cash_box_gives_every_coin_back(acts: Acts, monkeypatch: pytest.MonkeyPatch) -> None:
    """An acceptor that would take the coin cannot let it down; its self-check says so until the box is emptied."""
    monkeypatch.setattr(acts._acceptor, "insert", lambda _position: True)
    acts.perform({"do": "inject", "fault": "full-box"})
    assert acts.perform({"do": "insert", "cents": 100})["place"] == "tray"
    assert acts._acceptor.firmware.fault != 0

    acts.perform({"do": "clear", "fault": "full-box"})
    assert acts.perform({"do": "insert", "cents": 100})["place"] == "box"
    assert acts._acceptor.firmware.fault == 0
    assert look(acts)["box"] == {"coins": 1, "cents": 100}
    assert acts.perform({"do": "empty_box"})["cents"] == 100


def test_a_hopper_is_emptied_and_filled_by_hand(acts: Acts) -> None:
    """The coins in it are what somebody left there, whatever the books say."""
    acts.perform({"do": "fill_hopper", "cents": 25, "coins": 0})
    assert look(acts)["hoppers"] == [{"cents": 25, "coins": 0}, {"cents": 5, "coins": 40}]
    assert "hoppers for [25, 5]" in acts.perform({"do": "fill_hopper", "cents": 50, "coins": 9})["why"]


def test_the_clock_is_wrong_by_as_much_as_somebody_likes(acts: Acts, tmp_path: Path) -> None:
    """The file that a simulated machine's clock looks at holds milliseconds."""
    acts.perform({"do": "shift_clock", "minutes": -1_440})
    assert (tmp_path / "clock").read_text() == "-86400000"
    assert look(acts)["clock_min"] == -1_440
    assert not acts.perform({"do": "shift_clock", "minutes": 10**9})["ok"]


def test_without_the_museums_network_no_wallet_answers(world: World) -> None:
    """The fault reaches the providers once when it begins and once when it ends, and leaves their other troubles alone."""
    told: list[dict] = []

    class Wallets:
        def trouble(self, **knobs: object) -> None:
            told.append(knobs)

    acts = Acts(world, None, {}, wallets=Wallets())  # type: ignore[arg-type]
    for act in ({"do": "inject", "fault": "no-network"}, {"do": "look"}, {"do": "clear", "fault": "no-network"}):
        assert acts.perform(act)["ok"]
    assert told == [{"down": True}, {"down": False}]


# Words and scenery


def fitted(tmp_path: Path) -> Config:
    """A machine with everything."""
    return Config(
        machine=Machine(name="quito-museo-1", database=tmp_path / "minga.db", socket=tmp_path / "minga.sock"),
        motors=Motors(drive="board"),
        mdb=Mdb(line="board", bills=True, reader=True),
        coins={"kind": "mdb"},
        hoppers=[Hopper(port="run/hoppers", coin_cents=25, security="none")],
        clock=Clock(offset_file=tmp_path / "clock"),
        scanner={"port": "run/scanner"},
        wallets=[{"name": "deuna", "point_of_sale": "42", "url": "http://127.0.0.1:8431"}],
    )


def test_every_fault_has_its_place_in_the_drawer_and_words_in_both_languages(tmp_path: Path) -> None:
    """A new fault without a button, or without Spanish, fails here."""
    one, other = scenery(fitted(tmp_path)), scenery(Config(machine=Machine(name="quito-museo-2")))
    placed = {fault for seen in (one, other) for part in seen["parts"].values() for fault in part}
    assert placed | set(one["spiral_faults"]) | {"power-cut", "open-door"} == set(FAULTS)
    assert set(words("es")["faults"]) == set(FAULTS)


def test_english_lacks_nothing_and_invents_nothing() -> None:
    """Both files have the same keys, and the same blanks to fill in."""
    blanks = {
        language: {
            (section, key): sorted(part.split("}")[0] for part in text.split("{")[1:])
            for section, told in words(language).items()
            for key, text in told.items()
        }
        for language in ("es", "en")
    }
    assert blanks["es"] == blanks["en"]


def test_a_garment_hangs_without_the_wall_behind_it() -> None:
    """The same drawing as the shelf's photo, cut out; the same product gives the same bytes."""
    assert "url(#wall)" not in piece("monedero")
    assert piece("monedero") == piece("monedero") != piece("chumpi-rojo")


# The screen


def test_only_a_page_that_names_the_stage_is_framed() -> None:
    """A policy without a word on frames, with 'none' or with another's name keeps the frame empty."""
    assert may_frame(f"default-src 'self'; frame-ancestors {ORIGIN}", ORIGIN)
    for policy in ("", "default-src 'self'", "frame-ancestors 'none'", f"frame-ancestors {ORIGIN}1", f"x {ORIGIN}"):
        assert not may_frame(policy, ORIGIN)


def test_the_screen_is_a_page_of_this_computer() -> None:
    """By the configuration's port, by a given address, or not at all; never somebody else's."""
    assert (address_of("", 8080), address_of(KIOSK, 0), address_of("", 0)) == (KIOSK, KIOSK, "")
    for stranger in (
        "http://example.org/",
        "https://127.0.0.1:8080/",
        "http://127.0.0.1:8080/x",
        "http://10.0.0.7:80/",
    ):
        with pytest.raises(MingaError, match="this computer only"):
            address_of(stranger, 8080)


# The bystander and its process


def test_a_storm_of_happenings_makes_few_pictures(tmp_path: Path, acts: Acts, world: World) -> None:
    """Four hundred presses are heard; what is kept of them is bounded, and they make far fewer pictures than presses."""
    presses = 400

    async def standing(path: Path) -> Bystander:
        bystander = Bystander(path, Gateway(tmp_path / "none", tmp_path / "none"), Screen("", ORIGIN))
        bystander.viewers = 1
        task = asyncio.create_task(bystander.run())
        async with asyncio.timeout(60):
            while not bystander.picture["here"]:
                await bystander.changed(0.1)
            await bystander.do({"do": "press", "button": "return"})
            while not bystander.heard:
                await bystander.changed(0.1)
            before = bystander.heard
            for _ in range(presses):
                await bystander.do({"do": "press", "button": "return"})
            while bystander.heard < before + presses:
                await bystander.changed(0.1)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return bystander

    with WorldServer(world, acts, tmp_path) as server:
        bystander = asyncio.run(standing(server.control_path))
        with WorldClient(server.control_path) as hand:
            assert hand.truth()["powered"]
    assert len(bystander.happenings) == len(bystander.since(0)) == KEPT
    assert bystander.turn < presses


def test_the_stage_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """It says where it is, serves without a world, and is gone when its starter lets go of it."""
    (tmp_path / "minga.toml").write_text('[machine]\nname = "quito-museo-1"\n')
    log = tmp_path / "stage.log"
    with log.open("wb") as out, staged(tmp_path / "minga.toml", tmp_path / "world.sock", log=out) as process:
        while "the stage is on" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        url = log.read_text().partition("the stage is on ")[2].strip()
        assert "Su mano" in httpx.get(url, trust_env=False).text
    assert process.returncode == 0


def test_a_simulated_machine_brings_its_stage_along(tmp_path: Path) -> None:
    """`minga simulate --stage 0` says where it is; the page's act reaches that world, and both end together."""
    (tmp_path / "run").mkdir()
    file = tmp_path / "minga.toml"
    file.write_text('[machine]\nname = "quito-museo-1"\n[coins]\nport = "run/coins"\n')
    command = [sys.executable, "-u", "-m", "controller", "simulate", "--config", str(file), "--stage", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as world:
        assert world.stdout
        url = next(line for line in world.stdout if "the stage is on" in line).split()[-1]
        answer = httpx.post(f"{url}act", json={"do": "insert", "cents": 25}, trust_env=False).json()
        with WorldClient(tmp_path / "run" / "world.sock") as hand:
            assert [coin["place"] for coin in hand.truth()["coins"]] == [answer["place"]] == ["tray"]
        world.terminate()
        assert world.wait(20) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


# The door


@pytest.fixture
def page(tmp_path: Path) -> Iterator[TestClient]:
    """The stage's server with no world behind it."""
    config = fitted(tmp_path)
    gateway = Gateway(config.machine.socket, config.machine.database)
    bystander = Bystander(tmp_path / "world.sock", gateway, Screen("", ORIGIN))
    with TestClient(create_app(config, bystander, KIOSK, 1.0, Papers(tmp_path)), base_url=ORIGIN) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/en"])
def test_the_page_may_run_only_its_own_scripts_and_frame_only_the_kiosk(page: TestClient, path: str) -> None:
    """The policy says so, and nothing in the page needs more: no inline script, no style attribute, no other host."""
    answer = page.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert f"frame-src {KIOSK}" in policy
    assert "unsafe" not in policy
    assert ' style="' not in answer.text
    assert answer.text.count("<script") == 1
    assert "http" not in answer.text.replace(KIOSK, "")


def test_another_name_or_another_page_is_turned_away(page: TestClient) -> None:
    """A name that leads here by trickery reads nothing; a page from elsewhere drops no coin."""
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 400
    coin = {"do": "insert", "cents": 25}
    assert page.post("/act", json=coin, headers={"Origin": "http://evil.example"}).status_code == 403
    assert page.post("/act", json=coin, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_stage_is_known_by_one_name(page: TestClient) -> None:
    """The kiosk lets one origin frame it, so `localhost` is led to the address."""
    answer = page.get("/en", headers={"Host": "localhost:8090"}, follow_redirects=False)
    assert answer.headers["location"] == f"{ORIGIN}/en"


@pytest.mark.parametrize("act", [{"do": "truth"}, {"do": "watch"}, {"do": "hang_board"}, {}, ["insert"], "insert"])
def test_nobody_does_more_than_a_person_can(page: TestClient, act: object) -> None:
    """The oracle's words are no deeds."""
    assert page.post("/act", json=act).status_code == 400


def test_a_paper_is_shown_by_its_name_and_read_in_no_page(page: TestClient, tmp_path: Path) -> None:
    """Those in the machine's folder and in the office's, by their numbers; whatever else lies there is no paper."""
    (tmp_path / "office").mkdir()
    for file in ("vale-2.txt", "office/vale-10.txt", "vales.jsonl", "secreto.txt"):
        (tmp_path / file).write_text("MINGA1:K7XM4P\n")
    text = page.get("/").text
    assert "MINGA1" not in text
    assert text.index('data-paper="vale-2"') < text.index('data-paper="vale-10"')
    assert text.count("data-paper") == 2
    assert Papers(tmp_path).code("vale-10") == "MINGA1:K7XM4P"
    assert page.post("/act", json={"do": "show_code", "paper": "vale-10"}).json()["why"] == "away"


@pytest.mark.parametrize(
    "act",
    [
        {"do": "show_code", "paper": "secreto"},
        {"do": "show_code", "paper": "../vale-2"},
        {"do": "show_code", "paper": ["vale-2"]},
        {"do": "show_code", "paper": "vale-2", "code": "mine"},
        {"do": "insert", "paper": "vale-2"},
    ],
)
def test_only_papers_that_lie_there_are_shown(page: TestClient, tmp_path: Path, act: object) -> None:
    """No other file is read, and a paper is for the scanner."""
    (tmp_path / "vale-2.txt").write_text("MINGA1:K7XM4P\n")
    (tmp_path / "secreto.txt").write_text("clave\n")
    assert page.post("/act", json=act).status_code == 400


def test_papers_that_cannot_be_read_are_no_papers(tmp_path: Path) -> None:
    """One that is gone since the page was drawn, or is no text, says nothing."""
    (tmp_path / "vale-3.txt").write_bytes(b"\xff\xfe")
    assert (Papers(tmp_path).code("vale-3"), Papers(tmp_path).code("vale-4")) == (None, None)


def test_a_deed_without_a_world_is_answered(page: TestClient) -> None:
    """It says that the machine is away, in time."""
    assert page.post("/act", json={"do": "press", "button": "A1"}).json() == {"ok": False, "why": "away"}


def test_every_deed_is_an_act_there_is() -> None:
    """No button of the page leads nowhere."""
    assert set(ACTS) >= DEEDS


@pytest.mark.parametrize("name", ["..%2Fstage.html", "A1", "x" * 80, "a b"])
def test_only_products_are_drawn(page: TestClient, name: str) -> None:
    """A name that no product can have has no drawing."""
    assert page.get(f"/pieces/{name}.svg").status_code == 404


def test_a_members_phone_opens_where_the_machine_has_pages_for_one(page: TestClient) -> None:
    """Her pages, as long as the screen shows no code to scan; nothing, where there are none."""
    assert page.get("/phone", follow_redirects=False).status_code == 404
    page.app.state.scenery["phones"] = "http://127.0.0.1:8081"  # type: ignore[attr-defined]
    answer = page.get("/phone", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "http://127.0.0.1:8081/")
