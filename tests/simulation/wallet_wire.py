"""What a wallet town is cut with, and what its machine hears a provider with: no thread, no socket, no waiting.

The desk is the real one; its rounds are called one by one. The providers are the simulated ones behind their own doors; a
`Wire` carries requests in and replies out, in virtual time. A `Knife` may end the controller at every place where a crash
could: it counts them, cuts at chosen numbers or by chance, and remembers what each place was.
"""

import json
import random
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal

from truth import PowerCut, Rates, SimulatedClock, Storm

from controller.config import Wallet
from controller.devices.walletdesk import WalletDesk, provider_of
from controller.devices.worker import Put
from controller.protocols.wallets import Clocks, Host, Reply, Request
from hw_mocks.wallets import SimulatedDeuna, SimulatedPix
from hw_mocks.wallets.door import Call

CALM = Rates(0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Nothing goes wrong by chance."""
ANSWER_MS, SILENCE_MS = 80, 5_000
"""How long an answer takes, and how long the machine waits for one that does not come."""
REST_MS = 10
"""How long a desk rests that found nothing to do; the real one's shortest nap."""
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CLOCKS = Clocks(watch_ms=300_000, sweep_ms=DAY_MS, fast_ms=15_000, slow_ms=HOUR_MS)
"""A payment is watched for a day, and most of it looked at once in an hour: so a day costs few questions."""
PROVIDERS: tuple[Literal["deuna", "pix"], ...] = ("deuna", "pix")

Provider = SimulatedDeuna | SimulatedPix
Place = tuple[str, int]
"""What could be cut, and how many facts the books had then."""


class Knife(Storm):
    """`at` are the numbers of the places where it cuts for sure; `places` are all it came by."""

    def __init__(self, rng: random.Random, rates: Rates, at: Collection[int] = ()) -> None:
        super().__init__(rng, rates)
        self.at, self.facts, self.places, self.counts = at, 0, list[Place](), False

    def maybe_cut(self, where: str = "a coin leaves") -> None:
        """Raises PowerCut."""
        if self.counts:
            self.places.append((where, self.facts))
            if len(self.places) in self.at:
                raise PowerCut
        super().maybe_cut()


class Numbers:
    """Which refunds' numbers a controller was told that lived on until it had nothing left to write.

    A number that died with its controller before that could not be kept by anybody; the provider has not proven it.
    """

    def __init__(self) -> None:
        self.proven, self._fresh = set[str](), set[str]()

    def told(self, provider: Provider, body: bytes) -> None:
        for charge in provider.till.charges:
            reversals = charge.payment.reversals if charge.payment else ()
            self._fresh |= {one.reversal_id for one in reversals if one.reversal_id.encode() in body}

    def kept(self) -> None:
        self.proven |= self._fresh
        self._fresh.clear()

    def died(self) -> None:
        self._fresh.clear()


class Wire:
    """From a desk to its provider's door. Whatever is cut here, the provider has acted or it has not."""

    def __init__(self, provider: Provider, knife: Knife, clock: SimulatedClock, numbers: Numbers) -> None:
        self.provider, self._knife, self._clock, self._numbers = provider, knife, clock, numbers
        self.headers: dict[str, str] = {}

    def exchange(self, request: Request) -> Reply:
        what = request.path.rsplit("/", 1)[-1] if request.method == "POST" else request.method
        self._knife.maybe_cut(f"before {what}")
        self._clock.now_ms += ANSWER_MS
        troubles = self.provider.faults.now
        if troubles.down:
            return Reply(None, reached=False)
        call = Call(request.method, request.path, self.headers, request.body)
        answer = None if troubles.hangs else self.provider.door.serve(call)
        self._knife.maybe_cut(f"after {what}")
        if answer is None:
            self._clock.now_ms += SILENCE_MS
            return Reply(None)
        body = json.dumps(answer.body).encode()
        self._numbers.told(self.provider, body)
        return Reply(answer.status, body)


class Desk(WalletDesk):
    """The real desk; who would be its thread calls `turn` whenever `due_ms` has come."""

    def __init__(self, wallet: Wallet, put: Put, town_ms: "Times", chance: Callable[[], float], wire: Wire) -> None:
        trusted_ms, asked_ms, mono_ms = town_ms
        super().__init__(wallet, put, trusted_ms, asked_ms, machine="quito-museo-1", mono_ms=mono_ms)
        self.host = Host(provider_of(wallet, "America/Guayaquil"), chance, CLOCKS, HOUR_MS)
        self._wire, self._rests_ms = wire, 0
        wire.headers = self._keys

    def turn(self) -> None:
        self._round(self._wire)  # type: ignore[arg-type]

    def nap(self, seconds: float) -> None:
        """The round found nothing to send."""
        self._rests_ms = self._mono_ms() + REST_MS

    @property
    def due_ms(self) -> int:
        """When its next round does something, in monotonic milliseconds."""
        return 0 if not self._effects.empty() else max(self.host.wake_ms, self._rests_ms)


Times = tuple[Callable[[], int | None], Callable[[int], int | None], Callable[[], int]]
"""The time of day while it is trusted, when a payment was asked for, and monotonic time; all in milliseconds."""


def wallets(folder: Path) -> dict[str, Wallet]:
    """A machine with both; its keys lie in `folder`."""
    files = {name: folder / name for name in ("key_file", "secret_file")}
    for file in files.values():
        file.write_text("clave-de-prueba\n")
        file.chmod(0o600)
    keys = {name: str(file) for name, file in files.items()}
    more = {"point_of_sale": "4200000", "url": "http://127.0.0.1:1", **keys}
    return {name: Wallet(provider=name, name=name, **more) for name in PROVIDERS}
