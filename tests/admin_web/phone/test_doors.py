"""Every route of the pages for phones, asked by everybody: whom it lets in, and that no other site's form gets through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A1
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from httpx import Response
from phone_bench import ADDRESS, Bench, opened
from who_may import ROWS, WHO

from admin_web.phone import door
from admin_web.phone.door import Door, Elsewhere, doors, room
from controller.domain.assembly import Role

IN_PATHS = {"slot": "A1", "product": "bolso-retazos", "maker": "rosa", "code": "no-such-code"}
"""What stands in an address instead of `{slot}`; whatever has another name is `1`."""
STRANGERS = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://minga.local:8090"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": ADDRESS, "sec-fetch-site": "cross-site"},
    {},
)
"""What a form of another site, of another port of this machine, or of no browser says of where it was."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One co-op for the whole table, in whose books there is a sale."""
    with opened(tmp_path_factory.mktemp("casa")) as bench:
        bench.sell(A1)
        yield bench


@pytest.fixture(scope="module")
def everybody(house: Bench) -> dict[str, TestClient]:
    """A phone of each kind, in the order of the table's columns."""
    phones = {who: house.phone(who.split()[0], opened="PIN" in who) for who in WHO[1:]}
    return {"visitor": house.visitor(), **phones}


def asked(client: TestClient, method: str, path: str, **headers: str) -> Response:
    """One request with nothing in it; without redirects, and never too fast."""
    for name, value in IN_PATHS.items():
        path = path.replace(f"{{{name}}}", value)
    parts = [("1" if part.startswith("{") else part) for part in path.split("/")]
    return client.request(method, "/".join(parts), headers=headers)


@pytest.mark.parametrize("route", ROWS, ids=" ".join)
def test_whom_a_route_lets_in(
    house: Bench, everybody: dict[str, TestClient], route: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cell of the table: what its door decides, and what then comes out."""
    decided: list[str] = []
    opens = Door.__call__

    def watched(self: Door, request: object) -> None:
        try:
            opens(self, request)  # type: ignore[arg-type]
        except Elsewhere as elsewhere:
            decided.append("pin" if elsewhere.path.startswith("/clave?") else "door")
            raise
        except door.HTTPException:
            decided.append("no")
            raise
        decided.append("in")

    monkeypatch.setattr(Door, "__call__", watched)
    found = []
    for client in everybody.values():
        decided.clear()
        answer = asked(client, *route)
        assert answer.status_code < 500, answer.text
        assert len(decided) == 1
        found += decided
        if decided != ["in"]:
            expected = {"door": "/entrar", "pin": "/clave?next=", "no": ""}[decided[0]]
            assert answer.status_code == (403 if decided == ["no"] else 303)
            assert answer.headers.get("location", "").startswith(expected)
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, ROWS[route], strict=True))


def test_every_route_has_its_row(house: Bench) -> None:
    """A new page that nobody has thought about does not pass; and a row whose page is gone has to go too."""
    assert {(method, path) for method, path, _ in doors(house.app)} == set(ROWS)


def test_besides_routes_with_a_door_there_are_only_the_static_files(house: Bench) -> None:
    """No socket, no other app, no page of a framework that stands open."""
    others = [
        route.path for route in iter_route_contexts(house.app.routes) if not isinstance(route.original_route, APIRoute)
    ]
    assert others == ["/static"]


def test_a_route_without_a_room_does_not_start() -> None:
    """Nor one that stands in two, nor a room that does not say for whom it is."""
    app = FastAPI(openapi_url=None)
    app.add_api_route("/open", lambda: None)
    with pytest.raises(LookupError, match="/open has 0 doors"):
        tuple(doors(app))
    twice = APIRouter(dependencies=[*room(Role.LAB).dependencies, *room(everybody=True).dependencies])
    twice.add_api_route("/twice", lambda: None)
    app = FastAPI(openapi_url=None)
    app.include_router(twice)
    with pytest.raises(LookupError, match="/twice has 2 doors"):
        tuple(doors(app))
    for wrong in ({}, {"everybody": True}):
        with pytest.raises(ValueError, match="for whom"):
            room(*((Role.LAB,) if wrong else ()), **wrong)


@pytest.mark.parametrize("route", [route for route in ROWS if route[0] != "GET"], ids=" ".join)
def test_no_form_of_another_site_gets_through(everybody: dict[str, TestClient], route: tuple[str, str]) -> None:
    """Not even from the coordinator's own phone with a fresh PIN; her own page's form does, by either header."""
    client = everybody["carmen with her PIN"]
    for said in STRANGERS:
        bare = {name: value for name, value in client.headers.items() if name not in ("origin", "sec-fetch-site")}
        with_only = TestClient(client.app, ADDRESS, headers=bare, cookies=client.cookies, follow_redirects=False)
        assert asked(with_only, *route, **said).status_code == 403, said


def test_nothing_is_changed_by_a_get(house: Bench, everybody: dict[str, TestClient]) -> None:
    """Whatever is asked with a GET, by whoever may most, the books stay as they are and nothing is wished for."""
    with house.journal() as journal:
        before = journal.seq
    house.gateway.asked.clear()
    for method, path in ROWS:
        if method == "GET":
            for client in everybody.values():
                asked(client, method, path)
    with house.journal() as journal:
        assert journal.seq == before
    assert house.gateway.asked == []


def test_a_house_without_an_address_still_lets_nobody_in(tmp_path: Path) -> None:
    """The pages answer on this computer; who has no key is shown how one comes in."""
    with opened(tmp_path) as bench:
        visitor = TestClient(bench.app, "http://127.0.0.1:8081", follow_redirects=False)
        assert visitor.get("/").headers["location"] == "/entrar"
