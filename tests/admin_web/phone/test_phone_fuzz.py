"""Whatever a browser or a program sends to the pages for phones, it is never a fault of ours, and the books stay true.

Every route is found by `doors`, so that a new page is asked too; fields are those of the templates' forms. There is no
description by OpenAPI to play from: these pages read their forms by hand, so none could say what is in them.
"""

import re
from collections.abc import Iterator

import pytest
from builders import A1
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from phone_bench import ADDRESS, HERS, Bench, opened

from admin_web.phone.door import KEY, OPENING, doors
from admin_web.phone.entering import COOKIE
from admin_web.phone.place import HERE
from controller.ledger.verify import verify

FIELDS = sorted(
    {name for page in HERE.glob("templates/*.html") for name in re.findall(r'name="(\w+)"', page.read_text())}
)
NEAR = (
    "A1",
    "B9",
    "rosa",
    "bolso-retazos",
    "1",
    "0",
    "-1",
    "999999999",
    "3.5",
    "1e3",
    "on",
    "yes",
    "/",
    "//x",
    "../..",
    "ñ",
)
METHODS = ("GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
MEMBERS = ("rosa", "carmen", "diego", "ines")

words = st.one_of(st.sampled_from(NEAR), st.text(max_size=40), st.integers().map(str), st.just("9" * 5_000))
forms = st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)), words, max_size=6)
bodies = st.one_of(forms, st.binary(max_size=200))
kinds = st.sampled_from(
    (None, "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "a")
)
cookies = st.dictionaries(st.sampled_from((KEY, OPENING, COOKIE, "minga-language", "x")), words, max_size=3)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with opened(tmp_path_factory.mktemp("casa")) as bench:
        bench.sell(A1)
        bench.here.pace._now_s = lambda: float(len(bench.gateway.asked)) + next(ticks)
        yield bench


@pytest.fixture(scope="module")
def keys(house: Bench) -> dict[str, dict[str, str]]:
    """The cookies of a phone of each kind, whose PIN is fresh; and of nobody."""
    return {"": {}} | {member: house.keys(member, opened=True) for member in MEMBERS}


ticks = iter(range(0, 10_000_000, 100))
"""Nobody here is too fast: every request comes long after the one before."""


@settings(phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_sent_is_never_our_fault(
    house: Bench, keys: dict[str, dict[str, str]], data: st.DataObject
) -> None:
    """Any method, any path of ours with anything in it, any query, body and cookies, from anybody: never a 5xx."""
    _, path, _ = data.draw(st.sampled_from(sorted({(0, path, 0) for _, path, _ in doors(house.app)})))
    path = re.sub(r"\{[^}]*\}", lambda _: _quoted(data.draw(words)), path)
    sent = data.draw(bodies)
    kind = data.draw(kinds)
    hers = keys[data.draw(st.sampled_from(("", *MEMBERS)))] | data.draw(cookies)
    headers = [(name.encode(), value.encode()) for name, value in HERS.items()]
    headers.append((b"cookie", "; ".join(f"{name}={_plain(value)}" for name, value in hers.items()).encode()))
    if kind:
        headers.append((b"content-type", kind.encode()))
    client = TestClient(house.app, ADDRESS, follow_redirects=False)
    body = {"data": sent} if isinstance(sent, dict) else {"content": sent}
    method, query = data.draw(st.sampled_from(METHODS)), data.draw(forms)
    answer = client.request(method, path, params=query, headers=headers, **body)
    assert answer.status_code < 500, (method, path, query, sent, answer.text)


def test_the_books_are_true_after_all_that(house: Bench) -> None:
    """Whatever was granted meanwhile, every balance follows from the facts."""
    with house.books() as db:
        assert verify(db) == []


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "replace")) or "-"


def _plain(value: str) -> str:
    """A cookie's value as a header can carry it at all."""
    return re.sub(r"[\x00-\x1f\x7f;]", "", value)[:3_000]
