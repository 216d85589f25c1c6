"""Somebody before the machine: ears for what happens, eyes that look, and a hand; for any number of open pages.

The world is asked by one connection and heard by another, however many pages are open; a page that reads slowly misses
pictures in between, and holds up nobody. Between two looks lies at least `FRAME_S`.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from pathlib import Path
from typing import Any

from admin_web.gateway import Gateway
from hw_mocks.stage.picture import Picture, picture
from hw_mocks.stage.screen import Screen

FRAME_S, REST_S, ALONE_S, LOST_S = 1 / 30, 0.2, 1.0, 0.5
"""Between looks: while something moves; while all rests; while no page is open. And before trying a lost world again."""
KEPT = 128
"""So many happenings are kept for pages that are behind."""
LINE_BYTES_MAX = 1 << 20
ANSWER_S = 3.0

log = logging.getLogger(__name__)


class WorldAway(Exception):
    """No simulated machine answers."""


class Bystander:
    """`run` keeps it alive. `turn` grows with every change; `happenings` have numbers of their own, oldest first."""

    def __init__(self, world: Path, gateway: Gateway, screen: Screen) -> None:
        self.picture: Picture = picture(None, None, gateway.names, screen.showing)
        self.happenings: deque[tuple[int, Picture]] = deque(maxlen=KEPT)
        self.heard = self.turn = self.viewers = self._told = 0
        self._world, self._gateway, self._screen = world, gateway, screen
        self._hand: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn_to_ask = asyncio.Lock()
        self._changed, self._stirred = asyncio.Event(), asyncio.Event()

    @property
    def closing(self) -> bool:
        return self._gateway.closing

    @property
    def code(self) -> str:
        """What the screen shows for a phone to scan; empty when it shows none."""
        view = None if self._gateway.stale else self._gateway.picture
        return view.pairing.code if view and view.pairing else ""

    async def run(self) -> None:
        """Listen and look, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for task in (self._listen(), self._watch(), self._gateway.run(), self._screen.run()):
                group.create_task(task)

    def since(self, heard: int) -> list[Picture]:
        """What happened after this number, as far as it is kept."""
        return [happening for number, happening in self.happenings if number > heard]

    async def changed(self, within_s: float) -> None:
        """Wait for the next change, but not longer than this."""
        changed = self._changed
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await changed.wait()

    # The hand

    async def do(self, act: Picture) -> Picture:
        """One act of `hw_mocks.acts`, and its answer. Raises WorldAway when nobody answers."""
        async with self._turn_to_ask:
            try:
                async with asyncio.timeout(ANSWER_S):
                    return await self._ask(act)
            except (OSError, EOFError, ValueError, TimeoutError) as error:
                self._let_go()
                raise WorldAway(str(error)) from None
            except asyncio.CancelledError:
                self._let_go()  # the answer is still to come; nobody may take it for another's
                raise

    async def _ask(self, act: Picture) -> Picture:
        if self._hand is None:
            self._hand = await asyncio.open_unix_connection(self._world, limit=LINE_BYTES_MAX)
        reader, writer = self._hand
        writer.write(json.dumps(act).encode() + b"\n")
        line = await reader.readline()
        if not line:
            raise EOFError("the simulated machine hung up")
        return dict(json.loads(line))

    def _let_go(self) -> None:
        if self._hand is not None:
            self._hand[1].close()
            self._hand = None

    # Ears

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, ValueError):
                await self._hear()
            await asyncio.sleep(LOST_S)

    async def _hear(self) -> None:
        reader, writer = await asyncio.open_unix_connection(self._world, limit=LINE_BYTES_MAX)
        try:
            writer.write(b'{"do": "watch"}\n')
            while line := await reader.readline():
                happening = json.loads(line)
                if "what" in happening:
                    self.heard += 1
                    self.happenings.append((self.heard, happening))
                    self._stirred.set()
        finally:
            writer.close()

    # Eyes

    async def _watch(self) -> None:
        while True:
            began_s = time.monotonic()
            self._stirred.clear()
            look = await self._look()
            gateway = self._gateway
            self._show(picture(look, gateway.picture, gateway.names, self._screen.showing, gateway.stale))
            await asyncio.sleep(max(0.0, FRAME_S - (time.monotonic() - began_s)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._rest_s(look)):
                    await self._stirred.wait()

    def _rest_s(self, look: dict[str, Any] | None) -> float:
        if look is None:
            return LOST_S
        if not self.viewers:
            return ALONE_S
        moves = look["falling"] or any(spiral["on"] for spiral in look["spirals"].values())
        return 0.0 if moves else REST_S

    async def _look(self) -> dict[str, Any] | None:
        try:
            return dict((await self.do({"do": "look"}))["look"])
        except (WorldAway, KeyError) as error:
            log.info("no simulated machine: %s", error)
            return None

    def _show(self, seen: Picture) -> None:
        """Pages are woken when something is to be seen or heard that they do not have."""
        still = {**seen, "now_ms": 0} == {**self.picture, "now_ms": 0}
        self.picture = seen
        if still and self.turn and self._told == self.heard:
            return
        self._told = self.heard
        self.turn += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
