"""`minga money sweep` and `reversal`: the day's opening in words, in JSON and for the minutes, and one sum closed."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A1, WEIGHTS, Outcome, minga, stamp

from controller.brain import Brain
from controller.clock import Clock
from controller.commands.acta import SPANISH
from controller.commands.sweepwords import ENGLISH, says
from controller.config import load
from controller.devices.control import ControlServer
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.cycle import Cycle
from controller.domain.events import ReversalProven
from controller.inbox import Asked
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal
from controller.ledger.schema import create
from controller.ledger.sweep import Line, What
from controller.ledger.verify import verify
from controller.setting import Setting

ASKED = f.PaymentAsked(7, "deuna", "MCB3T6KQ2WZ7XH5L", 350, A1)
STUCK = (ASKED, f.PaymentDropped(7, "too-late"), f.PaymentLate(7, "deuna", 350))
DAY = ("--day", "2026-11-21")
EMPTY = (
    "No payment is without its drop.",
    "No sum is on its way back for too long.",
    "No drop is without its payment, by the books and the counts.",
    "No piece is in doubt.",
    "Nothing is owed.",
    "No payment is waited for.",
)
VACIO = (
    "Ningún pago quedó sin su prenda.",
    "Ningún dinero lleva demasiado tiempo en camino.",
    "Ninguna prenda quedó sin su pago, según los libros y los conteos.",
    "Ninguna prenda está en duda.",
    "No hay nada por devolver.",
    "No se espera ningún pago.",
)


class Museum:
    """A machine's folder with its books; `runs` makes the real brain answer on its control socket."""

    def __init__(self, folder: Path, *facts: f.Fact) -> None:
        self.file = folder / "minga.toml"
        self.file.write_text('[machine]\nname = "quito-museo-1"\n')
        self.config = load(self.file)
        create(self.config.machine.database)
        self.journal = Journal(self.config.machine.database)
        self.journal.append(stamp(), Cycle(last_payment_id=7), [f.RuleApproved(1, WEIGHTS), *facts])
        self.told: list[do.Effect] = []
        self.brain: Brain | None = None

    def asks(self, *words: object) -> Outcome:
        return minga("money", *words, "--config", self.file)

    def runs(self) -> None:
        performers = dict.fromkeys(do.Effect.__subclasses__(), self.told.append)
        server: list[ControlServer] = []
        setting = Setting("quito-museo-1", "0.1.0", frozenset())
        self.brain = brain = Brain(self.journal, Clock(), setting, performers, lambda draw: server[0].publish(draw))
        server.append(ControlServer(self.config.machine.socket, lambda ask, reply: brain.put(Asked(ask, reply))))
        self.server = server[0]
        brain.start()
        self.server.start()
        self.thread = threading.Thread(target=brain.run)
        self.thread.start()

    def stop(self) -> None:
        if self.brain:
            self.brain.stop()
            self.thread.join(10)
            self.server.stop()
        self.journal.close()

    def facts(self) -> list[tuple[str, dict[str, object]]]:
        rows = open_readonly(self.config.machine.database).execute("SELECT type, body FROM facts ORDER BY seq")
        return [(kind, json.loads(body)) for kind, body in rows]


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Museum]:
    """Nothing has happened yet."""
    museum = Museum(tmp_path)
    yield museum
    museum.stop()


@pytest.fixture
def museum(tmp_path: Path) -> Iterator[Museum]:
    """On Saturday payment 7 came when nobody waited any more, and its provider is silent since."""
    museum = Museum(tmp_path, *STUCK)
    yield museum
    museum.stop()


# The sweep


def test_a_list_without_a_line_says_so_in_words(quiet: Museum) -> None:
    """Six sentences, in English and in the Spanish of the minutes; nobody must wonder whether it was looked at."""
    said, acta = quiet.asks("sweep", *DAY), quiet.asks("sweep", *DAY, "--acta")
    assert (said.status, said.err, acta.status, acta.err) == (0, "", 0, "")
    assert [sentence for sentence in EMPTY if f"\n  {sentence}\n" not in said.out] == []
    assert [sentence for sentence in VACIO if f"\n  {sentence}\n" not in acta.out] == []


def test_a_late_payment_is_one_plain_line(museum: Museum) -> None:
    """When, how much, whose number it is and where the money is now; after two days it is a sum to look at."""
    fresh = museum.asks("sweep", *DAY, "--stuck-days", 36_500)
    line = (
        "  2026-11-21 10:30     $3.50  payment 7 by deuna for slot A1, MCB3T6KQ2WZ7XH5L: paid too late, or not the sum that "
        "was asked; it is on its way back, and not proven to have arrived."
    )
    assert f"Payments with no drop\n{line}\n" in fresh.out
    stuck = museum.asks("sweep", *DAY, "--stuck-days", 0)
    assert f"look in the provider's panel, then `minga money reversal`\n{line}\n" in stuck.out


def test_the_minutes_are_in_spanish_and_signed_by_two(museum: Museum) -> None:
    """The machine's name, the day, dollars with a comma, and two lines to sign on."""
    acta = museum.asks("sweep", *DAY, "--acta", "--stuck-days", 36_500).out
    assert acta.startswith("ACTA DE REVISIÓN, máquina quito-museo-1\nDía revisado: 21 de noviembre de 2026, y todo")
    assert "  21/11/2026 10:30     $3,50  pago 7 por deuna para el espiral A1, MCB3T6KQ2WZ7XH5L: se pagó tarde" in acta
    assert acta.rstrip().endswith("quien revisó                        quien acompañó")


def test_a_program_reads_the_same_lists(museum: Museum) -> None:
    """Whole cents, one sentence for each line, and no field that does not belong to it."""
    told = json.loads(museum.asks("sweep", *DAY, "--until", "2026-11-22", "--json", "--stuck-days", 0).out)
    (one,) = told["stuck"]
    assert (told["first_day"], told["last_day"], told["payments"]) == ("2026-11-21", "2026-11-22", [])
    assert (one["what"], one["cents"], one["payment_id"], one["late"]) == ("on-its-way", 350, 7, True)
    assert one["says"].startswith("payment 7 by deuna")
    assert "voucher" not in one


def test_every_what_has_its_sentence_in_both_languages() -> None:
    """No line of any sweep is without words, whatever its fields."""
    for what in What:
        for by, witness in (("", ""), ("carmen", ""), ("carmen", "rosa")):
            line = Line(
                what, 1, "2026-11-21 10:30", 0, True, 350, 7, "deuna", number="rev-0042", by=by, witness=witness
            )
            told = {says(line, tongue) for tongue in (ENGLISH, SPANISH)}
            assert len(told) == 2
            assert not [words for words in told if "{" in words or not words.endswith(".")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--day", "ayer"), "'ayer' is no day"),
        (("--day", "2026-11-21", "--until", "2026-11-20"), "2026-11-20 is before 2026-11-21"),
        (("--json", "--acta"), "leave out"),
    ],
)
def test_a_slip_is_one_sentence(quiet: Museum, words: tuple[str, ...], told: str) -> None:
    """Status 1 and the way out."""
    said = quiet.asks("sweep", *words)
    assert (said.status, said.out) == (1, "")
    assert told in said.err


# Closing a sum


def test_what_went_back_is_closed_by_two_people(museum: Museum) -> None:
    """The command says it is in the books, the machine forgets the payment, the books are whole, and a second time is one."""
    museum.runs()
    words = ("reversal", 7, "went-back", "--number", "rev-0042", "--by", "carmen", "--witness", "rosa")
    said, again = museum.asks(*words), museum.asks(*words)

    assert (said.status, said.err, said.out) == (0, "", "In the books: payment 7 went back.\n")
    assert (again.status, again.out) == (0, said.out)
    closed = [body for kind, body in museum.facts() if kind == "Reversed"]
    assert [(body["proof"], body["by"], body["witness"]) for body in closed] == [("rev-0042", "carmen", "rosa")]
    assert [effect.payment.payment_id for effect in museum.told if isinstance(effect, do.ConfirmPayment)] == [7, 7]
    assert verify(open_readonly(museum.config.machine.database)) == []
    told = museum.asks("sweep", "--json").out
    assert json.loads(told)["stuck"] == []


def test_what_is_owed_names_its_claim_and_how_to_pay_it(museum: Museum) -> None:
    """It is paid by the same command as every claim; the provider's proof that comes afterwards changes nothing."""
    museum.runs()
    said = museum.asks("reversal", 7, "owed", "--why", "Deuna dice que no", "--by", "carmen")
    assert museum.brain
    (claim,) = museum.brain.shop.claims
    assert said.out.splitlines() == [
        "In the books: payment 7 is owed.",
        f"pay $3.50 by its claim: minga money settle {claim} refunded --by carmen",
    ]
    museum.brain.put(ReversalProven(7, "rev-0042"))
    assert museum.asks("settle", claim, "refunded", "--by", "carmen", "--place", "wallet:deuna").status == 0
    assert [kind for kind, _ in museum.facts()][-2:] == ["ReversalFailed", "ClaimSettled"]
    assert verify(open_readonly(museum.config.machine.database)) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("went-back", "--by", "carmen", "--witness", "rosa"), "the provider's own number"),
        (("went-back", "--number", "rev-0042", "--by", "carmen"), "two people"),
        (("owed", "--by", "carmen"), "say why"),
    ],
)
def test_a_sum_is_not_closed_without_its_ground(museum: Museum, words: tuple[str, ...], told: str) -> None:
    """No number, one person, no reason: refused in words, and nothing is written."""
    museum.runs()
    said = museum.asks("reversal", 7, *words)
    assert (said.status, said.out) == (1, "")
    assert told in said.err
    assert "Reversed" not in [kind for kind, _ in museum.facts()]


def test_a_payment_that_is_not_on_its_way_is_refused_with_a_way_out(museum: Museum) -> None:
    """A wrong number is told, and where to find the right one."""
    museum.runs()
    said = museum.asks("reversal", 8, "owed", "--why", "x", "--by", "carmen")
    assert said.err == "minga: no payment 8 is on its way back: `minga money sweep` lists those that are\n"
