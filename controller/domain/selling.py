"""Who sells a maker's pieces in the eyes of the tax office, and how much of a price is VAT: a note, which moves no cent.

What a visitor pays contains its VAT. Whoever sells owes that part to the tax office and takes it out of her own share; the
shares themselves stay as they are. Which regime is hers, an accountant has to say: this file only keeps and reckons.
"""

import re
from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.catalog import MakerId
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish

CHARGES_VAT = frozenset({f.Regime.EMPRENDEDOR, f.Regime.GENERAL})
"""Regimes whose prices contain VAT. A RIMPE negocio popular writes notas de venta without any; that a qualified artisan sells
what she made at 0, and still does so through a shared machine, is *unverified*."""
VAT_PERMILLE_MAX = 300
TAX_ID = re.compile(r"[0-9]{10}([0-9]{3})?")
"""A cédula has ten digits, a RUC thirteen."""
WHOLE = 1_000


@dataclass(frozen=True, slots=True)
class PutSeller(Wish):
    """From now on this maker's pieces are sold so. `tax_id` is her RUC or cédula: personal, and kept beside the books."""

    maker: MakerId
    seller: f.Seller
    regime: f.Regime
    vat_permille: int
    by: str
    tax_id: str = ""


def vat_cents(price_cents: int, vat_permille: int) -> int:
    """The VAT that a price contains, to the nearest cent and half a cent up, for each sale by itself.

    Of 1,150 cents at 15 % (`150`) these are 150. The rest of the price is net: the two always add up to it.
    """
    whole = WHOLE + vat_permille
    return (2 * price_cents * vat_permille + whole) // (2 * whole)


def grant(wish: PutSeller, shop: Shop) -> Granted | Refusal:
    """What becomes of it; nothing that was sold before is touched."""
    if not wish.by.strip():
        return Refusal("nobody", "say who decides it")
    if wish.maker not in shop.makers:
        return Refusal("unknown-maker", f"no maker is called {wish.maker!r}")
    if refusal := _rate(wish):
        return refusal
    if wish.tax_id and not TAX_ID.fullmatch(wish.tax_id):
        return Refusal("bad-tax-id", "a cédula has ten digits and a RUC thirteen")
    fact = f.SellerSet(wish.maker, wish.seller, wish.regime, wish.vat_permille, wish.by)
    return Granted(() if _same(shop.assembly.sellers.get(wish.maker), fact) else (fact,), (wish,))


def _rate(wish: PutSeller) -> Refusal | None:
    if not 0 <= wish.vat_permille <= VAT_PERMILLE_MAX:
        return Refusal("bad-vat", f"a VAT of {wish.vat_permille} tenths of a percent cannot be")
    if wish.vat_permille and wish.regime not in CHARGES_VAT:
        return Refusal("no-vat", f"under {wish.regime.value} no VAT is charged: its rate is 0")
    return None


def _same(known: f.SellerSet | None, wanted: f.SellerSet) -> bool:
    """Whether nothing would change, whoever says so."""
    terms = (wanted.seller, wanted.regime, wanted.vat_permille)
    return known is not None and (known.seller, known.regime, known.vat_permille) == terms
