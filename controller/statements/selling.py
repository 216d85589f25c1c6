"""Who sold a maker's pieces in the eyes of the tax office, and the VAT in their prices: sentences and cells of a statement.

A note for the books and for the accountant. No form of a statement is a receipt for the tax office, and each of them says so.
"""

from dataclasses import dataclass

from controller.domain.facts import Regime, Seller, SellerSet
from controller.ledger.statement import Line, Statement
from controller.statements.words import money

SELLERS = {Seller.MAKER: "usted", Seller.COOP: "el grupo"}
REGIMES = {
    Regime.POPULAR: "RIMPE negocio popular",
    Regime.EMPRENDEDOR: "RIMPE emprendedor",
    Regime.ARTISAN: "artesana calificada",
    Regime.GENERAL: "régimen general",
}
COLUMNS = ("vende", "régimen", "tarifa de IVA", "IVA incluido", "sin IVA")
NO_RECEIPT = "Lo del IVA es una nota del grupo: no es factura ni nota de venta. Pregunte a quien lleva la contabilidad."


@dataclass(frozen=True, slots=True)
class Taxed:
    """What was sold on the same terms, less what was taken back: in cents what visitors paid, and the VAT in it.

    `terms` are None for what was sold before anybody said who sells.
    """

    terms: tuple[Seller, Regime, int] | None
    price_cents: int
    vat_cents: int

    @property
    def net_cents(self) -> int:
        return self.price_cents - self.vat_cents


def taxed(statement: Statement) -> tuple[Taxed, ...]:
    """The sales of this statement by who sold them, in the order in which the terms came up; empty while nobody said any."""
    sums: dict[tuple[Seller, Regime, int] | None, list[int]] = {}
    for line in statement.lines:
        if line.price_cents:
            known = sums.setdefault(_terms(line.sold_as), [0, 0])
            known[0] += line.price_cents
            known[1] += line.vat_cents
    found = tuple(Taxed(terms, *cents) for terms, cents in sums.items())
    return found if any(one.terms for one in found) else ()


def _terms(sold_as: SellerSet | None) -> tuple[Seller, Regime, int] | None:
    return (sold_as.seller, sold_as.regime, sold_as.vat_permille) if sold_as else None


def told(statement: Statement) -> tuple[str, ...]:
    """One sentence for each of them and what it is not; nothing while nobody has said who sells."""
    sentences = tuple(_sentence(one, statement.tax_id) for one in taxed(statement))
    return (*sentences, NO_RECEIPT) if sentences else ()


def _sentence(one: Taxed, tax_id: str) -> str:
    if one.terms is None:
        return f"Ventas de {money(one.price_cents)}: entonces nadie había dicho quién vende."
    seller, regime, permille = one.terms
    number = f", RUC o cédula {tax_id}" if tax_id and seller is Seller.MAKER else ""
    who = f"Vende {SELLERS[seller]} ({REGIMES[regime]}{number}): {money(one.price_cents)}"
    if not permille:
        return f"{who}, sin IVA."
    included = f"con IVA de {rate(permille)} por ciento incluido: {money(one.vat_cents)}"
    return f"{who} {included}; sin IVA {money(one.net_cents)}."


def rate(permille: int) -> str:
    """`15`, or `12,5`: tenths of a percent as people write a rate."""
    whole, tenth = divmod(permille, 10)
    return f"{whole},{tenth}" if tenth else str(whole)


def words_of(line: Line) -> tuple[str, str]:
    """Who sold this piece, and under which regime; two empty cells where there is nothing to say."""
    return (SELLERS[line.sold_as.seller], REGIMES[line.sold_as.regime]) if line.sold_as else ("", "")
