"""The only door between the pages and the machine: its control socket, and its books read-only.

The gateway holds the newest picture and knows its age; pages never show one without the other. It reconnects for ever,
because the controller may start later or again, and it never decides anything: a wish goes through, the answer comes
back, and what changed is seen in the next picture.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from admin_web.books import NO_NAMES, Names, read_names, read_token
from controller.domain.view import View
from controller.protocols.control import Answer, Ask, RemoteProtocolError, Request, Watch, read_reply, write_request

LINE_BYTES_MAX = 1 << 20
SILENCE_S = 5.0
"""The controller sends its picture at least once a second; after this long the page says that it is gone."""
ANSWER_S = 2.0
BACKOFF_S = (0.2, 0.4, 0.8, 1.6, 2.0)
NAMES_S = 3.0
"""Names and photos change without a new picture; they are read again after this long."""

log = logging.getLogger(__name__)


class Gateway:
    """What the pages may see of the machine and ask of it. `run` keeps it alive; `close` ends every open page."""

    def __init__(self, socket: Path, database: Path, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.picture: View | None = None
        self.names: Names = NO_NAMES
        self.token = ""
        """Of the receipt of the sale that the picture thanks for; empty when it thanks for none."""
        self._thanked: int | None = None
        self.closing = False
        self._socket, self._database, self._clock_s = socket, database, clock_s
        self._seen_s = self._named_s = float("-inf")
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._request_ids = count(1)
        self._turn = asyncio.Event()
        self._said = ""

    @property
    def age_ms(self) -> int | None:
        """How old the picture is; None when there never was one."""
        return None if self.picture is None else int((self._clock_s() - self._seen_s) * 1_000)

    @property
    def stale(self) -> bool:
        age_ms = self.age_ms
        return age_ms is None or age_ms >= SILENCE_S * 1_000

    async def changed(self, within_s: float) -> None:
        """Wait for the next picture, but not longer than this."""
        turn = self._turn
        if not self.closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):  # wait_for can lose a cancellation (Python 3.11)
                    await turn.wait()

    def close(self) -> None:
        """Tell every open page to end now, so that the process can stop."""
        self.closing = True
        self._wake()

    async def ask(self, ask: Ask) -> Answer:
        """Ask the controller; the code of the Answer is `away` when nobody answered, which proves nothing."""
        if self._writer is None or self.stale:
            return Answer(None, "away")
        request_id = next(self._request_ids)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            self._writer.write(write_request(Request(request_id, ask)))
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except (TimeoutError, OSError):
            return Answer(request_id, "away")
        finally:
            self._waiting.pop(request_id, None)

    async def run(self) -> None:
        """Connect, listen, and connect again, until cancelled."""
        failures = 0
        while True:
            before_s = self._seen_s
            try:
                await self._listen()
            except TimeoutError:
                self._say(f"the controller at {self._socket} has fallen silent; the page is grey")
            except (OSError, EOFError, RemoteProtocolError, ValueError) as error:
                self._say(f"no controller at {self._socket} ({error}); the page is grey")
            finally:
                self._hang_up()
            failures = 0 if self._seen_s > before_s else failures + 1
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    async def _listen(self) -> None:
        """One connection's life. Raises when it ends, falls silent or speaks another language."""
        reader, self._writer = await asyncio.open_unix_connection(self._socket, limit=LINE_BYTES_MAX)
        self._writer.write(write_request(Request(next(self._request_ids), Watch())))
        while True:
            async with asyncio.timeout(SILENCE_S):
                line = await reader.readline()
            if not line:
                raise EOFError("it hung up")
            await self._take(read_reply(line))

    async def _take(self, reply: Answer | View) -> None:
        if isinstance(reply, Answer):
            waiting = self._waiting.get(reply.request_id) if reply.request_id is not None else None
            if waiting and not waiting.done():
                waiting.set_result(reply)
            return
        known = self.picture is not None and {slot.product for slot in reply.slots} <= self.names.pieces.keys()
        if not known:
            await self._refresh_names()
        await self._refresh_token(reply)
        self.picture, self._seen_s = reply, self._clock_s()
        self._say(f"connected to the controller at {self._socket}", logging.INFO)
        self._wake()
        if known and self._clock_s() - self._named_s > NAMES_S:
            await self._refresh_names()

    async def _refresh_names(self) -> None:
        """In a thread, because a disk may be slow. A picture waits for it only when it shows an unknown product."""
        names = await asyncio.to_thread(read_names, self._database)
        self.names, self._named_s = names or self.names, self._clock_s()

    async def _refresh_token(self, picture: View) -> None:
        """Once a sale, in a thread too: the thanks wait for it, so that nothing moves under a finger later."""
        sale = picture.notice.vend_id if picture.notice else None
        if sale != self._thanked or (sale is not None and not self.token):
            self.token = "" if sale is None else await asyncio.to_thread(read_token, self._database, sale)
            self._thanked = sale

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(Answer(None, "away"))

    def _wake(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    def _say(self, words: str, level: int = logging.WARNING) -> None:
        """Say each change once: a log that repeats itself fills the card."""
        if words != self._said:
            self._said = words
            log.log(level, words)
