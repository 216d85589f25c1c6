"""Names, words and photos of makers and products: beside the books, so that they can change or be forgotten."""

import sqlite3

from controller.domain.catalog import MakerId, ProductId
from controller.domain.membership import PutMember
from controller.domain.selling import PutSeller
from controller.domain.stocking import PutMaker, PutProduct, Wish


def keep(db: sqlite3.Connection, words: Wish) -> None:
    """Remember the newest words about a maker, a product or a member, and a seller's number at the tax office."""
    if isinstance(words, PutMaker):
        row = (words.maker, words.name, words.workshop, words.words, words.photo, words.consent)
        db.execute("INSERT OR REPLACE INTO makers VALUES (?, ?, ?, ?, ?, ?)", row)
    elif isinstance(words, PutMember):
        db.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (words.member, words.name, words.photo))
    elif isinstance(words, PutSeller):
        db.execute("INSERT OR REPLACE INTO tax_ids VALUES (?, ?)", (words.maker, words.tax_id))
    elif isinstance(words, PutProduct):
        told = (words.product, words.name, words.materials, words.work_minutes, words.photo, words.materials_cents)
        db.execute("INSERT OR REPLACE INTO product_words VALUES (?, ?, ?, ?, ?, ?)", told)


def makers(db: sqlite3.Connection) -> dict[str, PutMaker]:
    """Every maker by her id, as she described herself. Whoever shows it must look at `consent` first."""
    rows = db.execute("SELECT maker, name, workshop, words, photo, consent FROM makers ORDER BY maker")
    return {row[0]: PutMaker(MakerId(row[0]), row[1], row[2], row[3], row[4], bool(row[5])) for row in rows}


def products(db: sqlite3.Connection) -> dict[str, PutProduct]:
    """Every product by its id, with its price in force."""
    rows = db.execute(
        "SELECT product, maker, name, price_cents, materials, work_minutes, photo, materials_cents"
        " FROM products JOIN product_words USING (product) ORDER BY product"
    )
    return {row[0]: PutProduct(ProductId(row[0]), MakerId(row[1]), *row[2:]) for row in rows}


def members(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Name and photo of everybody who was ever given one, by id: a maker's own words before what others say of her."""
    others = {member: (name, photo) for member, name, photo in db.execute("SELECT member, name, photo FROM members")}
    return others | {maker: (hers.name, hers.photo) for maker, hers in makers(db).items()}


def joined(db: sqlite3.Connection) -> frozenset[MakerId]:
    """Every maker who ever joined."""
    return frozenset(MakerId(maker) for (maker,) in db.execute("SELECT maker FROM joined"))
