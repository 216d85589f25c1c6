"""Binding a phone: only at the open door, only with the code on the screen, one phone a code, and a touch to confirm."""

from dataclasses import replace

from builders import ROSA, shelf

from controller.domain import facts as f
from controller.domain.cycle import Cycle, Decision, Pairing
from controller.domain.events import Trouble
from controller.domain.pairing import OPEN_MS, PhoneClaims, PhoneConfirmed, ServicePressed, code, hear
from controller.domain.shop import Shop
from controller.domain.vend import step
from controller.domain.view import view

KEY = b"una llave secreta"
NOW_MS = 50_000
PHONE = "k3m9x2qa"


def at_the_open_door() -> Shop:
    return replace(shelf(), claim_key=KEY, troubles=frozenset({Trouble.DOOR_OPEN}))


def opened(shop: Shop) -> Pairing:
    pairing = step(Cycle(), ServicePressed(), NOW_MS, shop).cycle.pairing
    assert pairing is not None
    return pairing


def told(*events: ServicePressed | PhoneClaims | PhoneConfirmed, shop: Shop) -> Decision:
    """The last decision after these, one after another, a second apart."""
    decision = Decision(Cycle())
    for second, event in enumerate(events):
        decision = hear(decision.cycle, event, NOW_MS + 1_000 * second, shop)
    return decision


def test_the_service_button_opens_pairing_at_the_open_door() -> None:
    """It writes that down, with the number of the code but not the code."""
    decision = step(Cycle(), ServicePressed(), NOW_MS, at_the_open_door())
    assert decision.facts == (f.PairingOpened(1),)
    assert decision.cycle.pairing == Pairing(1, code(KEY, 1), NOW_MS + OPEN_MS)


def test_nothing_happens_at_a_shut_door() -> None:
    """A wire that touches something, or a child at the board, opens nothing; nor does a phone that speaks too late."""
    assert step(Cycle(), ServicePressed(), NOW_MS, replace(shelf(), claim_key=KEY)) == Decision(Cycle())
    open_cycle = Cycle(pairing=Pairing(1, code(KEY, 1), NOW_MS + OPEN_MS), last_pairing_id=1)
    shut = replace(shelf(), claim_key=KEY)
    assert step(open_cycle, PhoneClaims(code(KEY, 1), "rosa", PHONE), NOW_MS, shut) == Decision(open_cycle)


def test_every_code_has_128_bits_and_comes_once() -> None:
    """Ten thousand numbers give as many codes of 26 letters and digits; another machine's key gives others."""
    codes = {code(KEY, number) for number in range(10_000)}
    assert len(codes) == 10_000
    assert {len(one) for one in codes} == {26}
    assert all(one.isascii() and one.isalnum() for one in codes)
    assert code(b"otra llave", 1) not in codes


def test_a_phone_that_read_the_code_and_is_confirmed_is_bound() -> None:
    """Rosa scans, says that she is Rosa, and somebody touches yes."""
    shop = at_the_open_door()
    claims = PhoneClaims(opened(shop).code, "rosa", PHONE)
    assert told(ServicePressed(), claims, shop=shop).facts == ()
    bound = told(ServicePressed(), claims, PhoneConfirmed(PHONE, True), shop=shop)
    assert bound.facts == (f.PhonePaired(1, "rosa", PHONE),)
    assert bound.cycle.pairing is not None
    assert bound.cycle.pairing.confirmed
    again = hear(bound.cycle, PhoneConfirmed(PHONE, True), NOW_MS + 4_000, shop)
    assert again.facts == ()


def test_no_on_the_screen_ends_it() -> None:
    """Somebody else's phone was quicker: the code is gone, and nothing was bound."""
    shop = at_the_open_door()
    claims = PhoneClaims(opened(shop).code, "rosa", PHONE)
    refused = told(ServicePressed(), claims, PhoneConfirmed(PHONE, False), shop=shop)
    assert (refused.facts, refused.cycle.pairing) == ((), None)
    assert told(ServicePressed(), claims, PhoneConfirmed(PHONE, False), claims, shop=shop).cycle.pairing is None


def test_a_wrong_code_a_stranger_or_a_second_phone_is_not_heard() -> None:
    """Each leaves the screen as it was."""
    shop = at_the_open_door()
    right = opened(shop).code
    waiting = told(ServicePressed(), shop=shop).cycle.pairing
    for claims in (
        PhoneClaims(code(KEY, 2), "rosa", PHONE),
        PhoneClaims("", "rosa", PHONE),
        PhoneClaims("ñandú", "rosa", PHONE),
        PhoneClaims(right, "nadie", PHONE),
        PhoneClaims(right, "../rosa", PHONE),
        PhoneClaims(right, "rosa", ""),
        PhoneClaims(right, "rosa", "k3"),
    ):
        assert told(ServicePressed(), claims, shop=shop).cycle.pairing == waiting, claims
    second = told(ServicePressed(), PhoneClaims(right, "rosa", PHONE), PhoneClaims(right, "luz", "otrofono"), shop=shop)
    assert second.cycle.pairing is not None
    assert (second.cycle.pairing.member, second.cycle.pairing.phone) == ("rosa", PHONE)


def test_a_code_ends_after_two_minutes() -> None:
    """The screen shows it no more, and a phone that comes later is not heard."""
    shop = at_the_open_door()
    cycle = step(Cycle(), ServicePressed(), NOW_MS, shop).cycle
    late_ms = NOW_MS + OPEN_MS
    assert hear(cycle, PhoneClaims(opened(shop).code, "rosa", PHONE), late_ms, shop) == Decision(cycle)
    assert view("museo", 1, 1, 0, cycle, shop, late_ms - 1).pairing is not None
    assert view("museo", 1, 1, 0, cycle, shop, late_ms).pairing is None
    assert view("museo", 1, 1, 0, cycle, replace(shop, troubles=frozenset()), NOW_MS).pairing is None


def test_a_second_press_shows_another_code() -> None:
    """The first one is worth nothing from then on."""
    shop = at_the_open_door()
    first = opened(shop).code
    again = told(ServicePressed(), ServicePressed(), PhoneClaims(first, "rosa", PHONE), shop=shop).cycle.pairing
    assert again is not None
    assert (again.pairing_id, again.phone) == (2, "")
    assert again.code != first


def test_a_bound_phone_binds_no_second_time() -> None:
    """A phone is one member's; it must be revoked before it can be another's."""
    shop = replace(at_the_open_door(), assembly=shelf(f.PhonePaired(1, ROSA, PHONE)).assembly)
    heard = told(ServicePressed(), PhoneClaims(opened(shop).code, "luz", PHONE), shop=shop)
    assert heard.cycle.pairing is not None
    assert heard.cycle.pairing.phone == ""
