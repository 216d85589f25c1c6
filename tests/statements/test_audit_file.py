"""The machine's meters as an audit file: read back by a reader that shares no line with us, every element at its place.

`tests/evareader.py` is that reader; it takes nothing that is not exactly as the standard has it.
"""

from zoneinfo import ZoneInfo

import evareader
import pytest
from builders import A1, B1, stamp
from meterstory import SATURDAY_MS, coins, paid, sold, story

from controller.domain import facts as f
from controller.domain.chain import Stamp
from controller.domain.events import HARMLESS, Trouble
from controller.domain.meters import Life, life_of
from controller.domain.meters.counting import BY, SOLD
from controller.domain.times import Moment
from controller.protocols.evadts import LocalProtocolError
from controller.statements.dts import Identity, audit_file
from controller.statements.dts.events import CODES
from controller.statements.dts.figures import full, plain

QUITO = ZoneInfo("America/Guayaquil")
MUSEUM = Identity("UIO-0042", "Museo de la Ciudad")
NOW = Moment(SATURDAY_MS + 3_600_000, True)
Segments = list[list[str]]


def written(life: Life, now: Moment | None = NOW, of: Identity = MUSEUM) -> Segments:
    return evareader.read(audit_file(life, of, QUITO, now))


def after(*facts: f.Fact) -> Segments:
    return written(life_of((stamp(1_000 + number), fact) for number, fact in enumerate(facts)))


@pytest.fixture(scope="module")
def three_days() -> Segments:
    return written(life_of(story()))


def product(segments: Segments, slot: str) -> dict[str, list[list[str]]]:
    """The blocks of one product, by their names."""
    found: dict[str, list[list[str]]] = {}
    mine = False
    for name, *elements in segments:
        mine = elements[0] == slot if name == "PA1" else mine and name.startswith("PA")
        if mine:
            found.setdefault(name, []).append(elements)
    return found


BLOCKS: dict[str, list[int | str | None]] = {
    "ID1": ["MNG2050347", "MINGA", None, "Museo de la Ciudad", None, "UIO-0042", 6, 2],
    "ID4": [2, 1840, "USD"],
    "ID5": [20261121, 113000],
    "CB1": ["MNG2050347", "MINGA", "0.2.0"],
    "VA1": [2225, 7, 1875, 6],
    "VA2": [500, 1, 0, 0],
    "VA3": [0, 0, 0, 0],
    "CA1": ["nri-1234"],
    "CA2": [1025, 4, 675, 3],
    "CA3": [1050, 325, 225, 500, 2450, 725, 1225, 500, 500, 500],
    "CA4": [0, 0, 50, 0],
    "CA8": [150, 150],
    "CA10": [0, 1000],
    "CA15": [1175],
    "CA17": [3, 25, 47],
    "DA1": ["deuna"],
    "DA2": [475, 2, 475, 2],
    "DA10": [1, 250, 1, 250],
    "DB1": ["pix"],
    "DB2": [225, 1, 225, 1],
    "TA2": [None, None, None, None, 500, 1, 500, 1],
    "EA3": [1, 20261121, 113000, None, 20261120, 103000, None, None, 1, 1],
    "EA7": [1, 1],
    "MA5": ["TAKEN BACK", 1, 350, 1, 350],
}


@pytest.mark.parametrize("name", list(BLOCKS))
def test_each_block_says_its_part_of_three_days(three_days: Segments, name: str) -> None:
    """Every element at the place the standard gives it (appendix A), ever and since Friday's count."""
    assert evareader.block(three_days, name) == BLOCKS[name]


def test_a_product_tells_how_it_was_paid(three_days: Segments) -> None:
    """Rosa's bag in A1: once for cash, once for a wallet and a coin, each under its own device, and the mixed one twice."""
    assert product(three_days, A1) == {
        "PA1": [["A1", "350", "bolso-retazos", "8", "", "", "0", "3"]],
        "PA2": [["2", "700", "1", "350"]],
        "PA5": [["20261121", "103009"]],
        "PA7": [["A1", "CA", "0", "350", "2", "450", "1", "100"], ["A1", "DA", "0", "350", "1", "250", "1", "250"]],
        "PA8": [["1", "100", "1", "100"]],
    }


def test_the_sums_of_a_file_agree(three_days: Segments) -> None:
    """VA1 is CA2, DA2, DB2 and TA2 together, the sum of all PA2, and of all PA7; ever and since the reset."""
    value, number, value_since, number_since = (int(each) for each in evareader.blocks(three_days, "VA1")[0])
    means = [evareader.block(three_days, name) for name in ("CA2", "DA2", "DB2")]
    tokens = evareader.block(three_days, "TA2")[4:]
    assert sum(int(block[0] or 0) for block in [*means, tokens]) == value
    assert sum(int(block[2] or 0) for block in [*means, tokens]) == value_since
    sales = evareader.blocks(three_days, "PA2")
    assert [sum(int(each[n]) for each in sales) for n in range(4)] == [number, value, number_since, value_since]
    by_device = evareader.blocks(three_days, "PA7")
    assert sum(int(each[5]) for each in by_device) == value
    mixed = sum(int(each[0]) for each in evareader.blocks(three_days, "PA8"))
    assert sum(int(each[4]) for each in by_device) - mixed == number


def test_events_are_those_since_the_reset(three_days: Segments) -> None:
    """The door is open now and was open on Friday; a motor is jammed; three pieces did not come by themselves."""
    assert evareader.blocks(three_days, "EA2") == [
        ["EGS", "1", "2", "", "1"],
        ["EJB_A1", "1", "1", "", "1"],
        ["ELA_A1", "1", "1", "", "0"],
        ["ELA_B1", "2", "2", "", "0"],
    ]


def test_what_was_mended_before_the_reset_is_history() -> None:
    """An event that neither holds nor happened since is not sent (2.8.1)."""
    seen, over = f.TroubleSeen("door-open", "", "open"), f.TroubleOver("door-open", "")
    counted = f.CashCounted("coinbox", 0, 0, "carmen", "luz")
    assert evareader.blocks(after(seen, over), "EA2") == [["EGS", "1", "1", "", "0"]]
    assert evareader.blocks(after(seen, over, counted), "EA2") == []
    assert evareader.blocks(after(seen, counted), "EA2") == [["EGS", "0", "1", "", "1"]]


def test_cash_blocks_tell_the_last_reset_first() -> None:
    """Unlike sales, CA3, CA4, CA8 and CA10 begin with what was counted since the reset."""
    before = (*coins(60), f.CreditAbandoned(60, "UVN-WWX"), f.Refunded(1, 25, "hopper:25"))
    since = (*coins(25), f.CreditAbandoned(25, "UVN-WWY"), f.Refunded(2, 50, "hopper:25"))
    segments = after(*before, f.CashCounted("coinbox", 60, 60, "carmen", "luz"), *since)
    assert evareader.block(segments, "CA3") == [25, 25, 0, 0, 85, 85, 0, 0, 0, 0]
    assert evareader.block(segments, "CA4") == [50, 0, 75, 0]
    assert evareader.block(segments, "CA8") == [25, 85]


def test_every_trouble_that_is_a_fault_has_a_code() -> None:
    """Only the opening hours and a box that fills are none."""
    assert set(Trouble) - set(CODES) == {Trouble.CLOSED, Trouble.BOX_FILLING}
    assert len(set(CODES.values())) == len(CODES)
    assert HARMLESS & set(CODES)


def test_a_machine_that_did_nothing_has_a_file() -> None:
    """No fact at all: every counter stands at 0, and what is not known is empty."""
    empty = written(Life(), None)
    assert evareader.block(empty, "VA1") == [0, 0, 0, 0]
    assert evareader.block(empty, "EA3") == [0, *[None] * 7, 0, 0]
    assert evareader.block(empty, "EA7") == [0, 0]
    assert not any(each[0] in ("ID5", "PA1", "TA2", "DB2") for each in empty)


@pytest.mark.parametrize(
    "now", [None, Moment(SATURDAY_MS, False), Moment(2**60, True), Moment(-(2**60), True)], ids=str
)
def test_a_doubtful_date_is_left_out(now: Moment | None) -> None:
    """A file cannot say that its date is doubtful: so it has none."""
    segments = written(life_of(story()), now)
    assert not any(each[0] == "ID5" for each in segments)
    assert evareader.block(segments, "EA3")[1:3] == [None, None]


def test_a_sale_nobody_can_date_has_no_date() -> None:
    """The clock of that start was never set: the sale counts, and its moment stays empty."""
    facts = [f.ProductSet("bolso", "rosa", 350), f.SlotAssigned(A1, "bolso", 8), *coins(350), *sold(1, A1)]  # type: ignore[arg-type]
    segments = written(life_of((Stamp(1, n, n, False), fact) for n, fact in enumerate(facts)))
    assert product(segments, A1)["PA5"] == [["", ""]]


def test_a_counter_that_is_full_begins_again() -> None:
    """After 99,999,999 comes 0 (5.1.6), also where an element has fewer digits."""
    assert (full(99_999_999), full(100_000_000), full(1_000_001, 6)) == (99_999_999, 0, 1)
    life = Life()
    for _ in range(3):
        life.meters.add(SOLD, cents=49_999_999)
        life.meters.add(SOLD, BY, "cash", cents=49_999_999)
    assert evareader.block(written(life), "VA1") == [49_999_997, 3, 49_999_997, 3]


def test_cashless_one_is_who_was_first() -> None:
    """Whoever joins later is cashless 2, with everybody else: no counter ever moves to another place."""
    pairs = [(1, "pix"), (2, "deuna"), (3, "tarjeta"), (4, "pix")]
    facts = [fact for number, name in pairs for fact in (*paid(number, name, 225, B1), *sold(number, B1))]
    segments = after(*facts)
    assert evareader.block(segments, "DA1") == ["pix"]
    assert evareader.block(segments, "DB1") == ["deuna+tarjeta"]
    assert evareader.block(segments, "DA2") == evareader.block(segments, "DB2") == [450, 2, 450, 2]


def test_a_name_with_accents_is_written_without() -> None:
    """Programs of 1990 read it too; what has no ASCII at all is left out, and it ends where its element ends."""
    assert plain("Muñoz, 2º piso * ^", 20) == "Munoz, 2o piso    "
    assert plain("日本", 20) == ""
    assert plain("x" * 30, 20) == "x" * 20


def test_the_same_machine_keeps_its_serial() -> None:
    """Ten characters drawn from the asset number, and another machine has others."""
    assert Identity("UIO-0042").serial == "MNG2050347"
    assert Identity("UIO-0043").serial != Identity("UIO-0042").serial


def test_letters_that_no_file_can_hold_are_refused() -> None:
    """An asset number is who the machine is: it is never changed in silence."""
    with pytest.raises(LocalProtocolError, match="no code"):
        audit_file(Life(), Identity("máquina-ẽ"), QUITO)
