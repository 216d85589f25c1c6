"""Deciding together: who may vote, when a vote ends, what becomes true by it and when, and that asking twice is harmless."""

from dataclasses import replace

import pytest
from builders import INTI, LUZ, ROSA, WEIGHTS, shelf

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.deciding import DAY_MS, OPEN_MAX, CarryOut, Decides, Looked, Propose, Vote, Withdraw, due, grant
from controller.domain.membership import PutMember
from controller.domain.shop import Policy, Shop
from controller.domain.statutes import Statutes, fraction
from controller.domain.stocking import Granted, Refusal
from controller.domain.vend import Cycle, step

CARMEN = f.RolesSet("carmen", ("coordinator",), "asamblea")
DIEGO = f.RolesSet("diego", ("technician",), "asamblea")
SATURDAY_MS = 1_795_275_000_000
MORE_FOR_WHO_SEWS = f.SplitTerms((("maker", 85), ("fund:comun", 10), ("fund:maquina", 5)))
YARN = f.FundTerms("fund:comun", 4_000, "by-hand")
PARTY = f.OtherTerms("La minga de diciembre es en casa de Luz.")
YES, NO, ABSTAIN = f.Choice.YES, f.Choice.NO, f.Choice.ABSTAIN


def owners(*more: f.Fact, statutes: Statutes | None = None) -> Shop:
    """The shelf's three makers, Carmen who coordinates, and Diego who repairs and has no vote."""
    return shelf(CARMEN, DIEGO, *more, policy=Policy(statutes=statutes or Statutes()))


def told(shop: Shop, *facts: f.Fact) -> Shop:
    for fact in facts:
        shop = shops.after(shop, fact)
    return shop


def does(shop: Shop, *wishes: Decides) -> Shop:
    """The shop after these wishes, each of which must be granted."""
    for wish in wishes:
        answer = grant(wish, shop)
        assert isinstance(answer, Granted), (wish, answer)
        shop = told(shop, *answer.facts)
    return shop


def refused(shop: Shop, wish: Decides, done: f.Fact | None = None) -> str:
    answer = grant(wish, shop, done)
    assert isinstance(answer, Refusal), answer
    assert answer.words
    return answer.code


def proposed(terms: f.Terms = PARTY, statutes: Statutes | None = None) -> Shop:
    """Proposal 1 is open, by Luz."""
    return does(owners(statutes=statutes), Propose(terms, "luz", "para que alcance", "voto-1"))


def votes(shop: Shop, **choices: f.Choice) -> Shop:
    return does(shop, *(Vote(1, member, choice) for member, choice in choices.items()))


def outcome(shop: Shop) -> f.Outcome | None:
    return shop.governance.proposals[1].outcome


def at(shop: Shop, *moments_ms: int | None) -> Shop:
    """The shop after the brain has looked at these moments."""
    for wall_ms in moments_ms:
        shop = told(shop, *due(shop, wall_ms))
    return shop


# Proposing


def test_a_proposal_takes_along_who_may_vote_and_by_which_statutes() -> None:
    """Makers and coordinators of that day, half of the four rounded up, two thirds for a split, seven days' notice."""
    answer = grant(Propose(MORE_FOR_WHO_SEWS, "luz", "el hilo subió", "voto-1"), owners())
    voters = ("carmen", "inti", "luz", "rosa")
    opened = f.ProposalOpened(1, MORE_FOR_WHO_SEWS, "luz", "el hilo subió", voters, 2, "2/3", 7, 7, "voto-1")
    assert answer == Granted((opened,))


def test_who_joins_later_has_no_vote() -> None:
    """Nobody can be brought in while a vote is open, and who leaves keeps her vote."""
    later = told(proposed(), f.MakerJoined("nina"), f.RolesSet(ROSA, (), "carmen"))  # type: ignore[arg-type]
    assert refused(later, Vote(1, "nina", YES)) == "no-vote"
    assert votes(later, rosa=YES).governance.proposals[1].said(YES) == ("rosa",)


def test_a_new_members_name_is_no_fact() -> None:
    """The fact knows her by her id; what she is called is kept beside the books, and gives her no role yet."""
    terms = f.MemberTerms("nina", ("maker",))
    answer = grant(Propose(terms, "luz", "cose muy bonito", "voto-1", "Nina Ushiña"), owners())
    assert isinstance(answer, Granted)
    assert answer.keeps == (PutMember("nina", (), "luz", "Nina Ushiña"),)
    assert "Ushiña" not in repr(answer.facts)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Propose(PARTY, "diego", "", "voto-1"), "no-vote"),
        (Propose(PARTY, "nobody", "", "voto-1"), "no-vote"),
        (Propose(PARTY, "luz", "", " "), "no-id"),
        (Propose(PARTY, "luz", "x" * 501, "voto-1"), "too-long"),
        (Propose(f.OtherTerms("  "), "luz", "", "voto-1"), "bad-text"),
        (Propose(f.SplitTerms(WEIGHTS), "luz", "", "voto-1"), "no-change"),
        (
            Propose(f.SplitTerms((("maker", 16), ("fund:comun", 3), ("fund:maquina", 1))), "luz", "", "voto-1"),
            "no-change",
        ),
        (Propose(f.SplitTerms((("fund:comun", 1),)), "luz", "", "voto-1"), "bad-rule"),
        (Propose(f.PriceTerms(0, 0), "luz", "", "voto-1"), "no-change"),
        (Propose(f.PriceTerms(-1, 0), "luz", "", "voto-1"), "bad-price"),
        (Propose(f.FundTerms("maker:rosa", 100, "by-hand"), "luz", "", "voto-1"), "unknown-place"),
        (Propose(f.FundTerms("fund:comun", 100, "luna"), "luz", "", "voto-1"), "unknown-place"),
        (Propose(f.FundTerms("fund:comun", 0, "safe"), "luz", "", "voto-1"), "bad-amount"),
        (Propose(f.MemberTerms("Nina!", ("maker",)), "luz", "", "voto-1"), "bad-name"),
        (Propose(f.MemberTerms("nina", ("maker", "maker")), "luz", "", "voto-1"), "bad-role"),
        (Propose(f.MemberTerms("nina", ("queen",)), "luz", "", "voto-1"), "bad-role"),
        (Propose(f.MemberTerms("rosa", ("maker",)), "luz", "", "voto-1"), "no-change"),
        (Propose(f.MemberTerms("carmen", ()), "luz", "", "voto-1"), "last-coordinator"),
        (Propose(f.HoursTerms(("mañana",)), "luz", "", "voto-1"), "bad-hours"),
        (Propose(f.HoursTerms(("mon 09:00-10:00",) * 8), "luz", "", "voto-1"), "bad-hours"),
    ],
    ids=str,
)
def test_nobody_votes_about_what_cannot_be(wish: Propose, code: str) -> None:
    """What is malformed, impossible or so already is refused before a vote is opened, with a word and a sentence."""
    assert refused(owners(), wish) == code


def test_the_same_proposal_is_opened_once() -> None:
    """Asked again by its id it is granted and writes nothing; the id of another wish is refused, and so is a twin."""
    wish = Propose(PARTY, "luz", "", "voto-1")
    shop = does(owners(), wish)
    opened = shop.governance.proposals[1].opened
    assert grant(wish, shop, opened) == Granted(())
    assert refused(shop, replace(wish, why="otra"), opened) == "used-id"
    assert refused(shop, replace(wish, wish_id="voto-2", by="rosa")) == "already-open"
    smaller = f.SplitTerms((("maker", 17), ("fund:comun", 2), ("fund:maquina", 1)))
    assert refused(proposed(MORE_FOR_WHO_SEWS), Propose(smaller, "rosa", "", "voto-2")) == "already-open"


def test_open_votes_are_bounded() -> None:
    """Nobody can bury a vote under others."""
    many = (Propose(f.OtherTerms(f"idea {n}"), "luz", "", f"voto-{n}") for n in range(OPEN_MAX))
    assert refused(does(owners(), *many), Propose(PARTY, "luz", "", "voto-x")) == "too-many-votes"


# Voting


def test_a_vote_can_be_changed_while_it_is_open() -> None:
    """The newest counts; the same one again writes nothing."""
    shop = votes(proposed(), rosa=NO)
    assert grant(Vote(1, "rosa", NO), shop) == Granted(())
    changed = votes(shop, rosa=YES).governance.proposals[1]
    assert (changed.said(YES), changed.said(NO), changed.missing) == (("rosa",), (), ("carmen", "inti", "luz"))


@pytest.mark.parametrize(
    ("choices", "ends"),
    [
        ({"rosa": YES, "luz": YES}, None),
        ({"rosa": YES, "luz": YES, "inti": YES}, f.Outcome.PASSED),
        ({"rosa": NO, "luz": NO}, f.Outcome.REJECTED),
        ({"rosa": YES, "luz": YES, "inti": NO, "carmen": NO}, f.Outcome.REJECTED),
        ({"rosa": YES, "luz": ABSTAIN, "inti": ABSTAIN}, None),
        ({"rosa": YES, "luz": ABSTAIN, "inti": ABSTAIN, "carmen": ABSTAIN}, f.Outcome.PASSED),
        ({"rosa": ABSTAIN, "luz": ABSTAIN, "inti": ABSTAIN, "carmen": ABSTAIN}, f.Outcome.REJECTED),
    ],
    ids=str,
)
def test_a_vote_ends_when_nobody_could_change_it(choices: dict[str, f.Choice], ends: f.Outcome | None) -> None:
    """A tie carries nothing; who abstains counts for the quorum and for neither side."""
    assert outcome(votes(proposed(), **choices)) is ends


def test_two_thirds_are_two_of_three() -> None:
    """A split needs two thirds of the votes for yes and no: two against one is just enough."""
    shop = votes(proposed(MORE_FOR_WHO_SEWS), rosa=YES, luz=YES, inti=NO)
    assert outcome(shop) is None
    assert outcome(votes(shop, carmen=ABSTAIN)) is f.Outcome.PASSED
    assert outcome(votes(shop, carmen=NO)) is f.Outcome.REJECTED


def test_nobody_votes_when_it_is_over() -> None:
    """Neither otherwise nor for the first time; what she had said already may be said again."""
    shop = votes(proposed(), rosa=YES, luz=YES, inti=YES)
    assert refused(shop, Vote(1, "carmen", NO)) == "vote-over"
    assert refused(shop, Vote(1, "rosa", NO)) == "vote-over"
    assert grant(Vote(1, "rosa", YES), shop) == Granted(())
    assert refused(shop, Vote(7, "rosa", YES)) == "unknown-proposal"


def test_only_who_proposed_it_takes_it_back() -> None:
    """While it is open; afterwards nothing of it happens, and its end cannot be undone."""
    shop = does(proposed(), Withdraw(1, "luz"))
    assert refused(proposed(), Withdraw(1, "rosa")) == "not-yours"
    assert grant(Withdraw(1, "luz"), shop) == Granted(())
    assert refused(votes(proposed(), rosa=NO, inti=NO), Withdraw(1, "luz")) == "vote-over"
    assert due(shop, SATURDAY_MS) == ()


# Time


def test_a_vote_ends_at_its_deadline() -> None:
    """Seven days after the first moment of a trusted clock, to the millisecond; two of four are the quorum."""
    shop = votes(at(proposed(), SATURDAY_MS), rosa=YES, luz=YES)
    last_ms = SATURDAY_MS + 7 * DAY_MS
    assert due(shop, last_ms - 1) == ()
    assert due(shop, last_ms) == (f.ProposalDecided(1, f.Outcome.PASSED, 2, 0, 0),)


def test_too_few_voters_change_nothing() -> None:
    """One of four is no quorum, whatever she said, and the fact says so."""
    shop = at(votes(at(proposed(), SATURDAY_MS), rosa=YES), SATURDAY_MS + 7 * DAY_MS)
    assert outcome(shop) is f.Outcome.NO_QUORUM


def test_without_a_clock_deadlines_wait() -> None:
    """None is set and none passes, however often the brain looks; a vote that everybody decided ends all the same."""
    assert due(proposed(), None) == ()
    dated = at(proposed(), SATURDAY_MS)
    assert due(dated, None) == ()
    passed = votes(proposed(MORE_FOR_WHO_SEWS), rosa=YES, luz=YES, inti=YES)
    assert outcome(passed) is f.Outcome.PASSED
    assert due(passed, None) == ()


def test_a_rule_takes_effect_by_itself_at_its_date() -> None:
    """A week after the decision, with the proposal's number, and not a moment before; sold pieces keep their rule."""
    passed = at(votes(proposed(MORE_FOR_WHO_SEWS), rosa=YES, luz=YES, inti=YES), SATURDAY_MS)
    effect_ms = SATURDAY_MS + 7 * DAY_MS
    assert passed.governance.proposals[1].effect_ms == effect_ms
    assert due(passed, effect_ms - 1) == ()
    rule = f.RuleApproved(2, MORE_FOR_WHO_SEWS.weights, "all", 1)
    assert due(passed, effect_ms) == (rule, f.DecisionCarriedOut(1))
    assert due(at(passed, effect_ms), effect_ms) == ()


def test_two_rules_of_one_moment_follow_each_other() -> None:
    """Each gets its own number, and the later proposal is the one in force."""
    other = f.SplitTerms((("maker", 90), ("fund:comun", 10)))
    shop = does(owners(statutes=Statutes(notice_days=0)), Propose(MORE_FOR_WHO_SEWS, "luz", "", "a"))
    shop = does(shop, Propose(other, "rosa", "", "b"))
    shop = does(shop, *(Vote(number, who, YES) for number in (1, 2) for who in ("rosa", "luz", "inti")))
    written = due(shop, None)
    assert [fact.rule_id for fact in written if isinstance(fact, f.RuleApproved)] == [2, 3]
    assert told(shop, *written).governance.in_force == {"split": 2}


def test_a_new_maker_joins_by_the_decision() -> None:
    """At once, without a date, and with all that a maker is in the books."""
    shop = votes(proposed(f.MemberTerms("nina", ("maker",))), rosa=YES, luz=YES, inti=YES)
    assert due(shop, None) == (
        f.MakerJoined("nina"),  # type: ignore[arg-type]
        f.RolesSet("nina", ("maker",), "decision-1"),
        f.DecisionCarriedOut(1),
    )


def test_a_decision_that_cannot_be_any_more_says_so() -> None:
    """Luz was to coordinate no more; meanwhile Carmen has left, and somebody has to."""
    both = f.RolesSet(LUZ, ("coordinator", "maker"), "asamblea")
    shop = does(owners(both), Propose(f.MemberTerms("luz", ("maker",)), "rosa", "", "voto-1"))
    shop = told(votes(shop, rosa=YES, inti=YES, carmen=YES), f.RolesSet("carmen", (), "asamblea"))
    assert due(shop, None) == (f.DecisionCarriedOut(1, hindered="last-coordinator"),)
    assert not list(at(shop, None).governance.waiting())


def test_hours_and_prices_count_from_their_date() -> None:
    """Until then nothing was decided; afterwards the newest decision counts."""
    mornings, floors = f.HoursTerms(("tue-sat 09:00-13:00",)), f.PriceTerms(200, 300)
    shop = does(owners(), Propose(mornings, "luz", "", "a"), Propose(floors, "luz", "", "b"))
    shop = does(shop, *(Vote(number, who, YES) for number in (1, 2) for who in ("rosa", "luz", "inti")))
    assert (shop.governance.hours, shop.governance.prices) == (None, None)
    later = at(shop, SATURDAY_MS, SATURDAY_MS + 7 * DAY_MS)
    assert (later.governance.hours, later.governance.prices) == (mornings.open, floors)


def test_what_a_person_must_do_waits_for_her() -> None:
    """What is nobody's rule a coordinator does; she says so once, and nobody else can. A fund's money she has to pay."""
    shop = votes(proposed(), rosa=YES, luz=YES, inti=YES)
    assert due(shop, SATURDAY_MS + 99 * DAY_MS) == ()
    assert refused(shop, CarryOut(1, "rosa")) == "no-coordinator"
    assert grant(CarryOut(1, "carmen"), shop) == Granted((f.DecisionCarriedOut(1, "carmen"),))
    assert grant(CarryOut(1, "carmen"), does(shop, CarryOut(1, "carmen"))) == Granted(())
    assert refused(proposed(), CarryOut(1, "carmen")) == "nothing-to-do"
    assert refused(votes(proposed(YARN), rosa=YES, luz=YES, inti=YES), CarryOut(1, "carmen")) == "pay-it"


def test_a_vote_disturbs_no_visitor() -> None:
    """What time brings is decided beside the visitor's cycle, which goes on as it was."""
    decision = step(Cycle(credit_cents=125), Looked(SATURDAY_MS), 5, proposed())
    assert decision.cycle == Cycle(credit_cents=125)
    assert [type(fact) for fact in decision.facts] == [f.ProposalDated]


def test_numbers_of_a_lost_time_are_not_used_again() -> None:
    """After a restore the next proposal skips whatever may have been decided in between."""
    shop = told(proposed(), f.Restored(2, 41, "5a" * 32, "older", 10_000, 468_720))
    assert list(does(shop, Propose(YARN, "luz", "", "voto-2")).governance.proposals) == [1, 10_002]


@pytest.mark.parametrize("text", ["2/1", "0/2", "0.5", "50%", "1/", "x"])
def test_a_part_is_written_as_one(text: str) -> None:
    """A fraction of a whole, and nothing that only looks like one."""
    with pytest.raises(ValueError, match="part of a whole"):
        fraction(text)


@pytest.mark.parametrize(("quorum", "voters", "needed"), [("1/2", 5, 3), ("1/2", 4, 2), ("1/3", 1, 1), ("1/1", 7, 7)])
def test_a_quorum_is_whole_people(quorum: str, voters: int, needed: int) -> None:
    """Half of five are three."""
    assert Statutes(quorum=quorum).quorum_of(voters) == needed


def test_the_makers_of_the_shelf_are_the_voters() -> None:
    """What these tests lean on."""
    assert set(proposed().governance.proposals[1].opened.voters) == {INTI, LUZ, ROSA, "carmen"}
