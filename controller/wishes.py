"""What people ask of the books, weighed against what the books say: granted with its facts, or refused with a word."""

from controller.domain import afar, deciding, membership, periods, selling, spending, trials, turns
from controller.domain.afar import TakeCommand
from controller.domain.catalog import SlotId
from controller.domain.deciding import Decides, Propose
from controller.domain.membership import PutMember, RevokePhone
from controller.domain.periods import ClosePeriod, Stretch
from controller.domain.reversals import CloseReversal, close
from controller.domain.selling import PutSeller
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish, grant
from controller.domain.treasury import Books, MoveCash, Numbered, RefundSale, SettleClaim, decide
from controller.domain.trials import TryPart
from controller.domain.turns import PassTurn, TakeTurn
from controller.ledger.closing import counted, head_of
from controller.ledger.journal import Journal

MONEY = SettleClaim | RefundSale | Numbered


def weighed(wish: Wish, journal: Journal, shop: Shop, wired: frozenset[SlotId], now_ms: int = 0) -> Granted | Refusal:
    """Nothing is written yet. A numbered wish that was granted before is granted again, with nothing to write."""
    if isinstance(wish, CloseReversal):
        return close(wish, journal.cycle, shop, journal.reversals(wish.payment_id, wish.number.strip()))
    if isinstance(wish, TakeCommand):
        return afar.grant(wish, shop, journal.wish(wish.wish_id), journal.seq)
    if isinstance(wish, TryPart):
        return trials.grant(wish, journal.cycle, shop, wired, journal.wish(wish.wish_id), now_ms)
    if isinstance(wish, PutMember | RevokePhone):
        return membership.grant(wish, shop)
    if isinstance(wish, PutSeller):
        return selling.grant(wish, shop)
    if isinstance(wish, Decides):
        return deciding.grant(wish, shop, journal.wish(wish.wish_id) if isinstance(wish, Propose) else None)
    if isinstance(wish, TakeTurn | PassTurn):
        return turns.grant(wish, shop)
    if isinstance(wish, ClosePeriod):
        return periods.grant(wish, shop, _stretch(wish, journal, shop))
    if not isinstance(wish, MONEY):
        return grant(wish, shop, wired)
    sale, refunded = journal.sale(wish.vend_id) if isinstance(wish, RefundSale) else (None, False)
    done = journal.wish(wish.wish_id) if isinstance(wish, Numbered) else None
    payout = journal.cycle.payout
    paying = frozenset(order.place for order in payout.orders) if payout else frozenset()
    books = Books(journal.balances, sale, refunded, done, paying)
    if isinstance(wish, MoveCash) and spending.concerns(wish):
        return spending.pay(wish, shop, books)
    return decide(wish, shop, books)


def _stretch(wish: ClosePeriod, journal: Journal, shop: Shop) -> Stretch:
    """What the books say of the facts that are to be closed."""
    first = periods.first_seq(shop.assembly.periods)
    return Stretch(
        head_of(journal.db, wish.to_seq), counted(journal.db, first, wish.to_seq), journal.wish(wish.wish_id)
    )
