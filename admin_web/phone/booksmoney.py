"""Every fact about money as a sentence: a visit with its coins, what goes back, what people decide, pay, count and move.

Who had a code for her money is told without the code: whoever knows it has the money.
"""

from admin_web.phone.booksteller import Teller
from controller.domain import facts as f


def _sale(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.VendStarted(slot=slot, product=product, price_cents=cents):
            return t.tell("VendStarted", piece=t.piece(product), slot=slot, money=t.money(cents))
        case f.Sold(slot=slot, product=product, price_cents=cents, shares=shares):
            return t.tell("Sold", piece=t.piece(product), slot=slot, money=t.money(cents), shares=t.shares(shares))
        case f.VisitorAnswered(product=product, answer=answer):
            return t.tell("VisitorAnswered", piece=t.piece(product), answer=answer)
        case f.VendFailed(slot=slot, price_cents=cents):
            return t.tell("VendFailed", slot=slot, money=t.money(cents))
        case f.VendInDoubt(slot=slot, price_cents=cents):
            return t.tell("VendInDoubt", slot=slot, money=t.money(cents))
        case f.SaleRefunded(price_cents=cents, place=place, by=by, reason=reason):
            return t.tell(
                "SaleRefunded", who=t.who(by), money=t.money(cents), place=t.account(place), why=reason or "…"
            )
        case _:
            return ""


def _coins(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.CreditTaken(cents=cents, place=place):
            return t.tell("CreditTaken", money=t.money(cents), place=t.account(place))
        case f.CoinsUnknown():
            return t.tell("CoinsUnknown")
        case f.CreditAbandoned(cents=cents):
            return t.tell("CreditAbandoned", money=t.money(cents))
        case f.VoucherTaken(cents=cents):
            return t.tell("VoucherTaken", money=t.money(cents))
        case f.VouchersAccepted(by=by):
            return t.tell("VouchersAccepted", who=t.who(by))
        case _:
            return ""


def _back(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.PayoutStarted(cents=cents):
            return t.tell("PayoutStarted", money=t.money(cents))
        case f.PayoutOrdered(orders=orders):
            coins = ", ".join(f"{order.coins} × {t.words.face(order.coin_cents)}" for order in orders)
            return t.tell("PayoutOrdered", coins=coins or "0")
        case f.Refunded(cents=cents, place=place):
            return t.tell("Refunded", money=t.money(cents), place=t.account(place))
        case f.Overpaid(cents=cents, place=place):
            return t.tell("Overpaid", money=t.money(cents), place=t.account(place))
        case f.PayoutInDoubt(cents=cents, place=place):
            return t.tell("PayoutInDoubt", money=t.money(cents), place=t.account(place))
        case f.HopperClosed(place=place, reason=reason):
            return t.tell("HopperClosed.short" if reason == "short" else "HopperClosed.unsure", place=t.account(place))
        case f.ClaimOwed(cents=cents):
            return t.tell("ClaimOwed", money=t.money(cents))
        case _:
            return ""


def _office(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.ClaimSettled(cents=cents, verdict=verdict, place=place, shares=shares, by=by):
            code = "money" if place and verdict is not f.Verdict.REFUNDED else verdict.value
            where = t.account(place) if place else ""
            values = {"money": t.money(cents), "place": where, "shares": t.shares(shares)}
            return t.tell(f"ClaimSettled.{code}", who=t.who(by), **values)
        case f.MakerPaid(maker=maker, cents=cents, place=place, by=by, witness=witness):
            values = {"maker": t.who(maker), "money": t.money(cents), "place": t.account(place)}
            return t.tell("MakerPaid", who=t.who(by), witness=t.who(witness), **values)
        case f.CashCounted(
            place=place, expected_cents=expected_cents, counted_cents=counted_cents, by=by, witness=witness
        ):
            off_cents = counted_cents - expected_cents
            code = "more" if off_cents > 0 else "less" if off_cents < 0 else "same"
            values = {"place": t.account(place), "money": t.money(counted_cents), "off": t.money(abs(off_cents))}
            return t.tell(f"CashCounted.{code}", who=t.who(by), witness=t.who(witness), **values)
        case f.CashMoved(cents=cents, debit=debit, credit=credit, by=by, wish_id=wish) if debit.startswith("fund:"):
            values = {"money": t.money(cents), "fund": t.account(debit), "place": t.account(credit)}
            return t.tell("CashMoved.spent", who=t.who(by), number=wish.partition("-")[2], **values)
        case f.CashMoved(cents=cents, debit=debit, credit=credit, by=by):
            there, here = t.account(debit), t.account(credit)
            return t.tell("CashMoved", who=t.who(by), money=t.money(cents), here=here, there=there)
        case _:
            return ""


def _payment(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.PaymentAsked(provider=provider, cents=cents, slot=slot):
            return t.tell("PaymentAsked", money=t.money(cents), wallet=_wallet(provider, t), slot=slot)
        case f.PaymentTaken(provider=provider, cents=cents):
            return t.tell("PaymentTaken", money=t.money(cents), wallet=_wallet(provider, t))
        case f.PaymentDropped(payment_id=number, reason=reason):
            return t.tell("PaymentDropped", number=number, why=t.words.about("dropped", reason))
        case f.PaymentLate(provider=provider, cents=cents):
            return t.tell("PaymentLate", money=t.money(cents), wallet=_wallet(provider, t))
        case f.PaymentOver(payment_id=number, outcome=outcome):
            return t.tell("PaymentOver", number=number, how=t.words.about("payment-over", outcome))
        case _:
            return ""


def _reversal(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.ReversalDue(provider=provider, cents=cents):
            return t.tell("ReversalDue", money=t.money(cents), wallet=_wallet(provider, t))
        case f.ReversalAccepted(payment_id=number):
            return t.tell("ReversalAccepted", number=number)
        case f.ReversalBounced(payment_id=number):
            return t.tell("ReversalBounced", number=number)
        case f.Reversed(provider=provider, cents=cents, by=by, witness=witness):
            values = {"money": t.money(cents), "wallet": _wallet(provider, t)}
            if not by:
                return t.tell("Reversed.seen", **values)
            return t.tell("Reversed.by", who=t.who(by), witness=t.who(witness), **values)
        case f.ReversalFailed(provider=provider, cents=cents, place=place):
            code = "ReversalFailed.doubt" if place else "ReversalFailed.claim"
            return t.tell(code, money=t.money(cents), wallet=_wallet(provider, t))
        case _:
            return ""


def _wallet(provider: str, t: Teller) -> str:
    return t.words.about("wallet", provider, name=provider)


MONEY = (_sale, _coins, _back, _office, _payment, _reversal)
"""Asked one after another; each answers for its own facts, and says nothing of others."""
