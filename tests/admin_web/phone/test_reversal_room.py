"""Money that does not come back by itself, closed on a phone: seen before it is written, by two people or with a reason."""

import re
from dataclasses import replace

import pytest
from builders import A1, KEY, stamp
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.wallet import reference

ASKED = f.PaymentAsked(7, "deuna", reference(KEY, 7), 350, A1)
WAY = "/reclamos/volver/7"
BACK = {"ending": "went-back", "number": "rev-0042", "witness": "luz"}
OWED = {"ending": "owed", "why": "Deuna la anuló"}


def seen(phone: TestClient, path: str, **query: str) -> str:
    answer = phone.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def written(bench: Bench) -> list[str]:
    """The kinds of facts about how it ended."""
    with bench.books() as db:
        rows = db.execute("SELECT type FROM facts WHERE type IN ('Reversed', 'ReversalFailed')").fetchall()
    return [kind for (kind,) in rows]


@pytest.fixture
def carmen(bench: Bench) -> TestClient:
    """The coordinator with her PIN, while $3.50 of payment 7 are on their way back."""
    with bench.journal() as journal:
        cycle = replace(journal.cycle, last_payment_id=7)
        journal.append(stamp(), cycle, [ASKED, f.PaymentDropped(7, "too-late"), f.PaymentLate(7, "deuna", 350)])
    bench.gateway.look()
    return bench.phone("carmen", opened=True)


def test_what_is_on_its_way_stands_below_the_claims(carmen: TestClient) -> None:
    """With its sum and since when; the page of one says that the machine asks by itself."""
    assert "Dinero que no termina de volver Pago 7 · deuna $3,50" in seen(carmen, "/reclamos")
    assert "La máquina pregunta sola" in seen(carmen, WAY)


@pytest.mark.parametrize(("said", "words"), [(BACK, "rev-0042"), (OWED, "Deuna la anuló")], ids=["back", "owed"])
def test_it_is_seen_before_it_is_written(bench: Bench, carmen: TestClient, said: dict[str, str], words: str) -> None:
    """The preview says what becomes of the money; nothing is in the books yet."""
    page = seen(carmen, WAY, **said)
    assert "Así quedará escrito" in page
    assert words in page
    assert written(bench) == []


def test_two_people_say_that_it_went_back(bench: Bench, carmen: TestClient) -> None:
    """Once; a second touch changes nothing, and the list is empty."""
    for _ in range(2):
        assert carmen.post(WAY, data=BACK).headers["location"] == "/reclamos?told=done"
    assert written(bench) == ["Reversed"]
    assert "Dinero que no termina de volver" not in seen(carmen, "/reclamos")


def test_what_will_not_go_back_becomes_a_claim(bench: Bench, carmen: TestClient) -> None:
    """With her reason; from then on it stands among the claims and is paid by hand."""
    carmen.post(WAY, data=OWED)
    assert written(bench) == ["ReversalFailed"]
    (code,) = bench.shop.claims
    assert code in seen(carmen, "/reclamos")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (BACK | {"witness": ""}, "one-person"),
        (BACK | {"witness": "carmen"}, "one-person"),
        (BACK | {"number": " "}, "no-number"),
        (OWED | {"why": ""}, "no-reason"),
    ],
)
def test_the_machine_refuses_what_is_not_enough(
    bench: Bench, carmen: TestClient, said: dict[str, str], code: str
) -> None:
    """Nobody says alone that it went back; no number, no reason, no entry."""
    assert carmen.post(WAY, data=said).headers["location"] == f"{WAY}?told={code}"
    assert written(bench) == []


def test_a_payment_that_is_not_on_its_way_has_no_page(carmen: TestClient) -> None:
    """An old link leads to the claims; nonsense is refused."""
    assert carmen.get("/reclamos/volver/8").headers["location"] == "/reclamos?told=unknown-payment"
    assert carmen.post("/reclamos/volver/8", data=BACK).headers["location"].endswith("told=unknown-payment")
    assert carmen.post(WAY, data={"ending": "gone"}).status_code == 400
