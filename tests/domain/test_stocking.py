"""What people ask of the shop becomes facts, or a refusal in plain words; nobody's slip can reach the books."""

import pytest
from builders import A1, A2, A3, B1, BAG, BELT, ROSA, WEIGHTS, dispensing, shelf

from controller.domain import facts as f
from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.events import ItemDropped
from controller.domain.shop import Policy, Shop, after
from controller.domain.stocking import (
    ApproveRule,
    AssignSlot,
    CountSlot,
    Granted,
    OpenSlot,
    PutMaker,
    PutProduct,
    Refusal,
    Wish,
    grant,
)

WIRED = frozenset({A1, A2, A3, B1, SlotId("B2")})
DOLL = ProductId("muneca")


def facts_of(wish: Wish, shop: Shop | None = None) -> tuple[f.Fact, ...]:
    """The facts of a wish that is granted."""
    answer = grant(wish, shop or shelf(), WIRED)
    assert isinstance(answer, Granted), answer
    return answer.facts


def refusal_of(wish: Wish, shop: Shop | None = None) -> Refusal:
    """Why a wish is refused."""
    answer = grant(wish, shop or shelf(), WIRED)
    assert isinstance(answer, Refusal), answer
    return answer


# Granted


def test_a_maker_joins_once() -> None:
    """Her first words make a fact; later words only change what is shown."""
    nina = PutMaker(MakerId("nina"), "Nina", consent=True)

    assert facts_of(nina) == (f.MakerJoined(MakerId("nina")),)
    assert facts_of(PutMaker(ROSA, "Rosa Elena")) == ()
    assert grant(nina, shelf(), WIRED) == Granted((f.MakerJoined(MakerId("nina")),), (nina,))


def test_only_a_price_or_a_maker_is_a_fact_about_a_product() -> None:
    """New words or a new photo write nothing into the books; a new price does."""
    assert facts_of(PutProduct(BAG, ROSA, "Bolso", 350, photo="nuevo.jpg")) == ()
    assert facts_of(PutProduct(BAG, ROSA, "Bolso", 375)) == (f.ProductSet(BAG, ROSA, 375),)
    assert facts_of(PutProduct(DOLL, ROSA, "Muñeca", 300)) == (f.ProductSet(DOLL, ROSA, 300),)


def test_an_empty_wired_slot_takes_any_product() -> None:
    """B2 has a motor and holds nothing: it may hold belts from now on; asking again writes nothing."""
    wish = AssignSlot(SlotId("B2"), BELT, 10)
    (assigned,) = facts_of(wish)

    assert assigned == f.SlotAssigned(SlotId("B2"), BELT, 10)
    assert facts_of(wish, shelf(assigned)) == ()


def test_filling_a_slot_writes_before_and_after() -> None:
    """Rosa fills A1 from 5 to 8: the books keep both numbers and her name."""
    assert facts_of(CountSlot(A1, 5, 8, "rosa")) == (f.SlotCounted(A1, 5, 8, "rosa"),)


def test_what_she_did_stands_beside_the_numbers() -> None:
    """One bag was torn: the fact says so, and what was counted before anybody was asked says nothing."""
    assert facts_of(CountSlot(A1, 5, 4, "rosa", f.Why.DAMAGED)) == (f.SlotCounted(A1, 5, 4, "rosa", f.Why.DAMAGED),)
    assert f.SlotCounted(A1, 5, 4, "rosa").why is f.Why.UNSAID


@pytest.mark.parametrize(
    ("after", "why", "told"),
    [(4, f.Why.PUT, "1 fewer"), (7, f.Why.TOOK, "2 more"), (8, f.Why.DAMAGED, "3 more")],
)
def test_a_reason_agrees_with_its_numbers(after: int, why: f.Why, told: str) -> None:
    """Whoever put pieces in does not leave fewer; a correction may go either way."""
    refusal = refusal_of(CountSlot(A1, 5, after, "rosa", why))
    assert refusal.code == "bad-why"
    assert told in refusal.words
    for free in (f.Why.COUNTED, f.Why.UNDONE, f.Why.UNSAID):
        assert facts_of(CountSlot(A1, 5, after, "rosa", free))


def test_materials_that_cannot_be_are_refused() -> None:
    """Neither below nothing nor above a thousand dollars; what she paid changes no fact."""
    assert refusal_of(PutProduct(BAG, ROSA, "Bolso", 350, materials_cents=-1)).code == "bad-materials"
    assert refusal_of(PutProduct(BAG, ROSA, "Bolso", 350, materials_cents=100_001)).code == "bad-materials"
    assert facts_of(PutProduct(BAG, ROSA, "Bolso", 350, materials_cents=120)) == ()


def test_opening_an_open_slot_writes_nothing() -> None:
    """Only a closed slot can be opened, and the fact says by whom."""
    closed = after(shelf(), f.SlotClosed(A1, "jammed"))  # type: ignore[arg-type]
    assert facts_of(OpenSlot(A1, "luz"), closed) == (f.SlotOpened(A1, "luz"),)
    assert facts_of(OpenSlot(A1, "luz")) == ()


def test_a_rule_gets_the_next_number() -> None:
    """The first rule is 1; the same rule again is no news; another one is 2."""
    other = (("maker", 70), ("fund:comun", 30))

    assert facts_of(ApproveRule(WEIGHTS), Shop()) == (f.RuleApproved(1, WEIGHTS),)
    assert facts_of(ApproveRule(WEIGHTS)) == ()
    assert facts_of(ApproveRule(other)) == (f.RuleApproved(2, other),)


def test_a_sale_under_way_keeps_the_rule_it_began_with() -> None:
    """The assembly decides while the motor turns: this sale is shared by the old rule, the next one by the new."""
    till = dispensing()
    (approved,) = facts_of(ApproveRule((("maker", 1),)), till.shop)
    till.shop = after(till.shop, approved)
    (sold,) = till.tell(ItemDropped(1)).facts

    assert isinstance(sold, f.Sold)
    assert [share.account for share in sold.shares] == ["maker:rosa", "fund:comun", "fund:maquina"]


# Refused


@pytest.mark.parametrize(
    ("wish", "code", "words"),
    [
        (PutProduct(DOLL, MakerId("nadie"), "Muñeca", 300), "unknown-maker", "'nadie'"),
        (PutProduct(DOLL, ROSA, "Muñeca", 4), "bad-price", "4 cents"),
        (PutProduct(DOLL, ROSA, "Muñeca", -300), "bad-price", "-300 cents"),
        (PutProduct(DOLL, ROSA, "Muñeca", 100_001), "bad-price", "100001 cents"),
        (AssignSlot(SlotId("Z9"), BAG, 8), "unknown-slot", "A1, A2, A3, B1, B2"),
        (AssignSlot(SlotId("B2"), DOLL, 8), "unknown-product", "'muneca'"),
        (AssignSlot(SlotId("B2"), BAG, 0), "bad-capacity", "not 0"),
        (AssignSlot(SlotId("B2"), BAG, 51), "bad-capacity", "not 51"),
        (AssignSlot(A1, BELT, 8), "not-empty", "still holds 5 of bolso-retazos"),
        (CountSlot(SlotId("B2"), 0, 3, "rosa"), "unknown-slot", "A1, A2, A3, B1"),
        (CountSlot(A1, 4, 8, "rosa"), "stale-count", "holds 5, not 4"),
        (CountSlot(A1, 5, 9, "rosa"), "too-many", "at most 8"),
        (CountSlot(A1, 5, -1, "rosa"), "too-many", "not -1"),
        (OpenSlot(SlotId("B2"), "rosa"), "unknown-slot", "'B2'"),
        (Wish(), "unknown-wish", "Wish"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wish_that_cannot_be_is_refused_in_words(wish: Wish, code: str, words: str) -> None:
    """A code for programs, and a sentence that names what is wrong and what would be right."""
    refusal = refusal_of(wish)
    assert refusal.code == code
    assert words in refusal.words


@pytest.mark.parametrize(
    "weights",
    [
        (),
        (("fund:comun", 100),),
        (("maker", 50), ("maker", 50)),
        (("maker", 80), ("fund:comun", -20)),
        (("maker", 0), ("fund:comun", 0)),
        (("maker", 80), ("maker:luz", 20)),
        (("maker", 80), ("coinbox", 20)),
        (("maker", 80), ("pocket", 20)),
        (("maker", 80), ("fund:", 20)),
    ],
    ids=["empty", "no maker", "twice", "negative", "all 0", "one maker", "a place", "a stranger", "a nameless fund"],
)
def test_a_bad_rule_is_refused(weights: tuple[tuple[str, int], ...]) -> None:
    """A rule names the maker and funds, fees or taxes, once each, with weights that can share a price."""
    assert refusal_of(ApproveRule(weights)).code == "bad-rule"


@pytest.mark.parametrize("name", ["", " ", "rosa:luz", "rosa\n", "r" * 200], ids=["empty", "blank", ":", "\\n", "long"])
def test_a_word_that_would_spoil_the_books_is_refused(name: str) -> None:
    """Ids stand in account names for ever: an empty or endless one is refused before it becomes a fact."""
    refusal_of(PutMaker(MakerId(name), "Nadie"))
    refusal_of(PutProduct(ProductId(name), ROSA, "Nada", 300))


@pytest.mark.parametrize("work_minutes", [-1, 2**63])
def test_a_number_the_books_cannot_hold_is_refused(work_minutes: int) -> None:
    """A slip on the phone's number pad is answered in words; it must not stop the machine's only thread."""
    refusal_of(PutProduct(BAG, ROSA, "Bolso", 350, work_minutes=work_minutes))


def test_a_price_nobody_could_pay_in_is_refused() -> None:
    """The machine takes no coins above its credit limit, so a piece that costs more could never be bought."""
    shop = shelf(policy=Policy(credit_max_cents=2_000))

    assert facts_of(PutProduct(DOLL, ROSA, "Muñeca", 2_000), shop)
    assert refusal_of(PutProduct(DOLL, ROSA, "Muñeca", 3_000), shop).code == "bad-price"


def test_a_price_below_what_the_assembly_decided_is_refused() -> None:
    """A piece whose price stands from before keeps it; a new price must be at least the decided one."""
    voted = f.ProposalOpened(1, f.PriceTerms(400, 0), "luz", "", ("luz", "rosa"), 1, "1/2", 7, 0)
    shop = shelf(voted, f.ProposalDecided(1, f.Outcome.PASSED, 2, 0, 0), f.DecisionCarriedOut(1))
    assert refusal_of(PutProduct(DOLL, ROSA, "Muñeca", 399), shop).code == "too-cheap"
    assert facts_of(PutProduct(DOLL, ROSA, "Muñeca", 400), shop)
    assert facts_of(PutProduct(BAG, ROSA, "Bolso", 350), shop) == ()
