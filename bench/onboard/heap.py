"""What the firmware takes of the heap: loaded, configured, and with every event waiting. Prints three numbers of bytes.

`micropython heap.py`, with the files as they are shipped on its path, and stand-ins for what only the chip has. Of the
numbers the stand-ins are taken off, and so is the machine around the board.
"""

# mypy: ignore-errors

import gc

import machine  # noqa: F401 - loaded before the counting begins
import rp2  # noqa: F401


def used():
    gc.collect()
    return gc.mem_alloc()


bare = used()
import main  # noqa: E402, F401

loaded = used()
import boardbench  # noqa: E402

surroundings = used()
plant = boardbench.Plant()
surroundings = used() - loaded
boardbench.Plant = lambda: plant
bench = boardbench.Bench()
bench.run(1_000)
configured = used() - surroundings
while bench.board.link.event(boardbench.messages.FAULT, boardbench.messages.PROGRAM, 0):
    pass
print(loaded - bare, configured - bare, used() - surroundings - bare)
