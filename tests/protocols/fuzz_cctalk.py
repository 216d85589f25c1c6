"""Malformed ccTalk by the million: `python -m tests.protocols.fuzz_cctalk --replies 1000000 --seed 7`.

A host works with a simulated acceptor while most of what it hears is replaced by something malformed, and coins keep
falling. Afterwards the line is repaired, and the books are compared with the cash box: no coin more, no coin less, and
none that only the accept counter knows of.
"""

import argparse
import random
import resource
import time
from collections import Counter

from controller.protocols.cctalk import FRAME_BYTES_MAX, CrcFrame, Decoder, Frame, Host, HostEvent, Remembered, tally
from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.joined import Joined, Till, clean

COINS = {1: "US005A", 2: "US010A", 3: "US025A", 4: "EC050A", 5: "US100A", 6: "US001A"}
MALFORMED_SHARE = 0.7
RESTARTS_SHARE = 0.01
"""So often the controller dies between two rounds, and the next one compares the accept counter on a bad line."""


class Books(Till):
    """Keeps both marks of an acceptor, and how many coins only its accept counter told of, each time there were any."""

    def __init__(self, line: Joined) -> None:
        super().__init__()
        self.accepted: int | None = None
        self.hidden: list[int] = []
        line.till = self

    def take(self, event: HostEvent) -> None:
        before = len(self.booked)
        super().take(event)
        if isinstance(event, Remembered):
            self.accepted, hidden = tally(self.accepted, len(self.booked) - before, event.accepted)
            self.hidden += [hidden] if hidden else []


class Malice:
    """A line that now and then replaces a whole reply by a malformed one. `made` counts them by kind."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made: Counter[str] = Counter()
        self.kinds = (self.flipped, self.cut, self.longer, self.wrong_length, self.stranger, self.noise, self.doubled)

    def __call__(self, data: bytes) -> bytes:
        from_device = data[:1] == b"\x01"
        if not from_device or self.chance.random() > MALFORMED_SHARE:
            return data
        kind = self.chance.choice(self.kinds)
        self.made[kind.__name__] += 1
        return kind(data)

    def flipped(self, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(self.chance.randint(1, 4)):
            out[self.chance.randrange(len(out))] ^= self.chance.randrange(1, 256)
        return bytes(out)

    def cut(self, data: bytes) -> bytes:
        return data[: self.chance.randrange(1, len(data))]

    def longer(self, data: bytes) -> bytes:
        at = self.chance.randrange(len(data) + 1)
        return data[:at] + self.chance.randbytes(self.chance.randint(1, 300)) + data[at:]

    def wrong_length(self, data: bytes) -> bytes:
        body = bytes((data[0], self.chance.randrange(256), *data[2:-1]))
        return body + bytes((-sum(body) & 0xFF,))

    def stranger(self, data: bytes) -> bytes:
        """A sound frame, but from another device, to another one, or with a header no reply has."""
        frame = Frame(data)
        dest, source, header = self.chance.choice(((1, 77, 0), (9, 2, 0), (1, 2, 229)))
        return Frame.build(dest, header, frame.data, source)

    def noise(self, data: bytes) -> bytes:
        return self.chance.randbytes(self.chance.randint(1, 300))

    def doubled(self, data: bytes) -> bytes:
        return data + data


def fuzz_host(replies: int, seed: int) -> dict[str, object]:
    """Run until this many malformed replies were heard; returns the figures. Raises nothing, or there is a defect."""
    chance = random.Random(seed)
    malice, acceptor = Malice(chance), AcceptorFirmware(COINS)
    line = Joined(_host(), acceptor)
    books = Books(line)
    line.run(3_000)  # the baseline of a new acceptor is no money, so it is taken in peace
    accepted: list[int] = []
    restarts = 0
    line.spoil = malice
    while malice.made.total() < replies:
        line.run(chance.randint(50, 400))
        line.events.clear()
        if line.host.ended or chance.random() < RESTARTS_SHARE:
            restarts += 1
            line.restart(_host())
        unseen = (acceptor.counter - (books.mark or 0)) % 255
        position = chance.choice(tuple(COINS))
        if chance.random() < 0.2 and unseen < 4 and line.insert(position):
            accepted.append(position)
    line.spoil = clean
    line.restart(_host())
    line.run(5_000)
    false_credits = sum((Counter(books.booked) - Counter(accepted)).values())
    return {
        "malformed": malice.made.total(),
        "exchanges": line.exchanges,
        "coins": len(accepted),
        "booked": len(books.booked),
        "false_credits": false_credits,
        "hidden": sum(books.hidden),
        "same_order": books.booked == accepted,
        "alarms": Counter(books.alarms),
        "hosts": restarts + 2,
        "kinds": dict(malice.made),
    }


def fuzz_decoder(frames: int, seed: int) -> dict[str, int]:
    """Random and damaged streams in random pieces; returns how many were found and the most that was ever kept."""
    chance = random.Random(seed)
    malice = Malice(chance)
    found = kept_max = 0
    for kind in (Frame, CrcFrame):
        decoder = Decoder(kind)
        for number in range(frames // 2):
            sound = kind.build(1, 0, chance.randbytes(chance.choice((0, 1, 11, 255))), source=2)
            stream = chance.choice(malice.kinds)(sound)
            cut = chance.randint(0, len(stream))
            found += len(decoder.feed(stream[:cut], number)) + len(decoder.feed(stream[cut:], number))
            kept_max = max(kept_max, decoder.kept)
    assert kept_max < FRAME_BYTES_MAX
    return {"fed": frames, "found": found, "kept_max": kept_max}


def _host() -> Host:
    host = Host()
    host.accept(COINS)
    return host


def main() -> None:
    """Print both results and what they cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replies", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    wish = parser.parse_args()
    for name, run in (("decoder", fuzz_decoder), ("host", fuzz_host)):
        begun = time.perf_counter()
        result = run(wish.replies, wish.seed)
        print(f"{name}: {time.perf_counter() - begun:.1f} s, {result}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
