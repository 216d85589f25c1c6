"""The simulated museum's product photos: pieces one wants to buy, drawn by this code and the same for the same product.

A kind gives the shape, the product's id gives the cloth: its dyes, figures and stripes. A drawing is SVG of a few kilobytes,
3:2, with nothing to load from anywhere. As a photo it goes the way of every photo somebody sends: decoded by a process of its
own, and kept as tile and hero. Real machines show real photos.
"""

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from fcntl import LOCK_EX, flock
from functools import lru_cache
from pathlib import Path

from controller.photos import Photo, keep, prepare
from hw_mocks.canvas import OUTLINE, Canvas
from hw_mocks.motifs import FIGURES, stitches
from hw_mocks.rendering import render

CAMERA_WIDTH = 1_600
"""Pixels of the photo that is taken of a drawing; a hero has 1,280."""
DRAWER_VARIABLE = "MINGA_PHOTO_DRAWER"
"""Names a folder that keeps photos for other processes. The tests set up a hundred machines, and a photo takes half a second:
there each is taken once. It knows a photo by its drawing; who changes how drawings are painted begins an empty one."""


def write_photos(folder: Path, products: Mapping[str, str]) -> dict[str, str]:
    """Draw a photo for every product id by its kind; the name each is kept by. A kind nobody knows becomes folded cloth."""
    with ThreadPoolExecutor(2) as hands:  # one draws while the other's photo is made small
        photos = hands.map(lambda row: _photo(*row), products.items())
        kept = [keep(folder, photo, left_free_bytes=0) for photo in photos]  # a simulated machine's disk may be tiny
    return dict(zip(products, kept, strict=True))


@lru_cache(maxsize=64)
def _photo(product: str, kind: str) -> Photo:
    """From the drawer, where there is one that has it."""
    drawing, drawer = draw(product, kind), os.environ.get(DRAWER_VARIABLE)
    if not drawer:
        return _taken(drawing)
    tile = Path(drawer) / f"{hashlib.sha256(drawing.encode()).hexdigest()}.webp"
    hero = tile.with_suffix(".large.webp")
    with tile.with_suffix(".lock").open("w") as turn:
        flock(turn, LOCK_EX)  # whoever wants the same photo now waits for this one
        if not tile.exists():
            _lay_down(_taken(drawing), tile, hero)
    return Photo(tile.read_bytes(), hero.read_bytes())


def _lay_down(photo: Photo, tile: Path, hero: Path) -> None:
    """Where the tile is, both are, and whole: its name comes last."""
    hero.write_bytes(photo.hero)
    part = tile.with_suffix(".part")
    part.write_bytes(photo.tile)
    part.replace(tile)


def _taken(drawing: str) -> Photo:
    taken = io.BytesIO()
    render(drawing, CAMERA_WIDTH).save(taken, "JPEG", quality=92)
    return prepare(taken.getvalue())


def draw(product: str, kind: str) -> str:
    """One photo as SVG. The same product and kind give the same bytes."""
    canvas = Canvas(product)
    KINDS.get(kind, _cloth)(canvas)
    return canvas.svg()


def _bag(c: Canvas) -> None:
    """A shoulder bag (shigra) with its braided strap and tassels."""
    c.shadow(306, 368, 170, 20)
    c.cord("M196 176C176 10 424 10 404 176", 13, c.dyes[0], c.dyes[1])
    c.piece("M186 160H414Q424 270 404 352Q300 374 196 352Q176 270 186 160z", c.cloth(4.2, 0, 300, 138))
    c.fold(238, 180, 34, 176, 4)
    c.fold(350, 176, 30, 180, -4)
    c.piece("M182 146H418V170Q300 180 182 170z", c.dyes[1])
    c.line("M190 158H410", 2.2, c.dyes[0], "7 6", "butt")
    c.tassel(196, 346, 12, c.dyes[0])
    c.tassel(404, 346, 12, c.dyes[0])


def _scarf(c: Canvas) -> None:
    """A long scarf over a wooden rod, its two ends of unequal length."""
    c.shadow(330, 210, 150, 170)
    c.line("M110 62H490", 15, "#7a5230")
    c.line("M110 58H490", 4, "#b98a5c")
    c.fringe(312, 296, 84, 40)
    c.piece("M306 56H402L400 300H308z", c.cloth(3.2, 0, 306, 40))
    c.fold(330, 70, 30, 228)
    c.fringe(210, 342, 94, 44)
    c.piece("M204 54Q256 44 310 54L308 346H206z", c.cloth(3.6, 0, 206, 60))
    c.fold(226, 66, 26, 278, 1)
    c.fold(268, 66, 24, 278, -1)


def _belt(c: Canvas) -> None:
    """A chumpi, the woven belt, folded to and fro, with its braided ties."""
    c.shadow(300, 330, 250, 30)
    c.cord("M506 118C560 104 566 170 588 150", 7, c.dyes[1], c.dyes[0])
    c.cord("M92 300C40 316 46 350 12 340", 7, c.dyes[1], c.dyes[0])
    for number, (x, y, turn) in enumerate(((92, 76, 3), (84, 168, -4), (90, 254, 2))):
        c.shadow(300, y + 84, 230, 16)
        c.piece(
            f"M{x} {y}H{x + 420}Q{x + 432} {y + 38} {x + 420} {y + 76}H{x}Q{x - 12} {y + 38} {x} {y}z",
            c.cloth(4.6, 90, 40 + 90 * number, y + 4),
            f"rotate({turn} 300 {y + 38})",
        )
        for edge in (y + 7, y + 69):
            c.add(f'<g transform="rotate({turn} 300 {y + 38})">')
            c.line(f"M{x + 2} {edge}h416", 5, c.dyes[number % 2])
            c.add("</g>")


def _poncho(c: Canvas) -> None:
    """A poncho laid open on the wall, stripes upright, a fringe all along."""
    c.shadow(308, 330, 220, 44)
    c.fringe(118, 322, 366, 34, 8)
    c.piece("M226 62Q300 92 374 62L500 128Q512 240 490 330Q300 352 110 330Q88 240 100 128z", c.cloth(4, 90, 300, 60))
    c.fold(176, 120, 46, 206, 6)
    c.fold(388, 110, 46, 214, -7)
    c.fold(284, 150, 32, 190)
    c.piece("M232 64Q300 92 368 64L306 142Q300 148 294 142z", "#d9c7a8")
    c.piece(
        "M220 58Q300 92 380 58L388 74L308 166Q300 172 292 166L212 74zM236 74L298 144Q300 146 302 144L364 74Q300 96 236 74z",
        c.dyes[1],
    )
    c.line("M228 74L296 152M372 74L304 152", 2, c.dyes[0], "6 5", "butt")


def _apron(c: Canvas) -> None:
    """A market apron: bib, waistband, pocket, and a flower by hand."""
    c.shadow(304, 366, 170, 20)
    c.cord("M250 72C236 6 364 6 350 72", 8, c.dyes[0], c.dyes[1])
    c.cord("M204 190C130 180 120 240 88 226", 7, c.dyes[0], c.dyes[1])
    c.cord("M396 190C470 180 480 240 512 226", 7, c.dyes[0], c.dyes[1])
    c.piece("M238 64H362L378 184H222z", c.dyes[0])
    c.piece("M206 184H394Q432 280 426 346Q300 372 174 346Q168 280 206 184z", c.dyes[0])
    c.piece("M176 318Q300 344 424 318L426 346Q300 372 174 346z", c.cloth(3, 0, 180, 300))
    c.fold(236, 200, 30, 130, 6)
    c.fold(342, 200, 30, 130, -6)
    c.piece("M202 176H398V200Q300 206 202 200z", c.cloth(2.2, 0, 200, 150))
    c.piece("M256 226H344V284Q300 304 256 284z", c.cloth(3.4, 0, 300, 196))
    _embroidery(c, "flower", 300, 118, 7)


def _purse(c: Canvas) -> None:
    """A purse for coins with a brass frame, two clasp beads and an animal."""
    c.shadow(304, 356, 180, 24)
    c.piece("M184 138Q300 96 416 138Q470 206 450 276Q424 352 300 352Q176 352 150 276Q130 206 184 138z", c.dyes[0])
    c.piece(
        "M141 226Q300 250 459 226Q460 252 450 276L444 292Q300 314 156 292L150 276Q140 252 141 226z",
        c.cloth(3, 0, 300, 196),
    )
    c.fold(216, 150, 36, 186, 8)
    c.fold(352, 146, 36, 186, -8)
    c.line("M180 146Q300 98 420 146", 17, "#6b5124")
    c.line("M180 146Q300 98 420 146", 13, "#c9a44c")
    c.line("M184 142Q300 96 416 142", 3, "#f2dfa4")
    for x, y in ((288, 104), (312, 98)):
        c.add(f'<circle cx="{x}" cy="{y}" r="13" fill="#c9a44c" {OUTLINE}/>')
        c.add(f'<circle cx="{x - 4}" cy="{y - 4}" r="4" fill="#f7ebc4"/>')
    _embroidery(c, c.random.choice(("llama", "bird")), 300, 186, 7)
    c.cord("M420 146C452 158 462 176 462 196", 7, c.dyes[1], c.dyes[0])
    c.tassel(462, 196, 13, c.dyes[1])


def _hat(c: Canvas) -> None:
    """A chullo: knitted bands, ear flaps, braids and a pompom."""
    c.shadow(304, 352, 190, 24)
    for x in (190, 410):
        c.cord(f"M{x} 300C{x - 6} 330 {x + 8} 340 {x} 366", 9, c.dyes[1], c.dyes[0])
        c.tassel(x, 360, 9, c.dyes[1])
    for side in ("M170 226Q158 300 192 314Q232 312 246 240z", "M430 226Q442 300 408 314Q368 312 354 240z"):
        c.piece(side, c.cloth(2.6, 0, 190, 220))
    c.piece("M164 236C166 120 236 58 300 54C364 58 434 120 436 236Q300 268 164 236z", c.cloth(3.9, 0, 300, 62))
    c.fold(222, 96, 34, 146, 9)
    c.fold(346, 92, 34, 150, -9)
    c.piece("M160 222Q300 256 440 222V246Q300 282 160 246z", c.dyes[1])
    c.line("M166 236Q300 270 434 236", 2.4, c.dyes[0], "7 6", "butt")
    for turn in range(0, 360, 20):
        dye = c.dyes[1 + turn // 20 % 3]
        c.add(f'<ellipse cx="300" cy="34" rx="6" ry="15" fill="{dye}" transform="rotate({turn} 300 48)"/>')


def _doll(c: Canvas) -> None:
    """A doll of cloth: braids, shawl, a wide skirt with a woven hem."""
    c.shadow(304, 370, 150, 18)
    c.piece("M262 176H338L410 356Q300 378 190 356z", c.dyes[0])
    c.piece("M202 326Q300 350 398 326L410 356Q300 378 190 356z", c.cloth(2.6, 0, 200, 306))
    c.fold(262, 226, 26, 110, 10)
    c.fold(318, 226, 26, 110, -10)
    c.cord("M262 96C246 140 252 190 240 232", 11, "#1f1712", "#4a372b")
    c.cord("M338 96C354 140 348 190 360 232", 11, "#1f1712", "#4a372b")
    c.piece("M254 150Q300 168 346 150L388 214Q344 240 300 218Q256 240 212 214z", c.cloth(2.8, 90, 300, 150))
    c.add(f'<circle cx="300" cy="214" r="9" fill="{c.dyes[2]}" {OUTLINE}/>')
    c.add(f'<circle cx="300" cy="108" r="45" fill="#c98f63" {OUTLINE}/>')
    c.add('<path d="M255 104Q258 64 300 62Q342 64 345 104Q322 78 300 80Q278 78 255 104z" fill="#1f1712"/>')
    _face(c)
    c.piece("M232 78Q300 58 368 78Q372 86 364 88Q300 72 236 88Q228 86 232 78z", c.dyes[1])
    c.piece("M258 74Q262 30 300 28Q338 30 342 74Q300 62 258 74z", c.dyes[1])
    c.line("M260 66Q300 54 340 66", 6, c.dyes[0], cap="butt")
    for x, dye in ((240, c.dyes[2]), (360, c.dyes[2])):
        c.tassel(x, 228, 8, dye)


def _face(c: Canvas) -> None:
    for x in (283, 317):
        c.add(f'<circle cx="{x}" cy="110" r="4" fill="#1f1712"/>')
        c.add(f'<circle cx="{x + (-8 if x < 300 else 8)}" cy="122" r="8" fill="#b0203e" opacity=".28"/>')
    c.line("M288 126Q300 137 312 126", 3, "#7c2c24")


def _cushion(c: Canvas) -> None:
    """A cushion cover with tasselled corners."""
    c.shadow(304, 356, 190, 26)
    c.piece("M166 66Q300 92 434 66Q412 206 434 346Q300 322 166 346Q188 206 166 66z", c.cloth(4.4, 0, 300, 74))
    c.line("M176 76Q300 100 424 76Q404 206 424 336Q300 312 176 336Q196 206 176 76z", 2, c.dyes[1], "7 6", "butt")
    for x, y in ((170, 60), (430, 60), (170, 334), (430, 334)):
        c.tassel(x, y, 9, c.dyes[1])


def _kerchief(c: Canvas) -> None:
    """A kerchief spread out, a woven border around a bird by hand."""
    c.shadow(306, 350, 210, 26)
    c.piece("M158 60Q300 50 442 64Q450 204 438 340Q300 350 162 336Q150 196 158 60z", c.cloth(3.2, 0, 300, 52))
    c.piece("M206 104Q300 98 394 106Q400 200 392 296Q300 302 208 294Q202 198 206 104z", c.dyes[0])
    c.line("M216 114Q300 108 384 116Q390 200 382 286Q300 292 218 284Q212 198 216 114z", 2.2, c.dyes[1], "7 6", "butt")
    c.fold(236, 62, 40, 276, 5)
    c.fold(356, 62, 36, 276, -4)
    _embroidery(c, "bird", 300, 200, 14)


def _cloth(c: Canvas) -> None:
    """Folded cloth: a table runner, a shawl, whatever has no drawing of its own."""
    c.shadow(304, 340, 220, 30)
    for number, (x, y) in enumerate(((150, 250), (142, 176), (152, 102))):
        c.piece(
            f"M{x} {y}Q{x - 16} {y + 40} {x} {y + 80}H{x + 300}Q{x + 314} {y + 40} {x + 300} {y}z",
            c.cloth(3.4, 0, x, y + 34 * number),
        )
        c.line(f"M{x + 2} {y + 78}H{x + 298}", 3, "#1b1410")


def _embroidery(c: Canvas, figure: str, x: float, y: float, stitch: float) -> None:
    """One figure by hand, centred."""
    rows = FIGURES[figure]
    left, top = -len(rows[0]) / 2, -len(rows) / 2
    c.add(f'<path transform="translate({x} {y}) scale({stitch})" fill="{c.dyes[1]}" d="{stitches(rows, left, top)}"/>')


KINDS: dict[str, Callable[[Canvas], None]] = {
    "bag": _bag,
    "scarf": _scarf,
    "belt": _belt,
    "poncho": _poncho,
    "apron": _apron,
    "purse": _purse,
    "hat": _hat,
    "doll": _doll,
    "cushion": _cushion,
    "kerchief": _kerchief,
    "cloth": _cloth,
}
