"""What is said to a cashless reader before and between sessions: reset, set-up, prices, identity, features, polls.

A reader may answer anything at once or in a later poll, so every answer is read the same way (rule 7 of the reference).
JUST RESET is two bytes, ACK is one: by its length a block tells them apart.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import replace
from enum import StrEnum

from .coins import Identity
from .conversation import Ask, Conversation, Pause, Script
from .errors import LocalProtocolError, RemoteProtocolError
from .events import Found, Noted
from .names import CASHLESS, CASHLESS_2, READER_STATES, Reply, malfunction_name
from .replies import RESPONSE_S_MIN, Dialect, ReaderSetup, Said, replies

UNKNOWN_CURRENCY = "FFFF"
RESET, SETUP, PRICES, POLL = b"\0", b"\1\0", b"\1\1", b"\2"
IDENTIFY, FEATURES = b"\7\0", b"\7\4"
IDENTITY = b"MNG" + b"000000000001" + b"MINGA       " + b"\x01\x00"
"""Ours: maker, serial number, model, software version in BCD."""
MONEY_32_BIT, ALWAYS_IDLE = 1 << 1, 1 << 5
FEATURES_KNOWN = MONEY_32_BIT | ALWAYS_IDLE
"""Bits above 5 belong to version 4.3, whose bytes are not verified: they are never enabled."""
RESET_POLLS = 20


class State(StrEnum):
    """Where the VMC and its reader are, by the standard's names. Revaluing happens within a session."""

    INACTIVE = "inactive"
    DISABLED = "disabled"
    ENABLED = "enabled"
    SESSION_IDLE = "session idle"
    VEND = "vend"
    APPROVED = "vend approved"
    ENDING = "session ending"


class Restarted(RemoteProtocolError):
    """The reader says that it was reset."""


class NeedsReset(RemoteProtocolError):
    """The reader and we disagree about the state: it must be reset at once."""


class ReaderConversation(Conversation, ABC):
    """Starts a reader and reads what it says; what sessions and vends are is left to `CashlessHost`."""

    def __init__(
        self, currencies: Collection[str], features: int, mark: int, first_id: int, poll_ms: int, address: int
    ) -> None:
        if features & ~FEATURES_KNOWN or address not in (CASHLESS, CASHLESS_2):
            raise LocalProtocolError(f"no reader at {address:02X} is given features {features:02X}")
        super().__init__(address, self._serve(), RESPONSE_S_MIN * 1_000, mark, first_id)
        self._currencies, self._wanted_features, self._poll_ms = currencies, features, poll_ms
        self.state = State.INACTIVE
        self.setup: ReaderSetup | None = None
        self.features = 0
        """The optional features that both ends have agreed on."""
        self.dialect = Dialect()
        self._config: bytes | None = None
        self._identity: Said | None = None
        self._just_reset = False
        self._fault: RemoteProtocolError | None = None
        self._noted = ""

    @abstractmethod
    def _serve(self) -> Script[None]:
        """The whole endless dealing with the reader."""

    @abstractmethod
    def _session_reply(self, said: Said) -> None:
        """Take in a reply that is about sessions, vends or revaluing."""

    @property
    def response_ms(self) -> int:
        """How long the reader may take to answer or to stay silent."""
        return (self.setup.response_s if self.setup else RESPONSE_S_MIN) * 1_000

    # Words and answers

    def _say(self, command: bytes) -> Script[tuple[Said, ...]]:
        """Repeated until the reader has ACKed it or answered; then never again (rule 5)."""
        data = yield Ask(bytes((self._address | command[0],)) + command[1:])
        said = self._listen(data)
        if self._fault:
            fault, self._fault = self._fault, None
            raise fault
        return said

    def _poll(self) -> Script[tuple[Said, ...]]:
        return (yield from self._say(POLL))

    def _await(self, done: Callable[[], bool], patience_ms: int) -> Script[bool]:
        """Polls until `done`, for at most this long; whether it is."""
        until_ms = self._now_ms + patience_ms
        while not done() and self._now_ms < until_ms:
            yield Pause(self._now_ms + self._poll_ms, idle=True)
            yield from self._poll()
        return done()

    def _listen(self, data: bytes) -> tuple[Said, ...]:
        said = replies(data, self.dialect)
        for each in said:
            self._take_reply(each)
        if not said:
            self._noted = ""
        return said

    def _overheard(self, asked: bytes, data: bytes) -> None:
        """A late answer to RESET says nothing about now; anything else may be about money."""
        if asked[0] != self._address:
            self._listen(data)
            self._fault = None

    def _take_reply(self, said: Said) -> None:
        """Everything in a block is taken in, in its order, before a fault in it has its effect."""
        match said.kind:
            case Reply.JUST_RESET if self.state is State.INACTIVE:
                self._just_reset = True
            case Reply.JUST_RESET:
                self._fault = Restarted("the reader was reset")
            case Reply.OUT_OF_SEQUENCE:
                state = f", it is in state '{READER_STATES.get(said.data[1], '?')}'" if len(said.data) > 1 else ""
                self._fault = NeedsReset(f"a command was out of sequence{state}")
            case Reply.CONFIG:
                self._config = said.data
            case Reply.IDENTITY:
                self._identity = said
            case Reply.MALFUNCTION:
                self._note(f"malfunction {said.data[1]:02X}: {malfunction_name(said.data[1])}")
                self._session_reply(said)
            case None:
                self._note(f"cannot read {said.data.hex(' ').upper()}")
            case _:
                self._session_reply(said)

    def _note(self, words: str) -> None:
        """Some things are said at every poll; they are told once."""
        if words != self._noted:
            self._tell(Noted(words))
        self._noted = words

    # Start

    def _start_up(self) -> Script[Found]:
        """In the standard's order, up to the state in which only READER ENABLE is missing."""
        self.dialect, self.features = Dialect(), 0
        yield from self._reset()
        setup = yield from self._set_up()
        yield from self._say(PRICES + b"\xff\xff\0\0")
        self._identity = None
        options = b"\0\0\0\0" if setup.level == 3 and self._wanted_features else b""
        yield from self._say(IDENTIFY + IDENTITY + options)
        yield from self._await(lambda: self._identity is not None, self._poll_ms * RESET_POLLS)
        identity = Identity.read(self._identity.data[1:]) if self._identity else None
        if identity and self.dialect.level == 3:
            yield from self._agree_on_features(setup, identity.options)
        self.state = State.DISABLED
        return Found(setup, identity, {})

    def _reset(self) -> Script[None]:
        for _ in range(2):
            self._just_reset = False
            yield from self._say(RESET)
            if (yield from self._await(lambda: self._just_reset, self._poll_ms * RESET_POLLS)):
                return

    def _set_up(self) -> Script[ReaderSetup]:
        """Both levels, the scale, the time it may take. Raises RemoteProtocolError for a reader of another currency."""
        level = 3 if self._wanted_features else 2
        self._config = None
        yield from self._say(SETUP + bytes((level, 0, 0, 0)))
        yield from self._await(lambda: self._config is not None, self._patience_ms)
        setup = ReaderSetup.read(self._config or b"")
        if setup.currency not in {*self._currencies, UNKNOWN_CURRENCY}:
            raise RemoteProtocolError(f"the reader counts in currency {setup.currency}, not in one of ours")
        if setup.scale.factor < 1:
            raise RemoteProtocolError("the reader's scaling factor is 0")
        self.setup, self._patience_ms = setup, setup.response_s * 1_000
        self.dialect = Dialect(min(level, setup.level))
        return setup

    def _agree_on_features(self, setup: ReaderSetup, offered: int) -> Script[None]:
        features = offered & self._wanted_features
        yield from self._say(FEATURES + features.to_bytes(4, "big"))
        self.features = features
        if features & MONEY_32_BIT:
            self.dialect = replace(self.dialect, expanded=True)
            yield from self._say(PRICES + b"\xff\xff\xff\xff\0\0\0\0" + bytes.fromhex(setup.currency))
