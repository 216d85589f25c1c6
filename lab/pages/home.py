"""The first page: are all machines alive, is anything missing? One card a machine, worst first."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response

from lab.pages.door import room
from lab.pages.drawn import drawn, place
from lab.pages.fleet import fleet
from lab.pages.standing import Standing, Verdict, standing

SHOWN_MAX = 60
"""Cards on one page: it stays under 200 kB."""
FILTER_FROM = 7
"""From so many machines on one can look for some of them."""
LOOKS = ("all", "needs", "silent")

router = room()


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands above the cards, and the cards of one leaf."""

    machines: int
    sell: int
    rest: int
    need: int
    found: int
    cards: list[Standing]
    leaf: int
    leaves: int
    sought: str
    look: str

    @property
    def can_filter(self) -> bool:
        return self.machines >= FILTER_FROM

    def at(self, leaf: int) -> str:
        """The address of another leaf of the same look."""
        return f"/?{urlencode({'q': self.sought, 'look': self.look, 'leaf': leaf})}"


@router.get("/")
def home(request: Request, q: str = "", look: str = "all", leaf: int = 1) -> Response:
    """Every machine as the lab knows it at this moment."""
    here = place(request)
    now_ms = here.now_ms()
    with here.store.reading() as reading:
        stands = [standing(seen, now_ms) for seen in fleet(reading, now_ms)]
    return drawn(request, "home.html", over=overview(stands, q.strip()[:80], look, leaf))


def overview(stands: list[Standing], sought: str = "", look: str = "all", leaf: int = 1) -> Overview:
    """The whole counted, and one leaf of what is sought: machines whose name or place has these words."""
    look = look if look in LOOKS else "all"
    words = sought.casefold().split()
    found = [stand for stand in stands if _fits(stand, look) and all(word in _named(stand) for word in words)]
    found.sort(key=lambda stand: stand.order)
    leaves = max(1, -(-len(found) // SHOWN_MAX))
    leaf = min(max(1, leaf), leaves)
    return Overview(
        machines=len(stands),
        sell=sum(stand.verdict == Verdict.SELLS for stand in stands),
        rest=sum(stand.verdict == Verdict.RESTS for stand in stands),
        need=sum(stand.needs for stand in stands),
        found=len(found),
        cards=found[(leaf - 1) * SHOWN_MAX : leaf * SHOWN_MAX],
        leaf=leaf,
        leaves=leaves,
        sought=sought,
        look=look,
    )


def _fits(stand: Standing, look: str) -> bool:
    return look == "all" or (stand.needs if look == "needs" else stand.verdict == Verdict.SILENT)


def _named(stand: Standing) -> str:
    return f"{stand.seen.name} {stand.seen.place}".casefold()
