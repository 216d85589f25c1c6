"""What a request to the pages for phones has to pass: a name in a list, an origin of ours; and every answer's headers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from phone_bench import ADDRESS, PIN, Bench, opened

from admin_web.phone.pace import BUCKETS_MAX, BURST, PER_S, Pace


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A machine that phones also reach by its number."""
    with opened(tmp_path_factory.mktemp("casa"), 'names = ["192.168.4.1"]\n') as bench:
        yield bench


def by(bench: Bench, name: str) -> TestClient:
    """A browser that calls the machine by this name; the connection itself has the address 192.168.1.77."""
    return TestClient(bench.app, f"http://{name}", follow_redirects=False, raise_server_exceptions=False)


# Names


@pytest.mark.parametrize(
    "name",
    [
        "minga.local:8081",
        "minga.local",
        "MINGA.LOCAL:8081",
        "192.168.4.1:8081",
        "127.0.0.1:1",
        "localhost",
        "[::1]:8081",
    ],
)
def test_it_answers_to_the_names_in_the_list(house: Bench, name: str) -> None:
    """That of `phones.address`, those of `phones.names`, and this computer's own."""
    assert by(house, name).get("/entrar").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "minga.local.evil.example",
        "192.168.1.77:8081",
        "testserver",
        "0.0.0.0:8081",
        "minga.local@evil.example",
    ],
)
def test_it_answers_to_no_other_name(house: Bench, name: str) -> None:
    """Nor to a name that somebody points at us (DNS rebinding), nor to the number that the connection happens to have."""
    answer = by(house, "minga.local").get("/entrar", headers={"host": name})
    assert (answer.status_code, answer.text) == (400, "This machine does not answer to that name.")


def test_the_list_does_not_depend_on_the_connection(house: Bench) -> None:
    """A TestClient's connection is at the address it is called by; without being in the list it is refused."""
    assert by(house, "192.168.1.77:8081").get("/entrar").status_code == 400
    assert by(house, "192.168.1.77:8081").get("/static/phone.css").status_code == 400


# Origins


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"origin": ADDRESS}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": ADDRESS, "sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({}, 403),
        ({"origin": ""}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "https://minga.local:8081"}, 403),
        ({"origin": "http://minga.local"}, 403),
        ({"origin": "http://minga.local:8081.evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": ADDRESS, "sec-fetch-site": "cross-site"}, 403),
    ],
    ids=str,
)
def test_a_form_says_where_it_was(house: Bench, said: dict[str, str], status: int) -> None:
    """By one header or by both; a form that says neither comes from no browser of today, and is refused."""
    rosa = house.phone("rosa")
    bare = TestClient(house.app, ADDRESS, headers=said, cookies=rosa.cookies, follow_redirects=False)
    assert bare.post("/clave", data={"pin": PIN}).status_code == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_no_way_around(house: Bench, method: str) -> None:
    """They need the same, and then there is nothing there."""
    bare = by(house, "minga.local:8081")
    assert bare.request(method, "/clave").status_code == 403
    assert bare.request(method, "/clave", headers={"origin": ADDRESS}).status_code == 405


# Headers


@pytest.mark.parametrize("path", ["/entrar", "/", "/nowhere", "/static/phone.css", "/media/none.webp", "/r/1-a"])
def test_every_answer_may_go_nowhere_else(house: Bench, path: str) -> None:
    """No frame, no script or style of elsewhere, nothing kept by others."""
    answer = by(house, "minga.local:8081").get(path)
    policy = answer.headers["content-security-policy"]
    for rule in (
        "default-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    if "static" not in path:
        assert answer.headers["cache-control"] == "no-store"


# Pace


def test_a_bucket_is_a_persons_and_fills_again() -> None:
    """Sixty at once, then four a second; and one that is empty is nobody else's."""
    now_s = 0.0
    pace = Pace(lambda: now_s)
    assert [pace.allows("from 10.0.0.7") for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert pace.allows("phone rosa0001")
    now_s = 1.0
    assert [pace.allows("from 10.0.0.7") for _ in range(int(PER_S) + 1)] == [True] * int(PER_S) + [False]
    now_s = 10_000.0
    assert [pace.allows("from 10.0.0.7") for _ in range(BURST + 1)] == [True] * BURST + [False]


def test_a_crowd_of_addresses_takes_no_more_memory(tmp_path: Path) -> None:
    """Whoever asked nothing for the longest time is forgotten; whoever floods is not."""
    pace = Pace(lambda: 0.0)
    for visitor in range(3 * BUCKETS_MAX):
        pace.allows("from 10.0.0.7")
        pace.allows(f"from visitor {visitor}")
    assert len(pace._buckets) == BUCKETS_MAX
    assert not pace.allows("from 10.0.0.7")


def test_a_name_that_no_page_has_is_not_even_looked_for(house: Bench) -> None:
    """Nor a number of five thousand digits, nor one that no database can hold: never a fault of ours."""
    rosa = house.phone("rosa")
    assert rosa.get(f"/asamblea/{'9' * 5_000}").status_code == 414
    for digits in (30, 1_000):
        assert rosa.get(f"/asamblea/{'9' * digits}").status_code == 404
