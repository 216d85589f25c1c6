"""`minga member`: who is who, roles by name, and a lost phone taken away, at the running machine."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import Outcome, minga
from test_catalogue import ROSA, Machine

from controller.client import Client
from controller.domain import facts as f
from controller.domain.events import Trouble, TroubleBegan
from controller.domain.pairing import PhoneClaims, PhoneConfirmed, ServicePressed
from controller.ledger import reports
from controller.ledger.connection import open_readonly


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """With Rosa, who sews, and Carmen, who coordinates."""
    machine = Machine(tmp_path)
    assert machine.send(ROSA).status == 0
    assert (
        asked(machine, "carmen", "--role", "coordinator", "--name", "Carmen Chicaiza", "--by", "asamblea").status == 0
    )
    yield machine
    machine.stop()


def asked(machine: Machine, *words: str) -> Outcome:
    return minga("member", *words, "--config", machine.file)


def pair(machine: Machine, member: str, phone: str) -> None:
    """At the open door: the service button, the code, and yes on the screen."""
    machine.brain.put(TroubleBegan(Trouble.DOOR_OPEN))
    machine.brain.put(ServicePressed())
    with Client(machine.config.machine.socket) as client:
        while (pairing := client.watch().pairing) is None:
            pass
        assert client.ask(PhoneClaims(pairing.code, member, phone)).ok
        assert client.ask(PhoneConfirmed(phone, True)).ok


def lines(outcome: Outcome) -> list[list[str]]:
    """The list, with one space between words."""
    return [line.split() for line in outcome.out.splitlines()]


def test_a_new_machine_says_how_to_begin(tmp_path: Path) -> None:
    """Nobody is a member yet, and the way out is a command."""
    machine = Machine(tmp_path)
    assert "minga member carmen --role coordinator" in asked(machine).out
    machine.stop()


def test_everybody_is_listed_with_her_roles(machine: Machine) -> None:
    """A maker is one from the day she joins; nobody has a phone yet."""
    assert lines(asked(machine)) == [
        ["carmen", "Carmen", "Chicaiza", "coordinator", "no", "phone"],
        ["rosa", "Rosa", "maker", "no", "phone"],
    ]
    assert machine.facts()[-1] == f.RolesSet("carmen", ("coordinator",), "asamblea")


def test_roles_are_these_and_no_other(machine: Machine) -> None:
    """Twice writes once; a name alone changes no role."""
    for _ in range(2):
        done = asked(machine, "rosa", "--role", "maker", "--role", "coordinator", "--by", "asamblea")
        assert lines(done) == [["rosa", "Rosa", "coordinator,", "maker", "no", "phone"]]
    assert machine.facts().count(f.RolesSet("rosa", ("coordinator", "maker"), "asamblea")) == 1
    renamed = asked(machine, "carmen", "--name", "Carmen Toa", "--by", "luz")
    assert lines(renamed) == [["carmen", "Carmen", "Toa", "coordinator", "no", "phone"]]


def test_whoever_leaves_has_no_role(machine: Machine) -> None:
    """She is not in the list any more, and is still found by her name."""
    assert "has left" in asked(machine, "rosa", "--leaves", "--by", "asamblea").out
    assert [line[0] for line in lines(asked(machine))] == ["carmen"]
    assert "has left" in asked(machine, "rosa").out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("carmen", "--role", "lab", "--by", "asamblea"), "the only coordinator"),
        (("nina", "--role", "queen", "--by", "asamblea"), "roles are maker, coordinator, technician, lab"),
        (("nina", "--role", "lab"), "say who decides it"),
        (("--role", "lab", "--by", "asamblea"), "say who it is"),
        (("rosa", "--leaves", "--role", "lab", "--by", "asamblea"), "either her roles or that she leaves"),
        (("nadie",), "nobody is called nadie here; members are carmen, rosa"),
        (("--revoke", "k3m9x2qa", "--by", "carmen"), "no phone of anybody is called so"),
    ],
    ids=str,
)
def test_a_refusal_is_a_sentence(machine: Machine, words: tuple[str, ...], why: str) -> None:
    """Nothing is written, and what to do stands in it."""
    before = len(machine.facts())
    refused = asked(machine, *words)
    assert (refused.status, why in refused.err) == (1, True), refused.err
    assert len(machine.facts()) == before


def test_a_lost_phone_is_revoked_by_its_name_in_the_list(machine: Machine) -> None:
    """Hers and no other's; afterwards it is nobody's."""
    pair(machine, "rosa", "k3m9x2qa")
    assert lines(asked(machine, "rosa"))[0][-1] == "k3m9x2qa"
    assert "no phone of carmen" in asked(machine, "carmen", "--revoke", "k3m9x2qa", "--by", "carmen").err
    done = asked(machine, "rosa", "--revoke", "k3m9x2qa", "--by", "carmen")
    assert "It was rosa's" in done.out
    assert lines(done)[-1][-2:] == ["no", "phone"]
    with closing(open_readonly(machine.config.machine.database)) as db:
        assert dict(reports.assembly(db).phones) == {}
