"""What people do with a phone at the simulated machine, and what can happen to the wallets' providers.

A mixin of `hw_mocks.acts.Acts`, as `hw_mocks.moneyacts` is, which lists all acts.
"""

from typing import Any

from hw_mocks.wallets.fitted import Answer, FittedWallets


class WalletActs:
    """`_wallets` are the providers of the configuration, or None where it has no `[[wallets]]`."""

    _wallets: FittedWallets | None = None

    def pay(self, offer: str | int = "", cents: int | None = None) -> Answer:
        """Pay by phone what the screen shows, or the `offer` with this link, number or picture; `cents`: another amount."""
        return self._there_are_wallets().pay(_typed(offer), cents)

    def scan(self, offer: str | int = "") -> Answer:
        """Scan what the screen shows, and wait with paying it until `confirm`."""
        return self._there_are_wallets().scan(_typed(offer))

    def confirm(self, cents: int | None = None) -> Answer:
        """Pay what was scanned before, however late."""
        return self._there_are_wallets().confirm(cents)

    def wallet_trouble(self, name: str = "", **knobs: Any) -> Answer:
        """Let a wallet's provider be in trouble, or all of them: down=true, late_ms=60000, refund=fails, lost_replies=1."""
        return self._there_are_wallets().trouble(name, **knobs)

    def wallet_repair(self, name: str = "") -> None:
        """Repair all that is wrong with a wallet's provider, or with all of them."""
        self._there_are_wallets().repair(name)

    def _wallet_truth(self) -> Answer:
        return {"wallets": self._wallets.truth()} if self._wallets else {}

    def _there_are_wallets(self) -> FittedWallets:
        if self._wallets is None:
            raise ValueError("this machine has no wallets")
        return self._wallets


def _typed(offer: str | int) -> str:
    """A number that was typed is six digits again."""
    return f"{offer:06}" if isinstance(offer, int) else offer
