"""What people and mishaps can do to the simulated machine, by name: the words of the world's control socket.

Each act is one JSON object, `{"do": "insert", "cents": 25}`, and its answer another, `{"ok": true, "place": "box"}`;
what cannot be done answers `{"ok": false, "why": …}`. `ACTS` lists all of them with a sentence each.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from hw_mocks import faults
from hw_mocks.glance import Glance
from hw_mocks.lookacts import Hopper, LookActs
from hw_mocks.mdb import FittedMdb
from hw_mocks.moneyacts import Acceptor, Answer, MoneyActs
from hw_mocks.scanner import SimulatedScanner
from hw_mocks.wallets import FittedWallets
from hw_mocks.wallets.acts import WalletActs
from hw_mocks.world import World


class Board(Protocol):
    """What people need of `hw_mocks.board.SimulatedBoard`."""

    def reset(self) -> None: ...
    def hang(self) -> None: ...


SORTER_EXIT = 8
"""What an acceptor's self-check finds when coins cannot leave it: its sorter exit sensors (4.7 part 3, table 3)."""


class Acts(MoneyActs, WalletActs, LookActs):
    """The acts on one machine. `mdb` are the devices of its MDB bus, `board` its I/O board, `wallets` its providers,
    `hoppers` its hoppers, where it has them; `clock` is the file its wall clock is shifted by."""

    def __init__(
        self,
        world: World,
        acceptor: Acceptor | None,
        coins: Mapping[int, str],
        mdb: FittedMdb | None = None,
        board: Board | None = None,
        wallets: FittedWallets | None = None,
        scanner: SimulatedScanner | None = None,
        hoppers: Sequence[Hopper] = (),
        clock: Path | None = None,
    ) -> None:
        super().__init__(world, acceptor, coins, mdb)
        self._board, self._wallets, self._scanner = board, wallets, scanner
        self._hoppers, self._clock, self._glance = hoppers, clock, Glance(world)
        self._felt = world.network, world.box_full

    def perform(self, act: Any) -> Answer:
        """Do one act. Never raises for what a person may type: the answer says what was wrong."""
        name = act.get("do") if isinstance(act, dict) else act
        if name not in ACTS:
            return {"ok": False, "why": f"nothing is called {name!r}; there are {', '.join(ACTS)}"}
        try:
            answer = ACTS[name](self, **{key: value for key, value in act.items() if key != "do"}) or {}
        except (KeyError, TypeError, ValueError) as error:
            return {"ok": False, "why": f"{name}: {error} ({type(error).__name__})"}
        self._keep_devices_true()
        return {"ok": True, **answer}

    def insert(self, position: int | None = None, cents: int | None = None, rejected: bool = False) -> Answer:
        """Put a coin in, by position or by value; a `rejected` one falls through into the tray, as all do from a full box."""
        return super().insert(position, cents, rejected or self._world.box_full)

    def press(self, button: str) -> None:
        """Press a button and let it go: a slot's name, or `return`."""
        self._world.press(button)

    def door(self, open: bool) -> None:
        """Open or close the door."""
        self._world.set_door(open)

    def fill(self, slot: str, pieces: int) -> None:
        """Hang pieces into a spiral until it holds this many."""
        self._world.fill(slot, pieces)

    def bring_home(self, slot: str) -> None:
        """Turn a spiral home by hand, holding its piece back."""
        self._world.bring_home(slot)

    def inject(self, fault: str, slot: str = "") -> Answer:
        """Let a fault begin; `list_faults` tells them."""
        return {"words": faults.inject(self._world, fault, slot).words}

    def clear(self, fault: str, slot: str = "") -> Answer:
        """Repair a fault."""
        return {"words": faults.clear(self._world, fault, slot).words}

    def power(self, on: bool) -> None:
        """Pull the plug or put it back."""
        (faults.clear if on else faults.inject)(self._world, "power-cut")

    def show_code(self, code: str) -> None:
        """Hold a code, such as a voucher's, before the scanner, and take it away."""
        if self._scanner is None:
            raise ValueError("this machine has no scanner: set `scanner.port`")
        self._scanner.show(code)

    def reset_board(self) -> None:
        """Reset the I/O board as its watchdog does, in the middle of whatever it was doing."""
        self._there().reset()

    def hang_board(self) -> None:
        """Let the I/O board's program hang; its watchdog will notice."""
        self._there().hang()

    def truth(self) -> Answer:
        """Everything that truly happened: pieces, coins, turns, stock, tubes; and which coins would be let in right now."""
        return {"truth": {**self._world.truth(), **self._money_truth(), **self._wallet_truth()}}

    def list_faults(self) -> Answer:
        """The faults there are, in words."""
        return {"faults": {name: fault.words for name, fault in faults.FAULTS.items()}}

    def _keep_devices_true(self) -> None:
        super()._keep_devices_true()
        had_network, was_full = self._felt
        network, full = self._felt = self._world.network, self._world.box_full
        if self._acceptor is not None and was_full != full:
            self._acceptor.firmware.fault = SORTER_EXIT if full else 0
        if self._wallets is not None and had_network != network:
            self._wallets.trouble(down=not network)

    def _there(self) -> Board:
        if self._board is None:
            raise ValueError("this machine has no I/O board")
        return self._board


ACTS: dict[str, Callable[..., Answer | None]] = {
    act.__name__: act
    for act in (
        Acts.insert,
        Acts.insert_bill,
        Acts.show_card,
        Acts.remove_card,
        Acts.press_lever,
        Acts.fill_tube,
        Acts.take_stacker,
        Acts.put_stacker,
        Acts.pay,
        Acts.scan,
        Acts.confirm,
        Acts.wallet_trouble,
        Acts.wallet_repair,
        Acts.show_code,
        Acts.press,
        Acts.door,
        Acts.fill,
        Acts.bring_home,
        Acts.inject,
        Acts.clear,
        Acts.power,
        Acts.reset_board,
        Acts.hang_board,
        Acts.take_coins,
        Acts.take_pieces,
        Acts.empty_box,
        Acts.fill_hopper,
        Acts.shift_clock,
        Acts.look,
        Acts.truth,
        Acts.list_faults,
    )
}
