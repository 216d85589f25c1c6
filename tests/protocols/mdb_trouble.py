"""What can go wrong with a changer's payout and with its coins, and what must be true of any kind of host then.

`complaints` is used on the product's host, which has none, and on planted broken ones, which must have some.
"""

from collections.abc import Callable, Iterator, Mapping

from mdb_line import Line
from mdb_peers import SILENCE, ChangerPeer

from controller.protocols import mdb
from controller.protocols.mdb import ChangerHost, Order, PaidOut, TubesRead

NICKEL, DIME, QUARTER, DOLLAR = range(4)
COINS = {QUARTER: 3, NICKEL: 1}
ALL_CENTS = frozenset({5, 10, 25, 100})
PAYOUT_COMMANDS = (b"\x0d", b"\x0f\x02")
MakeHost = Callable[[], ChangerHost]


def ready(host: ChangerHost | None = None, peer: ChangerPeer | None = None) -> Line:
    """A line with an open changer."""
    line = Line(host or ChangerHost(), peer or ChangerPeer())
    line.host.accept(ALL_CENTS)  # type: ignore[attr-defined]
    line.run_until(mdb.Ready)
    return line


def settled(line: Line) -> ChangerHost:
    """The host, started again if its changer was reset, and at no errand."""
    host = line.host
    assert isinstance(host, ChangerHost)
    line.run(300)
    while not host.ready or host.busy:
        line.step(line.now_ms + 100)
    return host


def ordered(line: Line, payout_id: int = 1, coins: dict[int, int] | None = None) -> Order:
    """What would be on disk now."""
    settled(line).ask()
    read = line.run_until(TubesRead)
    assert isinstance(read, TubesRead)
    return Order(payout_id, coins or COINS, read.tubes.counts)


def paid(line: Line, order: Order) -> PaidOut:
    settled(line).pay(order)
    outcome = line.run_until(PaidOut)
    assert isinstance(outcome, PaidOut)
    return outcome


def looked(line: Line, order: Order) -> PaidOut:
    settled(line).look(order)
    outcome = line.run_until(PaidOut)
    assert isinstance(outcome, PaidOut)
    return outcome


def lost_answers(times: int) -> Callable[[bytes, bytes], bytes]:
    """The changer hears and obeys, but its answers to so many payout commands never arrive."""
    left = [times]

    def spoil(command: bytes, raw: bytes) -> bytes:
        if command.startswith(PAYOUT_COMMANDS) and left[0]:
            left[0] -= 1
            return SILENCE
        return raw

    return spoil


def troubles(line: Line, peer: ChangerPeer) -> Iterator[str]:
    """Set one thing after another; yields its name, with the line ready for one payout."""
    yield "nothing"
    line.spoil = lost_answers(1)
    yield "the ACK of the order is lost"
    line.spoil = lost_answers(9)
    yield "the ACK of every order is lost"
    line.spoil = lambda command, raw: raw
    peer.deaf_to_payouts = 1
    yield "the order is not heard"
    peer.deaf_to_payouts = 9
    yield "no order is heard"
    peer.deaf_to_payouts, peer.stops_after = 0, 2
    yield "it jams after two coins"
    peer.stops_after, peer.resets_after = None, 2
    yield "it loses power after two coins"
    peer.resets_after, peer.coin_ms = None, 3_000
    yield "it is slow"
    peer.coin_ms, peer.tubes[QUARTER] = 100, 1
    yield "one quarter is left"


def worth(coins: Mapping[int, int], peer: ChangerPeer) -> int:
    return sum(peer.credits[kind] * number for kind, number in coins.items())


def complaints(make: MakeHost, level: int) -> list[str]:
    """Where a host of this kind books what did not leave, or lets more leave than was ordered."""
    found = []
    peer = ChangerPeer(level)
    line = ready(make(), peer)
    for number, trouble in enumerate(troubles(line, peer), start=1):
        left = peer.left.copy()
        order = ordered(line, number)
        outcome = paid(line, order)
        gone = peer.left - left
        if dict(gone) != dict(outcome.coins) or outcome.doubt or worth(gone, peer) > worth(COINS, peer):
            found.append(f"{trouble}: {dict(gone)} left, {outcome}")
        again = paid(line, order)
        if peer.left - left != gone or dict(again.coins) != dict(gone):
            found.append(f"{trouble}, ordered again: {dict(peer.left - left)} left, {again}")
    return found


def double_credits(make: MakeHost, hands_twice: bool, flags: bool = True) -> list[str]:
    """Where books that trust a host of this kind hold more or less than fell."""
    line = ready(make())
    line.hands_twice, line.flags_repeats = hands_twice, flags
    fallen_cents = 0
    for kind, route, cents in ((QUARTER, 1, 25), (DOLLAR, 0, 100), (DIME, 1, 10), (DIME, 1, 10), (NICKEL, 0, 5)):
        assert line.peer.insert(kind, route)  # type: ignore[attr-defined]
        fallen_cents += cents
        line.lose_acks = int(not hands_twice)
        line.run(400)
    told_cents = sum(
        line.host.setup.values_cents[coin.coin_type]  # type: ignore[attr-defined]
        for event in line.events
        if isinstance(event, mdb.Told)
        for coin in event.credits
    )
    return [] if told_cents == fallen_cents else [f"{told_cents} cents were told, {fallen_cents} fell"]
