"""What the machine shows of itself: one frozen picture, made after every decision and sent to every page.

Pages show this and nothing they remember, so the screen, the buttons and the coins always agree. Words in it are codes;
each page says them in its reader's language.
"""

from dataclasses import dataclass

from controller.domain.catalog import Share, Slot
from controller.domain.cycle import Cycle, Notice
from controller.domain.events import HARMLESS, Trouble
from controller.domain.shop import Shop
from controller.domain.wallet import Offer
from controller.domain.welcome import welcome_coins


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot on the glass. `status`: `ready`, `sold-out`, `closed` (see `reason`) or `paused` (the whole machine is)."""

    slot: str
    product: str
    maker: str
    price_cents: int
    quantity: int
    status: str
    reason: str | None
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class NoticeView:
    """News for the visitor: a `controller.domain.vend.News` word, and how long it stays."""

    news: str
    slot: str | None
    cents: int
    claim: str | None
    left_ms: int
    vend_id: int | None = None
    """The sale that this is the thanks for, how its price was shared, and whether its question has an answer."""
    shares: tuple[Share, ...] = ()
    answered: bool = False


@dataclass(frozen=True, slots=True)
class PaymentView:
    """How to pay `cents` by `provider`; `offer` is None until the provider has answered. `waits_ms` is the whole wait."""

    provider: str
    cents: int
    offer: Offer | None
    waits_ms: int = 0


@dataclass(frozen=True, slots=True)
class PairingView:
    """A phone may be bound for `left_ms` more: with `code`, and once one has read it, as `member`'s phone called `phone`."""

    code: str
    left_ms: int
    member: str = ""
    phone: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class TrialView:
    """What is being tried at the open door right now: `motor` (of which `slot`), `coins` or `sensor`."""

    part: str
    slot: str


@dataclass(frozen=True, slots=True)
class View:
    """`version` grows with every change. `vending` is the slot that turns right now. `left_ms` is until the deadline."""

    machine: str
    boot_id: int
    version: int
    wall_ms: int
    phase: str
    credit_cents: int
    chosen: str | None
    missing_cents: int
    vending: str | None
    coins_welcome: bool
    troubles: tuple[str, ...]
    left_ms: int | None
    notice: NoticeView | None
    slots: tuple[SlotView, ...]
    gives_change: bool = True
    """Whether coins can come back; if not, the screen asks for the exact amount before any coin goes in."""
    codes: tuple[NoticeView, ...] = ()
    """Earlier claim codes that somebody may still be copying; the newest stands in `notice`."""
    coins_cents: tuple[int, ...] = ()
    """The coins that may come in right now, smallest first."""
    returning_cents: int = 0
    """What is on its way back to the visitor."""
    vending_shares: tuple[Share, ...] = ()
    """How the price of the piece that falls right now is shared."""
    wallets: tuple[str, ...] = ()
    """The providers one can pay with right now besides coins."""
    payment: PaymentView | None = None
    """What the visitor is asked to pay without coins, while the machine waits for it."""
    paid_cents: int = 0
    """What of the credit, or of the piece that falls, was paid without coins."""
    lacks: tuple[str, ...] = ()
    """Troubles that a person should mend but that stop no sale."""
    pairing: PairingView | None = None
    trial: TrialView | None = None
    board: str = ""
    """What the lab wants visitors to read while nothing else is to be said."""
    reloads: int = 0
    """When it grows, open pages load themselves anew."""


def view(machine: str, boot_id: int, version: int, wall_ms: int, cycle: Cycle, shop: Shop, now_ms: int) -> View:
    """The picture of this moment."""
    chosen = shop.slots.get(cycle.chosen) if cycle.chosen else None
    selling = shop.selling
    coins_cents = tuple(sorted(welcome_coins(cycle, shop)))
    return View(
        machine=machine,
        boot_id=boot_id,
        version=version,
        wall_ms=wall_ms,
        phase=cycle.phase.value,
        credit_cents=cycle.credit_cents,
        chosen=cycle.chosen,
        missing_cents=max(0, chosen.price_cents - cycle.credit_cents) if chosen else 0,
        vending=cycle.vend.slot if cycle.vend else None,
        coins_welcome=bool(coins_cents),
        troubles=tuple(sorted(trouble.value for trouble in shop.troubles - HARMLESS)),
        left_ms=max(0, cycle.deadline_ms - now_ms) if cycle.deadline_ms is not None else None,
        notice=_notice(cycle.notice, now_ms),
        slots=tuple(_slot(slot, shop, selling, cycle.last_vend_id + 1) for slot in shop),
        gives_change=shop.gives_change,
        codes=tuple(code for told in cycle.codes if told != cycle.notice and (code := _notice(told, now_ms))),
        coins_cents=coins_cents,
        returning_cents=cycle.payout.cents if cycle.payout else 0,
        vending_shares=cycle.vend.shares if cycle.vend else (),
        wallets=shop.wallets,
        payment=_payment(cycle, shop),
        paid_cents=cycle.paid.cents if cycle.paid else 0,
        lacks=tuple(sorted(trouble.value for trouble in (shop.troubles & HARMLESS) | shop.box_troubles)),
        pairing=_pairing(cycle, shop, now_ms),
        trial=TrialView(cycle.trial.part.value, cycle.trial.slot) if cycle.trial else None,
        board=shop.assembly.board,
        reloads=shop.assembly.reloads,
    )


def _notice(notice: Notice | None, now_ms: int) -> NoticeView | None:
    if notice is None or notice.until_ms <= now_ms:
        return None
    vend_id, shares = (notice.vend.vend_id, notice.vend.shares) if notice.vend else (None, ())
    left_ms = notice.until_ms - now_ms
    return NoticeView(
        notice.news.value, notice.slot, notice.cents, notice.claim, left_ms, vend_id, shares, notice.answered
    )


def _payment(cycle: Cycle, shop: Shop) -> PaymentView | None:
    asked = cycle.payment
    return PaymentView(asked.provider, asked.cents, cycle.offer, shop.policy.authorize_ms) if asked else None


def _pairing(cycle: Cycle, shop: Shop, now_ms: int) -> PairingView | None:
    """It ends when its time is over, or the door is shut."""
    told = cycle.pairing
    if told is None or told.until_ms <= now_ms or Trouble.DOOR_OPEN not in shop.troubles:
        return None
    return PairingView(told.code, told.until_ms - now_ms, told.member, told.phone, told.confirmed)


def _slot(slot: Slot, shop: Shop, selling: bool, turn: int) -> SlotView:
    shares = shop.rule.shares(slot.price_cents, slot.maker, turn) if shop.rule else ()
    return SlotView(
        slot.slot,
        slot.product,
        slot.maker,
        slot.price_cents,
        slot.quantity,
        _status(slot, selling),
        slot.closed.value if slot.closed else None,
        shares,
    )


def _status(slot: Slot, selling: bool) -> str:
    if slot.closed:
        return "closed"
    if not slot.quantity:
        return "sold-out"
    return "ready" if selling else "paused"
