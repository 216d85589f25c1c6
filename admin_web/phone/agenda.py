"""What the owners decide, as their phones show it: what would change, who said what, and what became of it.

Pure: it makes words and drawings of the state that the books give. People are faces or letters with a name, shares are people
and coins of ten dollars, and there is no percent sign anywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time

from admin_web.books import NO_NAMES
from admin_web.money import Pile, piles
from admin_web.phone.keyboard import MONEY_CENTS
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.catalog import MakerId, SplitRule
from controller.domain.facts import (
    Choice,
    FundTerms,
    HoursTerms,
    MemberTerms,
    OtherTerms,
    Outcome,
    PriceTerms,
    SplitTerms,
    Terms,
)
from controller.domain.governance import Governance, Proposal
from controller.domain.hours import DAYS

EXAMPLE_CENTS = 1_000
"""Every split is shown by what becomes of ten dollars."""
NOBODY = MakerId("")


@dataclass(frozen=True, slots=True)
class Voice:
    """A person as the others know her."""

    name: str
    photo: str = ""
    me: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """How it is, or would be: lines of words, and where it is money, people with coins or one amount with its coins."""

    lines: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    money: str = ""
    coins: tuple[Pile, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One proposal. `mine` is what she said, empty if nothing yet; `last` when one more vote of hers may end it."""

    number: int
    kind: str
    why: str
    by: Voice
    now: Side | None
    then: Side
    rows: tuple[tuple[str, tuple[Voice, ...]], ...]
    open: bool
    outcome: str
    when: str
    quorum: int
    mine: str
    votes: bool
    last: bool
    hers: bool
    to_do: bool


@dataclass(frozen=True, slots=True)
class World:
    """What a proposal is shown beside: how things are now, who is who, who looks, and where the clocks stand."""

    words: Words
    zone: ZoneInfo
    me: str
    governance: Governance
    rule: SplitRule | None
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    funds: Mapping[str, int] = field(default_factory=dict)
    hours: tuple[str, ...] = ()

    def voice(self, member: str) -> Voice:
        name, photo = self.names.get(member, (member, ""))
        return Voice(name or member, photo, member == self.me)

    def day(self, at_ms: int) -> tuple[str, str]:
        """A moment as its day and its hour."""
        at, locale = datetime.fromtimestamp(at_ms / 1_000, self.zone), Locale.parse(self.words.mostly, sep="-")
        day = locale.datetime_skeletons["MMMMEd"].pattern.replace(
            "E", "EEEE"
        )  # the weekday whole: `sábado, 28 de noviembre`
        return format_date(at, day, locale=locale), format_time(at, "short", locale=locale)


def shown(proposal: Proposal, world: World) -> Shown:
    """One proposal for whoever looks."""
    opened, me = proposal.opened, world.me
    return Shown(
        number=proposal.number,
        kind=proposal.terms.kind,
        why=opened.why,
        by=world.voice(opened.by),
        now=before(proposal.terms, world) if proposal.open else None,
        then=side(proposal.terms, world),
        rows=tuple(_rows(proposal, world)),
        open=proposal.open,
        outcome=proposal.outcome.value if proposal.outcome else "",
        when=_when(proposal, world),
        quorum=opened.quorum,
        mine=proposal.votes[me].value if me in proposal.votes else "",
        votes=proposal.open and me in opened.voters,
        last=proposal.open and any(_with(proposal, me, choice).outcome_now() for choice in Choice),
        hers=proposal.open and opened.by == me,
        to_do=proposal.waits and isinstance(proposal.terms, FundTerms | OtherTerms),
    )


def _with(proposal: Proposal, member: str, choice: Choice) -> Proposal:
    return replace(proposal, votes={**proposal.votes, member: choice})


def _rows(proposal: Proposal, world: World) -> Iterator[tuple[str, tuple[Voice, ...]]]:
    """Who said what, as people. The row of those who abstain is there when somebody did."""
    for choice in Choice:
        said = tuple(world.voice(member) for member in proposal.said(choice))
        if said or choice is not Choice.ABSTAIN:
            yield choice.value, said
    if missing := tuple(world.voice(member) for member in proposal.missing):
        yield "missing", missing


def _when(proposal: Proposal, world: World) -> str:
    """What is going to happen, and when, or what has."""
    words = world.words
    if proposal.open:
        if proposal.closes_ms is None:
            return words.say("agenda.closes_later", n=proposal.opened.open_days)
        day, hour = world.day(proposal.closes_ms)
        return words.say("agenda.closes", day=day, hour=hour)
    if proposal.outcome is not Outcome.PASSED:
        return ""
    if proposal.hindered:
        return words.say("agenda.hindered")
    if proposal.done:
        return words.say("agenda.done")
    if isinstance(proposal.terms, FundTerms | OtherTerms):
        return words.say("agenda.to_do")
    if proposal.effect_ms is None:
        return words.say("agenda.from_later", n=proposal.opened.notice_days)
    return words.say("agenda.from", day=world.day(proposal.effect_ms)[0])


# What would change


def side(terms: Terms, world: World) -> Side:
    """How it is to be."""
    words = world.words
    match terms:
        case SplitTerms(weights, bears):
            return split_side(SplitRule(0, weights, bears), words)
        case PriceTerms():
            return Side(_floors(terms, words))
        case FundTerms(fund, cents, to):
            lines = (words.say("agenda.out_of", fund=_fund(fund, words)), words.about("money-to", to, place=to))
            return Side(lines, money=words.money(cents), coins=piles(cents, coins_cents=MONEY_CENTS))
        case MemberTerms(member, roles):
            return Side((world.voice(member).name, *_roles(frozenset(roles), words)))
        case HoursTerms(lines):
            return Side(hours_told(lines, words))
        case OtherTerms(text):
            return Side((text,))


def before(terms: Terms, world: World) -> Side:
    """How the same thing is today."""
    words = world.words
    match terms:
        case SplitTerms():
            return split_side(world.rule, words) if world.rule else Side((words.say("agenda.nothing"),))
        case PriceTerms():
            return Side(_floors(world.governance.prices or PriceTerms(0, 0), words))
        case FundTerms(fund):
            cents = world.funds.get(fund, 0)
            coins = piles(max(0, cents), coins_cents=MONEY_CENTS)
            return Side((_fund(fund, words),), money=words.money(cents), coins=coins)
        case MemberTerms(member):
            roles = world.roles.get(member, frozenset())
            return Side((world.voice(member).name, *_roles(roles, words)))
        case HoursTerms():
            decided = world.governance.hours
            return Side(hours_told(world.hours if decided is None else decided, words))
        case _:
            return Side()


def split_side(rule: SplitRule, words: Words) -> Side:
    """What becomes of ten dollars, in people and coins; and who bears what a wallet takes, where it is one alone."""
    bears = () if rule.bears == "all" else (words.say("agenda.bears", who=recipient(rule.bears, words)),)
    told = parts(rule.shares(EXAMPLE_CENTS, NOBODY, 0), NO_NAMES, words)
    return Side(bears, tuple(replace(part, who=words.say("agenda.sews")) if part.hers else part for part in told))


def recipient(name: str, words: Words) -> str:
    """Who gets a part of a price, as a page says it."""
    family, _, rest = name.partition(":")
    if family == "maker":
        return words.say("agenda.sews")
    return _fund(name, words) if family == "fund" else words.about("share", family, name=rest)


def _fund(account: str, words: Words) -> str:
    name = account.partition(":")[2]
    return words.about("fund", name, name=name)


def _floors(terms: PriceTerms, words: Words) -> tuple[str, ...]:
    least = words.say("agenda.least", money=words.money(terms.least_cents)) if terms.least_cents else ""
    hourly = words.say("agenda.hourly", money=words.money(terms.hourly_cents)) if terms.hourly_cents else ""
    return tuple(floor for floor in (least, hourly) if floor) or (words.say("agenda.nothing"),)


def _roles(roles: frozenset[str], words: Words) -> tuple[str, ...]:
    return tuple(words.about("does", role) for role in sorted(roles)) or (words.say("agenda.no_member"),)


def hours_told(lines: tuple[str, ...], words: Words) -> tuple[str, ...]:
    """Opening hours in words: `martes a sábado, 09:00 a 17:30`; always, without lines."""
    return tuple(_line(line.strip().lower(), words) for line in lines) or (words.say("agenda.always"),)


def _line(line: str, words: Words) -> str:
    days, _, span = line.partition(" ")
    named = Locale.parse(words.mostly, sep="-").days["format"]["wide"]
    first, _, last = days.partition("-")
    begins, _, ends = span.strip().partition("-")
    told = [str(named[DAYS.index(day)]) for day in (first, last) if day in DAYS]
    more = len(told) > 1
    return words.say("agenda.days" if more else "agenda.day", first=told[0], last=told[-1], begins=begins, ends=ends)
