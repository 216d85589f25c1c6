"""Each tile tells the truth about its slot: whose it is, what it costs, who gets what, and whether it can be bought."""

from dataclasses import replace

from fake_controller import IDLE, SHELF, slot_view
from scenes import FALLING

from admin_web.books import names
from admin_web.kiosk.shelf import Tile, shelf
from admin_web.weave import ROWS, band
from admin_web.words import words
from controller.domain.catalog import Account, MakerId, ProductId, Share
from controller.domain.stocking import PutMaker, PutProduct
from controller.domain.view import SlotView, View

ROSA = PutMaker(MakerId("rosa"), "Rosa Quishpe", "Taller La Floresta", photo="rosa.jpg", consent=True)
SAMI = PutMaker(MakerId("sami"), "Samanta Toapanta", "Taller La Puntada", photo="sami.jpg")
BAG = PutProduct(ProductId("bolso-feria"), MakerId("rosa"), "Bolso de feria", 350, photo="bolso-feria.svg")
KNOWN = names({"rosa": ROSA, "sami": SAMI}, {"bolso-feria": BAG})


def tile(slot: SlotView, view: View = IDLE) -> Tile:
    """The one tile of a machine with one slot."""
    return shelf(replace(view, slots=(slot,)), KNOWN, words()).tiles[0]


def test_a_tile_shows_photo_name_price_and_who_gets_what() -> None:
    """Three dollars fifty are two eighty for Rosa and seventy cents for the common fund: people and dollars."""
    bag = tile(slot_view("A1", "bolso-feria", "rosa", 350))
    assert (bag.name, bag.photo, bag.price) == ("Bolso de feria", "bolso-feria.svg", "$3,50")
    assert [(part.who, part.money) for part in bag.parts] == [
        ("Rosa Quishpe recibe", "$2,80"),
        ("fondo común", "$0,70"),
    ]


def test_a_maker_without_consent_is_not_named() -> None:
    """Visitors see her workshop; her name and face are nowhere on the tile."""
    apron = tile(slot_view("B4", "delantal-mercado", "sami", 650))
    assert apron.parts[0].who == "una costurera de Taller La Puntada"
    assert "Samanta" not in repr(apron)
    assert "sami" not in repr(apron)


def test_a_maker_nobody_described_yet_is_a_seamstress() -> None:
    """Without any words about her there is still a person who gets the money."""
    assert tile(slot_view("A1", "gorro", "luz", 450)).parts[0].who == "la costurera recibe"


def test_parts_stand_side_by_side_on_the_bar() -> None:
    """They begin at the left edge, touch each other, and end at the right one."""
    first, second = tile(slot_view("A1", "bolso-feria", "rosa", 350)).parts
    assert (first.start, first.width, second.start, second.width) == (0.0, 80.0, 80.0, 20.0)
    assert (first.hers, second.hers) == (True, False)


def test_every_kind_of_share_is_said() -> None:
    """Funds without a word of their own, fees and taxes too; a share of nothing is not told."""
    shares = [("maker:rosa", 300), ("fund:fiesta", 20), ("fee:deuna", 10), ("tax:rosa", 20), ("fund:comun", 0)]
    slot = replace(SHELF[0], shares=tuple(Share(Account(name), cents) for name, cents in shares))
    said = [part.who for part in tile(slot).parts]
    assert said == ["Rosa Quishpe recibe", "fondo fiesta", "comisión deuna", "impuestos"]


def test_sold_out_closed_and_paused_slots_cannot_be_chosen() -> None:
    """They say so in a word, and a closed one says why."""
    sold_out = tile(slot_view("A4", "monedero-llama", "rosa", 125, quantity=0))
    jammed = tile(slot_view("A2", "chumpi-rojo", "luz", 200, reason="jammed"))
    paused = tile(replace(SHELF[0], status="paused"))
    assert [seen.words for seen in (sold_out, jammed, paused)] == ["agotado", "cerrado", "en pausa"]
    assert jammed.why == "Se atascó. Una compañera lo va a revisar."
    assert not any(seen.can_be_chosen for seen in (sold_out, jammed, paused))


def test_the_chosen_tile_is_marked_and_may_be_chosen_again() -> None:
    """Touching it again gives the visitor her whole time again."""
    chosen = tile(SHELF[0], replace(IDLE, phase="credit", credit_cents=125, chosen="A1", missing_cents=225))
    assert (chosen.state, chosen.can_be_chosen) == ("chosen", True)


def test_nothing_can_be_chosen_while_a_spiral_turns_or_money_goes_back() -> None:
    """The controller would not listen, so the page does not pretend."""
    vending = shelf(replace(IDLE, phase="dispensing", vending="A3"), KNOWN, words())
    refunding = shelf(replace(IDLE, phase="refunding"), KNOWN, words())
    assert [seen.slot for seen in vending.tiles if seen.state == "turning"] == ["A3"]
    assert not any(seen.can_be_chosen for seen in (*vending.tiles, *refunding.tiles))


def test_a_falling_piece_shows_its_own_shares() -> None:
    """Its price was divided when it started; the odd cent of the next sale, or a new price, changes nothing of it."""
    dearer = replace(SHELF[2], price_cents=600)
    falling = tile(dearer, replace(IDLE, phase="dispensing", vending="A3", vending_shares=FALLING))
    assert falling.price == "$5,00"
    assert [part.money for part in falling.parts] == ["$4,01", "$0,74", "$0,25"]
    assert falling.parts[-1].start + falling.parts[-1].width == 100


def test_a_closed_museum_is_no_fault_of_any_piece() -> None:
    """Outside the hours no tile says that it is in pause; with a trouble before the hours it does."""
    paused = replace(SHELF[0], status="paused")
    assert (tile(paused, night := replace(IDLE, troubles=("closed",))).state, tile(paused, night).words) == (
        "asleep",
        "",
    )
    assert tile(paused, replace(IDLE, troubles=("books", "closed"))).words == "en pausa"
    assert not tile(paused, night).can_be_chosen


def test_a_maker_has_one_band_on_all_her_tiles() -> None:
    """Four makers, four bands, each tile with its maker's."""
    drawn = shelf(IDLE, KNOWN, words())
    bands = [seen.band for seen in drawn.tiles]
    assert [bands.index(band) for band in bands] == [0, 1, 2, 0, 1, 5, 2, 5]


def test_bands_differ_from_maker_to_maker_and_never_change() -> None:
    """Of forty makers at least thirty-five have a band of their own, and Rosa's is the same as ever."""
    bands = {band(f"maker-{number}") for number in range(40)}
    assert len(bands) >= 35
    assert band("rosa") == band("rosa")


def test_a_band_is_in_mirror_symmetry() -> None:
    """Each motif reads the same from both sides, as on a belt."""
    rosa = band("rosa")
    assert rosa.width == 24
    for _, path in rosa.paths:
        covered = set()
        for run in path.split("z")[:-1]:
            place, _, size = run[1:].partition("h")
            x, y = (int(part) for part in place.split())
            covered |= {(x + step, y) for step in range(int(size.partition("v")[0]))}
        for left in (0, 12):
            motif = {(x - left, y) for x, y in covered if left <= x < left + 11}
            assert motif == {(10 - x, y) for x, y in motif}
        assert all(0 <= y < ROWS for _, y in covered)
