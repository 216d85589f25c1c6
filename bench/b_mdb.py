"""MDB decoding (G6): blocks a second of processor time, out of what a Linux tty marks and off the board's link.

The goal is eight times `vendingzets-agent`, a listener whose licence lets it run for customers of its own service only; so
it is neither installed nor run here. The reference measured it on another machine; its figure is brought to this one by the
speed of a C decoder there and of ours here, and is an estimate. Beside it, in every round, a plain decoder in Python.
Whoever may run a decoder of marked bytes names it, and it takes its turn as well:

    MINGA_BENCH_MDB=FOLDER:MODULE:NAME     NAME() has `feed(bytes)`, which returns a list of the blocks that are whole

The limit that is always there is the bus: 9,600 baud and 11 bits a byte are 873 bytes a second.
"""

import importlib
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Protocol

from bench import b_parser
from bench.effort import Effort
from bench.floor import built
from bench.mdblines import Line, Marked, Plain, coins_over_the_link, line
from bench.table import CheckFailed, Rounds, Row, rate
from controller.protocols import mdb

BUS_BYTES_S = 9_600 / 11
PIECES = (64, 4_096, 1)
GOAL_PIECE, GOAL = 64, 8.0
AGENT, AGENT_MB_S, C_MB_S = "vendingzets-agent 0.2.0", 3.3, 2_534.0
"""Poll traffic in pieces of 64, and a C decoder of ccTalk, both on the machine of the reference; the day is not noted."""
VARIABLE = "MINGA_BENCH_MDB"
C_RUNS = 5
"""The quickest of them is the machine; the others shared it."""
POLL_BLOCK_BYTES_MAX = 17
NOISE_EVERY, LINE_BYTES_A_KB = 50, 128


class BlockDecoder(Protocol):
    """Finds blocks in the marked bytes of a tty."""

    def feed(self, data: bytes) -> list[bytes]: ...


def measure(effort: Effort) -> list[Row]:
    sent = line(effort.parser_kb * LINE_BYTES_A_KB)
    _no_false_block()
    checked = f"{len(sent.blocks)} MDB blocks of {sent.words} bytes, the same ones; no changed byte became a block"
    rows = [_marked_row(sent, piece, effort.rounds + 1, checked) for piece in PIECES]
    return [_goal_row(sent, effort.rounds + 1, checked), *rows, _link_row(sent, effort), _told_row(sent, effort)]


def _marked_row(sent: Line, piece: int, rounds: int, checked: str) -> Row:
    speeds = Rounds()
    for _ in range(rounds):
        speeds.add([_speed(Marked, sent, piece)], [_speed(Plain, sent, piece)])
    metric = f"MDB decoding, pieces of {piece} ({_times_the_bus(sent, median(speeds.subject))})"
    floor = f"plain decoder {rate(median(speeds.floor))}"
    return Row("", metric, rate(median(speeds.subject)), floor, speeds.ratio, speeds.spread, checked=checked)


def _goal_row(sent: Line, rounds: int, checked: str) -> Row:
    """Beside a decoder that was named; else beside what is known of the agent, in bytes of the tty."""
    named, many = os.environ.get(VARIABLE), len(sent.blocks)
    ours, theirs = [], []
    foreign = foreign_decoder(named) if named else None
    for _ in range(rounds):
        ours.append(_speed(Marked, sent, GOAL_PIECE) * len(sent.marked) / many / 1e6)
        if foreign:
            theirs.append(_speed(foreign, sent, GOAL_PIECE, like=len) * len(sent.marked) / many / 1e6)
    if named:
        peer_mb_s, floor = median(theirs), f"{named.rpartition(':')[2]} {median(theirs):.2f} MB/s"
    else:
        peer_mb_s, floor = _agent_here()
    ratio = median(ours) / peer_mb_s
    metric = f"MDB decoding, pieces of {GOAL_PIECE}, as bytes of the tty"
    return Row("G6", metric, f"{median(ours):.2f} MB/s", floor, ratio, "", f"≥ {GOAL:g}×", ratio >= GOAL, checked)


def _agent_here() -> tuple[float, str]:
    """The agent's figure, by the ratio of the C decoders here and there; as it is where no C compiler is."""
    here_mb_s = c_speed()
    if here_mb_s is None:
        return AGENT_MB_S, f"{AGENT}, not run, another machine: {AGENT_MB_S} MB/s"
    agent_mb_s = AGENT_MB_S * here_mb_s / C_MB_S
    return agent_mb_s, f"{AGENT}, not run, estimated: {agent_mb_s:.1f} MB/s"


def c_speed() -> float | None:
    """Megabytes a second that the C program makes of ccTalk, the measure of a machine; None without a compiler."""
    program = built("frames")
    if program is None:
        return None
    data, _ = b_parser.stream(b_parser.C_PASSES * 1_024)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        command = [str(program), file.name, str(b_parser.C_PASSES)]
        runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(C_RUNS)]
    return len(data) * b_parser.C_PASSES / min(float(run.split()[1]) for run in runs) / 1e6


def foreign_decoder(named: str) -> Callable[[], BlockDecoder]:
    """What FOLDER:MODULE:NAME names. Raises CheckFailed when it is not there."""
    try:
        folder, module, name = named.rsplit(":", 2)
        sys.path.append(folder)
        found: Callable[[], BlockDecoder] = getattr(importlib.import_module(module), name)
    except (ValueError, ImportError, AttributeError) as error:
        raise CheckFailed(f"{VARIABLE}={named} names no decoder: {error}") from None
    return found


def _speed(
    make: Callable[[], BlockDecoder],
    sent: Line,
    piece: int,
    like: Callable[[Sequence[bytes]], object] = list,
) -> float:
    """Blocks a second. Raises CheckFailed unless exactly these blocks come out, or as many of them, by `like`."""
    decoder, pieces = make(), [sent.marked[at : at + piece] for at in range(0, len(sent.marked), piece)]
    found: list[bytes] = []
    began_s = process_time()
    for heard in pieces:
        found += decoder.feed(heard)
    took_s = process_time() - began_s
    if like(found) != like(sent.blocks):
        raise CheckFailed(f"{len(found)} MDB blocks came out of {len(sent.blocks)}")
    return len(sent.blocks) / took_s


def _link_row(sent: Line, effort: Effort) -> Row:
    """The way blocks really come: the board has proved and acknowledged them, its link brings them, the host reads coins."""
    speeds, polls = Rounds(), [block for block in sent.blocks if 1 < len(block) <= POLL_BLOCK_BYTES_MAX]
    for _ in range(effort.rounds + 1):
        ours_s, frames_s, coins = coins_over_the_link(polls)
        speeds.add([len(polls) / ours_s], [len(polls) / frames_s])
    if coins != sum(len(mdb.coin_items(mdb.unseal(block))) for block in polls):
        raise CheckFailed(f"{coins} coins came over the link out of {len(polls)} polls")
    said = Line(polls, b"", sum(map(len, polls)))
    metric = f"MDB block off the board's link → coins known ({_times_the_bus(said, median(speeds.subject))})"
    floor = f"its frames alone {rate(median(speeds.floor))}"
    checked = f"{coins} coins in {len(polls)} blocks over the link, none twice"
    return Row("", metric, rate(median(speeds.subject)), floor, speeds.ratio, speeds.spread, checked=checked)


def _told_row(sent: Line, effort: Effort) -> Row:
    """For the workshop: each block in words."""
    speeds = Rounds()
    for _ in range(effort.rounds + 1):
        began_s = process_time()
        told = [mdb.explain(block, "changer") for block in sent.blocks]
        speeds.add([len(sent.blocks) / (process_time() - began_s)], [1.0])
    if not all(each["name"] for each in told):
        raise CheckFailed("a block has no words")
    metric = f"MDB block → words, for the workshop ({_times_the_bus(sent, median(speeds.subject))})"
    return Row("", metric, rate(median(speeds.subject)), checked=f"{len(told)} MDB blocks have words")


def _times_the_bus(sent: Line, blocks_s: float) -> str:
    return f"{blocks_s * sent.words / len(sent.blocks) / BUS_BYTES_S:,.0f} × the bus"


def _no_false_block() -> None:
    """Single bytes are changed on the line: every whole block is found, and none of the others is proved."""
    rng, decoder, whole, found = random.Random(7), mdb.Decoder(), [], []
    for number, block in enumerate(line(4_096).blocks):
        words = list(mdb.to_words(block, mdb.Sender.DEVICE))
        if number % NOISE_EVERY == 7 and len(block) > 1:
            words[rng.randrange(len(words))] ^= rng.randrange(1, 256)
        else:
            whole.append(block)
        found += decoder.feed(words)
    if [block for block in found if len(block) == 1 or _proved(block)] != whole:
        raise CheckFailed("a changed byte became an MDB block, or cost a good one")


def _proved(block: bytes) -> bool:
    try:
        mdb.unseal(block)
    except mdb.RemoteProtocolError:
        return False
    return True
