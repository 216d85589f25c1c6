"""Every fact as a sentence in plain words: what happened on the shelf, in the assembly and to the machine itself.

What happened to money stands beside it (`booksmoney`). A fact that nobody has words for yet, because it is newer than these
pages, is told as one more entry, by its kind.
"""

from datetime import datetime

from babel import Locale
from babel.dates import format_skeleton

from admin_web.phone.booksmoney import MONEY
from admin_web.phone.booksteller import Teller
from admin_web.phone.office import called_period
from controller.domain import facts as f
from controller.domain.catalog import MakerId, SplitRule
from controller.ledger.openbooks import Entry

EXAMPLE_CENTS = 1_000
SEWS = MakerId("quien-cose")
"""Whoever made a piece, in the words of a rule."""


def told(entry: Entry, teller: Teller) -> str:
    """What this entry says."""
    if entry.fact is None:
        return teller.tell("other", kind=entry.kind)
    return sentence(entry.fact, teller)


def sentence(fact: f.Fact, teller: Teller) -> str:
    """What this fact says."""
    said = next((said for tell in TELLERS if (said := tell(fact, teller))), "")
    return said or teller.tell("other", kind=type(fact).__name__)


def _shelf(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.MakerJoined(maker=maker):
            return t.tell("MakerJoined", who=t.who(maker))
        case f.ProductSet(product=product, maker=maker, price_cents=cents):
            return t.tell("ProductSet", piece=t.piece(product), who=t.who(maker), money=t.money(cents))
        case f.SlotAssigned(slot=slot, product=product, capacity=capacity):
            return t.tell("SlotAssigned", slot=slot, piece=t.piece(product), most=capacity)
        case f.SlotCounted(slot=slot, quantity_before=before, quantity_after=after, by=by, why=why):
            code = f"SlotCounted.{why.value or 'unsaid'}"
            return t.tell(code, who=t.who(by), slot=slot, before=before, after=after)
        case f.SlotClosed(slot=slot, reason=reason):
            return t.tell("SlotClosed", slot=slot, why=t.words.about("closed", reason))
        case f.SlotOpened(slot=slot, by=by):
            return t.tell("SlotOpened", slot=slot, who=t.who(by))
        case f.RuleApproved(rule_id=rule_id, weights=weights, bears=bears, proposal_id=proposal_id):
            shares = SplitRule(rule_id, weights, bears).shares(EXAMPLE_CENTS, SEWS, 0)
            whoever = Teller(t.words, t.zone, {SEWS: t.words.say("books.sews")}, {})
            code = "RuleApproved.voted" if proposal_id else "RuleApproved.set"
            return t.tell(code, number=proposal_id, money=t.money(EXAMPLE_CENTS), shares=whoever.shares(shares))
        case _:
            return ""


def _people(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.RolesSet(member=member, roles=roles, by=by):
            tasks = ", ".join(t.words.about("role", role) for role in roles)
            return t.tell(
                "RolesSet.may" if roles else "RolesSet.left", who=t.who(by), member=t.who(member), roles=tasks
            )
        case f.PairingOpened():
            return t.tell("PairingOpened")
        case f.PhonePaired(member=member):
            return t.tell("PhonePaired", who=t.who(member))
        case f.PhoneRevoked(by=by):
            return t.tell("PhoneRevoked", who=t.who(by))
        case f.PeriodClosed(label=label, to_seq=seq, by=by, witness=witness):
            period, number = called_period(label, t.words), t.words.number(seq)
            return t.tell("PeriodClosed", who=t.who(by), witness=t.who(witness), period=period, number=number)
        case f.SellerSet(maker=maker, seller=seller, regime=regime, by=by):
            rules = t.words.about("taxed", regime)
            return t.tell(f"SellerSet.{seller.value}", who=t.who(by), maker=t.who(maker), rules=rules)
        case f.TurnTaken(work=work, member=member):
            return t.tell("TurnTaken", who=t.who(member), work=t.words.about("turn", work))
        case f.TurnPassed(work=work, by=by, to=to):
            return t.tell("TurnPassed", who=t.who(by), to=t.who(to), work=t.words.about("turn", work))
        case _:
            return ""


def _decisions(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.ProposalOpened(proposal_id=number, terms=terms, by=by):
            what = t.words.about("proposal", terms.kind)
            return t.tell("ProposalOpened", who=t.who(by), number=number, what=what)
        case f.ProposalDated(proposal_id=number, date=date, at_ms=at_ms):
            return t.tell(f"ProposalDated.{date.value}", number=number, day=_day(at_ms, t))
        case f.Voted(proposal_id=number, member=member, choice=choice):
            return t.tell(f"Voted.{choice.value}", who=t.who(member), number=number)
        case f.ProposalDecided(proposal_id=number, outcome=outcome, yes=yes, no=no, abstain=abstain):
            how = t.words.about("outcome", outcome)
            return t.tell("ProposalDecided", number=number, how=how, yes=yes, no=no, abstain=abstain)
        case f.ProposalWithdrawn(proposal_id=number, by=by):
            return t.tell("ProposalWithdrawn", who=t.who(by), number=number)
        case f.DecisionCarriedOut(proposal_id=number, by=by, hindered=hindered):
            code = "hindered" if hindered else "by" if by else "itself"
            return t.tell(f"DecisionCarriedOut.{code}", number=number, who=t.who(by) if by else "")
        case _:
            return ""


def _day(at_ms: int, t: Teller) -> str:
    try:
        day = datetime.fromtimestamp(at_ms // 1_000, t.zone)
    except (ValueError, OverflowError, OSError):
        return ""
    return format_skeleton("yMMMEd", day, locale=Locale.parse(t.words.mostly, sep="-"))


def _machine(fact: f.Fact, t: Teller) -> str:
    match fact:
        case f.Booted(boot_id=number):
            return t.tell("Booted", number=t.words.number(number))
        case f.ClockSet(trusted=trusted):
            return t.tell("ClockSet.sure" if trusted else "ClockSet.unsure")
        case f.TroubleSeen(trouble=trouble):
            return t.tell("TroubleSeen", trouble=t.words.about("trouble", trouble, "title"))
        case f.TroubleOver(trouble=trouble):
            return t.tell("TroubleOver", trouble=t.words.about("trouble", trouble, "title"))
        case f.Restored(seq=seq):
            return t.tell("Restored", number=t.words.number(seq))
        case f.TrialStarted(part=part, by=by, slot=slot):
            return t.tell(f"TrialStarted.{part.value}", who=t.who(by), slot=slot)
        case f.TrialEnded(part=part, found=found, slot=slot):
            saw = t.words.about("trial-found", found)
            return t.tell(f"TrialEnded.{part.value}", slot=slot, saw=saw)
        case f.CommandTaken(command=command, by=by, slot=slot, text=text):
            word = "silence" if command is f.Command.MESSAGE and not text else command.value
            return t.tell(f"CommandTaken.{word}", who=by, slot=slot, text=text)
        case _:
            return ""


TELLERS = (*MONEY, _shelf, _people, _decisions, _machine)
