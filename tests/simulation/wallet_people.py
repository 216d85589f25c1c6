"""Who comes to a wallet town: people with phones, coins and vouchers, and what goes wrong around them by chance.

They pay what they have seen on the screen: at once, later, twice, another amount, or never, whatever has become of the
machine meanwhile. `People.act` lets one thing happen; the stories call its verbs one by one.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from truth import COINS_CENTS, SHELF, YEAR_MS, Rates
from wallet_town import WalletTown
from wallet_wire import DAY_MS, HOUR_MS, PROVIDERS, Provider

from controller.domain.catalog import SlotId
from controller.domain.events import (
    PayBy,
    ReturnPressed,
    SlotChosen,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VoucherShown,
)
from hw_mocks.wallets import Bill, Refused

LOOK_MS = 9_000
"""She waits so long for something to scan."""
PAID_CENTS = (100, 349, 351, 700)
"""What is paid instead of what was asked for."""
OUTAGES_H = (0.2, 0.2, 0.5, 0.5, 0.5, 1, 1, 3, 26)


def drawn(town: WalletTown) -> Rates:
    """How rough it is here. A hopper that cannot say what it paid is another simulation's."""
    return Rates(**{**vars_of(Rates.drawn(town.rng)), "unsure": 0.0})


def vars_of(rates: Rates) -> dict[str, float]:
    return {name: getattr(rates, name) for name in Rates.__slots__}


class People:
    """Everybody who comes, one after the other."""

    def __init__(self, town: WalletTown) -> None:
        self.town, self.rng = town, town.rng
        self.seen: str | None = None
        """The link that was last on the screen while somebody looked."""
        self.vouchers: dict[str, int] = {}
        """The cents of each that was ever shown."""
        self.acts: dict[Callable[[], object], int] = {
            self._want_some: 24,
            self._pay_somehow: 4,
            self._insert_some: 8,
            self._choose_some: 8,
            self.press_return: 4,
            self._show_some: 4,
            self._linger: 8,
            self._let_trouble_be: 7,
            self.repair: 9,
            self._outage: 1,
            self._shift_the_clock: 3,
            self._open_the_door: 2,
            self._refill: 4,
            self._echo: 5,
        }

    def act(self) -> None:
        """One thing happens, after a while."""
        self.town.wait(int(self.rng.expovariate(1 / 4_000)))
        self.rng.choices(list(self.acts), list(self.acts.values()))[0]()

    # What they do

    def wants(self, provider: str, slot: str) -> None:
        """She presses a wallet's sign beside a piece, and looks for something to scan."""
        self._tell(PayBy(provider, SlotId(slot)))
        for _ in range(3):
            self.town.wait(LOOK_MS // 3)
            self.look()

    def look(self) -> None:
        offer = self.town.brain.cycle.offer
        self.seen = offer.link if offer else self.seen

    def scans(self) -> Bill | None:
        """What she has seen is on her phone now, if her wallet takes it."""
        with suppress(Refused):
            return self.town.phone.scan(self.seen or "nada")
        return None

    def pays(self, cents: int | None = None, after_ms: int = 0, phones: int = 1) -> None:
        """So many phones scan; each confirms after a while."""
        for bill in [self.scans() for _ in range(phones)]:
            if bill:
                self.town.plans.append((self.town.clock.true_ms + after_ms, partial(_confirm, bill, cents)))
        self.town.wait(LOOK_MS)

    def inserts(self, *cents: int) -> None:
        for each in cents:
            position = next(position for position, value in COINS_CENTS.items() if value == each)
            if each in self.town.hardware.accepting:
                self.town.hardware.insert(position)
            self.town.guarded(self.town.read_coins)

    def shows(self, voucher_id: str, cents: int) -> None:
        """A voucher before the scanner."""
        self.vouchers[voucher_id] = cents
        self._tell(VoucherShown(voucher_id, cents, 1, 0))

    def chooses(self, slot: str) -> None:
        self._tell(SlotChosen(SlotId(slot)))

    def press_return(self) -> None:
        self._tell(ReturnPressed())

    def _tell(self, event: PayBy | ReturnPressed | SlotChosen | VoucherShown | TroubleBegan | TroubleEnded) -> None:
        self.town.guarded(lambda: self.town.brain.handle(event))
        self.town.wait(0)

    # By chance

    def _want_some(self) -> None:
        """Most pay what they have asked for."""
        self.wants(self.rng.choice(PROVIDERS), self.rng.choice(list(SHELF)))
        if self.rng.random() < 0.8:
            self._pay_somehow()

    def _pay_somehow(self) -> None:
        """Most pay the right amount, soon, once."""
        pick = self.rng.random
        self.look()
        cents = self.rng.choice(PAID_CENTS) if pick() < 0.1 else None
        after_ms = 0 if pick() < 0.6 else int(self.rng.choice((5_000, 60_000, 170_000, HOUR_MS, 20 * HOUR_MS)) * pick())
        self.pays(cents, after_ms, phones=1 + (pick() < 0.15))

    def _insert_some(self) -> None:
        self.inserts(*self.rng.choices((5, 25, 50, 100), k=self.rng.randrange(1, 5)))

    def _choose_some(self) -> None:
        self.chooses(self.rng.choice(list(SHELF)))

    def _show_some(self) -> None:
        """A new one, or one that was shown before."""
        known = list(self.vouchers.items())
        voucher = (f"v-{len(known)}", self.rng.choice((100, 350)))
        self.shows(*(self.rng.choice(known) if known and self.rng.random() < 0.4 else voucher))

    def _linger(self) -> None:
        self.town.wait(self.rng.choice((5_000, 20_000, 65_000, 125_000)))

    # What goes wrong

    def _let_trouble_be(self) -> None:
        """One of the ways in which a provider, or the way to it, is not as it should be."""
        knobs = self.rng.choice(
            (
                {"down": True},
                {"hangs": True},
                {"error_status": 503},
                {"storm": True},
                {"lost_replies": self.rng.randrange(1, 4)},
                {"lost_replies": 1, "lost_on": "request"},
                {"lost_replies": 1, "lost_on": "refund"},
                {"lost_replies": 2, "lost_on": "PUT"},
                {"late_ms": self.rng.choice((3_000, 100_000, HOUR_MS))},
                {"other_cents": self.rng.choice(PAID_CENTS)},
                {"takes_expired": True},
                {"skew_ms": self.rng.choice((-YEAR_MS, YEAR_MS))},
                {"refund": "fails"},
                {"refund": "refused"},
                {"refund_asks": self.rng.randrange(1, 4)},
                {"reversal_ms": self.rng.choice((2_000, 60_000, 6 * HOUR_MS))},
            )
        )
        self._some().faults.set(**knobs)

    def repair(self) -> None:
        self._some().faults.repair()

    def _outage(self) -> None:
        """Hours without a provider, and sometimes a day that takes a refund's deadline with it."""
        provider = self._some()
        provider.faults.set(down=True)
        self.town.wait(int(self.rng.choice(OUTAGES_H) * HOUR_MS))
        provider.faults.repair()

    def _some(self) -> Provider:
        return self.town.providers[self.rng.choice(PROVIDERS)]

    def _shift_the_clock(self) -> None:
        """The wall clock jumps by years or an hour, wakes up in 1970, or is set right."""
        clock = self.town.clock
        jumps = [partial(clock.step, by) for by in (10 * YEAR_MS, -10 * YEAR_MS, -HOUR_MS, 2 * DAY_MS)]
        if self.town.storm.strikes(self.town.storm.rates.clock):
            self.rng.choice((clock.lose, *jumps))()
        else:
            clock.set_right()
        self.town.wait(0)

    def _open_the_door(self) -> None:
        self._tell(TroubleBegan(Trouble.DOOR_OPEN))
        self.town.wait(self.rng.choice((0, 2_000, 20_000)))
        self._tell(TroubleEnded(Trouble.DOOR_OPEN))

    def _refill(self) -> None:
        self.town.guarded(self.town.office.visit)

    def _echo(self) -> None:
        """An old report comes again, or a wallet's word that was heard before."""
        late = self.town.hardware.late
        if late:
            report = self.rng.choice(late)
            self.town.guarded(lambda: self.town.brain.handle(report))


def _confirm(bill: Bill, cents: int | None) -> None:
    with suppress(Refused):
        bill.confirm(cents)
