"""The month that people made on their phones, held against an accountant's program, to the cent."""

import csv
import json
import re
from io import StringIO

import pytest
from accountant import Accountant, reads
from coop import DAYS, MAKERS, MISSING_CENTS, SALES_A_DAY
from pages_month import Month, opened

from controller.ledger.connection import open_readonly
from controller.ledger.export.names import names
from controller.ledger.reports import balances
from controller.ledger.verify import verify

PERIODS = ("2026-W46", "2026-11")
Cells = list[dict[str, str]]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    month = opened(tmp_path_factory.mktemp("pages"))
    month.whole()
    return month


@pytest.fixture(scope="module")
def accountant(month: Month, tmp_path_factory: pytest.TempPathFactory) -> Accountant:
    return reads(month.coop.path, tmp_path_factory.mktemp("export") / "minga.beancount")


def statement(month: Month, maker: str, label: str) -> tuple[int, Cells, int]:
    """Her own statement as her phone downloads it: what she was owed, every line, what she is owed."""
    text = month.phones[maker].get(f"/liquidacion/{maker}/csv?periodo={label}").text.removeprefix("\ufeff")
    _, head, *rows = csv.reader(StringIO(text), delimiter=";")
    rows = [row for row in rows if len(row) == len(head)]
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    return cents(cells[0]["saldo"]), cells[1:-1], cents(cells[-1]["saldo"])


def cents(text: str) -> int:
    return int(text.replace(",", "")) if text else 0


def stretches(month: Month) -> dict[str, range]:
    """Which facts each closed period is made of, as the books' own facts say."""
    first, found = 1, {}
    for (body,) in month.coop.journal.db.execute("SELECT body FROM facts WHERE type = 'PeriodClosed' ORDER BY seq"):
        period = json.loads(body)
        found[period["label"]] = range(first, period["to_seq"] + 1)
        first = period["to_seq"] + 1
    return found


def test_the_month_is_what_it_says(month: Month) -> None:
    """Six hundred sales, three taken back, two counts, two rules, two periods; the auditor has nothing to say."""
    reader = open_readonly(month.coop.path)
    count = dict(reader.execute("SELECT type, count(*) FROM facts GROUP BY type").fetchall())
    complaints, over_short = verify(reader), balances(reader)["over_short"]
    reader.close()
    assert complaints == []
    assert (count["Sold"], count["SaleRefunded"], count["CashCounted"]) == (SALES_A_DAY * DAYS, 3, 2)
    assert (count["RuleApproved"], count["PeriodClosed"], count["MakerPaid"]) == (2, 2, 2 * len(MAKERS))
    assert over_short == MISSING_CENTS


def test_the_rule_changed_by_the_votes_on_the_phones(month: Month) -> None:
    """A week after the eighth yes, from its own fact on: earlier sales keep the shares of their own rule."""
    rows = month.coop.journal.db.execute(
        "SELECT seq, body FROM facts WHERE type IN ('Sold', 'RuleApproved') ORDER BY seq"
    )
    facts = [(seq, json.loads(body)) for seq, body in rows]
    (changed,) = (seq for seq, body in facts if body.get("proposal_id"))
    for seq, sold in ((seq, body) for seq, body in facts if "price_cents" in body):
        machine = next(share["cents"] for share in sold["shares"] if share["account"] == "fund:maquina")
        parts_of_a_hundred = 7 if seq > changed else 5
        assert abs(100 * machine - parts_of_a_hundred * sold["price_cents"]) <= 100
    assert 250 < sum(seq > changed for seq, _ in facts) < 350


def test_the_accountants_program_accepts_it(accountant: Accountant) -> None:
    """With every running balance asserted."""
    assert accountant.errors == []


def test_every_statement_on_a_phone_is_what_the_accountant_finds(month: Month, accountant: Accountant) -> None:
    """Twelve makers, two closed periods: opening, each line and closing are those of the exported journal."""
    called = names(f"maker:{maker}" for maker in MAKERS)
    for label, seqs in stretches(month).items():
        for maker in MAKERS:
            opening, lines, closing = statement(month, maker, label)
            posted = accountant.cents(called[f"maker:{maker}"])
            assert opening == sum(cents for seq, cents in posted.items() if seq < seqs.start)
            within = {seq: cents for seq, cents in posted.items() if seq in seqs}
            assert {int(line["hecho"]): cents(line["para usted"]) for line in lines} == within
            assert closing == opening + sum(within.values())


def test_parts_are_the_price(month: Month) -> None:
    """Hers, the funds' and fees of every line of every statement, also of one that was taken back."""
    lines = [line for label in PERIODS for maker in MAKERS for line in statement(month, maker, label)[1]]
    priced = [line for line in lines if line["precio"]]
    assert len(priced) == SALES_A_DAY * DAYS + 3
    for line in priced:
        parts = (cents(line[name]) for name in ("comisión", "fondos", "para usted"))
        assert cents(line["precio"]) == sum(parts)


def test_every_envelope_is_the_closing_balance_and_nothing_is_left(month: Month, accountant: Accountant) -> None:
    """Each was paid once, although every form came twice; on the last evening nobody is owed a cent."""
    called = names(f"maker:{maker}" for maker in MAKERS)
    for label in PERIODS:
        assert month.envelopes[label] == {maker: statement(month, maker, label)[2] for maker in MAKERS}
    assert {maker: sum(accountant.cents(called[f"maker:{maker}"]).values()) for maker in MAKERS} == dict.fromkeys(
        MAKERS, 0
    )


def test_money_of_the_fund_was_paid_by_its_decision(month: Month, accountant: Accountant) -> None:
    """Twenty dollars for thread left the common fund once, under the number of the vote."""
    rows = month.coop.journal.db.execute("SELECT seq, body FROM facts WHERE type = 'CashMoved'").fetchall()
    ((seq, body),) = ((row[0], json.loads(row[1])) for row in rows)
    assert (body["wish_id"], body["cents"]) == ("decision-2", 2_000)
    fund = names(["fund:comun"])["fund:comun"]
    assert accountant.cents(fund)[seq] == -2_000


def test_vat_stands_on_her_statement_from_the_day_it_was_said(month: Month) -> None:
    """Reckoned again in another way: of each $3.50 at 15 in a hundred, 46 cents and $3.04."""
    lines = [line for label in PERIODS for line in statement(month, "rosa", label)[1] if line["precio"]]
    before = [line for line in lines if not line["vende"]]
    since = [line for line in lines if line["vende"] == "usted" and line["precio"] == "3,50"]
    assert 3 <= len(before) <= 6
    assert {(line["IVA incluido"], line["sin IVA"]) for line in since} == {("0,46", "3,04")}
    page = month.sees("rosa", "/liquidacion/rosa?periodo=2026-11")
    told = re.search(r"Vende usted \(régimen general, RUC o cédula 1712345678001\): \$([\d.,]+) con IVA", page)
    assert told
    november = [line for line in statement(month, "rosa", "2026-11")[1] if line["vende"]]
    assert cents(told[1].replace(".", "")) == sum(cents(line["precio"]) for line in november)
