"""The one thing the till says now: what happened, what happens to the money, who to ask.

The most pressing first: a piece or money on its way, credit about to be put aside, news, trouble, then the invitation to
buy. Pure: no request, no template, no clock.
"""

from dataclasses import dataclass, replace

from admin_web.books import Names
from admin_web.kiosk.shelf import is_night, piece_name
from admin_web.money import all_welcome
from admin_web.words import Words
from controller.domain.cycle import News, Phase
from controller.domain.events import Trouble
from controller.domain.view import NoticeView, View

LEAVING_MS = 15_000
"""Before credit is put aside the visitor is warned this long."""
YOURS = (News.SOLD, News.REFUNDED)
REFUSALS = (News.SOLD_OUT, News.PAUSED, News.CLOSED, News.COIN_BACK, News.VOUCHER_LATER)
"""Why a piece cannot be chosen. A trouble of the whole machine says more, so it is told instead."""
PAYOUT_DOUBT = "payout-doubt"
"""A doubt about no slot is one about coins: they may have left a hopper that cannot say so."""


@dataclass(frozen=True, slots=True)
class Message:
    """`mood` is calm, busy, yours (done, take it), needs (a person) or night. `code` is for the visitor to copy."""

    title: str
    money: str = ""
    who: str = ""
    mood: str = "calm"
    code: str = ""
    keep: str = ""


def message(view: View, names: Names, words: Words, age_ms: int) -> Message:
    """What to say of this picture, which is `age_ms` old."""
    if view.phase == Phase.DISPENSING:
        piece = piece_name(view.vending, view, names)
        return _plain("turning", words, "busy", slot=view.vending, piece=piece)
    if view.phase == Phase.REFUNDING:
        return _plain("refunding", words, "busy", money=words.money(view.returning_cents))
    if view.payment:
        return _plain("authorizing", words, "busy", money=words.money(view.payment.cents))
    if is_leaving(view, age_ms):
        warning = _plain("leaving", words, "needs", money=words.money(view.credit_cents))
        return replace(warning, who=words.about("trouble", view.troubles[0], "title")) if view.troubles else warning
    if view.notice and not (view.troubles and view.notice.news in REFUSALS):
        return _news(view.notice, view, names, words, age_ms)
    if view.troubles:
        return _trouble(view, words)
    return _invitation(view, names, words)


def idle_ms(view: View, age_ms: int) -> int | None:
    """How long until unused credit is put aside; None when there is none, or it is not waiting for the visitor."""
    waits = view.phase == Phase.CREDIT and view.left_ms is not None
    return max(0, view.left_ms - age_ms) if waits and view.left_ms is not None else None


def is_leaving(view: View, age_ms: int) -> bool:
    """Whether it is time to warn her."""
    left_ms = idle_ms(view, age_ms)
    return left_ms is not None and left_ms <= LEAVING_MS


def _news(notice: NoticeView, view: View, names: Names, words: Words, age_ms: int) -> Message:
    news = PAYOUT_DOUBT if notice.news == News.DOUBT and notice.slot is None else notice.news
    piece = piece_name(notice.slot, view, names)
    said = {"slot": notice.slot or "", "piece": piece, "money": words.money(notice.cents)}
    title, money, who = (words.about("news", news, part, **said) for part in ("title", "money", "who"))
    mood = "yours" if notice.news in YOURS else "calm" if notice.news in REFUSALS else "needs"
    told = Message(title, money, who, mood)
    if not notice.claim:
        return told
    left_ms = max(0, notice.left_ms - age_ms)
    return replace(told, code=notice.claim, keep=words.say("news_keep.left", age=words.span(_by_tens(left_ms))))


def _trouble(view: View, words: Words) -> Message:
    """Of several troubles the first is told; it stops everything just as all of them would."""
    title, who = (words.about("trouble", view.troubles[0], part) for part in ("title", "who"))
    return Message(title, _paused_money(view, words), who, "night" if is_night(view) else "needs")


def _paused_money(view: View, words: Words) -> str:
    if view.credit_cents:
        return words.say("pause.money_credit", money=words.money(view.credit_cents))
    return words.say("pause.night" if is_night(view) else "pause.money")


def _invitation(view: View, names: Names, words: Words) -> Message:
    if not any(slot.status == "ready" for slot in view.slots):
        return _nothing_to_buy(view, words)
    if not view.coins_welcome:
        return _no_more_coins(view, words)
    if view.chosen:
        told = _plain("chosen", words, slot=view.chosen, piece=piece_name(view.chosen, view, names))
    else:
        told = _plain("credit" if view.credit_cents else "idle", words)
    told = told if view.gives_change else _exact(told, view, words)
    board = "" if view.chosen or view.credit_cents else view.board
    return replace(told, who=words.say("trouble.no-wallet.calm") if _lacks_wallets(view) else board)


def _lacks_wallets(view: View) -> bool:
    """One could pay without coins here, but no provider answers now."""
    return Trouble.NO_WALLET in view.lacks and not view.wallets


def _exact(told: Message, view: View, words: Words) -> Message:
    """Nothing can be given back: this is said before any coin goes in. Later the coins that must wait say why themselves."""
    title = told.title if view.credit_cents or view.chosen else words.say("till.exact_idle")
    return replace(
        told, title=title, money=words.say("till.exact_hint") if all_welcome(view.coins_cents) else told.money
    )


def _nothing_to_buy(view: View, words: Words) -> Message:
    """Sold out is good news and said as such; closed slots, or a shop that is not set up yet, are a pause."""
    sold_out = bool(view.slots) and all(slot.status == "sold-out" for slot in view.slots)
    title = words.say("pause.nothing") if sold_out else words.say("trouble.other.title")
    who = words.say("pause.nothing_who") if sold_out else words.say("trouble.other.who")
    return Message(title, _paused_money(view, words), who)


def _no_more_coins(view: View, words: Words) -> Message:
    """The cash box is full, she put in enough, no coin makes up her price, or no coin at all could be given back."""
    if Trouble.BOX_FULL in view.lacks:
        title, who = (words.about("trouble", Trouble.BOX_FULL, part) for part in ("title", "who"))
        return Message(title, _paused_money(view, words), who, "needs")
    key = "no_coin_fits" if view.missing_cents and view.credit_cents else "enough" if view.credit_cents else "no_change"
    return Message(words.say(f"pause.{key}"), words.say(f"pause.{key}_money"))


def _plain(key: str, words: Words, mood: str = "calm", **values: object) -> Message:
    return Message(words.say(f"till.{key}", **values), words.say(f"till.{key}_hint", **values), mood=mood)


def _by_tens(ms: int) -> int:
    """Up to the next ten seconds while there is time, so that the screen rests."""
    return ms if ms <= 10_000 else -(-ms // 10_000) * 10_000
