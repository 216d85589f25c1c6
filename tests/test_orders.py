"""Commands from the lab on their way to the brain: only what a known key signed arrives, and each gets one answer."""

import queue
from pathlib import Path

import pytest
from builders import A1

from controller.domain.afar import TakeCommand
from controller.domain.facts import Command
from controller.domain.stocking import Refusal
from controller.errors import MingaError
from controller.inbox import Asked
from controller.orders import Orders
from controller.protocols.sync.command import Order, Result, signed
from controller.signing import make_pair, private_key

MACHINE = "museo-1"


class Desk:
    """Orders with a pair of keys of their own, and everything that came of them."""

    def __init__(self, folder: Path) -> None:
        private, public = make_pair(folder / "lab-1")
        self.secret = private_key(private)
        self.asked: list[Asked] = []
        self.answers: list[Result] = []
        self.orders = Orders(MACHINE, {"lab-1": public}, self.asked.append, self.answers.append)

    def tell(self, order: Order) -> None:
        self.orders.heard(order.command, signed(order, "lab-1", self.secret))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_signed_command_becomes_a_wish_and_its_answer_goes_back(desk: Desk) -> None:
    """The brain decides; the lab hears what became of it, under the command's own number."""
    desk.tell(Order(MACHINE, "cerrar-3", "close-slot", 5_000, slot="A1"))
    (asked,) = desk.asked
    assert asked.ask == TakeCommand(Command.CLOSE_SLOT, "lab-1", "cerrar-3", 5_000, slot=A1)
    assert desk.answers == []
    asked.reply(None)
    asked.reply(Refusal("too-late", "it was good up to fact 5000"))
    assert desk.answers == [
        Result("cerrar-3", True),
        Result("cerrar-3", False, "too-late", "it was good up to fact 5000"),
    ]


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"key":"lab-1","text":"{}","signature":"00"}'])
def test_what_nobody_signed_is_neither_done_nor_answered(desk: Desk, payload: bytes) -> None:
    """Whoever guesses topics learns nothing."""
    desk.orders.heard("restart", payload)
    assert (desk.asked, desk.answers) == ([], [])


def test_a_command_for_another_machine_is_neither_done_nor_answered(desk: Desk) -> None:
    """It was signed well, and somebody carried it here."""
    desk.tell(Order("museo-2", "vuelta-1", "restart", 5_000))
    assert (desk.asked, desk.answers) == ([], [])


@pytest.mark.parametrize("word", ["vend", "set-price", "pay-out", "dispense", "RESTART", ""])
def test_no_signature_makes_a_price_a_vend_or_money_from_afar(desk: Desk, word: str) -> None:
    """A newer lab may know more words; this machine says which it does not obey."""
    desk.tell(Order(MACHINE, "otra-1", word, 5_000))
    assert desk.asked == []
    assert [answer.code for answer in desk.answers] == ["unknown-command"]


def test_a_brain_with_too_much_to_do_says_so(tmp_path: Path) -> None:
    """A full inbox is no place to wait in: the lab is told to say it again."""

    def full(_: Asked) -> None:
        raise queue.Full

    private, public = make_pair(tmp_path / "lab-1")
    answers: list[Result] = []
    orders = Orders(MACHINE, {"lab-1": public}, full, answers.append)
    orders.heard("refresh", signed(Order(MACHINE, "pantalla-1", "refresh", 9), "lab-1", private_key(private)))
    assert [answer.code for answer in answers] == ["busy"]


def test_a_key_that_is_none_is_told_by_its_file(tmp_path: Path) -> None:
    """At the start, with the setting that names it; and the private half is never taken for a public one."""
    private, _ = make_pair(tmp_path / "lab-1")
    with pytest.raises(MingaError, match=r"lab-1.key: this public key cannot be read: .*`sync.keys`"):
        Orders(MACHINE, {"lab-1": private}, lambda _: None, lambda _: None)


def test_a_pair_of_keys_is_never_overwritten(tmp_path: Path) -> None:
    """And the private half is nobody else's to read."""
    private, _ = make_pair(tmp_path / "lab-1")
    assert private.stat().st_mode & 0o777 == 0o600
    with pytest.raises(MingaError, match=r"lab-1.key: is there already"):
        make_pair(tmp_path / "lab-1")
