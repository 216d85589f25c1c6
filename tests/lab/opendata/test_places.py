"""The map: where machines stand, who wanted to be on it, and that the drawing puts everything in its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from village import NEW, OTAVALO, PLAZA, QUITO, TALLER, lab_of, meta

from controller.protocols.sync.notes import PlaceTold
from lab.opendata.drawing import HEIGHT, WIDTH, drawing
from lab.opendata.places import Place, geojson, places

SPOTS = st.dictionaries(st.integers(1, 9), st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1)


def test_points_are_longitude_first_and_makers_stand_at_their_machine(tmp_path: Path) -> None:
    """As RFC 7946 has it; a machine without a place is a feature without a geometry."""
    store = lab_of(tmp_path)
    with store.reading() as reading:
        told = geojson(places(reading))
    store.close()
    features = {(one["properties"]["tipo"], one["properties"]["maquina"]): one for one in told["features"]}
    assert told["type"] == "FeatureCollection"
    assert set(features) == {("maquina", PLAZA), ("maquina", TALLER), ("maquina", NEW), ("costurera", PLAZA)}
    here = {"type": "Point", "coordinates": [QUITO[1], QUITO[0]]}
    rosa = features["costurera", PLAZA]
    assert features["maquina", PLAZA]["geometry"] == rosa["geometry"] == here
    assert rosa["properties"] == {
        "tipo": "costurera",
        "nombre": "Rosa Caiza",
        "taller": "Taller La Tola",
        "maquina": PLAZA,
    }
    assert features["maquina", NEW]["geometry"] is None


def test_who_takes_her_consent_back_is_gone(tmp_path: Path) -> None:
    """The machine's next news lacks her, and so does the map."""
    store = lab_of(tmp_path)
    meta(store, PLAZA, PlaceTold("Museo de la Ciudad, Quito", *QUITO))
    with store.reading() as reading:
        told = geojson(places(reading))
    store.close()
    assert "Rosa" not in str(told)


@pytest.mark.parametrize("spot", [(91.0, 0.0), (0.0, -181.0), (None, 0.0), (float("nan"), 0.0)])
def test_what_is_nowhere_on_earth_has_no_point(spot: tuple[float | None, float | None]) -> None:
    """Whatever a machine says of itself."""
    assert Place("x", "", *spot, ()).point is None


def test_north_is_above_and_east_is_right() -> None:
    """Otavalo lies north and east of Quito; the two are 57 km apart, and the scale says so."""
    drawn = drawing({1: (QUITO[1], QUITO[0]), 2: (OTAVALO[1], OTAVALO[0])})
    assert drawn is not None
    quito, otavalo = drawn.dots
    assert otavalo.x > quito.x
    assert otavalo.y < quito.y
    apart = ((otavalo.x - quito.x) ** 2 + (otavalo.y - quito.y) ** 2) ** 0.5
    assert apart / drawn.scale * drawn.scale_km == pytest.approx(57.7, abs=0.6)


@given(SPOTS)
def test_everything_is_on_the_sheet(spots: dict[int, tuple[float, float]]) -> None:
    """Every machine has its number on exactly one dot, and no dot lies outside."""
    drawn = drawing(spots)
    assert drawn is not None
    assert sorted(number for dot in drawn.dots for number in dot.numbers) == sorted(spots)
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)
    assert len(drawn.east) + len(drawn.north) <= 40


def test_machines_in_one_town_share_a_dot() -> None:
    """Two museums a kilometre apart, and one machine 290 km away: two dots, one of them with two numbers."""
    drawn = drawing({1: (-78.51, -0.22), 2: (-78.52, -0.21), 3: (-78.99, -2.89)})
    assert drawn is not None
    assert [dot.numbers for dot in drawn.dots] == [(1, 2), (3,)]
    assert drawing({}) is None
