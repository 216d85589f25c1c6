"""Motor boards: whatever can be said is read as it was meant, and whatever is heard is explained or refused."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from controller.commands.decode import decode
from controller.protocols.motorboards import (
    CHECK_BYTES,
    Listener,
    LocalProtocolError,
    RemoteProtocolError,
    modbus,
    vmc96,
    zdm8,
)
from controller.protocols.motorboards.jsk import COMMANDS, FIELDS, Packet
from controller.protocols.motorboards.vmc96 import COLUMNS, ORDERS, ROWS, Motor
from controller.protocols.motorboards.zdm8 import Drive, Register

BYTES = st.integers(0, 255)
MOTORS = st.builds(Motor, st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
PAIRS = st.tuples(MOTORS, st.integers(0, COLUMNS - 1)).map(lambda pair: (pair[0], Motor(pair[0].row, pair[1])))

# ZDM8

ANSWERS = {
    Register.HARDWARE: st.builds(
        zdm8.Hardware, st.integers(2_000, 2_099), st.integers(1, 12), st.integers(1, 10), st.integers(1, 10)
    ),
    Register.SOFTWARE: st.builds(zdm8.Software, st.integers(2_000, 2_099), st.integers(1, 12), st.integers(1, 31)),
    Register.STATE: st.builds(zdm8.RunState, BYTES, BYTES),
    Register.DROP_SENSOR: st.builds(zdm8.DropSensor, st.booleans()),
}
ORDERED = st.one_of(
    st.builds(zdm8.Ask, st.sampled_from(list(ANSWERS))),
    st.builds(zdm8.MotorTimeout, st.integers(0, 0xFFFF)),
    st.builds(zdm8.Ship, st.integers(0, 99), st.sampled_from(Drive), st.booleans(), st.booleans()),
)


@given(ORDERED, st.integers(0, modbus.ADDRESS_MAX))
def test_a_zdm8_reads_what_it_is_told(order: zdm8.Meaning, address: int) -> None:
    """Any order to any address is read as it was meant."""
    assert zdm8.read(zdm8.frame(order, address)) == (address, order)


@given(st.sampled_from(list(ANSWERS)).flatmap(lambda register: st.tuples(st.just(register), ANSWERS[register])))
def test_a_zdm8s_answer_is_read_by_whoever_asked(case: tuple[Register, zdm8.Meaning]) -> None:
    """Only the question tells what two or four bytes mean; without it they stay bytes."""
    asked, answer = case
    raw = zdm8.frame(answer)
    assert zdm8.read(raw, asked) == (zdm8.ADDRESS, answer)
    assert isinstance(zdm8.read(raw)[1], modbus.Held)


@given(st.integers(2, 40), st.data())
def test_two_wrong_bits_anywhere_are_found(size: int, data: st.DataObject) -> None:
    """The CRC of Modbus finds every pair of wrong bits in frames as short as these."""
    raw = modbus.build(modbus.WriteMany(0x2001, bytes(2 * size)))
    first, second = data.draw(st.lists(st.integers(0, 8 * len(raw) - 1), min_size=2, max_size=2, unique=True))
    damaged = int.from_bytes(raw, "big") ^ 1 << first ^ 1 << second
    with pytest.raises(RemoteProtocolError, match="CRC"):
        modbus.read(damaged.to_bytes(len(raw), "big"))


def test_a_zdm8_that_refuses_says_why() -> None:
    """An exception as its source has seen one: writing failed in the device."""
    _, refused = zdm8.read(bytes.fromhex("01 86 04 43 A3"))
    assert refused == modbus.Refused(modbus.WRITE, 4)
    assert isinstance(refused, modbus.Refused)
    assert refused.why == "device failure"


def test_a_zdm8s_state_is_idle_only_at_nought() -> None:
    """Other states are told as numbers, since no source lists them, and none of them is idle."""
    _, running = zdm8.read(modbus.build(modbus.Held(b"\x01\x07")), Register.STATE)
    assert running == zdm8.RunState(state=1, fault=7)
    assert isinstance(running, zdm8.RunState)
    assert not running.idle
    assert zdm8.RunState(0, 7).idle


@pytest.mark.parametrize(
    ("message", "asked", "why"),
    [
        (modbus.Held(b"\0\2"), Register.DROP_SENSOR, "drop sensor is 2"),
        (modbus.Held(b"\x2a\2\5\5"), Register.HARDWARE, "no date"),
        (modbus.Held(b"\0\0"), Register.SOFTWARE, "2 bytes are no answer to SOFTWARE"),
        (modbus.WriteMany(Register.SHIP, b"\x64\1\0\0"), None, "no lane is 100"),
        (modbus.WriteMany(Register.SHIP, b"\0\5\0\0"), None, "no lane is driven by 5"),
        (modbus.WriteMany(Register.SHIP, b"\0\1\0\2"), None, "lift is 2"),
    ],
)
def test_a_sound_frame_that_cannot_be_is_refused(message: modbus.Message, asked: Register | None, why: str) -> None:
    """Its CRC is right, and what it says is not what a ZDM8 can say."""
    with pytest.raises(RemoteProtocolError, match=why):
        zdm8.read(modbus.build(message), asked)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("01 03 00 01 00 00", "function 03 with 4 bytes"),
        ("01 03 00 01 00 7E", "function 03 with 4 bytes"),
        ("01 03 03 00 00 00", "function 03 with 4 bytes"),
        ("01 10 20 01 00 00", "function 10 with 4 bytes"),
        ("01 10 20 01 00 02 04 00 01 01", "function 10 with 8 bytes"),
        ("01 10 20 01 00 03 04 00 01 01 00", "function 10 with 9 bytes"),
        ("01 08 00 00 00 00", "function 08 with 4 bytes"),
        ("F8 03 00 01 00 02", "no slave has the address 248"),
    ],
)
def test_a_sound_frame_of_no_form_is_refused(body: str, why: str) -> None:
    """Nobody asks for no register, or for more than fit; lengths agree; addresses end at 247."""
    raw = bytes.fromhex(body)
    with pytest.raises(RemoteProtocolError, match=why):
        modbus.read(raw + modbus.crc16(raw).to_bytes(2, "little"))


# JSK


@given(st.sampled_from(sorted(COMMANDS)), st.integers(1, 255), st.data())
def test_a_jsk_packet_is_read_with_all_its_fields(name: str, number: int, data: st.DataObject) -> None:
    """Whatever stands in the fields, each is read as it was given, and nothing is left over."""
    fields = FIELDS[COMMANDS[name]][1]
    values = {field: data.draw(st.integers(0, 256**size - 1), field) for field, size in fields.items()}
    packet = Packet.read(Packet.of(name, number, **values).frame())
    assert (packet.name, packet.number, packet.values, packet.more) == (name, number, values, b"")


def test_a_jsk_packet_shorter_or_longer_than_its_fields_is_read_without_them() -> None:
    """The text's own lengths do not agree, so a missing byte costs the fields, and one too many is told as it is."""
    short = Packet.read(Packet(0x04, 31, b"\x02\x00").frame())
    assert (short.name, short.values, short.status, short.more) == ("dispensing status", {}, None, b"\x02\x00")
    long = Packet.read(Packet(0x04, 31, b"\x02\x00\x0c\x01").frame())
    assert (long.values, long.status, long.more) == ({"status": 2, "selection": 12}, "dispensed", b"\x01")


# VMC96

TO_VMC96 = st.one_of(
    st.sampled_from([vmc96.Order(name, controller) for (controller, _), name in ORDERS.items()]),
    st.builds(vmc96.Run, st.one_of(MOTORS.map(lambda motor: (motor,)), PAIRS)),
    st.builds(vmc96.Pulse, MOTORS, BYTES),
    st.builds(vmc96.Switch, st.sampled_from([vmc96.RELAY_1, vmc96.RELAY_2]), st.booleans()),
)
FROM_VMC96 = st.one_of(
    st.builds(vmc96.Done, st.sampled_from([vmc96.RELAY_1, vmc96.RELAY_2, vmc96.MOTORS])),
    st.builds(vmc96.Refused, st.just(vmc96.MOTORS), st.integers(1, 255)),
    st.builds(vmc96.Running, BYTES, st.lists(MOTORS, max_size=9).map(tuple)),
    st.builds(vmc96.Scanned, BYTES, st.binary(min_size=ROWS, max_size=ROWS)),
    st.builds(vmc96.LightLine, st.binary(min_size=4, max_size=4)),
    st.builds(vmc96.Version, st.just(vmc96.MOTORS), st.binary(min_size=1, max_size=40)),
)


@given(TO_VMC96, FROM_VMC96)
def test_a_vmc96_and_its_host_understand_each_other(order: vmc96.Meaning, report: vmc96.Meaning) -> None:
    """Every order and every report is read as it was meant."""
    assert vmc96.read(vmc96.frame(order)) == order
    assert vmc96.read(vmc96.frame(report), from_board=True) == report


def test_the_same_bytes_are_a_ping_or_an_order_taken() -> None:
    """Which of the two, only their sender tells."""
    raw = bytes.fromhex("35 30 05 00 00")
    assert vmc96.read(raw) == vmc96.Order("ping")
    assert vmc96.read(raw, from_board=True) == vmc96.Done()


def test_no_motor_is_outside_the_array() -> None:
    """A run of two rows means nothing that is known, and a motor the array does not have is refused."""
    two_rows = vmc96.K1(vmc96.MOTORS, vmc96.RUN, b"\x11\x21")
    assert vmc96.read(two_rows.frame()) == two_rows
    for number in (0x00, 0x01, 0x10, 0x19, 0xD1):
        with pytest.raises(RemoteProtocolError, match=f"no motor has the number {number:02X}"):
            vmc96.read(vmc96.K1(vmc96.MOTORS, vmc96.RUN, bytes((number,))).frame())


# All of them


@pytest.mark.parametrize(("board", "typed"), [("jsk", "FB FA 41 00 40"), ("vmc96", "30 35 05 11 11")])
def test_a_frame_that_begins_otherwise_is_of_another_board(board: str, typed: str) -> None:
    """Its length and its check byte are right, and still it is none of theirs."""
    with pytest.raises(RemoteProtocolError, match="it begins with"):
        Listener(board).explain(bytes.fromhex(typed))


def again(board: str, raw: bytes, from_board: bool) -> bytes:
    if board == "jsk":
        return Packet.read(raw).frame()
    if board == "vmc96":
        return vmc96.frame(vmc96.read(raw, from_board))
    address, message = modbus.read(raw)
    return modbus.build(message, address)


def sealed(board: str, body: bytes) -> bytes:
    """Any bytes with a check byte or CRC that proves them, so that what stands behind the check is tried too."""
    if board == "zdm8":
        return body + modbus.crc16(body).to_bytes(2, "little")
    head = b"\xfa\xfb\x04" + bytes((len(body),)) if board == "jsk" else bytes((0x35, 0x30, len(body) + 4))
    raw = head + body
    check = 0
    for byte in raw:
        check ^= byte
    return raw + bytes((check,))


@given(st.sampled_from(sorted(CHECK_BYTES)), st.binary(max_size=40), st.booleans(), st.booleans())
def test_any_bytes_are_refused_or_said_again_byte_for_byte(board: str, body: bytes, seal: bool, side: bool) -> None:
    """Nothing that is read loses a byte, and nothing else but a refusal ever comes of noise."""
    raw = sealed(board, body) if seal else body
    with suppress(RemoteProtocolError):
        assert again(board, raw, side) == raw
        json.dumps(Listener(board, side).explain(raw))


@pytest.mark.parametrize(
    "wish",
    [
        lambda: zdm8.frame(zdm8.Ship(100, Drive.SPRING, True, False)),
        lambda: zdm8.frame(zdm8.Ask(Register.SHIP)),
        lambda: zdm8.frame(zdm8.MotorTimeout(65_536)),
        lambda: zdm8.frame(zdm8.ShipTaken(), address=248),
        lambda: zdm8.frame(zdm8.Hardware(1999, 2, 10, 10)),
        lambda: modbus.build(modbus.WriteMany(0x2001, b"odd")),
        lambda: Packet.of("drive", 0, drop_sensor=1, lift=0, selection=12),
        lambda: Packet.of("drive", 7, selection=12),
        lambda: Packet.of("buy", 7, selection=65_536),
        lambda: Packet.of("sing", 7),
        lambda: Packet(0x41, None, b"text").frame(),
        lambda: vmc96.frame(vmc96.Run((Motor(12, 0),))),
        lambda: vmc96.frame(vmc96.Run((Motor(0, 0), Motor(1, 0)))),
        lambda: vmc96.frame(vmc96.Run(())),
        lambda: vmc96.frame(vmc96.Pulse(Motor(0, 0), 256)),
        lambda: vmc96.frame(vmc96.Order("sing")),
    ],
)
def test_what_a_board_cannot_be_told_is_our_own_mistake(wish: Callable[[], bytes]) -> None:
    """Lanes, motors and numbers that no board has never reach a wire."""
    with pytest.raises(LocalProtocolError):
        wish()


# minga decode motor


def run(*words: str) -> tuple[Result, list[dict[str, object]]]:
    result = CliRunner().invoke(decode, ["motor", *words])
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_an_order_and_its_answer_are_explained() -> None:
    """The second frame is read as the answer to the first; the same bytes alone are only bytes."""
    result, (ask, answer) = run("--board", "zdm8", "01 03 00 08 00 01 05 C8", "010302 0001 7984")
    assert result.exit_code == 0
    assert (ask["name"], ask["said"]) == ("ask", {"register": "drop sensor"})
    assert answer == {
        "ok": True,
        "board": "zdm8",
        "data": "0103020001",
        "check": "7984",
        "name": "drop sensor",
        "address": 1,
        "said": {"clear": True},
    }
    assert run("--board", "zdm8", "0103020001 7984")[1][0]["said"] == {"data": "0001"}


def test_a_jsk_boards_end_is_explained_in_words() -> None:
    """A selection that has dispensed, and the poll that has no number."""
    _, (status, poll) = run("--board", "jsk", "FA FB 04 04 1F 02 00 0C 10", "FA FB 41 00 40")
    assert (status["name"], status["number"]) == ("dispensing status", 31)
    assert status["said"] == {"status": "dispensed", "selection": 12}
    assert (poll["name"], poll["number"], poll["said"]) == ("poll", None, {})


def test_a_vmc96s_frames_are_explained_by_their_sender() -> None:
    """What the host orders, and what the board draws while two motors turn."""
    _, (order,) = run("--board", "vmc96", "35 30 06 13 11 01")
    assert (order["name"], order["said"]) == ("run", {"motors": [{"row": 0, "column": 0}]})
    report = vmc96.frame(vmc96.Running(51, (Motor(0, 0), Motor(2, 7)))).hex()
    _, (running,) = run("--board", "vmc96", "--from", "board", report)
    told = {"current": 51, "motors": [{"row": 0, "column": 0}, {"row": 2, "column": 7}], "current_ma": 100}
    assert (running["name"], running["said"]) == ("running", told)


@pytest.mark.parametrize(
    ("board", "typed", "why"),
    [
        ("zdm8", "01 03 00 03 00 01 74 0B", "CRC is 740B, should be 740A"),
        ("jsk", "FA FB 41 00 41", "check byte is 41, should be 40"),
        ("vmc96", "35 30 06 11 11", "length byte asks for 6 bytes, not 5"),
        ("jsk", "0G", "'G' is no hex digit"),
    ],
)
def test_a_bad_frame_says_what_is_wrong(board: str, typed: str, why: str) -> None:
    """The command ends with 1, and the good frame beside it is still explained."""
    good = {"zdm8": "01 10 20 01 00 02 1B C8", "jsk": "FA FB 42 00 43", "vmc96": "35 30 05 11 11"}[board]
    result, (bad, sound) = run("--board", board, typed, good)
    assert result.exit_code == 1
    assert (bad["ok"], bad["error"], bad["name"]) == (False, why, None)
    assert sound["ok"]


def test_nobody_else_drives_motors() -> None:
    """A board the package does not know is a mistake of whoever types, and the help teaches with an example."""
    assert run("--board", "washing-machine", "00")[0].exit_code == 2
    taught = CliRunner().invoke(decode, ["motor", "--help"])
    assert taught.exit_code == 0
    assert 'decode motor --board jsk "FA FB 41 00 40"' in taught.output
