"""The bench that the other tests stand on is real: the books let phones in, the domain grants or refuses."""

from builders import A1
from phone_bench import Bench

from controller.domain.membership import PutMember


def test_every_member_has_a_home(bench: Bench) -> None:
    """And whoever is not one is shown how one comes in."""
    for member in ("rosa", "luz", "carmen", "diego", "ines"):
        assert bench.phone(member).get("/").status_code == 200, member
    assert bench.visitor().get("/").headers["location"] == "/entrar"


def test_a_sale_and_a_wish_are_in_the_books(bench: Bench) -> None:
    """A piece sold is one less in its slot; a role refused is the domain's word."""
    bench.sell(A1)
    assert bench.shop.slots[A1].quantity == 4
    assert bench.gateway.decide(PutMember("carmen", (), "diego")).code == "last-coordinator"
    assert bench.gateway.decide(PutMember("nina", ("lab",), "carmen")).ok
    assert bench.phone("nina").get("/").status_code == 200
