"""The garments as they hang in the spirals: the drawings of `hw_mocks.garments` without the wall behind them."""

import re
from functools import lru_cache

from hw_mocks.garments import draw
from hw_mocks.museum import KINDS

WALL = '<rect width="600" height="400" fill="url(#wall)"/>'
PRODUCT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
CUT = 'viewBox="66 24 468 364"'


@lru_cache(maxsize=256)
def piece(product: str) -> str:
    """One garment as SVG, nothing around it. A product of an unknown kind is folded cloth of its own pattern."""
    photo = draw(product, KINDS.get(product, "cloth"))
    assert WALL in photo, "the frame of hw_mocks.canvas has changed"
    return photo.replace(WALL, "").replace('viewBox="0 0 600 400"', CUT)
