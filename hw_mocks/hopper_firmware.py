"""What the processor inside a ccTalk payout hopper does: frames in, frames out, a motor, a sensor, two kinds of memory.

Written from the device's side of the standard (ccTalk 4.7 part 3) and of two makers' manuals. Coins leave one by one with
time. Without power the event counter, the coins still to pay and the enabling are gone; the lifetime count and how far
the last payout came are kept. Nothing here was compared with a real hopper.
"""

from collections.abc import Callable

from controller.protocols.cctalk import COUNTS, HOPPER_BLOCKED, Decoder, Frame, Header, HopperFlag
from hw_mocks.cctalk_device import Answer, CcTalkDevice, Refusal, plain

POWER_UP_MS = 630
MOTOR_START_MS = 300
COIN_MS = 150
ENABLE = b"\xa5"


class HopperFirmware(CcTalkDevice):
    """A hopper without its cable. `security` is `none`, `serial` or `cipher`, as its switch stands.

    `coins` lie in it; `on_coin` is called for each that leaves, when it leaves. The knobs below may be turned at any time.
    """

    category, product, build = "Payout", "SIMHOP", "STD01"

    def __init__(
        self,
        coins: int,
        address: int = 3,
        serial: int = 345_678,
        security: str = "none",
        coin_id: str = "US025A",
        on_coin: Callable[[], None] = lambda: None,
        frames: type[Frame] = Frame,
        speed: float = 1.0,
    ) -> None:
        super().__init__(address, serial, frames)
        self.coins, self.security, self.coin_id, self._on_coin = coins, security, coin_id, on_coin
        self.start_ms, self.coin_ms = MOTOR_START_MS / speed, COIN_MS / speed
        self.power_up_ms = POWER_UP_MS / speed
        self.pin = b""
        """Four digits; dispensing is silent until they are entered."""
        self.jammed = False
        """The motor turns and nothing comes."""
        self.gives_up_ms: float | None = 5_000 / speed
        """After this long without a coin it ends the payout by itself; None: it never does."""
        self.blocks = HopperFlag(0)
        """Flags a payout ends with when the hopper gives up."""
        self.extra_coins = 0
        """So many coins too many slip out behind the last one of the next payout; the sensor counts them."""
        self.refusal_counts = False
        """Its event counter goes up when it refuses, too."""
        self.forgets_unpaid = False
        """After an emergency stop its status says that nothing is unpaid."""
        self.forgets_payout = False
        """Without power it forgets how far the last payout came."""
        self.plain_ack = False
        """It answers a dispense with a bare ACK instead of its event counter."""
        self.single_coin = False
        self.cut_after: int | None = None
        """After so many more coins its supply drops for `cut_ms`."""
        self.cut_ms = 2_000 / speed
        self.lifetime = 0
        self.dispenses: list[int] = []
        """The number of coins of every dispense that was executed."""
        self._paid, self._last = 0, (0, 0)
        self._answers |= self._payout()
        self.power_up(-self.power_up_ms)

    def power_up(self, now_ms: float) -> None:
        """The supply comes back: all that is kept in RAM is new."""
        self.counter, self.remaining, self.enabled = 0, 0, False
        self.flags = HopperFlag.POWER_UP_SEEN
        self._pin_entered = False
        self._due_ms = self._heard_coin_ms = now_ms
        self._ready_ms, self._now_ms = now_ms + self.power_up_ms, now_ms
        self._decoder = Decoder(self._frames)

    def cut_power(self, now_ms: float, off_ms: float = 0) -> None:
        """The supply drops, now, for `off_ms`: a payout ends where it stands, which is kept in the lasting memory."""
        self.run(now_ms)
        interrupted = self.remaining
        self._finish()
        if self.forgets_payout:
            self._last = (0, 0)
        self.power_up(now_ms + off_ms)
        if interrupted:
            self.flags |= HopperFlag.POWER_DOWN_DURING_PAYOUT

    def run(self, now_ms: float) -> None:
        """Let the motor turn until `now_ms`."""
        while self.remaining and self._due_ms <= now_ms:
            if self.coins and not self.jammed:
                self._drop(self._due_ms)
            elif self.gives_up_ms is not None and self._due_ms - self._heard_coin_ms >= self.gives_up_ms:
                self._finish()
                self.flags |= HopperFlag.PAYOUT_TIMEOUT | self.blocks
            else:
                self._due_ms += self.coin_ms
        self._now_ms = max(self._now_ms, now_ms)

    def _drop(self, now_ms: float) -> None:
        """One coin falls past the sensor; what is true physically comes first."""
        self._leave()
        self.remaining -= 1
        self._heard_coin_ms, self._due_ms = now_ms, now_ms + self.coin_ms
        self._paid += 1
        if not self.remaining:
            for _ in range(min(self.extra_coins, self.coins)):
                self._leave()
            self.extra_coins = 0
            self._last = (self._paid, 0)
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after <= 0:
                self.cut_after = None
                self.cut_power(now_ms, self.cut_ms)

    def _leave(self) -> None:
        self.coins -= 1
        self.lifetime = (self.lifetime + 1) % COUNTS
        self._on_coin()

    def _finish(self) -> int:
        """End the payout under way, if there is one; gives back what stays unpaid."""
        unpaid = self.remaining
        if unpaid:
            self._last, self.remaining = (self._paid, unpaid), 0
        return unpaid

    # The line

    def hear(self, data: bytes, now_ms: float) -> bytes:
        """What the hopper sends after it heard `data`; its motor turns up to now first."""
        self.run(now_ms)
        return super().hear(data, now_ms)

    def _payout(self) -> dict[int, Answer]:
        return {
            Header.REQUEST_HOPPER_COIN: plain(lambda: self.coin_id.encode("ascii")),
            Header.REQUEST_PAYOUT_STATUS: plain(lambda: bytes((0x10 | (self.coins < 20),))),
            Header.TEST_HOPPER: plain(lambda: int(self._all_flags()).to_bytes(3, "little")),
            Header.ENABLE_HOPPER: self._enable,
            Header.REQUEST_HOPPER_STATUS: plain(lambda: bytes((self.counter, self.remaining, *self._progress()))),
            Header.REQUEST_HOPPER_DISPENSE_COUNT: plain(lambda: self.lifetime.to_bytes(3, "little")),
            Header.EMERGENCY_STOP: plain(self._stop),
            Header.DISPENSE_HOPPER_COINS: self._dispense,
            Header.ENTER_PIN_NUMBER: self._enter_pin,
            Header.RESET_DEVICE: plain(self._reset),
        }

    def _all_flags(self) -> HopperFlag:
        flags = self.flags
        flags |= HopperFlag(0) if self.enabled else HopperFlag.PAYOUT_DISABLED
        flags |= HopperFlag.SINGLE_COIN_MODE if self.single_coin else HopperFlag(0)
        flags |= HopperFlag.PIN_ENABLED if self.pin else HopperFlag(0)
        return flags | (HopperFlag.ENCRYPTION_ENABLED if self.security == "cipher" else HopperFlag(0))

    def _progress(self) -> tuple[int, int]:
        return (self._paid, self.remaining) if self.remaining else self._last

    def _enable(self, data: bytes) -> bytes | None:
        if len(data) != 1:
            return None
        self.enabled = data == ENABLE
        return b""

    def _enter_pin(self, data: bytes) -> bytes | None:
        self._pin_entered = data == self.pin
        return b"" if len(data) == 4 else None

    def _stop(self) -> bytes:
        unpaid = self._finish()
        if unpaid and self.forgets_unpaid:
            self._last = (self._last[0], 0)
        return bytes((unpaid,))

    def _reset(self) -> bytes:
        """A software reset: flags that block go, and so does what is in RAM; it answers, then it is gone for a moment."""
        self._finish()
        self.power_up(self._now_ms)
        self._ready_ms = self._now_ms + self.power_up_ms / 5
        return b""

    def _dispense(self, data: bytes) -> bytes | None:
        """Coins are ordered: the event counter; silence while the PIN is missing. Raises Refusal."""
        if self.pin and not self._pin_entered:
            return None
        secured = {"none": len(data) == 9, "serial": data[:-1] == self.serial.to_bytes(3, "little")}
        count = data[-1] if data else 0
        fit = secured.get(self.security, False) and count and not (self.single_coin and count > 1)
        if not (fit and self.enabled and not self.remaining and not self._all_flags() & HOPPER_BLOCKED):
            self.counter = self.counter % 255 + 1 if self.refusal_counts else self.counter
            raise Refusal
        self.counter = self.counter % 255 + 1
        self.remaining, self._paid = count, 0
        self._heard_coin_ms = self._now_ms
        self._due_ms = self._now_ms + self.start_ms
        self.dispenses.append(count)
        return b"" if self.plain_ack else bytes((self.counter,))
