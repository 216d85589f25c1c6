"""What somebody who stands before the machine sees of it, in few words however long the world has run.

The world remembers every coin and piece for ever, for the oracle. A glance shows what lies in the cup and behind the flap
until somebody takes it, what is on its way down, and sums. It reads the world's lists on from where it stopped the last time.
"""

from collections import Counter
from typing import Any

from hw_mocks.things import Coin, Piece
from hw_mocks.world import World

SHOWN_MAX = 60
"""So many coins or pieces are shown one by one; more are only counted."""


class Glance:
    """One bystander's eyes and hands. Everything runs in the world's thread."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._coins_seen = self._pieces_seen = 0
        self._cup: list[tuple[int, Coin]] = []
        self._box: Counter[int] = Counter()
        self._falling: list[tuple[int, Piece]] = []
        self._flap: list[tuple[int, str]] = []

    def look(self) -> dict[str, Any]:
        """The machine as it looks now; coins and pieces have numbers, so that each is known again in the next look."""
        self._follow()
        world = self._world
        return {
            "now_ms": round(world.now_ms, 1),
            "powered": world.powered,
            "lamp": world.lamp,
            "door_open": world.door_open,
            "faults": sorted(world.faults),
            "spirals": {
                slot: {"deg": round(spiral.angle_deg % 360, 1), "stock": spiral.stock, "on": spiral.driven}
                for slot, spiral in world.spirals.items()
            },
            "falling": [{"n": n, "slot": piece.slot} for n, piece in self._falling[:SHOWN_MAX]],
            "flap": [{"n": n, "slot": slot} for n, slot in self._flap[:SHOWN_MAX]],
            "cup": [{"n": n, "cents": coin.cents, "place": coin.place} for n, coin in self._cup[-SHOWN_MAX:]],
            "cup_cents": sum(coin.cents for _, coin in self._cup),
            "box": {"coins": self._box.total(), "cents": sum(cents * coins for cents, coins in self._box.items())},
        }

    def take_coins(self) -> int:
        """Reach into the cup; how many cents were in it."""
        self._follow()
        cents = sum(coin.cents for _, coin in self._cup)
        self._cup.clear()
        return cents

    def take_pieces(self) -> list[str]:
        """Reach through the flap; the slots that the pieces behind it came from."""
        self._follow()
        slots = [slot for _, slot in self._flap]
        self._flap.clear()
        return slots

    def empty_box(self) -> int:
        """Take the cash box out, empty it, put it back; how many cents were in it."""
        self._follow()
        cents = sum(cents * coins for cents, coins in self._box.items())
        self._box.clear()
        return cents

    def _follow(self) -> None:
        """Whatever happened since the last look finds its place."""
        for n, coin in enumerate(self._world.coins[self._coins_seen :], start=self._coins_seen + 1):
            if coin.place == "box":
                self._box[coin.cents] += 1
            elif coin.place in ("tray", "out"):
                self._cup.append((n, coin))
            self._coins_seen = n
        for n, piece in enumerate(self._world.pieces[self._pieces_seen :], start=self._pieces_seen + 1):
            self._falling.append((n, piece))
            self._pieces_seen = n
        self._flap += [(n, piece.slot) for n, piece in self._falling if piece.landed_ms is not None]
        self._falling = [(n, piece) for n, piece in self._falling if piece.landed_ms is None]
