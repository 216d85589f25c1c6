"""The oracle of a wallet town: knows what providers captured and gave back, and says whether the books tell the same story.

For each payment: it was asked for once; what was captured is a sale, a doubt, back with the buyer, or a claim, exactly one
of them. For all: every cent in the machine and at the providers is accounted for by pieces that fell, money that went back
and what is owed. What coins, pieces and the chain need is `oracle`'s part.

A claim beside a real refund is wrong, because somebody could be paid twice. There is one exception, and it is narrow: the
books say themselves that it is in doubt, and the provider, which gave the money back, never told the refund's number to a
controller that lived on until it had nothing left to write. Then nothing is proven, and a person has to look.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import oracle
from oracle import Violation
from truth import PRICES_CENTS, SHELF
from wallet_town import FEES, SCREEN_MS, WalletTown
from wallet_wire import Provider

from controller.domain import facts as f
from controller.ledger import reports
from hw_mocks.wallets import Charge

ENDS = ("PaymentOver", "Reversed", "ReversalFailed")


def check(town: WalletTown, vouchers: dict[str, int]) -> None:
    """Every invariant, when all is quiet. `vouchers` are the cents of each that was shown. Raises Violation."""
    found = (
        [] if town.is_quiet else [f"it does not come to rest: {town.brain.cycle}, open {[*town.brain.shop.payments]}"]
    )
    found += [*_coins(town), *_payments(town), *_wallets(town), *_whole(town, vouchers), *_fees(town)]
    if found:
        raise Violation(f"seed {town.seed}: " + "; ".join(found))


def _coins(town: WalletTown) -> list[str]:
    """What is the same with and without wallets."""
    found = list(town.truth.wrongs)
    for part in (oracle._books, oracle._payouts, oracle._pieces, oracle._chain):
        found += part(town)  # type: ignore[arg-type]
    booked = sum(fact.cents for fact in town.facts() if isinstance(fact, f.CreditTaken))
    if booked + town.truth.hidden_cents != town.truth.inserted_cents:
        found.append(f"{town.truth.inserted_cents} cents of coins went in, {booked} are booked")
    return found


# One payment


@dataclass
class File:
    """All that the books say of one payment, with each fact's number, and what its provider's till has on it."""

    number: int
    facts: list[tuple[int, f.Fact]] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    captured_cents: int = 0
    back_cents: int = 0

    def all(self, *kinds: str) -> list[tuple[int, f.Fact]]:
        return [(seq, fact) for seq, fact in self.facts if type(fact).__name__ in kinds]

    def cents(self, *kinds: str) -> int:
        return sum(fact.cents for _, fact in self.all(*kinds))  # type: ignore[attr-defined]


def _files(town: WalletTown) -> dict[int, File]:
    files = dict[int, File]()
    for seq, fact in enumerate(town.facts(), start=1):
        if isinstance(number := getattr(fact, "payment_id", None), int):
            files.setdefault(number, File(number)).facts.append((seq, fact))
    for file in files.values():
        asked = file.facts[0][1]
        if isinstance(asked, f.PaymentAsked):
            till = town.providers[asked.provider].till
            file.charges = [charge for charge in till.charges if charge.reference.endswith(asked.reference)]
            for charge in file.charges[:1]:
                file.captured_cents = till.paid_cents.get(charge.reference, 0)
                file.back_cents = till.returned_cents.get(charge.reference, 0)
    return files


def _payments(town: WalletTown) -> list[str]:
    files, found = _files(town), list[str]()
    for file in files.values():
        for complaint in (*_asked(file), *_taken(town, file), *_ended(town, file), *_used(town, file)):
            found.append(f"payment {file.number}: {complaint}")
    known = sum(len(file.charges) for file in files.values())
    made = sum(len(provider.till.charges) for provider in town.providers.values())
    return found if made == known else [*found, f"{made} charges were made, the books know of {known}"]


def _asked(file: File) -> Iterable[str]:
    """It was written down before anybody was asked, and its provider was asked for one charge of that amount at most."""
    if not isinstance(file.facts[0][1], f.PaymentAsked) or len(file.all("PaymentAsked")) != 1:
        yield "is not asked for exactly once, before all else"
    if len(file.charges) > 1:
        yield f"{len(file.charges)} charges were made for it"
    if any(charge.cents != file.cents("PaymentAsked") for charge in file.charges):
        yield "another amount was asked for than is written down"


def _taken(town: WalletTown, file: File) -> Iterable[str]:
    """Credit only for what was captured before, to the cent, while somebody waited; everything else captured is late."""
    taken, late = file.all("PaymentTaken"), file.all("PaymentLate")
    if len(taken) + len(late) > 1:
        yield f"was booked {len(taken) + len(late)} times"
    if file.cents("PaymentTaken", "PaymentLate") != file.captured_cents:
        yield f"{file.captured_cents} cents were captured, {file.cents('PaymentTaken', 'PaymentLate')} are booked"
    for seq, _ in taken:
        asked_seq = file.facts[0][0]
        paid = file.charges[0].payment if file.charges else None
        if paid is None or paid.known_ms > town.truth.written_ms[seq] or paid.cents != file.cents("PaymentAsked"):
            yield "is credit, and was not captured to the cent by then"
        if town.truth.written_ms[seq] - town.truth.written_ms[asked_seq] >= SCREEN_MS or file.all("PaymentDropped"):
            yield "is credit, though nobody waited for it any more"
        if any(isinstance(fact, f.Booted) for fact in town.facts()[asked_seq:seq]):
            yield "is credit, though the machine was restarted meanwhile"


def _ended(town: WalletTown, file: File) -> Iterable[str]:
    """Exactly one of: never paid, used, back with the buyer, owed by a claim."""
    ends = file.all(*ENDS)
    if len(ends) != 1:
        yield f"ended {len(ends)} times, {file.captured_cents} cents captured and {file.back_cents} given back"
    for _, end in ends:
        match end:
            case f.PaymentOver(outcome="unpaid") if file.captured_cents:
                yield f"counts as unpaid, {file.captured_cents} cents were captured"
            case f.PaymentOver() if file.back_cents:
                yield f"was used, and {file.back_cents} cents went back"
            case f.Reversed(cents=cents) if not cents == file.back_cents == file.captured_cents:
                yield f"{cents} cents went back by the books, {file.back_cents} of {file.captured_cents} in truth"
            case f.ReversalFailed(place="") if file.back_cents:
                yield f"is owed by a claim, and {file.back_cents} cents went back"
            case f.ReversalFailed() if file.back_cents and _is_proven(town, file):
                yield f"is in doubt, and the provider has proven that {file.back_cents} cents went back"


def _is_proven(town: WalletTown, file: File) -> bool:
    payment = file.charges[0].payment
    assert payment is not None
    arrived = {one.reversal_id for one in payment.reversals if one.arrived_wall_ms is not None}
    return not arrived.isdisjoint(town.numbers.proven)


def _used(town: WalletTown, file: File) -> Iterable[str]:
    """Between becoming credit and leaving it: one piece sold, or in doubt, or none and it goes back."""
    for seq, _ in file.all("PaymentTaken"):
        left = file.all("PaymentOver", "ReversalDue")
        if not left:
            yield "is credit for ever"
            continue
        end_seq, end = left[0]
        between = Counter(type(fact).__name__ for fact in town.facts()[seq:end_seq])
        pieces = (between["Sold"], between["VendInDoubt"])
        outcome = end.outcome if isinstance(end, f.PaymentOver) else "back"
        if pieces != {"sold": (1, 0), "doubt": (0, 1), "back": (0, 0)}.get(outcome):
            yield f"ends as {outcome} with {pieces[0]} sales and {pieces[1]} doubts"
        if len(left) > 1:
            yield "leaves the credit twice"


# All of them


def _unproven(town: WalletTown) -> dict[str, int]:
    """What went back without a proof, by provider: the books still have it there, and owe it."""
    cents = defaultdict[str, int](int)
    for file in _files(town).values():
        for _, failed in file.all("ReversalFailed"):
            cents[failed.provider] += file.back_cents  # type: ignore[attr-defined]
    return cents


def _wallets(town: WalletTown) -> list[str]:
    """Each wallet's account is what its provider has captured and not given back."""
    books, unproven = reports.balances(town.brain.journal.db), _unproven(town)
    found = [f"{books['reversals']} cents are still on their way"] if books.get("reversals") else []
    for name, provider in town.providers.items():
        there_cents = _kept_cents(provider) + unproven[name]
        if books.get(f"wallet:{name}", 0) != there_cents:
            found.append(f"wallet:{name} is {books.get(f'wallet:{name}', 0)}, the till has {there_cents}")
    return found


def _kept_cents(provider: Provider) -> int:
    return sum(transfer.cents for transfer in provider.till.transfers)


def _whole(town: WalletTown, vouchers: dict[str, int]) -> list[str]:
    """All that came in is in pieces that were sold, out again, or owed to somebody; and a voucher counts once."""
    facts, found = town.facts(), list[str]()
    spent = Counter(fact.voucher_id for fact in facts if isinstance(fact, f.VoucherTaken))
    found += [f"voucher {one} was taken {times} times" for one, times in spent.items() if times > 1]
    coins_cents = town.truth.inserted_cents - town.truth.hidden_cents
    in_cents = coins_cents + sum(vouchers[one] for one in spent) + sum(_unproven(town).values())
    in_cents += sum(_kept_cents(provider) for provider in town.providers.values())
    sold = [fact.vend_id for fact in facts if isinstance(fact, f.Sold)]
    out_cents = sum(PRICES_CENTS[SHELF[town.truth.fell[vend]]] for vend in sold if vend in town.truth.fell)
    out_cents += town.truth.left_cents.total() - sum(fact.cents for fact in facts if isinstance(fact, f.Overpaid))
    owed_cents = sum(map(_owed_cents, facts))
    if in_cents != out_cents + owed_cents:
        found.append(f"{in_cents} cents came in, {out_cents} are in pieces or out again, {owed_cents} are owed")
    return found


def _owed_cents(fact: f.Fact) -> int:
    match fact:
        case f.VendInDoubt(price_cents=cents):
            return cents
        case f.ClaimOwed(cents=cents) | f.CreditAbandoned(cents=cents) | f.ReversalFailed(cents=cents):
            return cents
        case _:
            return 0


def _fees(town: WalletTown) -> list[str]:
    """A provider's fee was taken of each payment that bought a piece, to the nearest cent, and of no other."""
    books, due = reports.balances(town.brain.journal.db), Counter[str]()
    for file in _files(town).values():
        asked = file.facts[0][1]
        for _, over in file.all("PaymentOver"):
            if isinstance(over, f.PaymentOver) and over.outcome == "sold" and isinstance(asked, f.PaymentAsked):
                fee = FEES[asked.provider]
                exact = (Fraction(asked.cents * fee.percent_bp, 10_000) + fee.fixed_cents) * (
                    1 + Fraction(fee.vat_bp, 10_000)
                )
                due[asked.provider] += min(asked.cents, int(exact + Fraction(1, 2)))
    return [
        f"fee:{name} is {books.get(f'fee:{name}', 0)}, its provider took {due[name]}"
        for name in FEES
        if books.get(f"fee:{name}", 0) != due[name]
    ]
