"""The lower edge of the kiosk: what just happened, what happens to the money, who to ask, and the money itself.

One message at a time, the most pressing first: a piece on its way, news, trouble, then the invitation to buy.
Pure: no request, no template, no clock.
"""

from dataclasses import dataclass, replace

from admin_web.books import Names
from admin_web.money import Pile, piles
from admin_web.shelf import piece_name
from admin_web.words import Words
from controller.domain.cycle import News, Phase
from controller.domain.view import NoticeView, View

LEAVING_MS = 15_000
"""Before credit is put aside the visitor is warned this long (WCAG 2.2, 2.2.1); one tap gives her the whole time again."""
YOURS = (News.SOLD, News.REFUNDED)
CALM = (News.SOLD_OUT, News.PAUSED, News.CLOSED)


@dataclass(frozen=True, slots=True)
class Message:
    """`mood` is calm, busy, yours (done, take it) or needs (a person). `code` is for the visitor to copy."""

    title: str
    money: str = ""
    who: str = ""
    mood: str = "calm"
    code: str = ""
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Till:
    """The visitor's money. `credit` and `missing` are empty when there is none."""

    message: Message
    credit: str
    missing: str
    coins: tuple[Pile, ...]
    no_coins: bool
    can_give_back: bool
    codes: tuple[str, ...] = ()
    """Claim codes that somebody may still be copying while the message speaks of something else, with their amounts."""


def till(view: View, names: Names, words: Words, age_ms: int) -> Till:
    """The till for this picture, which is `age_ms` old: waits that run in the controller ran on meanwhile."""
    said = message(view, names, words, age_ms)
    coins = (*piles(view.credit_cents), *piles(view.missing_cents, ghost=True))
    return Till(
        message=said,
        credit=words.money(view.credit_cents) if view.credit_cents else "",
        missing=words.money(view.missing_cents) if view.missing_cents else "",
        coins=() if said.code else coins,  # a code to copy needs the room
        no_coins=not view.coins_welcome,
        can_give_back=view.credit_cents > 0 and view.phase == Phase.CREDIT,
        codes=tuple(f"{told.claim} · {words.money(told.cents)}" for told in view.codes),
    )


def message(view: View, names: Names, words: Words, age_ms: int) -> Message:
    """The one thing to say now."""
    if view.phase == Phase.DISPENSING:
        piece = piece_name(view.vending, view, names)
        return _plain("turning", words, "busy", slot=view.vending, piece=piece)
    if view.phase == Phase.REFUNDING:
        return _plain("refunding", words, "busy")
    if view.notice:
        return _news(view.notice, view, names, words, age_ms)
    if view.troubles:
        return _trouble(view, words)
    return _invitation(view, names, words, age_ms)


def _news(notice: NoticeView, view: View, names: Names, words: Words, age_ms: int) -> Message:
    piece = piece_name(notice.slot, view, names)
    said = {"slot": notice.slot or "", "piece": piece, "money": words.money(notice.cents)}
    title, money, who = (words.about("news", notice.news, part, **said) for part in ("title", "money", "who"))
    mood = "yours" if notice.news in YOURS else "calm" if notice.news in CALM else "needs"
    told = Message(title, money, who, mood)
    if not notice.claim:
        return told
    left_ms = max(0, notice.left_ms - age_ms)
    return replace(told, code=notice.claim, keep=words.say("news_keep.left", age=words.span(_by_tens(left_ms))))


def _trouble(view: View, words: Words) -> Message:
    """Of several troubles the first is told; it stops everything just as all of them would."""
    title, who = (words.about("trouble", view.troubles[0], part) for part in ("title", "who"))
    return Message(title, _paused_money(view, words), who, "needs")


def _paused_money(view: View, words: Words) -> str:
    if view.credit_cents:
        return words.say("pause.money_credit", money=words.money(view.credit_cents))
    return words.say("pause.money")


def _invitation(view: View, names: Names, words: Words, age_ms: int) -> Message:
    left_ms = max(0, view.left_ms - age_ms) if view.left_ms is not None else None
    if view.credit_cents and left_ms is not None and left_ms <= LEAVING_MS:
        return _plain("leaving", words, "needs", age=words.span(left_ms))
    if not any(slot.status == "ready" for slot in view.slots):
        return _nothing_to_buy(view, words)
    if not view.coins_welcome and view.credit_cents:
        return Message(words.say("pause.enough"), words.say("pause.enough_money"))
    if view.chosen:
        return _plain("chosen", words, slot=view.chosen, piece=piece_name(view.chosen, view, names))
    told = _plain("credit" if view.credit_cents else "idle", words)
    return told if view.gives_change else replace(told, money=words.say("till.exact"))


def _nothing_to_buy(view: View, words: Words) -> Message:
    """Sold out is good news and said as such; closed slots, or a shop that is not set up yet, are a pause."""
    sold_out = bool(view.slots) and all(slot.status == "sold-out" for slot in view.slots)
    title = words.say("pause.nothing") if sold_out else words.say("trouble.other.title")
    who = words.say("pause.nothing_who") if sold_out else words.say("trouble.other.who")
    return Message(title, _paused_money(view, words), who)


def _plain(key: str, words: Words, mood: str = "calm", **values: object) -> Message:
    return Message(words.say(f"till.{key}", **values), words.say(f"till.{key}_hint", **values), mood=mood)


def _by_tens(ms: int) -> int:
    """Up to the next ten seconds while there is time, so that the screen rests."""
    return ms if ms <= 10_000 else -(-ms // 10_000) * 10_000
