"""What it costs to ask a wallet's provider, an hour: requests, connections, bytes and processor time, beside a bare httpx.

The hours are in virtual time (`pollhours.py`). Only one thing about them is tried in real time: after which rest the line
connects anew. While it rests, a real desk with nothing to ask shows what its thread costs for being there.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench import process
from bench.buyer import KEY
from bench.effort import Effort
from bench.pollhours import Account, Part, account
from bench.table import CheckFailed, Rounds, Row
from controller.devices.walletdesk import WalletDesk
from controller.protocols.wallets import Clocks

NAMES = ("deuna", "pix")
READY_S = 10.0
CHECKED = "every question of the wallets' hours was answered over a socket, a code offered, the dropped payment watched"


def measure(effort: Effort) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="minga-bench-") as folder:
        key = Path(folder) / "wallet.key"
        key.write_text(KEY)
        key.chmod(0o600)
        reopens_ms, desk = _rested(str(key))
        rows = [row for name in NAMES for row in _hours(name, str(key), reopens_ms, effort.rounds + 1)]
    return [*rows, desk]


def _hours(name: str, key_file: str, reopens_ms: int, rounds: int) -> list[Row]:
    """A row for each part of this wallet's story, which is told anew in every round."""
    stories = []
    for _ in range(rounds):
        with account(name, key_file) as one:
            stories.append([(part, one.bare_cpu_s(part, reopens_ms)) for part in one.story(reopens_ms)])
    return [_hour(name, told) for told in zip(*stories, strict=True)]


def _hour(name: str, told: Sequence[tuple[Part, float]]) -> Row:
    """One part of every round's story, as an hour of it, beside a bare client that asks the same."""
    rounds = Rounds()
    for part, bare_cpu_s in told:
        rounds.add([part.an_hour(part.cpu_s)], [part.an_hour(bare_cpu_s)])
    part = told[-1][0]
    requests, connections = part.an_hour(len(part.asked)), part.an_hour(part.connections)
    sent_kb, received_kb = part.an_hour(part.sent_bytes) / 1_000, part.an_hour(part.received_bytes) / 1_000
    cost = (
        f"{requests:,.0f} on {connections:,.0f}, {sent_kb:,.0f} + {received_kb:,.0f} kB, {median(rounds.subject):.2f} s"
    )
    floor = f"httpx {median(rounds.floor):.2f} s"
    return Row("", f"{name}, {part.name}", cost, floor, rounds.ratio, rounds.spread, checked=CHECKED)


# What is tried in real time


def _rested(key_file: str) -> tuple[int, Row]:
    """After which rest a line connects anew, and what a desk's thread cost meanwhile."""
    with account(NAMES[0], key_file) as one, _silent_desk(one) as desk:
        before, began_s = _thread(desk), time.monotonic()
        reopens_ms = _reopens_ms(one)
        return reopens_ms, _desk_row(before, _thread(desk), time.monotonic() - began_s)


def _reopens_ms(one: Account) -> int:
    """The shortest of the rests that occur after which the line connects anew; all longer ones are taken to do so too."""
    probe, rests_ms = one.probe, (one.language.capabilities.poll_ms, Clocks().fast_ms)
    with one.line() as line:
        line.exchange(probe)
        for rest_ms in rests_ms:
            connections = one.meter.connections
            time.sleep(rest_ms / 1_000)
            line.exchange(probe)
            if one.meter.connections > connections:
                return rest_ms
    return max(rests_ms) + 1


@contextmanager
def _silent_desk(one: Account) -> Iterator[WalletDesk]:
    """The real desk, its provider well, and nothing to ask for ten minutes."""
    wallet = one.wallet.model_copy(update={"url": one.door_url, "name": "silent", "check_s": 600})
    desk = WalletDesk(wallet, lambda _: None, lambda: None, lambda _: None)
    desk.start()
    try:
        late_s = time.monotonic() + READY_S
        while desk.reason:
            if time.monotonic() > late_s:
                raise CheckFailed(f"the desk never worked: {desk.reason}")
            time.sleep(0.01)
        yield desk
    finally:
        desk.stop()


def _thread(desk: WalletDesk) -> process.Thread:
    """Its thread's wake-ups and processor time so far."""
    number = next(thread.native_id for thread in threading.enumerate() if thread.name == desk.name)
    assert number
    return process.threads(os.getpid())[number]


def _desk_row(before: process.Thread, after: process.Thread, lasted_s: float) -> Row:
    an_hour = 3_600 / lasted_s
    wakeups, cpu_s = (after.wakeups - before.wakeups) * an_hour, (after.cpu_s - before.cpu_s) * an_hour
    told = f"{wakeups:,.0f} wake-ups, {cpu_s:.2f} s"
    checked = f"a desk with nothing to ask rested for {lasted_s:.0f} s"
    return Row("", "besides, a desk's thread for being there, an hour", told, checked=checked)
