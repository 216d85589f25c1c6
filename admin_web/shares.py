"""Where a price goes: people and dollars, as a bar and as coins beside figures. Pure: no request, no template, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from admin_web.books import Names
from admin_web.words import Words
from controller.domain.catalog import Share
from controller.domain.money import split

COINS = 20
"""A price is drawn as this many equal coins: one is a twentieth, and nobody has to read a number with a percent sign."""
FIGURES = {"maker": "maker", "fund:maquina": "machine", "fund": "people"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a price: who gets how much, its place on a bar of a hundred, and its coins beside a `figure`: maker,
    people, machine or paper. Whoever gets anything gets at least one coin."""

    who: str
    money: str
    start: float
    width: float
    hers: bool
    coins: int = 1
    figure: str = "people"


def parts(shares: Iterable[Share], names: Names, words: Words) -> tuple[Part, ...]:
    """The shares of one price. A share of nothing is not told: it would only make people wonder."""
    told = [share for share in shares if share.cents]
    whole_cents, before_cents, found = sum(share.cents for share in told), 0, []
    coins = split(COINS, {str(share.account): share.cents for share in told}) if told else {}
    for share in told:
        start, width = (round(100 * cents / whole_cents, 2) for cents in (before_cents, share.cents))
        hers = share.account.startswith("maker:")
        drawn = max(1, coins[share.account])
        found.append(
            Part(_who(share, names, words), words.money(share.cents), start, width, hers, drawn, _figure(share))
        )
        before_cents += share.cents
    return tuple(found)


def _figure(share: Share) -> str:
    family = share.account.partition(":")[0]
    return FIGURES.get(share.account) or FIGURES.get(family, "paper")


def _who(share: Share, names: Names, words: Words) -> str:
    """Who gets this part. A maker is named only if she agreed; otherwise her workshop is, or nobody."""
    family, _, name = share.account.partition(":")
    if family == "maker":
        maker = names.maker(name)
        key = "maker" if maker.named else "workshop" if maker.name else "unnamed"
        return words.say(f"share.{key}", name=maker.name)
    if family == "fund":
        name = words.about("fund", name, name=name)
    return words.about("share", family, name=name)
