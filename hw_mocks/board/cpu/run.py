"""The simulated board's processor comes out of reset: lays its wires, then runs the real `main.py`.

`<interpreter> run.py FIRMWARE LINK_FD CHIP_FD WINDOW_MS CAUSE [REGISTER=VALUE ...]`. Runs on MicroPython and on CPython.
"""

# mypy: ignore-errors

import sys
import time

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[0].rsplit("/", 1)[0])

if sys.implementation.name != "micropython":  # what MicroPython's `time` has and CPython's has not
    time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF
    time.sleep_ms = lambda ms: time.sleep(ms / 1_000)

import machine  # only now the path is right
from wires import WIRES

WIRES.lay(int(sys.argv[2]), int(sys.argv[3]))
machine.CAUSE[0] = int(sys.argv[5])
for pair in sys.argv[6:]:
    register, value = pair.split("=")
    machine.mem32.values[int(register)] = int(value)

import main  # noqa: E402 - importing it makes nothing; from here on its hardware finds its wires

main.WINDOW_MS = int(sys.argv[4])
main.run()
