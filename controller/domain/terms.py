"""What can be proposed: whether the terms of a proposal could come true as the shop stands today."""

from math import gcd

from controller.domain import facts as f
from controller.domain.accounts import PLACES, kind
from controller.domain.assembly import NAME, Role
from controller.domain.hours import hours
from controller.domain.membership import PutMember
from controller.domain.membership import grant as put
from controller.domain.money import dollars
from controller.domain.shop import Shop
from controller.domain.stocking import ApproveRule, Refusal, grant

BY_HAND = "by-hand"
FUND_CENTS_MAX = 10_000_000
HOURLY_CENTS_MAX = 10_000
TEXT_CHARS_MAX = 500
LINES_MAX = 7


def objection(terms: f.Terms, shop: Shop) -> Refusal | None:
    """Why nobody should vote about this: it cannot be, or it is so already. None when they may."""
    match terms:
        case f.SplitTerms(weights, bears):
            answer = grant(ApproveRule(weights, bears), shop, frozenset())
            now = f.SplitTerms(shop.rule.weights, shop.rule.bears) if shop.rule else None
            return answer if isinstance(answer, Refusal) else _news(now is None or not alike(now, terms))
        case f.PriceTerms():
            return _prices(terms, shop)
        case f.FundTerms():
            return _fund(terms)
        case f.MemberTerms():
            return _member(terms, shop)
        case f.HoursTerms(lines):
            return _hours(lines, shop)
        case f.OtherTerms(text):
            long = not 1 <= len(text.strip()) <= TEXT_CHARS_MAX
            return Refusal("bad-text", f"say it in 1 to {TEXT_CHARS_MAX} characters") if long else None


def alike(one: f.Terms, other: f.Terms) -> bool:
    """Whether two proposals would change the same thing in the same way; a split of 80 to 20 is one of 4 to 1."""
    if isinstance(one, f.SplitTerms) and isinstance(other, f.SplitTerms):
        return (_parts(one.weights), one.bears) == (_parts(other.weights), other.bears)
    return one == other


def _parts(weights: tuple[tuple[str, int], ...]) -> dict[str, int]:
    whole = gcd(*(weight for _, weight in weights))
    return {name: weight // whole for name, weight in weights}


def _news(differs: bool) -> Refusal | None:
    return None if differs else Refusal("no-change", "it is so already: nothing would change")


def _prices(terms: f.PriceTerms, shop: Shop) -> Refusal | None:
    most_cents = shop.policy.credit_max_cents
    if not 0 <= terms.least_cents <= most_cents or not 0 <= terms.hourly_cents <= HOURLY_CENTS_MAX:
        most = f"{dollars(most_cents)} a piece and {dollars(HOURLY_CENTS_MAX)} an hour"
        return Refusal("bad-price", f"a floor lies between nothing and {most}")
    return _news(terms != (shop.governance.prices or f.PriceTerms(0, 0)))


def _fund(terms: f.FundTerms) -> Refusal | None:
    try:
        known = kind(terms.fund) == "fund" and (terms.to == BY_HAND or kind(terms.to) in PLACES)
    except ValueError:
        known = False
    if not known:
        return Refusal("unknown-place", f"from {terms.fund!r} to {terms.to!r}: say a fund, and a place or `{BY_HAND}`")
    if not 1 <= terms.cents <= FUND_CENTS_MAX:
        return Refusal("bad-amount", f"{terms.cents} cents cannot be")
    return None


def _member(terms: f.MemberTerms, shop: Shop) -> Refusal | None:
    if not NAME.fullmatch(terms.member):
        return Refusal("bad-name", f"{terms.member!r} cannot be a name in the books: use a-z, 0-9 and dashes")
    if len(set(terms.roles)) < len(terms.roles):
        return Refusal("bad-role", "a role is named once")
    has = shop.assembly.roles_of(terms.member, shop.makers)
    if {role.value for role in has} == set(terms.roles):
        return _news(False)
    joining = tuple(
        role for role in terms.roles if role != Role.MAKER
    )  # whoever is to sew joins by the decision itself
    answer = put(PutMember(terms.member, joining, "asamblea"), shop)
    return answer if isinstance(answer, Refusal) else None


def _hours(lines: tuple[str, ...], shop: Shop) -> Refusal | None:
    if len(lines) > LINES_MAX:
        return Refusal("bad-hours", f"write at most {LINES_MAX} lines")
    try:
        hours(lines)
    except ValueError as error:
        return Refusal("bad-hours", str(error))
    return _news(lines != shop.governance.hours)
