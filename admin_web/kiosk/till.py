"""The lower edge of the kiosk: the message, the visitor's money, the coins that may come in, and her buttons.

Pure: no request, no template, no clock. What is said stands in `messages`; here is what is shown beside it.
"""

from dataclasses import dataclass

from admin_web.books import Names
from admin_web.kiosk.messages import LEAVING_MS, Message, idle_ms, is_leaving, message
from admin_web.kiosk.shelf import CARDS, wallet_name
from admin_web.money import Coin, Pile, all_welcome, piles, purse
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.cycle import Phase
from controller.domain.view import NoticeView, View

STAY_MS = 25_000
"""This long before unused credit is put aside more time is offered: WCAG 2.2, 2.2.1, asks for 20 s, and pictures travel."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What the slot takes now. `exact` announces that nothing can be given back, `why` that some coins must wait."""

    coins: tuple[Coin, ...] = ()
    spoken: str = ""
    exact: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wallet:
    """Another way to pay for the chosen piece: its word for the page's address, and its name."""

    id: str
    name: str
    by_card: bool


@dataclass(frozen=True, slots=True)
class Till:
    """Amounts are empty when there are none. `left` is the time in words while more is offered, `fuse` its rest in percent
    while the visitor is warned."""

    message: Message
    credit: str
    missing: str
    returning: str
    coins: tuple[Pile, ...]
    parts: tuple[Part, ...]
    intake: Intake
    no_coins: bool
    can_give_back: bool
    can_cancel: bool
    left: str = ""
    fuse: int | None = None
    wallets: tuple[Wallet, ...] = ()
    codes: tuple[str, ...] = ()
    """Claim codes that somebody may still be copying while the message speaks of something else, with their amounts."""


def till(view: View, names: Names, words: Words, age_ms: int) -> Till:
    """The till for this picture, which is `age_ms` old: waits that run in the controller ran on meanwhile."""
    said, left_ms = message(view, names, words, age_ms), idle_ms(view, age_ms)
    warned = is_leaving(view, age_ms)
    return Till(
        message=said,
        credit=_money(view.credit_cents, words),
        missing=_money(view.missing_cents, words),
        returning=_money(view.returning_cents, words),
        coins=() if said.code or warned else _coins(view),  # a code to copy, or a warning, needs the room
        parts=parts(view.vending_shares, names, words),
        intake=_intake(view, words) if _invites(view, said, warned) else Intake(),
        no_coins=not view.coins_welcome,
        can_give_back=view.credit_cents > 0 and view.phase == Phase.CREDIT,
        can_cancel=view.chosen is not None and view.phase in (Phase.IDLE, Phase.AUTHORIZING),
        left=words.span(left_ms) if left_ms is not None and left_ms <= STAY_MS else "",
        fuse=round(100 * left_ms / LEAVING_MS) if warned and left_ms is not None else None,
        wallets=() if said.code or warned else _wallets(view, words),
        codes=tuple(f"{told.claim} · {words.money(told.cents)}" for told in _codes(view, said)),
    )


def _money(cents: int, words: Words) -> str:
    return words.money(cents) if cents else ""


def _coins(view: View) -> tuple[Pile, ...]:
    """Hers, those on their way back, and as ghosts those still to come: of the kinds that may come in."""
    to_come = piles(view.missing_cents, True, view.coins_cents) if view.coins_welcome else ()
    return (*piles(view.credit_cents or view.returning_cents), *to_come)


def _invites(view: View, said: Message, warned: bool) -> bool:
    """Whether somebody may wonder which coins to put in now, and nothing more pressing needs the room."""
    return view.coins_welcome and view.phase in (Phase.IDLE, Phase.CREDIT) and not said.code and not warned


def _intake(view: View, words: Words) -> Intake:
    """The row of coins, before the first one and whenever some of them would not stay in."""
    few = not all_welcome(view.coins_cents)
    exact = "" if few or view.gives_change else words.say("till.exact")
    if not few and (view.credit_cents or view.chosen):
        return Intake(exact=exact)
    faces = ", ".join(words.face(cents) for cents in view.coins_cents)
    why = words.say("intake.little" if view.gives_change else "intake.none") if few else ""
    return Intake(purse(view.coins_cents), words.say("intake.spoken", coins=faces), exact, why)


def _wallets(view: View, words: Words) -> tuple[Wallet, ...]:
    """Once a piece is chosen, and her coins are not enough yet."""
    asks = view.chosen is not None and view.missing_cents > 0 and view.phase in (Phase.IDLE, Phase.CREDIT)
    return tuple(Wallet(name, wallet_name(name, words), name in CARDS) for name in view.wallets) if asks else ()


def _codes(view: View, said: Message) -> tuple[NoticeView, ...]:
    """The earlier codes, and the newest too while its own message has to wait for a warning."""
    waiting = (view.notice,) if view.notice and view.notice.claim and not said.code else ()
    return (*view.codes, *waiting)
