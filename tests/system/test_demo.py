"""`minga demo`: a whole day on real processes, told in one JSON object, and a verdict that a planted fault does not pass."""

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from builders import minga
from commands import run
from visitor import PATIENCE_S, Visitor, judged

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.events import PayBy
from controller.domain.view import View
from controller.ledger.connection import open_readonly
from controller.ledger.reports import Totals
from hw_mocks import demo
from hw_mocks.day import CUT, SLOW, STORIES, plan
from hw_mocks.museum import Museum
from hw_mocks.office import VOUCHER_CENTS
from hw_mocks.verdict import judge
from hw_mocks.visit import COINS

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

KEYS = ("seed", "visitors", "sales", "inserted_cents", "sold_cents", "returned_cents", "credit_cents", "hold_cents")
KEYS += ("doubt_cents", "claims_cents", "unclaimed_cents", "makers", "funds", "facts", "power_cuts", "invariants")
KEYS += ("paid", "fees", "reversed_cents")
SLOTS = ["A1", "A2", "B1"]
Tamper = Callable[[sqlite3.Connection, dict[str, Any]], object]


@pytest.fixture(scope="module")
def day() -> dict[str, Any]:
    """A short day: the whole of what the command printed."""
    done = run("demo", "--json", "--visitors", 12, "--seed", 7)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_day_is_one_json_object_that_adds_up(day: dict[str, Any]) -> None:
    """Every promised key, every cent: what was put in is where the object says; makers, funds and fees share the sold."""
    assert [key for key in KEYS if key not in day] == []
    assert (day["seed"], day["visitors"], day["power_cuts"], day["invariants"]) == (7, 12, 1, "ok")
    kept = ("sold", "returned", "credit", "hold", "doubt", "claims", "unclaimed")
    assert day["inserted_cents"] == sum(day[f"{name}_cents"] for name in kept)
    assert sum(sum(day[family].values()) for family in ("makers", "funds", "fees")) == day["sold_cents"]
    assert (day["credit_cents"], day["hold_cents"]) == (0, 0)
    assert day["sales"] >= 4
    assert day["facts"] > 50


def test_visitors_pay_with_coins_phones_and_vouchers(day: dict[str, Any]) -> None:
    """Three ways add up to what was put in; two vouchers are money once each; what phones paid for nothing is back."""
    assert set(day["paid"]) == {"coins", "deuna", "vouchers"}
    assert sum(day["paid"].values()) == day["inserted_cents"]
    assert day["paid"]["vouchers"] == 2 * VOUCHER_CENTS
    assert day["cash"]["wallet:deuna"] == day["paid"]["deuna"] - day["reversed_cents"]["deuna"] > 0
    assert 0 < day["fees"]["deuna"] < day["cash"]["wallet:deuna"]


def test_the_same_seed_plans_the_same_day() -> None:
    """Same visitors, same bad luck; real processes decide the rest by the millisecond."""
    assert plan(7, 12, SLOTS) == plan(7, 12, SLOTS) != plan(8, 12, SLOTS)


@pytest.mark.parametrize("visitors", [1, 5, 12, 30, 500])
@pytest.mark.parametrize("seed", range(3))
def test_each_story_is_played_once(visitors: int, seed: int) -> None:
    """As far as visitors come; what a wallet gives back slowly begins before the other stories, the power cut after them."""
    people = plan(seed, visitors, SLOTS)
    played = [story for one in people if (story := (one.pays_by, one.mishap)) != (COINS, "")]
    told = STORIES[:visitors]
    slow = len([story for story in told if story in SLOW])
    assert sorted(played) == sorted(told)
    assert set(played[:slow]) == set(told) & set(SLOW)
    assert played[-1] == CUT
    assert [one.arrives_s for one in people] == sorted(one.arrives_s for one in people)


@pytest.mark.wide
def test_whoever_stays_pays_by_the_words_that_were_printed() -> None:
    """After the day the machine stays: phone, voucher and coin, typed as it says, are money; told to end, it ends."""
    command = [sys.executable, "-m", "controller", "demo", "--serve", "--visitors", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        try:
            assert demo.stdout
            said = "".join(takewhile(lambda line: "more lie beside it" not in line, demo.stdout))
            ways = {
                way: shlex.split(words) for way, words in re.findall(r"^  (\S.*?)  +minga (.*)", said, re.MULTILINE)
            }
            world = Path(ways["a coin"][2])
            with Client(world.parents[1] / "minga.sock") as client:
                first(client, lambda picture: picture.wallets)
                assert client.ask(PayBy("deuna", SlotId("A3"))).ok
                first(client, lambda picture: picture.payment and picture.payment.offer)
                assert minga(*ways["your phone"]).status == 0
                first(client, lambda picture: picture.notice and picture.notice.news == "sold")
                assert minga(*ways["a voucher"]).status == 0
                first(client, lambda picture: picture.credit_cents == VOUCHER_CENTS)
                assert minga(*ways["a coin"]).status == 0
                first(client, lambda picture: picture.credit_cents == VOUCHER_CENTS + 25)
        finally:
            demo.terminate()
        assert demo.wait(PATIENCE_S) == 143
    assert not world.exists()


def first(client: Client, until: Callable[[View], object]) -> None:
    """Wait for the first such picture. The test's own time-out ends the waiting."""
    picture = client.watch()
    while not until(picture):
        picture = client.picture()


@pytest.mark.wide
def test_a_demo_whose_books_are_broken_ends_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own judge is given a truth in which a coin is missing: it names it in `invariants` and fails."""

    def robbed(database: Path, truth: dict[str, Any]) -> tuple[Totals, list[str]]:
        coins = sorted(truth["coins"], key=lambda coin: coin["place"] == "box")
        return judge(database, truth | {"coins": coins[:-1]})

    monkeypatch.setattr(demo, "judge", robbed)
    said = minga("demo", "--json", "--visitors", 1, "--seed", 4)
    assert said.status == 1
    assert "cents went into the box" in json.loads(said.out)["invariants"][0]


@pytest.fixture(scope="module")
def sold(museum: Museum) -> Museum:
    """A machine that has sold one purse."""
    with Visitor(museum) as visitor:
        visitor.puts_in(100, 50)
        visitor.touches("A3")
        visitor.sees_news("sold")
    judged(museum)
    return museum


def unlocked(statement: str) -> Tamper:
    """Change the books behind the triggers' backs."""

    def tamper(db: sqlite3.Connection, _: dict[str, Any]) -> None:
        db.executescript("DROP TRIGGER facts_stay; DROP TRIGGER facts_remain; DROP TRIGGER postings_stay;" + statement)

    return tamper


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "a price changed": (unlocked("UPDATE facts SET body = replace(body, '150', '140') WHERE type = 'Sold'"), "chain"),
    "a share moved": (unlocked("UPDATE postings SET account = 'maker:luz' WHERE account = 'maker:rosa'"), "postings"),
    "a fact removed": (
        unlocked("PRAGMA foreign_keys=OFF; DELETE FROM facts WHERE type = 'CreditTaken'"),
        "chain",
    ),
    "a balance raised": (
        lambda db, _: db.execute("UPDATE balances SET cents = cents - 1 WHERE account = 'maker:rosa'"),
        "balances",
    ),
    "a coin nobody booked": (
        lambda _, truth: truth["coins"].append({"cents": 25, "place": "box"}),
        "cents went into the box",
    ),
    "a piece nobody booked": (lambda _, truth: truth["pieces"].append({"slot": "A3"}), "pieces of A3 fell"),
    "a motor that turned twice": (
        lambda _, truth: truth["spirals"]["A3"].update(starts=99),
        "the motor of A3 started 99",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_the_judge_finds_each_planted_fault(sold: Museum, tmp_path: Path, name: str) -> None:
    """Books or truth are changed by one thing after an honest day: each is found, and named."""
    tamper, words = TAMPERED[name]
    truth = sold.hand.truth()
    with closing(sqlite3.connect(tmp_path / "minga.db")) as db:
        with closing(open_readonly(sold.folder / "minga.db")) as books:
            books.backup(db)
        tamper(db, truth)
        db.commit()
    _, complaints = judge(tmp_path / "minga.db", truth)
    assert any(words in complaint for complaint in complaints), complaints
