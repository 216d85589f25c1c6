"""The simulated board's processor comes out of reset: lays its wires, then runs the real `main.py`.

`<interpreter> run.py FIRMWARE LINK_FD CHIP_FD WINDOW_MS CAUSE [REGISTER=VALUE ...]`. Runs on MicroPython and on CPython.
"""

# mypy: ignore-errors

import gc
import sys

RUBBISH_BYTES_MAX = 60_000
"""While MDB is spoken nothing is collected, and these stand-ins leave more behind than a chip; so it begins with room."""

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[0].rsplit("/", 1)[0])

import machine  # noqa: E402 - only now the path is right
from wires import CLOCK, WIRES  # noqa: E402

WIRES.lay(int(sys.argv[2]), int(sys.argv[3]))
machine.CAUSE[0] = int(sys.argv[5])
for pair in sys.argv[6:]:
    register, value = pair.split("=")
    machine.mem32.values[int(register)] = int(value)

import main  # noqa: E402 - importing it makes nothing; from here on its hardware finds its wires

main.time = CLOCK
if hasattr(gc, "threshold"):
    gc.threshold(RUBBISH_BYTES_MAX)
main.WINDOW_MS = int(sys.argv[4])
main.run()
