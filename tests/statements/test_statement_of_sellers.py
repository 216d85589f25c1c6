"""What a statement says of who sold and of VAT: one sentence for each seller, and real numbers in every cell."""

import csv
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest

from controller.domain.catalog import Account, MakerId, Share
from controller.domain.facts import Regime, Seller, SellerSet
from controller.ledger.statement import Line, Statement, What
from controller.statements.commas import MARK, as_csv
from controller.statements.fields import fields
from controller.statements.paper import as_pdf
from controller.statements.plain import as_text
from controller.statements.selling import NO_RECEIPT, Taxed, rate, taxed, told
from controller.statements.workbook import as_xlsx

NUSTA = MakerId("nusta")
GENERAL = SellerSet(NUSTA, Seller.MAKER, Regime.GENERAL, 150, "carmen")
POPULAR = SellerSet(NUSTA, Seller.MAKER, Regime.POPULAR, 0, "carmen")
GROUP = SellerSet(NUSTA, Seller.COOP, Regime.EMPRENDEDOR, 125, "carmen")
FUND = (Share(Account("fund:comun"), 230),)
SOLD = Line(What.SOLD, 7, None, True, 920, 1_150, FUND, 1, "A1", "monedero", "Monedero", 1)


def drawn(*terms: SellerSet | None) -> Statement:
    vat = {None: 0, GENERAL: 150, POPULAR: 0, GROUP: 128}
    lines = tuple(replace(SOLD, seq=7 + n, sold_as=one, vat_cents=vat[one]) for n, one in enumerate(terms))
    days = (date(2026, 11, 1), date(2026, 11, 30))
    return Statement("nusta", "Ñusta", *days, 0, lines, (), True, 41, "5a" * 32, tax_id="1712345678001")


def test_while_nobody_has_said_who_sells_no_word_is_said_of_it() -> None:
    """The group's first month looks as it did."""
    assert told(drawn(None, None)) == ()
    assert "IVA" not in as_text(drawn(None), "quito")


def test_each_seller_has_a_sentence_with_the_whole_and_its_parts() -> None:
    """Before anybody said; by herself without VAT; in the general regime; by the group at another rate."""
    before, small, general, group, last = told(drawn(None, POPULAR, GENERAL, GENERAL, GROUP))
    assert before == "Ventas de $11,50: entonces nadie había dicho quién vende."
    assert small == "Vende usted (RIMPE negocio popular, RUC o cédula 1712345678001): $11,50, sin IVA."
    assert "régimen general" in general
    assert general.endswith("$23,00 con IVA de 15 por ciento incluido: $3,00; sin IVA $20,00.")
    assert (
        group
        == "Vende el grupo (RIMPE emprendedor): $11,50 con IVA de 12,5 por ciento incluido: $1,28; sin IVA $10,22."
    )
    assert last == NO_RECEIPT


def test_what_is_taken_back_leaves_the_sum() -> None:
    """A refund of the same terms is in the same sum."""
    statement = drawn(GENERAL, GENERAL)
    sale, other = statement.lines
    back = replace(other, what=What.TAKEN_BACK, cents=-920, price_cents=-1_150, vat_cents=-150)
    assert taxed(replace(statement, lines=(sale, other, back))) == (
        Taxed((Seller.MAKER, Regime.GENERAL, 150), 1_150, 150),
    )


def test_the_columns_add_up_to_the_price() -> None:
    """In the CSV VAT and net are its parts; a line of which nobody said anything has empty cells."""
    text = as_csv(drawn(None, GENERAL, GROUP), "quito").decode().removeprefix(MARK)
    _, head, _, *rows = csv.reader(StringIO(text), delimiter=";")
    unsaid, general, group = (dict(zip(head, row, strict=True)) for row in rows[:3])
    assert [unsaid[name] for name in head[-5:]] == [""] * 5
    assert [general[name] for name in head[-5:]] == ["usted", "régimen general", "15", "1,50", "10,00"]
    assert [group[name] for name in head[-5:]] == ["el grupo", "RIMPE emprendedor", "12,5", "1,28", "10,22"]
    assert rows[-1] == [NO_RECEIPT]


def test_programs_read_it_in_cents() -> None:
    """Who said so is left out: it is of no matter to a bookkeeper's program."""
    (line,) = fields(drawn(GENERAL))["lines"]
    assert line["sold_as"] == {"seller": "maker", "regime": "general", "vat_permille": 150}
    assert (line["vat_cents"], line["net_cents"]) == (150, 1_000)


@pytest.mark.parametrize("form", [as_text, as_pdf, as_xlsx, as_csv])
def test_every_form_can_say_it(form: object) -> None:
    """Drawn the same twice, longer than without."""
    once, plain = form(drawn(GENERAL), "quito"), form(drawn(None), "quito")  # type: ignore[operator]
    assert once == form(drawn(GENERAL), "quito")  # type: ignore[operator]
    assert len(once) > len(plain)


def test_a_rate_is_written_as_people_write_it() -> None:
    """Tenths only where there are some."""
    assert [rate(permille) for permille in (150, 125, 0)] == ["15", "12,5", "0"]
