"""A voucher before the real controller's scanner: a real process, a pseudo-terminal, `kill -9`, and money once."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import minga
from commands import Controller

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen
from controller.domain.view import View
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.verify import verify
from hw_mocks.museum import Museum
from hw_mocks.scanner import SimulatedScanner

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


@pytest.fixture
def scanner(unattended: Museum) -> Iterator[SimulatedScanner]:
    scanner = SimulatedScanner()
    scanner.open(unattended.folder / "scanner")
    yield scanner
    scanner.close()


def issued(folder: Path, name: str, cents: int) -> str:
    """The text of a voucher that `minga voucher` has made for this museum."""
    words = ("--machine", name, "--cents", cents, "--until", "2099-12-31", "--for", "Entrada", "--register")
    assert minga("voucher", "keys", folder / "vales").status == 0
    assert minga("voucher", "issue", "--key", folder / "vales.key", *words, folder / "vales.jsonl").status == 0
    return str(json.loads((folder / "vales.jsonl").read_text())["code"])


def once(client: Client, news: str = "", credit_cents: int = 0) -> View:
    """The first picture with this news, or this credit. The test's own time-out ends the waiting."""
    picture = client.watch()
    while (picture.notice.news if picture.notice else "") != news or picture.credit_cents != credit_cents:
        picture = client.picture()
        time.sleep(0)
    return picture


def test_a_voucher_is_money_once_whatever_is_killed(unattended: Museum, scanner: SimulatedScanner) -> None:
    """Credit; `kill -9`; the credit is still there and the voucher spent; then it buys, and the books are whole."""
    code = issued(unattended.folder, unattended.config.machine.name, 2_000)
    keys = json.dumps({"1": str(unattended.folder / "vales.pub")})
    with Controller(unattended, scanner__port=scanner_port(unattended), vouchers__keys=keys) as first:
        first.until_selling()
        scanner.hold(code)
        with first.client() as client:
            once(client, credit_cents=2_000)
    with Controller(unattended, scanner__port=scanner_port(unattended), vouchers__keys=keys) as again:
        again.until_selling()
        with again.client() as client:
            picture = once(client, "voucher-spent", credit_cents=2_000)
            scanner.take_away()
            slot = next(slot for slot in picture.slots if slot.status == "ready")
            assert client.ask(SlotChosen(SlotId(slot.slot))).ok
            once(client, "sold", credit_cents=2_000 - slot.price_cents)
        assert code not in again.log
        assert again.ends() == 0
    db = open_readonly(unattended.folder / "minga.db")
    totals = reports.totals(db)
    assert verify(db) == []
    assert (totals.sales, totals.inserted_cents) == (1, 2_000)


def scanner_port(museum: Museum) -> str:
    return str(museum.folder / "scanner")
