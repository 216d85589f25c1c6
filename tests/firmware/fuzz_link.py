"""Malformed bytes and frames by the million, at both ends: `python -m tests.firmware.fuzz_link --frames 1000000 --seed 7`.

Three kinds of malice: bytes that are no frames; frames damaged on the way; and sound frames, with a right CRC, whose
content is nonsense. Nothing may crash, nothing may be kept without bound, nothing may run, be answered or be booked that
was not really ordered or did not really happen.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from board_scenarios import BOOT, COINS, Pi, met
from joined import SETTINGS, Joined

from controller.protocols.board import Answered, Found, Happened, Host, NotBegun, Scan, Unknown
from firmware import memory, messages, wire

FROM_PI = range(messages.HELLO, messages.RESTART + 1)
FROM_BOARD = range(messages.WELCOME, messages.ALIVE + 1)


class Malice:
    """Makes one malformed piece of traffic after the other. `made` counts them by kind."""

    def __init__(self, chance: random.Random, codes: range) -> None:
        self.chance, self.codes = chance, codes
        self.made: Counter[str] = Counter()
        self.kinds = (self.noise, self.flipped, self.cut, self.endless, self.nonsense, self.wrong_body)

    def __call__(self) -> bytes:
        kind = self.chance.choice(self.kinds)
        self.made[kind.__name__] += 1
        return kind()

    def noise(self) -> bytes:
        return self.chance.randbytes(self.chance.randint(1, 60))

    def flipped(self) -> bytes:
        frame = wire.encode(self._message())
        for _ in range(self.chance.randint(1, 3)):
            frame[self.chance.randrange(len(frame))] ^= self.chance.randrange(1, 256)
        return bytes(frame)

    def cut(self) -> bytes:
        frame = wire.encode(self._message())
        del frame[self.chance.randrange(len(frame) - 1)]
        return bytes(frame)

    def endless(self) -> bytes:
        return bytes(self.chance.choices(range(1, 256), k=300))

    def nonsense(self) -> bytes:
        return bytes(wire.encode(self.chance.randbytes(self.chance.randint(1, 60))))

    def wrong_body(self) -> bytes:
        """A code of this direction, now and then with the right boot id, and then anything."""
        boot = BOOT.to_bytes(4, "little") if self.chance.random() < 0.5 else b""
        rest = self.chance.randbytes(self.chance.randint(0, 30))
        return b"\0" + bytes(wire.encode(bytes((self.chance.choice(self.codes),)) + boot + rest))

    def _message(self) -> bytes:
        return messages.message(
            messages.COMMAND, BOOT, messages.TURN, 17, messages.body(messages.TURN, 0, 2, 1, 1, 9, 9)
        )


def fuzz_decoder(frames: int, seed: int) -> dict[str, object]:
    """Streams in random pieces: how many payloads were found, and the most that was ever kept."""
    malice, decoder = Malice(random.Random(seed), FROM_PI), wire.Decoder()
    found = kept_max = 0
    for _ in range(frames):
        stream = malice()
        cut = malice.chance.randint(0, len(stream))
        found += len(decoder.feed(stream[:cut])) + len(decoder.feed(stream[cut:]))
        kept_max = max(kept_max, decoder.kept)
    assert kept_max < wire.FRAME_BYTES_MAX
    return {"found": found, "damaged": decoder.damaged, "kept_max": kept_max}


def fuzz_board(frames: int, seed: int) -> dict[str, object]:
    """A board that hears almost only malice: it says something to each sound frame at most, and keeps what it may keep."""
    chance = random.Random(seed)
    malice, pi = Malice(chance, FROM_PI), met()
    pi.link.performs(messages.TURN, lambda number, *_: began(pi, number))
    for number in range(frames):
        pi.link.feed(malice(), number & 0x3FFFFFFF)
        if number % 100 == 0:
            pi.link.event(messages.DOOR, 1)
            pi.link.tick(number & 0x3FFFFFFF)
        pi.heard.clear()
    assert len(pi.started) == len(set(pi.started))
    assert all(len(lane._answers) <= memory.ANSWERS_MAX for lane in pi.link._lanes)
    pi.link.feed(b"\0", 0)
    assert pi.say(messages.HELLO, 1, 1, 5)[0][:4] == (messages.WELCOME, 1, 5, BOOT)
    assert pi.say(messages.CONFIGURE, BOOT, messages.config_hash(COINS), COINS)[0][3] == messages.ACCEPTED
    return {"strange": pi.link.strange, "began": len(pi.started), "kinds": dict(malice.made)}


def began(pi: Pi, number: int) -> int:
    """Commands that malice happened to spell right end at once."""
    pi.started.append(number)
    return messages.UNSAFE


def fuzz_host(frames: int, seed: int) -> dict[str, object]:
    """A host that hears malice between true words: it tells no end of what was not ordered, and no event twice."""
    chance = random.Random(seed)
    malice, joined = Malice(chance, FROM_BOARD), Joined(Host(7, SETTINGS), BOOT)
    ordered = 0
    ends: Counter[int] = Counter()
    mark = 0
    while malice.made.total() < frames:
        for _ in range(40):
            joined.up += malice()
        if joined.host.ready and ends.total() == ordered:
            ordered += 1
            joined.host.order(ordered, Scan(0))
        joined.up += b"\0"
        for event in joined.run(15):
            if isinstance(event, Answered | NotBegun | Unknown):
                ends[event.number] += 1
            elif isinstance(event, Happened):
                mark = event.counter if event.boot_id == BOOT else mark
                joined.host.acknowledge(event.boot_id, event.counter)
        joined.told = [event for event in joined.told[-50:] if isinstance(event, Found)]
    assert set(ends) <= set(range(1, ordered + 1))
    assert all(times == 1 for times in ends.values())
    assert joined.host._decoder.kept < wire.FRAME_BYTES_MAX
    return {"ordered": ordered, "ended": ends.total(), "events": mark, **joined.host.counts}


def main() -> None:
    """Print what each end made of it, and what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    wish = parser.parse_args()
    for name, run in (("decoder", fuzz_decoder), ("board", fuzz_board), ("host", fuzz_host)):
        begun = time.perf_counter()
        result = run(wish.frames, wish.seed)
        print(f"{name}: {time.perf_counter() - begun:.1f} s, {result}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
