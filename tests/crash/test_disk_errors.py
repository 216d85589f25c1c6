"""A disk that refuses: EIO, ENOSPC and EROFS in each system call on the books, once and for ever.

The controller may outlast it, or end and be started again. It must never tell anybody what is not in the books, never turn
a motor or let a coin out without the intent in them, and never welcome a coin while the disk is broken.
"""

import shutil
from functools import partial
from pathlib import Path

import pytest
from refusing import refuse_everywhere
from share import PATIENCE_S, play, runs

pytestmark = [pytest.mark.wide, pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")]


@pytest.mark.timeout(PATIENCE_S)
def test_a_disk_that_refuses_is_never_lied_about(shop: Path, memory: Path) -> None:
    """Whichever call fails however, what was told is in the books, and no motor turns that they do not know of."""
    work = partial(refuse_everywhere, shop, memory)
    tally = play("EIO, ENOSPC, EROFS in system calls", work, runs(150, part=25))
    assert min(tally.runs[error] for error in ("EIO", "ENOSPC", "EROFS")) > 35
