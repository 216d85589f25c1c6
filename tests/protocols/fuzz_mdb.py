"""Malformed MDB by the million: `python -m tests.protocols.fuzz_mdb --blocks 1000000 --seed 8`.

Three hosts work with a simulated changer, validator and reader while most of what the board hands over is replaced by
something malformed; coins and bills keep falling, change is paid, vends are asked for. Afterwards the line is repaired,
and what was told is compared with what happened: no cent more, no cent less.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mdb_line import Line
from mdb_peers import BillPeer, ChangerPeer, Peer, ReaderPeer

from controller.protocols import mdb
from controller.protocols.mdb import RemoteProtocolError, seal, unseal

MALFORMED_SHARE = 0.7
COIN_CENTS, BILL_CENTS = (5, 10, 25, 100), (100, 500, 1_000, 2_000)
TUBE_COINS_MAX = 200


class Malice:
    """Replaces answers by malformed ones; a peer with nothing to tell also says what means nothing. `made` counts them."""

    def __init__(self, chance: random.Random, peer: Peer | None = None, poll: int = 3) -> None:
        self.chance, self.peer, self.poll = chance, peer, poll
        self.made: Counter[str] = Counter()
        self.kinds = (self.flipped, self.cut, self.longer, self.noise, self.half_event, self.endless, self.unknown)

    def __call__(self, command: bytes, raw: bytes) -> bytes:
        if self.chance.random() > MALFORMED_SHARE:
            return raw
        idle = command[0] & 7 == self.poll and self.peer is not None and not self.peer.waiting
        kind = self.chance.choice(self.kinds if idle else self.kinds[:4])
        made = kind(raw or b"\x00")
        if made == raw or (len(made) < 2 and made in (b"", b"\x00", b"\xff")):
            return raw
        self.made[kind.__name__] += 1
        return made

    def damaged(self, make: Callable[[], bytes]) -> bytes:
        """What `make` makes, but never a block whose check byte happens to be right: that would be no damage."""
        while True:
            made = make()
            try:
                unseal(made)
            except RemoteProtocolError:
                return made

    def flipped(self, raw: bytes) -> bytes:
        def flip() -> bytes:
            out = bytearray(raw * 2 if len(raw) < 2 else raw)
            for _ in range(self.chance.randint(1, 3)):
                out[self.chance.randrange(len(out))] ^= self.chance.randrange(1, 256)
            return bytes(out)

        return self.damaged(flip)

    def cut(self, raw: bytes) -> bytes:
        if len(raw) < 2:
            return raw
        return self.damaged(lambda: raw[: self.chance.randrange(1, len(raw))] + self.chance.randbytes(1))

    def longer(self, raw: bytes) -> bytes:
        return self.damaged(lambda: raw + self.chance.randbytes(self.chance.randint(1, 60)))

    def noise(self, raw: bytes) -> bytes:
        return self.damaged(lambda: self.chance.randbytes(self.chance.randint(1, 60)))

    def half_event(self, raw: bytes) -> bytes:
        """A sound block that ends in the middle of a coin."""
        return seal(bytes((self.chance.randrange(0x40, 0x60),)))

    def endless(self, raw: bytes) -> bytes:
        """A sound block of more than a poll may tell: coins and bills without end."""
        return seal(b"\x52\x15" * 10)

    def unknown(self, raw: bytes) -> bytes:
        """A sound block of what the standard does not know."""
        return seal(bytes((self.chance.choice((0x1A, 0x1E, 0x15)),)))


class Till:
    """What was told of coins and bills, and what fell."""

    def __init__(self, worth_cents: tuple[int, ...]) -> None:
        self.worth_cents, self.told_cents, self.fallen_cents = worth_cents, 0, 0

    def take(self, event: mdb.Event) -> None:
        if isinstance(event, mdb.Told):
            for item in event.credits:
                self.told_cents += self.worth_cents[getattr(item, "coin_type", getattr(item, "bill_type", 0))]

    def figures(self) -> dict[str, int]:
        false_cents = self.told_cents - self.fallen_cents
        return {
            "fallen_cents": self.fallen_cents,
            "false_cents": max(0, false_cents),
            "lost_cents": max(0, -false_cents),
        }


class Orders:
    """Orders to a changer, one after another: asked, paid, looked at again when the changer was away."""

    def __init__(self, line: Line, host: mdb.ChangerHost, peer: ChangerPeer) -> None:
        self.line, self.host, self.peer = line, host, peer
        self.order: mdb.Order | None = None
        self.left: Counter[int] = Counter()
        self.begun, self.done, self.wrong = False, 0, 0

    def take(self, event: mdb.Event) -> None:
        if isinstance(event, mdb.TubesRead) and self.order is None:
            self.order = mdb.Order(self.done + 1, {2: 2, 0: 1}, event.tubes.counts)
            self.left, self.begun = self.peer.left.copy(), False
        elif isinstance(event, mdb.PaidOut) and self.order and event.payout_id == self.order.payout_id:
            self.wrong += dict(event.coins) != dict(self.peer.left - self.left) or bool(event.doubt)
            self.order, self.done = None, self.done + 1

    def turn(self, wanted: bool) -> None:
        if not self.host.ready or self.host.busy:
            return
        if self.order:
            (self.host.look if self.begun else self.host.pay)(self.order)
            self.begun = True
        elif wanted and min(self.peer.tubes[:4]) > 9:
            self.host.ask()


def fuzz_changer(blocks: int, seed: int) -> dict[str, object]:
    """Coins fall and change is paid."""
    chance = random.Random(seed)
    peer, host = ChangerPeer(tubes=(99, 99, 99, 99)), mdb.ChangerHost()
    malice = Malice(chance, peer)
    line, till = Line(host, peer), Till(COIN_CENTS)
    orders = Orders(line, host, peer)
    host.accept(frozenset(COIN_CENTS))
    line.spoil = malice
    while malice.made.total() < blocks or orders.order:
        if malice.made.total() >= blocks:
            line.spoil = lambda command, raw: raw
        line.run(chance.randint(50, 400))
        events, line.events = line.events, []
        for event in events:
            till.take(event)
            orders.take(event)
        orders.turn(chance.random() < 0.02)
        kind = chance.randrange(4)
        to_tube = peer.tubes[kind] < TUBE_COINS_MAX and chance.random() < 0.5
        if chance.random() < 0.2 and peer.insert(kind, int(to_tube)):
            till.fallen_cents += COIN_CENTS[kind]
    line.spoil = lambda command, raw: raw
    line.run(30_000)
    for event in line.events:
        till.take(event)
    return {"malformed": malice.made.total(), **till.figures(), "orders": orders.done, "wrong_orders": orders.wrong}


def fuzz_bill(blocks: int, seed: int) -> dict[str, object]:
    """Bills come, and are kept or given back."""
    chance = random.Random(seed)
    peer, host = BillPeer(), mdb.BillHost()
    malice = Malice(chance, peer)
    line, till = Line(host, peer), Till(BILL_CENTS)
    host.accept(frozenset(BILL_CENTS))
    line.spoil = malice
    stack = peer._stack

    def stacked(kind: int) -> None:
        till.fallen_cents += BILL_CENTS[kind]
        stack(kind)

    peer._stack = stacked  # type: ignore[method-assign]
    while malice.made.total() < blocks:
        line.run(chance.randint(50, 400))
        events, line.events = line.events, []
        for event in events:
            till.take(event)
        if host.in_escrow is not None:
            host.keep(chance.random() < 0.7)
        if chance.random() < 0.2:
            peer.insert(chance.randrange(4))
    line.spoil = lambda command, raw: raw
    line.run(40_000)
    for event in line.events:
        till.take(event)
    return {"malformed": malice.made.total(), **till.figures(), "bills": peer.stacked}


def fuzz_reader(blocks: int, seed: int) -> dict[str, object]:
    """Visitors pay by card. `unasked_cents`: taken by the reader from visitors of whom nothing says so."""
    chance = random.Random(seed)
    peer, host = ReaderPeer(), mdb.CashlessHost()
    malice = Malice(chance, peer, poll=2)
    line = Line(host, peer)
    line.spoil = malice
    host.accept(True)
    ends: Counter[str] = Counter()
    vend_id = charged_cents = open_cents = false_approvals = 0
    approved: dict[int, int] = {}
    while malice.made.total() < blocks or host.state is not mdb.State.ENABLED:
        if malice.made.total() >= blocks:
            line.spoil = lambda command, raw: raw
        line.run(chance.randint(50, 400))
        events, line.events = line.events, []
        for event in events:
            ends[type(event).__name__] += 1
            match event:
                case mdb.Approved():
                    false_approvals += peer.held != event.amount_cents
                    approved[event.vend_id] = event.amount_cents
                case mdb.Charged():
                    charged_cents += approved[event.vend_id]
                case mdb.Unsettled() | mdb.NotRefunded():
                    open_cents += event.amount_cents
                    host.booked(event.vend_id)
                case mdb.Denied(unsure=True):
                    open_cents += peer.price
        if host.state is mdb.State.ENABLED and peer.state == "enabled" and malice.made.total() < blocks:
            peer.show_card()
        elif host.state is mdb.State.SESSION_IDLE and chance.random() < 0.5:
            try:
                host.request(vend_id + 1, 5 * chance.randrange(1, 500), 7)
                vend_id += 1
            except mdb.LocalProtocolError:
                pass  # its session is about to end
        elif host.state is mdb.State.APPROVED and vend_id in approved and chance.random() < 0.3:
            (host.delivered if vend_id % 2 else host.failed)(vend_id)
    unasked_cents = max(0, peer.paid - charged_cents - open_cents)
    false_cents = max(0, charged_cents - peer.paid)
    figures = {"malformed": malice.made.total(), "vends": vend_id, "unasked_cents": unasked_cents}
    return {**figures, "false_cents": false_cents, "false_approvals": false_approvals, "ends": dict(ends)}


def fuzz_readings(blocks: int, seed: int) -> dict[str, object]:
    """Random and damaged bytes into everything that reads: each is explained or refused, and damage is refused."""
    chance = random.Random(seed)
    malice, decoder = Malice(chance), mdb.Decoder()
    refused = explained = 0
    for _ in range(blocks):
        data = chance.randbytes(chance.choice((1, 2, 8, 16, 23, 33, 35)))
        raw = chance.choice((lambda data: seal(data), malice.flipped, malice.noise))(data)
        decoder.feed(chance.choice((mdb.to_words(raw, mdb.Sender.DEVICE), [chance.randrange(512)])))
        try:
            mdb.explain(raw, chance.choice(mdb.SIDES), dialect=mdb.Dialect(chance.randint(1, 3), chance.random() < 0.5))
            explained += 1
        except RemoteProtocolError:
            refused += 1
        assert decoder.kept <= mdb.BLOCK_BYTES_MAX
    return {"fed": blocks, "explained": explained, "refused": refused}


PARTS = {"changer": fuzz_changer, "bill": fuzz_bill, "reader": fuzz_reader}


def main() -> None:
    """Print the results and what they cost; the malformed blocks are shared out among the three hosts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=8)
    wish = parser.parse_args()
    for name, run in {"readings": fuzz_readings, **PARTS}.items():
        begun = time.perf_counter()
        result = run(wish.blocks if name == "readings" else -(-wish.blocks // len(PARTS)), wish.seed)
        print(f"{name}: {time.perf_counter() - begun:.1f} s, {result}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
