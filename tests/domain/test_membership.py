"""Who may do what: roles are given and taken by name, never all of the last coordinator's, and a lost phone is nobody's."""

import pytest
from builders import INTI, ROSA, shelf

from controller.domain import facts as f
from controller.domain.assembly import Role
from controller.domain.membership import PutMember, RevokePhone, grant
from controller.domain.stocking import Granted, Refusal

CARMEN = f.RolesSet("carmen", ("coordinator",), "asamblea")


def test_a_maker_is_one_from_the_day_she_joins() -> None:
    """Nobody has to say so; and what is decided later counts more."""
    shop = shelf()
    assert shop.assembly.roles_of(ROSA, shop.makers) == {Role.MAKER}
    assert shop.assembly.roles_of("carmen", shop.makers) == frozenset()
    gone = shelf(f.RolesSet(INTI, (), "carmen"))
    assert gone.assembly.roles_of(INTI, gone.makers) == frozenset()


def test_roles_are_written_down_once() -> None:
    """With who decided it; asked again, nothing is written, but a new name is kept."""
    wish = PutMember("carmen", ("technician", "coordinator"), "asamblea", "Carmen Chicaiza")
    told = f.RolesSet("carmen", ("coordinator", "technician"), "asamblea")
    assert grant(wish, shelf()) == Granted((told,), (wish,))
    assert grant(wish, shelf(told)) == Granted((), (wish,))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (PutMember("Doña Carmen", ("coordinator",), "asamblea"), "bad-name"),
        (PutMember("carmen", ("queen",), "asamblea"), "bad-role"),
        (PutMember("carmen", ("lab", "lab"), "asamblea"), "bad-role"),
        (PutMember("carmen", ("maker",), "asamblea"), "unknown-maker"),
        (PutMember("carmen", ("lab",), "asamblea"), "last-coordinator"),
        (PutMember("luz", ("coordinator",), " "), "nobody"),
        (RevokePhone("k3m9x2qa", ""), "nobody"),
    ],
    ids=str,
)
def test_a_refusal_says_why(wish: PutMember | RevokePhone, refusal: str) -> None:
    """In one word for programs and a sentence for people."""
    answer = grant(wish, shelf(CARMEN))
    assert isinstance(answer, Refusal)
    assert (answer.code, bool(answer.words)) == (refusal, True)


def test_a_lost_phone_is_revoked_once() -> None:
    """Afterwards the assembly knows it no more, and asking again writes nothing."""
    paired = shelf(f.PhonePaired(1, ROSA, "k3m9x2qa"))
    assert dict(paired.assembly.phones) == {"k3m9x2qa": ROSA}
    wish = RevokePhone("k3m9x2qa", "carmen")
    assert grant(wish, paired) == Granted((f.PhoneRevoked("k3m9x2qa", "carmen"),))
    assert dict(shelf(f.PhonePaired(1, ROSA, "k3m9x2qa"), f.PhoneRevoked("k3m9x2qa", "carmen")).assembly.phones) == {}
    assert grant(wish, shelf()) == Granted(())
