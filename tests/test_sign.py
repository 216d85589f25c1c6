"""`minga sign`: a paper on which a reader that is not ours finds the group's own account, and words that promise nothing."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from builders import Outcome, minga, shelf
from chromium import CHROMIUM, QUIET

from controller.commands import signpage
from controller.domain.accounts import Posting, postings
from controller.domain.catalog import Account
from controller.domain.stocking import Granted
from controller.domain.treasury import Books, MoveCash, decide
from controller.protocols import emvqr

ZBAR = shutil.which("zbarimg")
PRINTED = pytest.mark.skipif(
    not (CHROMIUM and ZBAR), reason="needs Chromium and zbarimg (Debian: chromium, zbar-tools)"
)
ROOM = ("--headless", "--hide-scrollbars", *QUIET)
NAME = "Costureras La Toñita"
ACCOUNT = ("--account", "26.00=ec.example.qr", "--account", "26.01=0000001234")
GIVEN = "0002010102113916cuenta-inventada5204839853038405802EC5910COSTURERAS6005QUITO63045DA8"
"""As some networks make theirs: the account is no template. This one is made up."""


@pytest.fixture(autouse=True)
def table(tmp_path: Path) -> Iterator[None]:
    with chdir(tmp_path):
        yield


def sign(*more: str, name: str = NAME) -> Outcome:
    return minga("sign", "donar.html", "--name", name, *ACCOUNT, *more)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of every code that is drawn."""
    texts: list[str] = []
    draw = signpage._drawn
    monkeypatch.setattr(signpage, "_drawn", lambda text: texts.append(text) or draw(text))
    return texts


def chromium(*words: str) -> None:
    assert CHROMIUM
    page = Path("donar.html").resolve().as_uri()
    subprocess.run([CHROMIUM, *ROOM, *words, page], check=True, capture_output=True, timeout=90)


@PRINTED
@pytest.mark.system
@pytest.mark.parametrize(("name", "amount"), [(NAME, ""), ("COSTURERAS LA TOLA", "5,50")], ids=["open", "fixed"])
def test_a_reader_finds_the_groups_account_on_the_paper(drawn: list[str], name: str, amount: str) -> None:
    """Read by zbar from a picture of the page, and by our own reader: whole, static, and no letter changed."""
    assert sign("--amount", amount, name=name).status == 0
    chromium("--screenshot=sign.png", "--window-size=560,794")
    command = [str(ZBAR), "--quiet", "--raw", "sign.png"]
    read = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.removesuffix("\n")
    code = emvqr.read(read)
    assert ([read], code.crc_ok, code.flags) == (drawn, True, ())
    assert (code.value("01"), code.value("26", "00"), code.value("26", "01")) == ("11", "ec.example.qr", "0000001234")
    assert (code.value("64", "01") or code.value("59"), code.amount_cents) == (name, 550 if amount else None)


@PRINTED
@pytest.mark.system
def test_the_sign_is_one_page_of_a5() -> None:
    """148 by 210 mm, also with long words: 420 by 595 points."""
    assert sign("--words", "Done a la minga de costureras del barrio La Tola y a su taller de aprendices").status == 0
    chromium("--no-pdf-header-footer", "--print-to-pdf=sign.pdf")
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", Path("sign.pdf").read_bytes())
    assert [(round(float(wide)), round(float(high))) for wide, high in boxes] == [(420, 595)]


def test_the_page_fetches_nothing_and_follows_nobody() -> None:
    """No script, no link, no address of any host, no picture from elsewhere: the code is drawn in it."""
    sign()
    page = Path("donar.html").read_text()
    assert re.findall(r"https?:|<script|<img|<link|src=|href=|url\(|@import", page) == []
    assert page.count("<svg") == 3


def test_the_paper_says_what_it_is() -> None:
    """A gift and no price, whose account it is, and that the machine knows nothing of it."""
    sign("--amount", "5")
    page = Path("donar.html").read_text()
    words = ("Done a la minga de costureras", "$5,00", "Es una donación", "no paga ninguna prenda", "no la ve", NAME)
    assert [wanted for wanted in words if wanted not in page] == []


def test_a_name_is_no_markup() -> None:
    """Angle brackets stay what they are."""
    sign("--words", "<b>Done</b>")
    assert "&lt;b&gt;Done&lt;/b&gt;" in Path("donar.html").read_text()


def test_accents_stand_where_the_standard_has_them(drawn: list[str]) -> None:
    """59 keeps plain letters for every wallet, 64 has the name as it is written."""
    sign()
    code = emvqr.read(drawn[0])
    assert [code.value("59"), code.value("64", "01"), code.value("64", "00")] == ["Costureras La Tonita", NAME, "es"]


def test_the_providers_own_code_is_printed_as_it_is(drawn: list[str]) -> None:
    """With --payload nothing is composed: an account in no known form is carried over, and said to be odd."""
    said = minga("sign", "donar.html", "--payload", GIVEN)
    assert (said.status, drawn) == (0, [GIVEN])
    assert "39-not-a-template" in said.out
    assert "COSTURERAS" in Path("donar.html").read_text()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--payload", GIVEN[:-1] + "B"), "CRC does not fit"),
        (("--payload", "hola"), "no EMV QR code"),
        (("--payload", GIVEN, "--amount", "5"), "leave out"),
        (("--name", "Rosa"), "none of 02 to 51"),
        (("--name", "", *ACCOUNT), "59, the name, is empty"),
        (("--name", "Rosa", "--account", "26.00=solo"), "reverse domain"),
        (("--name", "Rosa", "--account", "veintiséis"), "ID=VALUE"),
        (("--name", "Rosa", *ACCOUNT, "--account", "26.01=9"), "given twice"),
        (("--name", "Rosa", *ACCOUNT, "--account", "26=9"), "given twice"),
        (("--name", "Rosa", *ACCOUNT, "--amount", "cinco"), "no amount"),
        (("--name", "Rosa", *ACCOUNT, "--amount", "0"), "no amount"),
        (("--name", "R" * 26, *ACCOUNT), "59"),
    ],
)
def test_what_nobody_should_print_is_refused(words: tuple[str, ...], why: str) -> None:
    """One sentence that says why, and no page."""
    said = minga("sign", "donar.html", *words)
    assert (said.status, why in said.err, said.err.count("\n")) == (1, True, 1), said.err
    assert not Path("donar.html").exists()


def test_a_code_for_one_payment_is_no_sign() -> None:
    """It would be paid once, and refused to everybody after."""
    payee = emvqr.Payee(accounts={"26": {"00": "ec.example.qr"}}, category="8398", name="Rosa", city="Quito")
    said = minga("sign", "donar.html", "--payload", emvqr.charge(payee, 500, "7"))
    assert (said.status, "made for one payment" in said.err) == (1, True)


def test_the_help_says_what_nobody_has_verified() -> None:
    """Which account an Ecuadorian wallet takes is marked, and the way to find out."""
    said = " ".join(minga("sign", "--help").out.split())
    assert "Not verified" in said
    assert "pay a small gift yourself" in said


def test_a_gift_is_in_the_books_once_somebody_writes_it_down() -> None:
    """The command that the help names: money in the bank, and the fund of gifts has it."""
    gift = decide(MoveCash(1_250, "fund:donaciones", "bank", "carmen", "regalo-1"), shelf(), Books())
    assert isinstance(gift, Granted)
    assert [line for fact in gift.facts for line in postings(fact)] == [
        Posting(Account("bank"), 1_250),
        Posting(Account("fund:donaciones"), -1_250),
    ]
