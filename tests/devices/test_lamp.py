"""The lamp: a set-point, and a blinking in between that ends as it should stand."""

import threading

from controller.devices.lamp import BLINKS, Lamp


def blinked(lit: list[bool], lamp: Lamp) -> list[bool]:
    """What the lamp did while it blinked, once it is over."""
    before = len(lit)
    lamp.blink()
    for thread in threading.enumerate():
        if thread.name == "lamp":
            thread.join(10)
    return lit[before:]


def test_it_blinks_and_stands_as_it_was() -> None:
    """Lit before, lit after; out before, out after."""
    lit: list[bool] = []
    lamp = Lamp(lit.append, half_s=0.001)
    for on in (True, False):
        lamp.show(on)
        assert blinked(lit, lamp) == [False, True] * BLINKS + [on]


def test_what_is_wished_while_it_blinks_holds_afterwards() -> None:
    """The machine stops selling in the middle of it: the lamp ends out."""
    lit: list[bool] = []
    halfway, goes_on = threading.Event(), threading.Event()

    def light(on: bool) -> None:
        lit.append(on)
        if len(lit) == 4:
            halfway.set()
            goes_on.wait(10)

    lamp = Lamp(light, half_s=0.001)
    lamp.show(True)
    lamp.blink()
    assert halfway.wait(10)
    lamp.blink()
    goes_on.set()
    lamp.show(False)
    for thread in threading.enumerate():
        if thread.name == "lamp":
            thread.join(10)
    assert lit[-1] is False
