"""Money besides vends: what visitors put in and got back, payments by wallet and card, claims, pay of makers, cash counts."""

from lab.model.draft import Draft, at
from lab.model.memory import CASH as BY_CASH
from lab.model.memory import VOUCHER, Claim, room
from lab.model.tables import ACCOUNT_DAYS, CASH, MACHINE_DAYS, PAYMENTS
from lab.model.told import Told
from lab.model.vends import owed

DAILY = ("maker", "fund", "fee", "tax")
"""The families of accounts that have days, as in the machine's own books."""


def coin_in(draft: Draft, told: Told) -> None:
    """A coin or a bill."""
    _credited(draft, told, BY_CASH, told.cents("cents"))


def voucher_in(draft: Draft, told: Told) -> None:
    _credited(draft, told, VOUCHER, told.cents("cents"))


def _credited(draft: Draft, told: Told, means: str, cents: int) -> None:
    draft.memory.put_in(means, cents)
    draft.add(MACHINE_DAYS, told, inserted_cents=cents)


def goes_back(draft: Draft, told: Told) -> None:
    """Credit is on its way out to the visitor."""
    draft.memory.take_out(told.cents("cents"))


def went_back(draft: Draft, told: Told) -> None:
    draft.add(MACHINE_DAYS, told, returned_cents=told.cents("cents"))


# Claims without a vend


def abandoned(draft: Draft, told: Told) -> None:
    """Nobody used this credit."""
    _waits(draft, told, "unclaimed")
    draft.memory.take_out(told.cents("cents"))


def could_not_leave(draft: Draft, told: Told) -> None:
    _waits(draft, told, "claims")


def may_have_left(draft: Draft, told: Told) -> None:
    _waits(draft, told, "doubt")


def _waits(draft: Draft, told: Told, what: str) -> None:
    code, cents, place = told.text("claim"), told.cents("cents"), told.text("place", "")
    room(draft.memory.claims, code)
    draft.memory.claims[code] = Claim(told.seq, 0)
    owed(draft, told, what, cents, place=place)


# Payments without coins


def payment_asked(draft: Draft, told: Told) -> None:
    payment_id, cents = told.whole("payment_id"), told.cents("cents")
    words = {"provider": told.text("provider"), "slot": told.text("slot"), "outcome": "asked", "reason": "", "back": ""}
    draft.put(PAYMENTS, payment_id, seq=told.seq, cents=cents, **at("from", told.when), **words)


def payment_taken(draft: Draft, told: Told) -> None:
    payment_id, provider, cents = told.whole("payment_id"), told.text("provider"), told.cents("cents")
    draft.change(PAYMENTS, payment_id, outcome="taken")
    _credited(draft, told, provider, cents)


def payment_dropped(draft: Draft, told: Told) -> None:
    draft.change(PAYMENTS, told.whole("payment_id"), outcome="dropped", reason=told.text("reason"))


def payment_late(draft: Draft, told: Told) -> None:
    """Paid when nobody waited any more: all of it goes back."""
    payment_id, cents = told.whole("payment_id"), told.cents("cents")
    draft.change(PAYMENTS, payment_id, outcome="late", back="due")
    draft.add(MACHINE_DAYS, told, inserted_cents=cents)


def reversal_due(draft: Draft, told: Told) -> None:
    payment_id, provider, cents = told.whole("payment_id"), told.text("provider"), told.cents("cents")
    draft.change(PAYMENTS, payment_id, back="due")
    draft.memory.take_out(cents, provider)


def reversed_(draft: Draft, told: Told) -> None:
    payment_id, cents = told.whole("payment_id"), told.cents("cents")
    draft.change(PAYMENTS, payment_id, back="done")
    draft.add(MACHINE_DAYS, told, returned_cents=cents)


def reversal_failed(draft: Draft, told: Told) -> None:
    """It is owed by a claim code, or, when it may have gone back after all, in doubt."""
    payment_id = told.whole("payment_id")
    _waits(draft, told, "doubt" if told.text("place", "") else "claims")
    draft.change(PAYMENTS, payment_id, back="failed")


# What people do with money


def maker_paid(draft: Draft, told: Told) -> None:
    draft.add(ACCOUNT_DAYS, told, f"maker:{told.text('maker')}", paid_cents=told.cents("cents"))


def moved(draft: Draft, told: Told) -> None:
    """Money went from one account to another; only makers, funds, fees and taxes have days."""
    cents, sides = told.cents("cents"), (told.text("debit"), told.text("credit"))
    for account, paid_cents in zip(sides, (cents, -cents), strict=True):
        if account.partition(":")[0] in DAILY:
            draft.add(ACCOUNT_DAYS, told, account, paid_cents=paid_cents)


def counted(draft: Draft, told: Told) -> None:
    """Two people counted a place without knowing what to expect."""
    _found(draft, told, "count", told.text("place"), told.cents("expected_cents"), told.cents("counted_cents"))


def overpaid(draft: Draft, told: Told) -> None:
    """A hopper gave a coin too many."""
    _found(draft, told, "overpaid", told.text("place"), told.cents("cents"), 0)


def coins_unknown(draft: Draft, told: Told) -> None:
    """There may be coins in the box that nobody was credited for; a count will find them."""
    _found(draft, told, "coins-unknown", told.text("device"), 0, 0)


def _found(draft: Draft, told: Told, what: str, place: str, expected_cents: int, counted_cents: int) -> None:
    cents = {"expected_cents": expected_cents, "counted_cents": counted_cents}
    draft.put(CASH, told.seq, **at("at", told.when), what=what, place=place, **cents)
