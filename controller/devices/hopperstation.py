"""One payout hopper as its bus knows it: its host, whether it may pay, and what a technician wants to see of it."""

from typing import Any

from controller.config import Hopper as HopperConfig
from controller.devices.coins import cents_of
from controller.devices.worker import Backoff
from controller.protocols import cctalk


class Station:
    """One hopper as its bus knows it."""

    def __init__(self, config: HopperConfig, backoff: Backoff) -> None:
        self.config, self.place, self.backoff = config, config.place, backoff
        security = cctalk.Security(config.security)
        self.host = cctalk.HopperHost(config.address, security, config.no_progress_s * 1_000)
        self.present = self.told_gone = False
        self.reason = "not started"
        """Why it cannot pay, in words; empty while it can."""
        self.look_s = 0.0
        """When it is to be looked after next."""
        self.losses = 0

    @property
    def serial(self) -> int | None:
        return self.host.identity.serial if self.host.identity else None

    @property
    def wrong_coin(self) -> str:
        """How the hopper's own word and the configuration disagree about its coin; empty when they do not."""
        coin = self.host.coin
        if coin is None or cents_of(coin, {}) in (None, self.config.coin_cents):
            return ""
        return f"it says its coin is {coin.text}, the configuration says {self.config.coin_cents} cents"

    @property
    def trouble(self) -> str:
        """Why a hopper that answers must not pay; empty when it may."""
        if self.host.locked:
            return f"look at it by hand, count its coins, then restart: {self.host.locked}"
        return self.wrong_coin or (self.host.blocked and f"blocked also after a reset: {self.host.blocked}")

    def row(self) -> dict[str, Any]:
        """What a technician wants to see."""
        host, identity = self.host, self.host.identity
        return {
            "place": self.place,
            "port": self.config.port,
            "address": self.config.address,
            "works": not self.reason,
            "reason": self.reason,
            "identity": identity and {name: getattr(identity, name) for name in identity.__slots__},
            "coin": host.coin.text if host.coin else None,
            "flags": host.flags.words,
            "lifetime_coins": host.lifetime,
            "echo": host.echo,
            "line": dict(host.counts),
            "losses": self.losses,
        }
