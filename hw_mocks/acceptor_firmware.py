"""What the processor inside a ccTalk coin acceptor does: frames in, frames out, and a memory of the last five events.

It lets no coin in before a host has enabled that coin and lifted the master inhibit, and closes itself when nobody has
asked for credits for a second. A coin that is not let in falls through to the visitor. Without power it forgets its
events and its inhibits, and keeps its counters, as an EEPROM does. Nothing here was compared with a real acceptor.
"""

from collections.abc import Mapping

from controller.protocols.cctalk import COUNTS, Decoder, Frame, Header
from hw_mocks.cctalk_device import Answer, CcTalkDevice, plain

SELF_INHIBIT_MS = 1_000
POWER_UP_MS = 300
REJECTED, INHIBITED, INHIBITED_FIRST = 1, 2, 128
COINS = 16


class AcceptorFirmware(CcTalkDevice):
    """A coin acceptor without its cable. `coins` maps positions 1 to 16 to coin ids; all others are empty.

    The knobs below may be turned at any time.
    """

    category, product, build = "Coin Acceptor", "SIM16", "EC-2000 "

    def __init__(
        self, coins: Mapping[int, str], address: int = 2, serial: int = 12_345_678, frames: type[Frame] = Frame
    ) -> None:
        super().__init__(address, serial, frames)
        self.coins = dict(coins)
        self.fault = 0
        """What the self-check finds; see `FAULTS`."""
        self.null_event_first = False
        """Some acceptors add a null event after the first poll that follows a power-up."""
        self.counter_not_kept = False
        """Without power its counters of coins are lost too."""
        self.inhibits_kept = False
        """Its inhibits are written to lasting memory: it takes coins again as soon as somebody polls."""
        self.names_inhibited = False
        """It says which coin was inhibited, instead of only that one was."""
        self.poll_units, self.poll_value = 2, 20
        """How often it wants to be polled, as header 249 says it: 20 times 10 ms."""
        self.inserted = self.accepted = self.rejected = 0
        self.data_block = bytearray(64)
        self._answers |= {**self._state(), **self._money(), **self._sorting(), **self._workshop()}
        self._mask, self._open = 0, False
        self.power_up(-POWER_UP_MS)

    def power_up(self, now_ms: float) -> None:
        """Forget all events; every coin is inhibited until a host says otherwise. Counters of coins are kept."""
        self.counter, self.events = 0, [(0, 0)] * 5
        self._next_mask = None
        if not self.inhibits_kept:
            self._mask, self._open = 0, False
        if self.counter_not_kept:
            self.inserted = self.accepted = self.rejected = 0
        self._overrides, self._paths, self._default_path = 0xFF, dict.fromkeys(range(1, COINS + 1), 1), 1
        self._decoder = Decoder(self._frames)
        self._ready_ms, self._polled_ms, self._first_poll = now_ms + POWER_UP_MS, None, True
        self._now_ms, self._reset_after_reply = now_ms, False

    _next_mask: int | None
    _polled_ms: float | None

    def open_for(self, position: int, now_ms: float) -> bool:
        """True when a coin of this position would be let in now."""
        asked = self._polled_ms is not None and now_ms - self._polled_ms <= SELF_INHIBIT_MS
        enabled = self._open and bool(self._mask >> position - 1 & 1)
        return position in self.coins and enabled and asked and now_ms >= self._ready_ms

    def insert(self, position: int, now_ms: float) -> bool:
        """A good coin drops in: True when it lies in the cash box, False when it fell through to the return tray."""
        if now_ms < self._ready_ms:
            return False
        self.inserted = (self.inserted + 1) % COUNTS
        if not self.open_for(position, now_ms):
            self.reject(INHIBITED_FIRST + position - 1 if self.names_inhibited else INHIBITED)
            return False
        self.accepted = (self.accepted + 1) % COUNTS
        self._remember(position, self._path_of(position))
        if self._next_mask is not None:
            self._mask, self._next_mask = self._next_mask, None
        return True

    def reject(self, code: int = REJECTED) -> None:
        """A coin falls through, or something else goes wrong: one error event."""
        self.rejected = (self.rejected + 1) % COUNTS
        self._remember(0, code)

    def _reply(self, request: Frame) -> bytes:
        reply = super()._reply(request)
        if self._reset_after_reply:
            self.power_up(self._now_ms)
        return reply

    def _remember(self, a: int, b: int) -> None:
        self.counter = self.counter % 255 + 1
        self.events = [(a, b), *self.events[:4]]

    def _path_of(self, position: int) -> int:
        path = self._paths[position]
        return path if self._overrides >> path - 1 & 1 else self._default_path

    # How it is.

    def _state(self) -> dict[int, Answer]:
        return {
            Header.REQUEST_POLLING_PRIORITY: plain(lambda: bytes((self.poll_units, self.poll_value))),
            Header.REQUEST_STATUS: plain(lambda: b"\0"),
            Header.PERFORM_SELF_CHECK: plain(lambda: bytes((self.fault,))),
        }

    # What coins it takes, and what it took.

    def _money(self) -> dict[int, Answer]:
        return {
            Header.REQUEST_COIN_ID: self._coin_id,
            Header.MODIFY_INHIBIT_STATUS: self._set_mask,
            Header.REQUEST_INHIBIT_STATUS: plain(lambda: self._mask.to_bytes(2, "little")),
            Header.MODIFY_MASTER_INHIBIT_STATUS: self._set_master,
            Header.REQUEST_MASTER_INHIBIT_STATUS: plain(lambda: bytes((self._open,))),
            Header.READ_BUFFERED_CREDIT_OR_ERROR_CODES: plain(self._credits),
            Header.MODIFY_INHIBIT_AND_OVERRIDE_REGISTERS: self._set_registers,
            Header.REQUEST_INSERTION_COUNTER: plain(lambda: self.inserted.to_bytes(3, "little")),
            Header.REQUEST_ACCEPT_COUNTER: plain(lambda: self.accepted.to_bytes(3, "little")),
            Header.REQUEST_REJECT_COUNTER: plain(lambda: self.rejected.to_bytes(3, "little")),
            Header.REQUEST_FRAUD_COUNTER: plain(lambda: bytes(3)),
        }

    def _coin_id(self, data: bytes) -> bytes | None:
        if len(data) != 1 or not 1 <= data[0] <= COINS:
            return None
        return self.coins.get(data[0], "......").encode("ascii")

    def _set_mask(self, data: bytes) -> bytes | None:
        if len(data) != 2:
            return None
        self._mask = int.from_bytes(data, "little")
        return b""

    def _set_master(self, data: bytes) -> bytes | None:
        if len(data) != 1:
            return None
        self._open = bool(data[0] & 1)
        return b""

    def _credits(self) -> bytes:
        reply = bytes((self.counter, *(number for event in self.events for number in event)))
        self._polled_ms = self._now_ms
        if self._first_poll and self.null_event_first:
            self._remember(0, 0)
        self._first_poll = False
        return reply

    def _set_registers(self, data: bytes) -> bytes | None:
        """One coin at a time: inhibits and sorter override for this coin, then for the one after it."""
        if len(data) != 6:
            return None
        self._mask, self._overrides = int.from_bytes(data[:2], "little"), data[2]
        self._next_mask = int.from_bytes(data[3:5], "little")
        return b""

    # Where coins go.

    def _sorting(self) -> dict[int, Answer]:
        return {
            Header.MODIFY_SORTER_OVERRIDE_STATUS: self._set_overrides,
            Header.REQUEST_SORTER_OVERRIDE_STATUS: plain(lambda: bytes((self._overrides,))),
            Header.MODIFY_SORTER_PATHS: self._set_path,
            Header.REQUEST_SORTER_PATHS: lambda data: bytes((self._paths[data[0]],)) if self._coin(data) else None,
            Header.MODIFY_DEFAULT_SORTER_PATH: self._set_default_path,
            Header.REQUEST_DEFAULT_SORTER_PATH: plain(lambda: bytes((self._default_path,))),
            Header.REQUEST_OPTION_FLAGS: plain(lambda: b"\0"),  # credit codes are positions
            Header.REQUEST_COIN_POSITION: lambda data: (
                (1 << data[0] - 1).to_bytes(2, "little") if self._coin(data) else None
            ),
        }

    def _coin(self, data: bytes) -> bool:
        return len(data) >= 1 and 1 <= data[0] <= COINS

    def _set_overrides(self, data: bytes) -> bytes | None:
        if len(data) != 1:
            return None
        self._overrides = data[0]
        return b""

    def _set_path(self, data: bytes) -> bytes | None:
        if len(data) not in (2, 5) or not self._coin(data) or not 1 <= data[1] <= 8:
            return None
        self._paths[data[0]] = data[1]
        return b""

    def _set_default_path(self, data: bytes) -> bytes | None:
        if len(data) != 1 or not 1 <= data[0] <= 8:
            return None
        self._default_path = data[0]
        return b""

    # What a technician tries.

    def _workshop(self) -> dict[int, Answer]:
        return {
            Header.TEST_SOLENOIDS: lambda data: b"" if len(data) == 1 else None,
            Header.TEST_OUTPUT_LINES: lambda data: b"" if len(data) == 1 else None,
            Header.READ_INPUT_LINES: plain(lambda: b"\0"),
            Header.READ_OPTO_STATES: plain(lambda: b"\0"),
            Header.REQUEST_DATA_STORAGE_AVAILABILITY: plain(lambda: bytes((1, 8, 8, 8, 8))),
            Header.READ_DATA_BLOCK: self._read_block,
            Header.WRITE_DATA_BLOCK: self._write_block,
            Header.RESET_DEVICE: plain(self._reset),
        }

    def _read_block(self, data: bytes) -> bytes | None:
        if len(data) != 1 or data[0] >= 8:
            return None
        return bytes(self.data_block[8 * data[0] : 8 * data[0] + 8])

    def _write_block(self, data: bytes) -> bytes | None:
        if len(data) != 9 or data[0] >= 8:
            return None
        self.data_block[8 * data[0] : 8 * data[0] + 8] = data[1:]
        return b""

    def _reset(self) -> bytes:
        self._reset_after_reply = True
        return b""
