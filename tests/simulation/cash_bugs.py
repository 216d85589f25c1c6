"""Bugs to plant around payouts, the desk and the clock. Each is a mistake somebody really makes with other people's money."""

from dataclasses import replace

import pytest
from visit_bugs import Plant

from controller.domain import accounts, change, treasury, vend
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain import refund as refunds
from controller.domain import shop as shops
from controller.domain.change import Paid
from controller.ledger import journal as journals
from controller.ledger import running

# Payouts


def swallow_what_the_hopper_cannot_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hopper ran empty in mid-payout; the rest is nobody's."""
    end = refunds._end

    def shrug(cycle, payout, paid, now_ms, shop):
        decision = end(cycle, payout, paid, now_ms, shop)
        return replace(decision, facts=tuple(fact for fact in decision.facts if not isinstance(fact, f.ClaimOwed)))

    monkeypatch.setattr(refunds, "_end", shrug)


def pay_again_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payout that was under way is simply ordered again."""
    ask_again = vend._ask_again

    def pay_again(cycle, now_ms, shop):
        decision = ask_again(cycle, now_ms, shop)
        if cycle.payout is None:
            return decision
        afresh = replace(decision.cycle, payout=replace(cycle.payout, orders=()))
        return replace(decision, cycle=afresh, effects=(do.AskHoppers(cycle.payout.payout_id),))

    monkeypatch.setattr(vend, "_ask_again", pay_again)


def forget_the_coin_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hopper that overshoots is not noticed."""
    end = refunds._end

    def blind(cycle, payout, paid, now_ms, shop):
        decision = end(cycle, payout, paid, now_ms, shop)
        return replace(decision, facts=tuple(fact for fact in decision.facts if not isinstance(fact, f.Overpaid)))

    monkeypatch.setattr(refunds, "_end", blind)


def book_a_doubtful_payout_as_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hopper cannot say what it gave, so it will have given everything."""
    end = refunds._end

    def trusting(cycle, payout, ended, now_ms, shop):
        guessed = tuple(Paid(order.place, order.cents) for order in refunds._unsure(payout, ended))
        return end(cycle, payout, replace(ended, paid=(*ended.paid, *guessed)), now_ms, shop)

    monkeypatch.setattr(refunds, "_end", trusting)


def owe_a_doubtful_payout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hopper cannot say what it gave, so it will have given nothing: the visitor gets a claim for all of it."""
    monkeypatch.setattr(refunds, "_unsure", lambda payout, ended: ())


def count_on_a_short_hopper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hopper that gave less than ordered pays the next visitor too."""
    monkeypatch.setattr(refunds, "_closed", lambda payout, ended: ())


def order_without_the_serial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order does not say of which hopper's count it speaks."""
    orders = change.orders
    nameless = lambda *args: tuple(replace(order, serial=None) for order in orders(*args))  # noqa: E731
    monkeypatch.setattr(change, "orders", nameless)


def promise_the_change_of_closed_hoppers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coins are welcome because of change in hoppers that may not pay."""

    def all_of_it(shop):
        return {int(place[7:]): cents // int(place[7:]) for place, cents in shop.floats.items()}

    monkeypatch.setattr(shops.Shop, "change_coins", property(all_of_it))


def say_nothing_of_hidden_coins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The acceptor lost its memory, and nobody writes down that coins may lie in the box unbooked."""
    take = vend._take_coins
    monkeypatch.setattr(vend, "_take_coins", lambda cycle, event, *rest: take(cycle, replace(event, alarm=None), *rest))


# The desk


def settle_a_claim_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settled claim stays open, so that it can be paid again."""
    after = shops.after
    monkeypatch.setattr(
        shops, "after", lambda shop, fact: shop if isinstance(fact, f.ClaimSettled) else after(shop, fact)
    )


def take_a_sale_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the sale was refunded already."""
    sale = journals.Journal.sale
    monkeypatch.setattr(journals.Journal, "sale", lambda self, vend_id: (sale(self, vend_id)[0], False))


def keep_the_shares_of_a_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor is refunded out of the common fund, and the maker keeps her share."""
    postings = journals.postings

    def unfair(fact):
        if isinstance(fact, f.SaleRefunded):
            return accounts.move(fact.price_cents, "fund:comun", fact.place)
        return postings(fact)

    monkeypatch.setattr(journals, "postings", unfair)
    monkeypatch.setattr("controller.ledger.verify.postings", unfair)


def hide_the_difference_of_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is booked as if the expected amount had been found."""
    decide = treasury.decide

    def flatter(wish, shop, books):
        if isinstance(wish, treasury.CountCash):
            wish = replace(wish, counted_cents=books.in_place(wish.place))
        return decide(wish, shop, books)

    monkeypatch.setattr("controller.wishes.decide", flatter)


def do_a_repeated_wish_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether a wish with this id was done already."""
    monkeypatch.setattr(journals.Journal, "wish", lambda self, wish_id: None)


def remember_no_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment is booked without the id it was asked with, so that asking again pays again."""
    once = treasury._once

    def nameless(wish, shop, books):
        answer = once(wish, shop, books)
        if isinstance(answer, treasury.Granted):
            return replace(answer, facts=tuple(replace(fact, wish_id="") for fact in answer.facts))
        return answer

    monkeypatch.setattr(treasury, "_once", nameless)


def count_a_hopper_while_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What leaves it meanwhile is missing at the count and refunded by the books too."""
    monkeypatch.setattr(treasury, "_still", lambda place, books: None)


def take_coins_in_doubt_from_a_counted_hopper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count has shown them missing already; somebody decides that they had left, and they are missing twice."""
    monkeypatch.setattr(treasury, "_left", lambda claim, shop, books: claim.place)


# The clock


def rewrite_rows_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as the time is known, what was written in 1970 is corrected where it stands."""
    append = journals.Journal.append

    def correct(self, stamp, cycle, facts, marks=None, keeps=()):
        append(self, stamp, cycle, facts, marks, keeps)
        if any(isinstance(fact, f.ClockSet) and fact.trusted for fact in facts):
            self.db.execute("DROP TRIGGER IF EXISTS facts_stay")
            new = (stamp.wall_ms - stamp.mono_ms, stamp.boot_id)
            self.db.execute("UPDATE facts SET wall_ms = mono_ms + ? WHERE boot_id = ?", new)

    monkeypatch.setattr(journals.Journal, "append", correct)


def believe_the_first_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The days go by what the clock said at the start, whatever is known later."""
    monkeypatch.setattr(running, "heard", lambda clock, stamped, fact=None: clock or stamped)


def trust_every_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall clock is a clock: 1970 is written down as certain."""
    monkeypatch.setattr("truth.SimulatedClock.trusted", lambda self: True)


def stay_open_at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """The opening hours are in the configuration, and nobody looks at them."""
    monkeypatch.setattr("controller.rounds.doors", lambda *args: None)


BUGS: tuple[Plant, ...] = (
    swallow_what_the_hopper_cannot_pay,
    pay_again_after_a_restart,
    forget_the_coin_too_many,
    book_a_doubtful_payout_as_paid,
    owe_a_doubtful_payout,
    count_on_a_short_hopper,
    order_without_the_serial,
    promise_the_change_of_closed_hoppers,
    say_nothing_of_hidden_coins,
    settle_a_claim_twice,
    take_a_sale_back_twice,
    keep_the_shares_of_a_refund,
    hide_the_difference_of_a_count,
    do_a_repeated_wish_again,
    remember_no_wish,
    count_a_hopper_while_it_pays,
    take_coins_in_doubt_from_a_counted_hopper,
    rewrite_rows_when_the_clock_is_set,
    believe_the_first_clock,
    trust_every_clock,
    stay_open_at_night,
)
