"""Who goes first on a busy computer: the machine. A real one has processors of its own; a simulated one asks for turns."""

import os
from contextlib import suppress
from pathlib import Path

AHEAD = -10
"""Niceness, which the system may refuse. The board's dead-man falls after 200 ms, a spiral is home for 50: a program among
busy ones may well wait so long for its turn."""


def go_first(process: int = 0) -> None:
    """Let this process, 0 for the calling thread, and whatever it starts go before other programs, where that is allowed.

    Linux deals out turns by session first, and only then by niceness (sched(7), "The autogroup feature"); so both are set.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, AHEAD)
    if process:
        with suppress(OSError):
            Path(f"/proc/{process}/autogroup").write_text(str(AHEAD))
