"""One sale in the books of the tests' museum, and whatever a test wants to know of it: its token, its day, its undoing.

Inti's poncho from A3 for five dollars, sale 17, at half past ten on a Saturday in Quito: what the scene `after` thanks for.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from builders import stamp
from scenes import FALLING
from web_process import Museum, museum

from controller.domain import facts as f
from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.cycle import Cycle
from controller.domain.stocking import PutMaker, PutProduct
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, Stamp
from controller.ledger.receipt import token_of
from hw_mocks.garments import write_photos

ADDRESS = "http://minga.local:8081"
A3, PONCHO, INTI = SlotId("A3"), ProductId("poncho-wawa"), MakerId("inti")
STOCKED = (
    f.MakerJoined(INTI),
    f.ProductSet(PONCHO, INTI, 500),
    f.SlotAssigned(A3, PONCHO, 8),
    f.SlotCounted(A3, 0, 5, "inti"),
)
STARTED = f.VendStarted(17, A3, PONCHO, INTI, 500, 1, FALLING)
SOLD = f.Sold(17, A3, PONCHO, INTI, 500, FALLING)
TAKEN_BACK = f.SaleRefunded(17, 500, FALLING, "coinbox", "carmen", "se abrió la costura")
HER_WORDS = "Tejo con lo que da la oveja y con lo que pide el frío."


def sold_here(folder: Path) -> Museum:
    """A museum whose kiosk can send phones to their pages, and in whose books sale 17 is the newest fact."""
    machine = museum(folder)
    with machine.config.open("a") as config:
        config.write(f'[phones]\naddress = "{ADDRESS}"\n')
    write(folder, *STOCKED, f.CreditTaken(500, "coins", "nri-1234", 1), STARTED, SOLD)
    return machine


def write(folder: Path, *facts: f.Fact, at: Stamp | None = None, keeps: Iterable[PutMaker | PutProduct] = ()) -> None:
    """These facts into the books in this folder, by whoever writes books."""
    journal = Journal(folder / "minga.db")
    journal.append(at or stamp(), Cycle(), facts, keeps=keeps)
    journal.db.close()


def token(folder: Path) -> str:
    """The token of the receipt of sale 17."""
    db = open_readonly(folder / "minga.db")
    found = token_of(db, SOLD.vend_id)
    db.close()
    assert found
    return found


def meet(folder: Path, **hers: Any) -> None:
    """Inti tells of herself, or changes what she told: name, workshop, words, photo, consent. Her poncho costs more now."""
    told = {"name": "Inti Chimbo", "workshop": "Taller Páramo", "words": HER_WORDS, "consent": True, **hers}
    keeps = (
        PutMaker(INTI, **told),
        PutProduct(PONCHO, INTI, "Poncho wawa", 550, "lana de oveja", photo=_photo(folder)),
    )
    write(folder, f.ProductSet(PONCHO, INTI, 550), keeps=keeps)


def _photo(folder: Path) -> str:
    return write_photos(folder / "media", {PONCHO: "poncho"})[PONCHO]
