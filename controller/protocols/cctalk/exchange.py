"""One question and its answer on a line where the host hears itself: echo, silence, damage and retries.

On ccTalk's single data line everything that is sent comes straight back. The echo is compared byte by byte and set
aside; only what follows it can be the answer. Anything else is damage: all is thrown away until the line has been quiet
for 50 ms, and the question is asked again (ccTalk 4.7 part 4, 1.2.11). Some adapters swallow the echo; the first
undamaged answer tells which kind this one is.
"""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn

from .errors import LocalProtocolError, RemoteProtocolError
from .frame import FRAME_BYTES_MIN, HOST, RECEIVE_GAP_MS, Frame
from .names import Header, header_name

DAMAGES_MAX = 20
"""So often a question is asked again over a noisy line. Silence is given up sooner: it is a normal answer in ccTalk."""
QUIET_WAIT_MS_MAX = 1_000
"""A line that is not quiet for 50 ms within this time is not a line."""


@dataclass(frozen=True, slots=True)
class Question:
    """A header and its data; how long one answer may take, how many silences are an answer, how long the answer is."""

    header: int
    data: bytes = b""
    timeout_ms: int = 200
    tries: int = 3
    answer_bytes: int | None = None


class NoAnswer(RemoteProtocolError):
    """A question got no usable answer, however often it was asked."""


class Silence(NoAnswer):
    """The question went out undamaged and nothing came back. It may just mean: I do not know this header."""


class _Now(Enum):
    IDLE = auto()
    TO_SEND = auto()
    LISTENING = auto()
    QUIETING = auto()


class Exchange:
    """Asks one question at a time. The caller writes `to_send`, hands in what it hears, and calls `tick` by `wake_ms`."""

    def __init__(self, address: int, frames: type[Frame] = Frame) -> None:
        if not 2 <= address <= 255:
            raise LocalProtocolError(f"no device has address {address}")
        self.address, self._frames = address, frames
        self.echo: bool | None = None
        """Whether the adapter gives our own bytes back; None until the first undamaged answer."""
        self.counts: Counter[str] = Counter()
        """How often: `asked`, `answered`, `silent`, `damaged`, `refused`, and `stray` bytes nobody asked for."""
        self._state = _Now.IDLE
        self._question = Question(Header.SIMPLE_POLL)
        self._request = self._heard = b""
        self._silences = self._damages = 0
        self._heard_ms = self._sent_ms = self._quiet_since_ms = 0

    @property
    def idle(self) -> bool:
        return self._state is _Now.IDLE

    @property
    def listening(self) -> bool:
        """True while bytes from the line are awaited."""
        return self._state in (_Now.LISTENING, _Now.QUIETING)

    @property
    def wake_ms(self) -> int | None:
        """When `tick` has something to do even if nothing is heard; None when idle."""
        match self._state:
            case _Now.IDLE:
                return None
            case _Now.TO_SEND:
                return self._sent_ms
            case _Now.QUIETING:
                return self._heard_ms + RECEIVE_GAP_MS + 1
        patience_ms = RECEIVE_GAP_MS + 1 if self._unfinished() else self._question.timeout_ms
        return self._heard_ms + patience_ms

    def ask(self, question: Question, now_ms: int) -> None:
        """Raises LocalProtocolError while another question is open, and for header 0, which is only for replies."""
        if not self.idle:
            raise LocalProtocolError(f"{header_name(self._question.header)} has no answer yet")
        if question.header == Header.REPLY:
            raise LocalProtocolError("a host never sends header 0")
        self._question = question
        self._request = self._frames.build(self.address, question.header, question.data)
        self._silences = self._damages = 0
        self._state, self._sent_ms = _Now.TO_SEND, now_ms

    def abandon(self) -> None:
        """Forget the question; what still comes is stray."""
        self._state = _Now.IDLE

    def to_send(self, now_ms: int) -> bytes | None:
        """The frame to write now, in one write, after throwing away all unread input; None when there is none."""
        if self._state is not _Now.TO_SEND:
            return None
        self._state, self._heard = _Now.LISTENING, b""
        self._sent_ms = self._heard_ms = now_ms
        self.counts["asked"] += 1
        return self._request

    def hear(self, data: bytes, now_ms: int) -> bytes | None:
        """The answer's data once it is whole, else None. Raises NoAnswer when the question is given up."""
        if self._state is not _Now.LISTENING:
            self.counts["stray"] += len(data)
            self._heard_ms = now_ms
            return None
        late = self._unfinished() and now_ms - self._heard_ms > RECEIVE_GAP_MS
        self._heard += data
        self._heard_ms = now_ms
        try:
            if late:
                raise RemoteProtocolError("a frame broke off")
            return self._answer()
        except NoAnswer:
            raise
        except RemoteProtocolError as error:
            self._damaged(str(error))
            return None

    def tick(self, now_ms: int) -> None:
        """Time passes. Raises NoAnswer when the question is given up."""
        wake_ms = self.wake_ms
        if wake_ms is None or self._state is _Now.TO_SEND:
            return
        if self._state is _Now.QUIETING and now_ms - self._quiet_since_ms > QUIET_WAIT_MS_MAX:
            self._give_up("the line is never quiet")
        if now_ms < wake_ms:
            return
        if self._state is _Now.QUIETING:
            self._state = _Now.TO_SEND
        elif self._unfinished():
            self._damaged("a frame broke off")
        else:
            self._silent()

    def _reply(self) -> bytes:
        """What was heard after our own echo. Raises RemoteProtocolError when the echo is not ours."""
        ours = self._request[: len(self._heard)]
        echoed = self._heard.startswith(ours)
        if self.echo is None and not echoed and self._heard[0] == HOST:
            return self._heard
        if self.echo is False:
            return self._heard
        if not echoed:
            raise RemoteProtocolError("our own echo came back changed")
        return self._heard[len(self._request) :]

    def _unfinished(self) -> bool:
        """True when bytes of an echo or a reply came and more must follow at once."""
        whole_echo = self.echo is not False and self._heard == self._request
        return bool(self._heard) and not whole_echo

    def _answer(self) -> bytes | None:
        reply = self._reply()
        if not reply:
            return None
        if reply[0] != HOST:
            raise RemoteProtocolError(f"a reply to {reply[0]} instead of the host")
        if len(reply) < 2 or len(reply) < reply[1] + FRAME_BYTES_MIN:
            return None
        frame = self._frames.read(reply)
        self._check(frame)
        self.echo = len(reply) < len(self._heard)
        if frame.header != Header.REPLY:
            self._silent("refused")  # NAK or BUSY: it may do it the next time
            return None
        self._state = _Now.IDLE
        self.counts["answered"] += 1
        return frame.data

    def _check(self, frame: Frame) -> None:
        """Raises RemoteProtocolError for a sound frame that cannot be the answer to what was asked."""
        wanted = self._question.answer_bytes
        if frame.source not in (None, self.address):
            raise RemoteProtocolError(f"a reply from {frame.source}, not from {self.address}")
        if frame.header not in (Header.REPLY, Header.NAK, Header.BUSY):
            raise RemoteProtocolError(f"a reply with header {frame.header}")
        if frame.header == Header.REPLY and wanted is not None and len(frame.data) != wanted:
            raise RemoteProtocolError(f"a reply of {len(frame.data)} bytes where {wanted} belong")

    def _silent(self, how: str = "silent") -> None:
        self.counts[how] += 1
        self._silences += 1
        if self._silences >= self._question.tries:
            if self.echo and not self._heard:
                self._give_up("not even our own echo comes back: look at the adapter and its cable")
            self._give_up(how, Silence)
        self._state = _Now.TO_SEND

    def _damaged(self, why: str) -> None:
        self.counts["damaged"] += 1
        self._damages += 1
        if self._damages >= DAMAGES_MAX:
            self._give_up(f"damaged {self._damages} times, at last: {why}")
        self._state, self._quiet_since_ms = _Now.QUIETING, self._heard_ms

    def _give_up(self, why: str, error: type[NoAnswer] = NoAnswer) -> NoReturn:
        self._state = _Now.IDLE
        raise error(f"no answer to '{header_name(self._question.header)}': {why}")
