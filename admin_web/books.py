"""Names, words and photos from the machine's books, read-only. Who did not consent is not named here already."""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from controller.domain.stocking import PutMaker, PutProduct
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.receipt import token_of
from controller.ledger.reports import makers, members, products

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Maker:
    """What a visitor may know of a maker. `named` is False for her workshop, or for nobody in particular (name empty).

    `workshop` is told beside her name; without her consent it is all there is, and stands in `name`.
    """

    name: str = ""
    words: str = ""
    photo: str = ""
    named: bool = False
    workshop: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a visitor may know of a product."""

    name: str
    materials: str = ""
    photo: str = ""
    work_minutes: int = 0
    materials_cents: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    makers: Mapping[str, Maker]
    pieces: Mapping[str, Piece]
    members: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Name and photo of everybody who may open the door; for nobody's eyes but theirs."""

    def maker(self, maker: str) -> Maker:
        return self.makers.get(maker, Maker())

    def piece(self, product: str) -> Piece:
        return self.pieces.get(product, Piece(product))


NO_NAMES = Names(MappingProxyType({}), MappingProxyType({}))


def read_names(database: Path) -> Names | None:
    """Everyone and everything by id; None while there is no database, or it cannot be read just now."""
    try:
        db = open_readonly(database)
        try:
            return replace(names(makers(db), products(db)), members=members(db))
        finally:
            db.close()
    except (MingaError, sqlite3.Error, OSError) as error:
        log.info("names and photos cannot be read: %s", error)
        return None


def read_token(database: Path, vend_id: int) -> str:
    """The token of the receipt of a sale just made; empty while the books cannot be read, or do not know of it."""
    try:
        db = open_readonly(database)
        try:
            return token_of(db, vend_id) or ""
        finally:
            db.close()
    except (MingaError, sqlite3.Error, OSError) as error:
        log.info("the receipt of sale %s cannot be found: %s", vend_id, error)
        return ""


def names(makers: Mapping[str, PutMaker], products: Mapping[str, PutProduct]) -> Names:
    """What visitors may know: without a maker's consent only her workshop."""
    return Names({name: _maker(maker) for name, maker in makers.items()}, {k: _piece(p) for k, p in products.items()})


def _maker(maker: PutMaker) -> Maker:
    if not maker.consent:
        return Maker(maker.workshop)
    return Maker(maker.name, maker.words, maker.photo, named=True, workshop=maker.workshop)


def _piece(product: PutProduct) -> Piece:
    return Piece(product.name, product.materials, product.photo, product.work_minutes, product.materials_cents)
