"""Who can be known from open data: nobody, by name or by the little there is."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from village import FEW, PIECES, PLAZA, TALLER, lab_of, village

from lab.opendata.form import Source
from lab.opendata.sets import SETS
from lab.opendata.veil import OTHERS, SMALL, Veil, apart, key, veil, word
from lab.opendata.wanted import wanted
from lab.opendata.writing import FORMATS, export
from lab.store import Store

COUNTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 12), max_size=9)


def veiled(store: Store) -> Veil:
    secret = key(store)
    with store.reading() as reading:
        return veil(reading, secret)


def test_a_pseudonym_stays_and_cannot_be_guessed(store: Store) -> None:
    """The key is made once and kept; another lab, whose key is another, calls the same person something else."""
    village(store)
    first, again = veiled(store), veiled(store)
    assert first == again
    assert re.fullmatch(r"costurera-[A-HJ-KMNP-TV-Z2-9]{8}", first.maker(PLAZA, "rosa"))
    other = Veil(bytes(32), first.alone)
    assert first.maker(PLAZA, "rosa") not in (other.maker(PLAZA, "rosa"), first.maker(PLAZA, "luz"))
    assert len(first.key) == 32


def test_the_same_name_elsewhere_is_somebody_else() -> None:
    """Two machines may each have a Rosa; nobody can tell whether they are one."""
    both = Veil(bytes(32), frozenset({(PLAZA, "rosa"), ("yaku", "rosa")}))
    assert both.maker(PLAZA, "rosa") != both.maker("yaku", "rosa")


def test_who_would_stand_out_is_among_others(store: Store) -> None:
    """Killa sold two pieces, so the next one goes with her; where three makers have sold, all are together."""
    village(store)
    over = veiled(store)
    hidden = {maker for maker in PIECES if over.maker(PLAZA, maker) == OTHERS}
    assert hidden == {"killa", "tamia"}
    assert {over.maker(TALLER, maker) for maker in FEW} == {OTHERS}
    assert over.product(PLAZA, "bolso-killa", "killa") == OTHERS
    assert over.maker(PLAZA, "nobody-knows") == OTHERS


@given(COUNTS)
def test_no_group_is_small(counts: dict[str, int]) -> None:
    """Whoever stands alone has enough, and the others together have enough too, unless all there is is too little."""
    alone = apart(counts)
    assert all(counts[name] >= SMALL for name in alone)
    others = [count for name, count in counts.items() if name not in alone]
    assert not others or sum(others) >= SMALL or not alone


@given(COUNTS)
def test_others_are_never_one_alone(counts: dict[str, int]) -> None:
    """A group of one beside others who stand alone would be that one."""
    alone = apart(counts)
    assert not alone or len(counts) - len(alone) != 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("sold", "vendida"),
        ("deuna", "deuna"),
        ("Rosa Caiza 099", "otro"),
        ("=1+1", "otro"),
        ("", "otro"),
        ("a" * 33, "otro"),
    ],
)
def test_only_words_of_ours_go_out(told: str, said: str) -> None:
    """A code is said in Spanish, a plain word passes, and anything that a person could have written does not."""
    assert word(told, {"sold": "vendida"}) == said


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("name", list(SETS))
def test_no_file_holds_a_name(tmp_path: Path, name: str, form: str) -> None:
    """Neither a maker's id nor her name, no product's id, no claim code and no slot stands in any set."""
    store = lab_of(tmp_path)
    export(store, SETS[name], wanted(), FORMATS[form], tmp_path / "file")
    text = (tmp_path / "file").read_text(encoding="utf-8").lower()
    store.close()
    for secret in (*PIECES, *FEW, "caiza", "tola", "bolso-", "uvn-wwx"):
        assert not re.search(rf"\b{secret}\b" if not secret.endswith("-") else secret, text), secret
    assert not re.search(r"\ba[1-6]\b", text)


def test_groups_are_the_same_whatever_days_are_asked_for(tmp_path: Path) -> None:
    """Tamia sold five pieces, and is among others on the first day as on all: nobody can subtract two answers."""
    store = lab_of(tmp_path)
    secret = key(store)
    with store.reading() as reading:
        over = veil(reading, secret)
        whole = [row[:2] for row in SETS["ventas"].rows(Source(reading, wanted(), over))]
        makers = [
            Counter(row[5] for row in SETS["ventas"].rows(Source(reading, asked, over)))
            for asked in (wanted(), wanted([PLAZA], "2026-11-21", "2026-11-21"))
        ]
    store.close()
    assert len(whole) == sum(PIECES.values()) + sum(FEW.values())
    assert makers[0] - makers[1] == {OTHERS: sum(FEW.values())}


def test_a_month_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    """Two files whose days overlap by one cannot tell what was paid on that day."""
    store = lab_of(tmp_path)
    export(store, SETS["pagos"], wanted((), "2026-11-02", "2026-11-30"), FORMATS["json"], tmp_path / "later")
    export(store, SETS["pagos"], wanted((), "2026-11-01", "2026-11-01"), FORMATS["json"], tmp_path / "whole")
    store.close()
    later, whole = (json.loads((tmp_path / name).read_text())["filas"] for name in ("later", "whole"))
    assert later == []
    assert sum(row["ganado_centavos"] for row in whole) == 280 * (sum(PIECES.values()) + sum(FEW.values()))
