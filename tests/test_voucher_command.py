"""`minga voucher` at the co-op's table: keys, a register, a revocation list, and paper that a machine believes."""

import json
import re
import stat
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from builders import Outcome, books, minga, stamp

from controller.devices.vouchers import VoucherDesk, revoked_in
from controller.domain import facts as f
from controller.domain.cycle import Cycle
from controller.domain.events import Event, VoucherRefused, VoucherShown

QUITO = "quito-museo-1"


@pytest.fixture(autouse=True)
def table(tmp_path: Path) -> Iterator[Path]:
    """An empty folder to work in, with one pair of keys."""
    with chdir(tmp_path):
        assert minga("voucher", "keys", "vales-1").status == 0
        yield tmp_path


def issue(*more: object, until: str = "2099-12-31") -> Outcome:
    words = ("--machine", QUITO, "--cents", 500, "--until", until, "--for", "Entrada del museo")
    return minga("voucher", "issue", "--key", "vales-1.key", *words, *more)


def register() -> list[dict[str, str]]:
    return [json.loads(line) for line in Path("vales.jsonl").read_text().splitlines()]


def test_issued_vouchers_are_believed_by_the_machine() -> None:
    """Eight tickets, eight different ones, each worth five dollars before the machine's own reader."""
    assert issue("--count", 8).status == 0
    told: list[Event] = []
    desk = VoucherDesk(QUITO, {"1": Path("vales-1.pub")}, None, told.append, lambda: None, "America/Guayaquil")  # type: ignore[arg-type]
    for one in register():
        desk.take(one["code"])
    ids = {event.voucher_id for event in told if isinstance(event, VoucherShown) and event.cents == 500}
    assert ids == {one["voucher_id"] for one in register()}
    assert len(ids) == 8


def test_what_is_money_is_nobody_elses_to_read() -> None:
    """Private key, register and printed page have mode 0600; the public key may go anywhere."""
    issue()
    assert minga("voucher", "sheet", "vales.html").status == 0
    modes = {name: stat.S_IMODE(Path(name).stat().st_mode) for name in ("vales-1.key", "vales.jsonl", "vales.html")}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(Path("vales-1.pub").stat().st_mode) & 0o444


def test_a_key_is_never_overwritten() -> None:
    """With it all vouchers on paper would be lost."""
    before = Path("vales-1.key").read_text()
    said = minga("voucher", "keys", "vales-1")
    assert (said.status, "never overwritten" in said.err) == (1, True)
    assert Path("vales-1.key").read_text() == before


def test_a_key_that_others_can_read_signs_nothing() -> None:
    """The sentence says how to close it, and to think who has copied it."""
    Path("vales-1.key").chmod(0o644)
    said = issue()
    assert (said.status, "chmod 600 vales-1.key" in said.err) == (1, True)
    assert not Path("vales.jsonl").exists()


def test_a_day_that_is_over_is_not_printed_on_paper() -> None:
    """A slip in the year is caught before anything is signed."""
    said = issue(until="2025-03-31")
    assert (said.status, "2025-03-31 is over already" in said.err) == (1, True)


def test_a_revoked_voucher_is_refused_by_the_machine_and_shown_as_such() -> None:
    """Revoked twice it stands in the list once; one that was never issued is refused in words."""
    issue("--count", 2)
    lost, kept = register()
    for _ in range(2):
        assert minga("voucher", "revoke", lost["voucher_id"].upper()).status == 0
    assert revoked_in(Path("anulados.txt")) == {lost["voucher_id"]}
    assert Path("anulados.txt").read_text().count(lost["voucher_id"]) == 1
    told: list[Event] = []
    keys = {"1": Path("vales-1.pub")}
    desk = VoucherDesk(QUITO, keys, Path("anulados.txt"), told.append, lambda: None, "America/Guayaquil")  # type: ignore[arg-type]
    desk.take(lost["code"])
    assert told == [VoucherRefused("revoked")]
    listed = minga("voucher", "list", "--revoked", "anulados.txt").out
    assert re.findall(r"^(\w+) .* (open|revoked) ", listed, re.MULTILINE) == [
        (lost["voucher_id"], "revoked"),
        (kept["voucher_id"], "open"),
    ]
    assert "no such voucher" in minga("voucher", "revoke", "00" * 8).err


def test_the_books_say_which_are_spent(table: Path) -> None:
    """With the machine's database, or its backup, beside the register."""
    issue()
    (one,) = register()
    journal = books(table)
    journal.append(stamp(), Cycle(credit_cents=500), [f.VoucherTaken(one["voucher_id"], 1, 500)])
    assert " spent " in minga("voucher", "list", "--db", "minga.db").out
    assert "no open voucher fits" in minga("voucher", "sheet", "vales.html", "--db", "minga.db").err


def test_the_sheet_says_all_a_visitor_must_know() -> None:
    """Worth, machine, last day, one use only, in Spanish; the code drawn in it, and nothing fetched from anywhere."""
    issue("--count", 3)
    assert minga("voucher", "sheet", "vales.html", "--for", "Entrada del museo").status == 0
    page = Path("vales.html").read_text()
    assert page.count("<svg") == page.count("Vale por $5,00") == page.count("Un solo uso.") == 3
    assert "Hasta el 31 de diciembre de 2099" in page
    assert QUITO in page
    assert not re.search(r"""(src|href)=|url\(|@import""", page)
    assert "no open voucher fits" in minga("voucher", "sheet", "vales.html", "--for", "otra cosa").err


def test_words_on_paper_cannot_break_the_page() -> None:
    """A gift from `<Rosa & Luz>` is printed as it is written."""
    words = ("--machine", QUITO, "--cents", 225, "--until", "2099-12-31", "--for", "<Rosa & Luz>")
    assert minga("voucher", "issue", "--key", "vales-1.key", *words).status == 0
    minga("voucher", "sheet", "vales.html")
    assert "&lt;Rosa &amp; Luz&gt;" in Path("vales.html").read_text()


def test_a_broken_register_is_told_by_its_line() -> None:
    """Nothing is guessed about money."""
    issue()
    with Path("vales.jsonl").open("a") as file:
        file.write("{}\n")
    said = minga("voucher", "list")
    assert (said.status, "vales.jsonl: line 2 is no voucher" in said.err) == (1, True)
