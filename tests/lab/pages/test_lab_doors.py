"""Every route of the lab's pages, asked by everybody: whom it lets in, and that no other site gets through."""

from collections.abc import Iterator

import pytest
from conftest import HOST, client_of
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from labtown import Stand

from controller.errors import MingaError
from lab.pages.door import COOKIE, SESSION_S, TRIES_FREE, Door, Keeper, doors, hashed, room
from lab.store import Store

PHRASE = "chumpi rojo llueve sobre el páramo"
IN, SIGN = "in", "sign in"
ROWS = {
    ("GET", "/"): (SIGN, IN),
    ("GET", "/maquina/{name}"): (SIGN, IN),
    ("GET", "/ventas"): (SIGN, IN),
    ("GET", "/prueba"): (SIGN, IN),
    ("GET", "/prueba/{name}"): (SIGN, IN),
    ("GET", "/maquina/{name}/auditoria.dts"): (SIGN, IN),
    ("GET", "/metrics"): (SIGN, IN),
    ("GET", "/datos"): (IN, IN),
    ("GET", "/datos/preguntas"): (IN, IN),
    ("GET", "/datos/mapa"): (IN, IN),
    ("GET", "/datos/mapa.geojson"): (IN, IN),
    ("GET", "/datos/codigos.md"): (IN, IN),
    ("GET", "/datos/{kind}.{form}"): (IN, IN),
    ("GET", "/entrar"): (IN, IN),
    ("POST", "/entrar"): (IN, IN),
    ("POST", "/salir"): (IN, IN),
    ("POST", "/idioma"): (IN, IN),
}
"""For each route: a stranger, and whoever has given the phrase."""


@pytest.fixture(scope="module")
def phrase_hash() -> str:
    return hashed(PHRASE)


@pytest.fixture
def guarded(lab_town: tuple[Store, dict[str, Stand]], phrase_hash: str) -> TestClient:
    """Somebody before pages that ask for the phrase."""
    return client_of(lab_town[0], web_phrase=phrase_hash)


def signed_in(client: TestClient) -> TestClient:
    answer = client.post("/entrar", data={"phrase": PHRASE})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client


@pytest.mark.parametrize("route", ROWS, ids=" ".join)
def test_whom_a_route_lets_in(guarded: TestClient, route: tuple[str, str]) -> None:
    """A stranger is led to the phrase, whatever she asks for; and never further."""
    method, path = route[0], route[1].replace("{name}", "museo-ciudad")
    found = []
    for who in (lambda: guarded, lambda: signed_in(guarded)):
        answer = who().request(method, path)
        assert answer.status_code < 500
        is_led = answer.headers.get("location") == "/entrar" and route[1] not in ("/salir", "/entrar")
        found.append(SIGN if is_led else IN)
        assert is_led or not path.endswith("/museo-ciudad") or "Museo de la Ciudad" in answer.text
    assert tuple(found) == ROWS[route]


def test_every_route_has_its_row(visitor: TestClient) -> None:
    """A new page that nobody has thought about does not pass; and a row whose page is gone has to go too."""
    app = visitor.app
    assert isinstance(app, FastAPI)
    assert {(method, path): door.everybody for method, path, door in doors(app)} == {
        route: stranger == IN for route, (stranger, _) in ROWS.items()
    }
    others = [each.path for each in iter_route_contexts(app.routes) if not isinstance(each.original_route, APIRoute)]
    assert others == ["/static"]


def test_a_route_without_a_room_does_not_start() -> None:
    """Nor one that stands in two."""
    app = FastAPI(openapi_url=None)
    app.add_api_route("/open", lambda: None)
    with pytest.raises(LookupError, match="/open has 0 doors"):
        tuple(doors(app))
    twice = APIRouter(dependencies=[*room().dependencies, *room(everybody=True).dependencies])
    twice.add_api_route("/twice", lambda: None)
    app = FastAPI(openapi_url=None)
    app.include_router(twice)
    with pytest.raises(LookupError, match="/twice has 2 doors"):
        tuple(doors(app))
    assert not Door().everybody


def test_without_a_phrase_this_computer_may_look(visitor: TestClient) -> None:
    """Nothing is asked, and there is nothing to leave."""
    assert visitor.get("/entrar").headers["location"] == "/"
    assert "Salir" not in visitor.get("/").text


def test_leaving_ends_the_session_here_too(guarded: TestClient) -> None:
    """Whoever has copied the cookie has nothing."""
    token = signed_in(guarded).cookies[COOKIE]
    assert guarded.get("/").status_code == 200
    guarded.post("/salir")
    assert guarded.get("/", headers={"cookie": f"{COOKIE}={token}"}).headers["location"] == "/entrar"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": HOST},
        {"host": "lab.evil.example"},
    ],
    ids=str,
)
def test_no_other_sites_form_gets_through(guarded: TestClient, headers: dict[str, str]) -> None:
    """Not even with the right phrase."""
    answer = guarded.post("/entrar", data={"phrase": PHRASE}, headers=headers)
    assert answer.status_code in (400, 403)
    assert "set-cookie" not in answer.headers


def test_every_page_keeps_to_itself(visitor: TestClient) -> None:
    """No style or script inside a page, nothing from another host, no frame, nothing kept."""
    for path in ("/", "/maquina/museo-ciudad", "/ventas", "/prueba", "/prueba/biblioteca-epn", "/entrar", "/nada"):
        answer = visitor.get(path, follow_redirects=True)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert "http" not in answer.text.replace("http-equiv", "")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "ventas", ""])
def test_no_form_sends_anybody_to_another_site(visitor: TestClient, back: str) -> None:
    """The language switch goes back only to a page of ours."""
    answer = visitor.post("/idioma", data={"language": "es", "back": back})
    assert answer.headers["location"] == "/"


# The keeper


class Clock:
    """Seconds that a test moves."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Iterator[Clock]:
    return Clock()  # type: ignore[return-value]


def test_wrong_phrases_make_an_address_wait(phrase_hash: str, clock: Clock) -> None:
    """After the fifth ten seconds, then twenty, in which even the right one is not looked at; others need not wait."""
    keeper = Keeper(phrase_hash, clock)
    waits = [keeper.enter("manta azul", "10.0.0.7") for _ in range(TRIES_FREE)]
    assert waits == [0, 0, 0, 0, 10]
    assert keeper.enter(PHRASE, "10.0.0.7") == 10
    assert isinstance(keeper.enter(PHRASE, "10.0.0.8"), str)
    clock.now_s += 10
    assert keeper.enter("manta azul", "10.0.0.7") == 20
    clock.now_s += 20
    assert isinstance(keeper.enter(PHRASE, "10.0.0.7"), str)


def test_a_session_lasts_a_working_day(phrase_hash: str, clock: Clock) -> None:
    """Then the phrase is asked for again; an empty cookie never passes."""
    keeper = Keeper(phrase_hash, clock)
    token = keeper.enter(PHRASE, "10.0.0.7")
    assert isinstance(token, str)
    clock.now_s += SESSION_S - 1
    assert keeper.knows(token)
    clock.now_s += 1
    assert not keeper.knows(token)
    assert not keeper.knows("")


def test_what_is_no_phrase_is_refused(clock: Clock) -> None:
    """A short one, and a hash that somebody has typed."""
    with pytest.raises(MingaError, match="at least 12 letters"):
        hashed("chumpi")
    with pytest.raises(MingaError, match="minga hub phrase"):
        Keeper("chumpi-rojo", clock)
