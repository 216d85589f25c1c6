"""A maker's woven band as an SVG pattern: one path per yarn. What the stitches are stands in `controller.domain.weave`."""

from dataclasses import dataclass

from controller.domain.weave import MOTIFS, ROWS, YARNS, weave

__all__ = ["MOTIFS", "ROWS", "YARNS", "Band", "band"]


@dataclass(frozen=True, slots=True)
class Band:
    """One repeat: `width` by `ROWS` stitches, its ground, and for each yarn (a CSS class) its stitches as an SVG path."""

    width: int
    ground: str
    paths: tuple[tuple[str, str], ...]


def band(maker: str) -> Band:
    """The band of a maker. The same id gives the same band."""
    woven = weave(maker)
    paths = ((woven.yarn_a, _path(woven.runs("a"))), (woven.yarn_b, _path(woven.runs("b"))))
    return Band(woven.width, woven.ground, paths)


def _path(runs: list[tuple[int, int, int]]) -> str:
    """Runs of one yarn as rectangles: short enough to send one with every page."""
    return "".join(f"M{x} {y}h{run}v1h-{run}z" for x, y, run in runs)
