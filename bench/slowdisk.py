"""A disk that waits longer, for one program: every sync counted and slowed, from outside, without the program's knowledge."""

from pathlib import Path

from bench.floor import built


class SlowDisk:
    """`environment` makes a program's syncs `slower_ms` slower each; `syncs` is how many there were so far.

    The tally is a file of the bench's own folder, in memory shared with the program: it costs no sync itself.
    """

    def __init__(self, library: Path, folder: Path, slower_ms: int) -> None:
        self._tally = folder / f"syncs-{slower_ms}"
        self._tally.write_bytes(bytes(8))
        self.environment = {
            "LD_PRELOAD": str(library),
            "SLOWSYNC_US": str(1_000 * slower_ms),
            "SLOWSYNC_TALLY": str(self._tally),
        }

    @property
    def syncs(self) -> int:
        return int.from_bytes(self._tally.read_bytes(), "little")


def library() -> Path | None:
    """What slows and counts; None where no C compiler is."""
    return built("slowsync", "-shared", "-fPIC", "-ldl")
