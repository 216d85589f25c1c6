"""Trying the board's parts with a person beside it: one motor, the curtain, coins and keys as they come.

A listener acknowledges what it hears, or the board would tell nothing more. So it begins only when no coin waits there for
the books, and ends with a reset of the board: the next controller finds a new life in which nothing was counted.
"""

import typer

from controller.config import Config
from controller.devices.boardsession import Session
from controller.devices.boardsettings import places, run_ms_max
from controller.devices.worker import DeviceTrouble
from controller.domain.catalog import SlotId
from controller.domain.money import dollars
from controller.protocols import board as link
from firmware import messages

QUIET_MS = 1_000
"""What waits on the board is told within this time."""
NOBODY_KNOWS = 255


def turn(session: Session, settings: Config, slot: str) -> bool:
    """Turn one motor once and say how it went. True when it came home."""
    place = places(settings).get(SlotId(slot))
    if place is None:
        raise DeviceTrouble(f"{slot} is not on the board: `motors.drive` is {settings.motors.drive}")
    typer.echo(f"{slot} (row {place.row}, column {place.column}) turns ...")
    trial = link.Trial(place.row, place.column, 1, 0, run_ms_max(settings), settings.motors.drop_ms)
    turned = session.ask(trial)
    assert isinstance(turned, link.Turned)
    words = messages.WORDS["result"]
    result = words[turned.result] if turned.result < len(words) else str(turned.result)
    typer.echo(
        f"{result}: {turned.run_ms} ms, {turned.mean_ma} mA, at most {turned.peak_ma} mA; {turned.fell} pieces fell"
    )
    return turned.result == messages.HOME


def try_curtain(session: Session) -> bool:
    """Let the curtain prove itself and say how. True when it works."""
    tested = session.ask(link.Curtain())
    assert isinstance(tested, link.CurtainTested)
    if tested.works:
        typer.echo(f"The curtain sees its lamp go out and come back, after {tested.answer_ms} ms.")
    else:
        typer.echo("The curtain does not see its lamp go out and come back: clean both sides, look at their plugs.")
    return bool(tested.works)


def listen(session: Session, settings: Config, seconds: int, money: bool) -> bool:
    """Show what comes for some seconds, coins too when `money`. True when anything came that counts."""
    _make_sure_nothing_waits(session)
    session.host.wishes = messages.MONEY if money else 0
    cents = settings.pulses.cents
    typer.echo(f"Put coins in, for {seconds} s." if money else f"Press keys, move the door, for {seconds} s.")
    came = 0
    try:
        for event in session.listen(seconds * 1_000):
            typer.echo(_said(event.happening, cents))
            came += isinstance(event.happening, link.Pulses if money else link.Key | link.Door)
            session.host.acknowledge(event.boot_id, event.counter)
    except KeyboardInterrupt:
        typer.echo("Enough.")
    session.reset()
    if money and came:
        typer.echo("None of this is in the books: take these coins out of the box again.")
    return came > 0


def _make_sure_nothing_waits(session: Session) -> None:
    """Raises DeviceTrouble when the board holds money, or news of lost money, for the books."""
    for event in session.listen(QUIET_MS):
        match event.happening:
            case link.Pulses():
                raise DeviceTrouble("coins wait on the board that are in no book yet: start the controller first")
            case link.Reset(lost=lost) if lost not in (0, NOBODY_KNOWS):
                raise DeviceTrouble("the books should hear first what the board lost: start the controller")
        session.host.acknowledge(event.boot_id, event.counter)


def _said(happening: link.Happening, pulse_cents: int) -> str:
    """One happening as a line for a person."""
    match happening:
        case link.Pulses(pulses, train, narrowest_us, widest_us):
            widths = f"{narrowest_us // 1_000} to {widest_us // 1_000} ms wide"
            return f"{train:>4} pulses  {dollars(train * pulse_cents):>8}   {widths}, {pulses} in all"
        case link.OddPulses(short, long, close, uninvited, last_us):
            return f"  odd: {short} short, {long} long, {close} close, {uninvited} uninvited; the last {last_us} µs"
        case link.Key(key, pressed):
            return f"  key {key} {'pressed' if pressed else 'let go'}"
        case link.Door(is_open):
            return f"  door {'open' if is_open else 'shut'}"
        case link.Temperature(probe, temperature_cc):
            return f"  thermometer {probe}: {temperature_cc / 100:.1f} °C"
    name = type(happening).__name__
    return f"  {name}: " + ", ".join(f"{field} {value}" for field, value in happening._asdict().items())
