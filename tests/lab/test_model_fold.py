"""What single facts become: means of payment, vends and what became of them, stock, claims; and facts nobody can read."""

import json
from pathlib import Path

import pytest
from bookread import asked, everything, fold, lab, send
from bookwrite import DAY_MS, HOUR_MS, NOON_MS, SHARES, SOLD, Pen
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain import facts
from controller.domain.chain import Row
from lab.model.calendar import calendar, zone_called
from lab.model.draft import Draft
from lab.model.fold import HANDLERS, PASSED, Fold
from lab.model.memory import Memory, remembered
from lab.model.starts import Starts
from lab.store import Store

DAY = NOON_MS // DAY_MS


def told(folder: Path, pen: Pen) -> Store:
    """The lab after these facts."""
    store = lab(folder)
    send(store, pen.facts)
    fold(store)
    return store


def open_shop() -> Pen:
    return Pen().starts(1, NOON_MS, trusted=True).fills()


def folded(*rows: Row) -> Fold:
    """The fold by itself, without a database."""
    done = Fold(Draft(Memory()), Starts(calendar(zone_called("America/Guayaquil"))))
    for _ in done.run(rows):
        pass
    return done


def test_every_fact_is_folded_or_passed_over_on_purpose() -> None:
    """Whoever adds a type of fact decides here what the lab makes of it."""
    every = {kind.__name__ for kind in facts.Fact.__subclasses__()}
    assert every == HANDLERS.keys() | PASSED
    assert not HANDLERS.keys() & PASSED


# What a piece was paid with


@pytest.mark.parametrize(
    ("money", "means"),
    [
        ([("CreditTaken", {"cents": 350, "place": "coinbox"})], "cash"),
        ([("CreditTaken", {"cents": 500, "place": "stacker"})], "cash"),
        ([("PaymentTaken", {"payment_id": 7, "provider": "deuna", "cents": 350})], "deuna"),
        ([("VoucherTaken", {"voucher_id": "00ff", "kid": 1, "cents": 400})], "voucher"),
        ([("CreditTaken", {"cents": 100}), ("PaymentTaken", {"payment_id": 7, "provider": "deuna", "cents": 250})], "mixed"),
        ([("CreditTaken", {"cents": 100}), ("VoucherTaken", {"voucher_id": "00ff", "kid": 1, "cents": 400})], "voucher"),
        ([("CreditTaken", {"cents": 350}), ("CreditAbandoned", {"cents": 350, "claim": "AA1-BB2"})], "unknown"),
        ([("VoucherTaken", {"voucher_id": "00ff", "kid": 1, "cents": 400}), ("PayoutStarted", {"payout_id": 1, "cents": 400}),
          ("CreditTaken", {"cents": 350})], "cash"),
        ([("PaymentTaken", {"payment_id": 7, "provider": "deuna", "cents": 350}),
          ("ReversalDue", {"payment_id": 7, "provider": "deuna", "cents": 350}), ("CreditTaken", {"cents": 350})], "cash"),
    ],
)  # fmt: skip
def test_a_piece_is_paid_with_what_was_put_in_for_it(tmp_path: Path, money: list[tuple[str, dict]], means: str) -> None:
    """By the money that is in when the vend starts; what went back before counts no more."""
    pen = open_shop()
    for kind, body in money:
        pen.write(1_000, kind, **body)
    pen.write(2_000, "VendStarted", vend_id=1, rule_id=1, retry_of=None, **SOLD)
    store = told(tmp_path, pen.write(3_000, "Sold", vend_id=1, **SOLD))
    assert asked(store, "SELECT means FROM sales") == [(means,)]
    assert asked(store, "SELECT means, sold, sold_cents FROM means_days") == [(means, 1, 350)]


def test_a_jam_and_its_twin_are_paid_with_the_same_money(tmp_path: Path) -> None:
    """The first slot jams, the second gives the piece: one failure, one sale, both by phone, and the one names the other."""
    pen = open_shop().write(1_000, "PaymentTaken", payment_id=1, provider="deuna", cents=350)
    pen.write(1_000, "VendStarted", vend_id=1, rule_id=1, retry_of=None, **SOLD)
    pen.write(4_000, "VendFailed", vend_id=1, slot="A1", price_cents=350, reason="jammed")
    pen.write(4_000, "VendStarted", vend_id=2, rule_id=1, retry_of=1, **{**SOLD, "slot": "A2"})
    store = told(tmp_path, pen.write(7_000, "Sold", vend_id=2, **{**SOLD, "slot": "A2"}))
    rows = asked(store, "SELECT vend_id, slot, product, outcome, reason, means, retry_of FROM sales ORDER BY seq")
    assert rows == [
        (1, "A1", "bolso-retazos", "failed", "jammed", "deuna", None),
        (2, "A2", "bolso-retazos", "sold", "", "deuna", 1),
    ]
    assert asked(store, "SELECT sold, failed, sold_cents FROM machine_days WHERE sold > 0") == [(1, 1, 350)]


# What became of a vend


def doubt() -> Pen:
    pen = open_shop().write(1_000, "CreditTaken", cents=350, place="coinbox")
    pen.write(1_000, "VendStarted", vend_id=1, rule_id=1, retry_of=None, **SOLD)
    words = {"slot": "A1", "reason": "no-drop", "claim": "YC7-A97"}
    return pen.write(9_000, "VendInDoubt", vend_id=1, price_cents=350, shares=SHARES, **words)


@pytest.mark.parametrize(
    ("verdict", "place", "sold"), [("delivered", "", 1), ("by-hand", "", 1), ("refunded", "coinbox", 0)]
)
def test_a_doubt_is_open_until_a_person_decides(tmp_path: Path, verdict: str, place: str, sold: int) -> None:
    """Its money waits; settled the next day it is a sale of that day, or went back, and the claim's code is in no table."""
    pen = doubt()
    store = told(tmp_path, pen)
    assert asked(store, "SELECT what, vend_id, cents, to_ms FROM claims") == [("doubt", 1, 350, None)]
    words = {"claim": "YC7-A97", "account": "doubt", "verdict": verdict, "place": place, "by": "carmen"}
    send(store, pen.write(DAY_MS, "ClaimSettled", cents=350, shares=SHARES, **words).facts)
    fold(store)
    assert asked(store, "SELECT verdict, to_ms FROM claims") == [(verdict, NOON_MS + DAY_MS)]
    assert asked(store, "SELECT outcome, later, later_ms FROM sales") == [("doubt", verdict, NOON_MS + DAY_MS)]
    assert asked(store, "SELECT day, sold, returned_cents FROM machine_days ORDER BY day")[1:] == [
        (DAY + 1, sold, 0 if sold else 350)
    ]
    assert asked(store, "SELECT product, sold FROM piece_days WHERE sold > 0") == [("bolso-retazos", 1)] * sold
    assert "YC7-A97" not in str(everything(store))


def test_a_sale_taken_back_counts_against_the_day_it_happens(tmp_path: Path) -> None:
    """Sold on Saturday, taken back on Tuesday: Rosa's Saturday stays as it was."""
    taken = {"vend_id": 1, "price_cents": 350, "shares": SHARES, "place": "safe", "by": "carmen", "reason": "costura"}
    store = told(tmp_path, open_shop().sells(0, 1).write(3 * DAY_MS, "SaleRefunded", **taken))
    assert asked(store, "SELECT outcome, later, later_ms FROM sales") == [("sold", "taken-back", NOON_MS + 3 * DAY_MS)]
    pieces = (
        "SELECT day, product, slot, sold, taken_back, taken_back_cents FROM piece_days WHERE sold > 0 OR taken_back > 0"
    )
    assert asked(store, f"{pieces} ORDER BY day") == [
        (DAY, "bolso-retazos", "A1", 1, 0, 0),
        (DAY + 3, "bolso-retazos", "A1", 0, 1, 350),
    ]
    rosa = "SELECT day, pieces, earned_cents FROM account_days WHERE account = 'maker:rosa' ORDER BY day"
    assert asked(store, rosa) == [(DAY, 1, 280), (DAY + 3, -1, -280)]


def test_a_vend_whose_beginning_is_missing_is_still_a_sale(tmp_path: Path) -> None:
    """Where a scar has cost the lab some facts, what it has counts; only the means are not known."""
    store = told(tmp_path, open_shop().write(3_000, "Sold", vend_id=4, **SOLD))
    assert asked(store, "SELECT product, means, maker_cents FROM sales") == [("bolso-retazos", "unknown", 280)]


# Stock


def test_a_slot_is_empty_from_its_last_piece_to_the_next_filling(tmp_path: Path) -> None:
    """Two pieces sold; nobody came for a day; then five more."""
    pen = Pen().starts(1, NOON_MS, trusted=True).fills(pieces=2).sells(HOUR_MS, 1).sells(2 * HOUR_MS, 2)
    pen.fills(DAY_MS, pieces=5, before=0)
    store = told(tmp_path, pen)
    spans = asked(store, "SELECT name, about, from_ms, to_ms FROM spans WHERE what = 'empty' AND to_ms > from_ms")
    assert spans == [("A1", "bolso-retazos", NOON_MS + 2 * HOUR_MS + 3_000, NOON_MS + DAY_MS)]
    assert asked(store, "SELECT quantity, capacity, maker FROM shelf") == [(5, 8, "rosa")]


@pytest.mark.parametrize(
    ("why", "after", "sums"),
    [
        ("put", 8, (8, 0, 0)),
        ("took", 1, (1, 0, 0)),
        ("", 7, (7, 0, 0)),
        ("damaged", 3, (5, 2, 0)),
        ("counted", 4, (5, 0, -1)),
    ],
)
def test_what_a_person_did_at_a_slot_is_told_apart(tmp_path: Path, why: str, after: int, sums: tuple[int, ...]) -> None:
    """Five pieces were put in first; then some more, some out, some spoiled, or one was missing."""
    pen = open_shop().fills(HOUR_MS, pieces=after, before=5, why=why)
    store = told(tmp_path, pen)
    assert asked(store, "SELECT put, spoiled, found FROM piece_days") == [sums]


def test_a_start_ends_the_troubles_of_the_one_before(tmp_path: Path) -> None:
    """The power went while the hopper was away; the next start has not seen that trouble. Only some troubles stop sales."""
    pen = open_shop().write(1_000, "TroubleSeen", trouble="no-hopper", device="hopper:25", reason="cable")
    pen.write(2_000, "TroubleSeen", trouble="no-motors", device="motors", reason="cable")
    pen.starts(2, NOON_MS + HOUR_MS, trusted=True)
    spans = asked(
        told(tmp_path, pen), "SELECT name, about, stops, to_ms FROM spans WHERE what = 'trouble' ORDER BY seq"
    )
    assert spans == [("no-hopper", "hopper:25", 0, NOON_MS + HOUR_MS), ("no-motors", "motors", 1, NOON_MS + HOUR_MS)]


# What nobody can read


def test_a_newer_machine_is_read_as_far_as_it_is_known() -> None:
    """An unknown type is passed over, an unknown field left alone, a missing field costs that fact alone."""
    pen = open_shop().write(0, "DroneSent", to="moon").sells(0, 1, engraved="Rosa")
    pen.write(0, "Sold", vend_id=2).raw(0, "Sold", "[1]").raw(0, "Sold", "no JSON").sells(5_000, 3)
    done = folded(*(row for row, _ in pen.facts))
    assert (done.unread, done.strange, done.facts) == (3, 1, len(pen.facts))


WORDS = st.one_of(st.text(max_size=6), st.sampled_from(["A1", "rosa", "x\0y", "z" * 300, "maker:rosa"]))
NUMBERS = st.one_of(st.integers(), st.sampled_from([2**63, -(2**63), 2**53, 1, 0]))
THINGS = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS, st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["account", "cents", "kind"]), inner)
    ),
    max_leaves=4,
)
FIELDS = sorted({field for kind in facts.Fact.__subclasses__() for field in kind.__dataclass_fields__})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(HANDLERS)), st.dictionaries(st.sampled_from(FIELDS), THINGS)), max_size=30
    )
)
def test_no_fact_can_break_the_fold(told_facts: list[tuple[str, dict]]) -> None:
    """Whatever stands in the fields of known facts is counted or folded, and what is remembered can be kept."""
    rows = [Row(1, seq, 1, seq, seq, 1, kind, json.dumps(body)) for seq, (kind, body) in enumerate(told_facts, start=1)]
    done = folded(*rows)
    assert done.facts == len(rows)
    assert remembered(done.draft.memory.as_json()) == done.draft.memory


def test_a_hostile_machine_is_kept_in_the_database_too(tmp_path: Path) -> None:
    """Texts with a zero, numbers beyond any column and days beyond any calendar: the fold goes on, and later sales count."""
    pen = open_shop()
    for body in (
        {"product": "a\0b", "maker": "rosa", "price_cents": 1},
        {"product": "p", "maker": "r", "price_cents": 2**70},
    ):
        pen.write(0, "ProductSet", **body)
    pen.write(0, "ClockSet", offset_ms=2**80, trusted=True).write(0, "ClockSet", offset_ms=2**52, trusted=True)
    pen.trusted = False
    pen.sells(0, 1)
    pen.trusted = True
    store = told(tmp_path, pen.sells(HOUR_MS, 2))
    assert asked(store, "SELECT vend_id, certain FROM sales ORDER BY seq") == [(1, 1), (2, 1)]
    assert asked(store, "SELECT unread FROM modelled") == [(2,)]


def test_a_machine_with_more_slots_than_can_be_is_not_believed() -> None:
    """Memory has an end: what would go beyond is counted as unread."""
    rows = [
        Row(1, seq, 1, seq, seq, 1, "SlotOpened", json.dumps({"slot": f"Z{seq}", "by": "nina"}))
        for seq in range(1, 5_102)
    ]
    done = folded(*rows)
    assert done.unread == 101
    assert len(done.draft.memory.slots) == 5_000
