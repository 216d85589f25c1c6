"""The physics in virtual time: no thread and no clock, so every moment can be named to the microsecond."""

from collections.abc import Callable

import pytest

from controller.config import Cabinet, Motors
from hw_mocks import faults
from hw_mocks.world import BOUNCE_MS, World

MOTORS = Motors()
ROW_B, COLUMN_3 = MOTORS.rows["B"], MOTORS.columns["3"]
HOME, DROP, LAMP_OF_CURTAIN = MOTORS.home, MOTORS.drop_sensor, MOTORS.drop_emitter
FAR_MS = 10_000


@pytest.fixture
def world() -> World:
    world = World(MOTORS, Cabinet(), stock={"B3": 2})
    world.set_line(LAMP_OF_CURTAIN, True)
    return world


@pytest.fixture
def edges(world: World) -> list[tuple[int, bool, float]]:
    """Every change of a line the machine drives: line, level, moment."""
    seen: list[tuple[int, bool, float]] = []
    world.on_line = lambda pin, high: seen.append((pin, high, world.now_ms))
    return seen


def drive(world: World, on: bool = True) -> None:
    world.set_line(ROW_B, on)
    world.set_line(COLUMN_3, on)


def turn_once(world: World) -> None:
    """What a controller does, without its delays: cut the motor at the edge of coming home."""

    spiral = world.spirals["B3"]
    from_deg = spiral.angle_deg

    def cut(pin: int, high: bool) -> None:
        if pin == HOME and high and spiral.angle_deg - from_deg > 180:
            drive(world, on=False)

    hear: Callable[[int, bool], None] = world.on_line
    world.on_line = cut
    drive(world)
    world.advance(world.now_ms + FAR_MS)
    world.on_line = hear


def test_one_turn_drops_one_piece(world):
    """The coil lets go before it is home; the piece falls through the beam and lies behind the flap."""
    turn_once(world)

    (piece,) = world.pieces
    assert (piece.slot, world.spirals["B3"].turns, world.spirals["B3"].stock) == ("B3", 1, 1)
    assert piece.landed_ms == pytest.approx(piece.left_ms + 450)


def test_the_beam_is_dark_for_as_long_as_a_piece_needs_to_pass(world, edges):
    """350 ms of fall, then 30 ms of darkness: a controller that does not latch edges misses it."""
    drive(world)
    world.advance(FAR_MS)

    dark, light = [moment for pin, _, moment in edges if pin == DROP][:2]
    assert dark == pytest.approx(world.pieces[0].left_ms + 350)
    assert light - dark == pytest.approx(30)


def test_only_a_crossing_of_row_and_column_turns(world):
    """A row alone drives nothing; a matrix has a diode per motor."""
    world.set_line(ROW_B, True)
    world.advance(FAR_MS)

    assert {spiral.angle_deg for spiral in world.spirals.values()} == {0}


def test_the_home_line_speaks_only_for_a_driven_motor(world):
    """At rest every spiral stands at home, and yet the shared line is low."""
    assert not world.level(HOME)

    drive(world)

    assert world.level(HOME)


def test_a_spiral_has_inertia(world):
    """It starts slower than it runs, and runs on a little when it is cut."""
    spiral = world.spirals["B3"]
    drive(world)
    world.advance(60)
    assert spiral.angle_deg == pytest.approx(0.18 * 60 / 2)

    drive(world, on=False)
    world.advance(FAR_MS)

    assert spiral.angle_deg == pytest.approx(0.18 * 60 / 2 + 0.18 * 15 / 2)
    assert spiral.speed_deg_per_ms == 0


def test_contacts_bounce_and_come_to_rest(world, edges):
    """One press makes an edge and as many more as the contact bounces, going down and coming up."""
    button = world.cabinet.return_button
    world.press("return")
    world.advance(FAR_MS)

    assert len([pin for pin, _, _ in edges if pin == button]) == 2 * (1 + len(BOUNCE_MS))
    assert not world.level(button)


def test_nothing_is_due_while_all_is_at_rest(world):
    """The server may sleep for as long as nobody touches the machine."""
    assert world.due_ms() is None
    turn_once(world)
    assert world.due_ms() is None


def test_time_in_small_steps_and_in_one_step_is_the_same():
    """The motion is solved, not stepped: how often somebody looks changes nothing."""
    worlds = [World(MOTORS, Cabinet(), stock={"B3": 5}) for _ in range(2)]
    for world in worlds:
        drive(world)
    worlds[0].advance(7_777)
    for moment in range(7_778):
        worlds[1].advance(moment)

    one, many = (world.truth() for world in worlds)
    assert one["spirals"]["B3"]["angle_deg"] == pytest.approx(many["spirals"]["B3"]["angle_deg"])
    assert [piece["left_ms"] for piece in one["pieces"]] == pytest.approx([p["left_ms"] for p in many["pieces"]])
    assert len(one["pieces"]) == 4


@pytest.mark.parametrize(("fault", "angle_deg", "pieces"), [("jam", 200, 0), ("late-jam", 325, 1)])
def test_a_jam_holds_the_spiral_at_its_angle_until_it_is_cleared(world, fault, angle_deg, pieces):
    """Driven for ten seconds it does not move on; freed, it does."""
    faults.inject(world, fault, "B3")
    drive(world)
    world.advance(FAR_MS)
    assert (world.spirals["B3"].angle_deg, len(world.pieces)) == (angle_deg, pieces)

    faults.clear(world, fault, "B3")
    world.advance(FAR_MS + 1_000)

    assert world.spirals["B3"].turns == 1


def test_a_light_piece_falls_and_darkens_nothing(world, edges):
    """The oracle knows about it, the beam does not."""
    faults.inject(world, "light-piece", "B3")
    turn_once(world)

    assert [piece.landed_ms is not None for piece in world.pieces] == [True]
    assert DROP not in {pin for pin, _, _ in edges}


def test_a_piece_that_hangs_falls_with_the_next(world):
    """The first turn gives nothing, the second one gives two."""
    faults.inject(world, "hanging-piece", "B3")
    turn_once(world)
    assert world.pieces == []

    faults.clear(world, "hanging-piece", "B3")
    turn_once(world)

    assert (len(world.pieces), world.spirals["B3"].stock) == (2, 0)


def test_an_empty_spiral_turns_for_nothing(world):
    """More turns than pieces: the world invents none."""
    for _ in range(3):
        turn_once(world)

    assert (world.spirals["B3"].turns, len(world.pieces)) == (3, 2)


def test_without_power_a_falling_piece_still_falls(world):
    """The plug stops motors and lamps, not gravity."""
    drive(world)
    while not world.pieces:
        world.advance(world.due_ms() or FAR_MS)
    faults.inject(world, "power-cut")
    world.advance(FAR_MS)

    assert world.pieces[0].landed_ms is not None
    assert not world.spirals["B3"].driven
    assert not world.level(DROP)


def test_every_coin_has_a_place(world):
    """What the oracle counts at the end of a day: the box and the tray."""
    world.drop_coin(3, 25, "box")
    world.advance(1_500)
    world.drop_coin(5, 100, "tray")
    world.drop_coin(3, 25, "box")

    assert [(c["cents"], c["place"], c["at_ms"]) for c in world.truth()["coins"]] == [
        (25, "box", 0.0),
        (100, "tray", 1_500),
        (25, "box", 1_500),
    ]


def test_a_fault_nobody_knows_names_those_there_are(world):
    """A wrong name and a missing slot are answered in words."""
    with pytest.raises(faults.UnknownFault, match="jam, late-jam, no-motor"):
        faults.inject(world, "gremlins")
    with pytest.raises(faults.UnknownFault, match="A1, A2"):
        faults.inject(world, "jam", "Q7")
    assert world.faults == set()
