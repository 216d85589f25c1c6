"""The hours of a wallet's line in virtual time over real HTTP: an idle hour, a code on the screen, a dropped payment.

The host decides what is asked and when, by a clock that jumps; every question goes over a real socket to a simulated
provider, so requests are counted, bytes are those that passed, and processor time is that of the asking thread alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from bench.buyer import KEY, ZONE, Simulated
from bench.meter import Meter
from bench.table import CheckFailed
from controller.config import Wallet
from controller.devices.walletdesk import provider_of
from controller.devices.walletline import WalletLine
from controller.protocols.wallets import Charge, Clocks, Host, Offered, Provider, Reply, Request, Unpaid
from controller.protocols.wallets.port import Probe
from hw_mocks.wallets import SimulatedDeuna, SimulatedPix

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
BAG = Charge(7, "K3VJ5Q2MZP7AXWBT", 350, "quito-museo-1 A1")
CODE_MS, SWEPT_MS = 5 * MINUTE_MS, HOUR_MS
Send = Callable[[Request], Reply]


@dataclass
class Clock:
    """Monotonic milliseconds that pass only when somebody moves them; for the host and the provider alike."""

    now_ms: int = 0

    def __call__(self) -> int:
        return self.now_ms


@dataclass(frozen=True, slots=True)
class Part:
    """What was asked in one part of a story: each request, and how long the line had rested before it."""

    name: str
    lasted_ms: int
    asked: list[tuple[Request, int]]
    connections: int
    sent_bytes: int
    received_bytes: int
    cpu_s: float

    def an_hour(self, amount: float) -> float:
        return amount * HOUR_MS / self.lasted_ms


@dataclass
class Story:
    """One host on one line, over one meter. `reopens_ms`: after a rest so long the line is connected anew."""

    meter: Meter
    host: Host
    send: Send
    clock: Clock
    reopens_ms: int
    parts: list[Part] = field(default_factory=list)
    _spoke_ms: int = 0

    def tell(self) -> list[Part]:
        """An idle hour; a code shown for five minutes; dropped, watched closely to its end, and an hour beyond."""
        watched_ms = HOUR_MS + Clocks().watch_ms
        self._part("idle, nobody pays", HOUR_MS)
        self.host.ask(BAG, self.clock())
        if not any(isinstance(event, Offered) for event in self._part("a code on the screen", HOUR_MS + CODE_MS)):
            raise CheckFailed("no code was offered")
        self.host.drop(BAG, self.clock())
        self._part("a dropped payment, watched closely", watched_ms)
        over = self._part("a dropped payment, swept", watched_ms + SWEPT_MS)
        if not self.host.open and not any(isinstance(event, Unpaid) for event in over):
            raise CheckFailed("the dropped payment was not watched to its end")
        return self.parts

    def _part(self, name: str, until_ms: int) -> list[object]:
        """All that is due before `until_ms`, and what the host told."""
        began_ms, asked, told = self.clock(), list[tuple[Request, int]](), list[object]()
        before, cpu_s = self.meter.counts, 0.0
        while self.clock.now_ms < until_ms:
            began_s = time.thread_time()
            request = self.host.to_send(self.clock())
            cpu_s += time.thread_time() - began_s
            if request is None:
                self.clock.now_ms = min(until_ms, max(self.clock() + 1, self.host.wake_ms))
                continue
            rested_ms = self.clock() - self._spoke_ms
            asked.append((request, rested_ms))
            rest(self.meter, rested_ms, self.reopens_ms)
            began_s = time.thread_time()
            told += self.host.hear(self.send(request), self.clock())
            cpu_s += time.thread_time() - began_s
            self._spoke_ms = self.clock()
        if self.host.failures:
            raise CheckFailed(f"{name}: {self.host.trouble}")
        connections, sent, received = (now - then for now, then in zip(self.meter.counts, before, strict=True))
        self.parts.append(Part(name, until_ms - began_ms, asked, connections, sent, received, cpu_s))
        return told


@dataclass(frozen=True)
class Account:
    """A simulated provider behind a meter, the configuration that names it, and its language."""

    door_url: str
    wallet: Wallet
    meter: Meter
    clock: Clock
    language: Provider

    @property
    def keys(self) -> dict[str, str]:
        return self.language.keys(KEY, KEY)

    @property
    def probe(self) -> Request:
        return self.language.request(Probe())

    @contextmanager
    def line(self) -> Iterator[WalletLine]:
        line = WalletLine(self.meter.url, self.keys)
        try:
            yield line
        finally:
            line.close()

    def story(self, reopens_ms: int) -> list[Part]:
        wallet, clock = self.wallet, self.clock
        clocks = Clocks(wallet.watch_s * 1_000, wallet.sweep_days * 86_400_000)
        host = Host(self.language, lambda: 0.5, clocks, wallet.check_s * 1_000)
        with self.line() as line:
            line.exchange(self.probe)  # what a client makes once is no hour's cost
            return Story(self.meter, host, line.exchange, clock, reopens_ms).tell()

    def bare_cpu_s(self, part: Part, reopens_ms: int) -> float:
        """Processor seconds of a bare httpx client that asks the same, connected anew as often."""
        with httpx.Client(trust_env=False, headers={**self.keys, "content-type": "application/json"}) as client:
            client.get(self.meter.url)
            cpu_s = 0.0
            for request, rested_ms in part.asked:
                rest(self.meter, rested_ms, reopens_ms)
                began_s = time.thread_time()
                client.request(request.method, self.meter.url + request.path, content=request.body)
                cpu_s += time.thread_time() - began_s
        return cpu_s


@contextmanager
def account(name: str, key_file: str) -> Iterator[Account]:
    """Deuna or Pix, by the wallet's defaults."""
    clock = Clock()
    provider: Simulated = SimulatedDeuna(interval_ms=0, mono=clock) if name == "deuna" else SimulatedPix(mono=clock)
    with provider, Meter(provider.door.port) as meter:
        words = {"provider": name, "name": name, "point_of_sale": "4200000", "url": meter.url, "check_s": 60}
        wallet = Wallet.model_validate(words | {"key_file": key_file, "secret_file": key_file})
        yield Account(provider.url, wallet, meter, clock, provider_of(wallet, ZONE))


def rest(meter: Meter, rested_ms: int, reopens_ms: int) -> None:
    """The line rested so long; as in real time, its connection may be over."""
    if rested_ms >= reopens_ms:
        meter.cut()
