"""Who is a member, who takes turns, what is decided and how many vote: by ids, and without who voted for what."""

from pathlib import Path

from bookread import asked, everything, fold, lab, send
from bookwrite import DAY_MS, NOON_MS, Pen

from lab.store import Store


def told(folder: Path, pen: Pen) -> Store:
    store = lab(folder)
    send(store, pen.facts)
    fold(store)
    return store


def assembly() -> Pen:
    """Rosa, Luz and Inti sew; Carmen coordinates."""
    pen = Pen().starts(1, NOON_MS, trusted=True)
    for maker in ("rosa", "luz", "inti"):
        pen.write(0, "MakerJoined", maker=maker)
    return pen.write(0, "RolesSet", member="carmen", roles=["coordinator"], by="asamblea")


def proposes(pen: Pen, number: int = 1) -> Pen:
    terms = {"kind": "price", "least_cents": 200, "hourly_cents": 400}
    voters = ["carmen", "inti", "luz", "rosa"]
    statutes = {"quorum": 2, "majority": "2/3", "open_days": 7, "notice_days": 7}
    return pen.write(
        0, "ProposalOpened", proposal_id=number, terms=terms, by="luz", why="hilo", voters=voters, **statutes
    )


def test_a_member_stays_one_until_her_last_role_is_taken(tmp_path: Path) -> None:
    """Inti leaves and comes back, Luz becomes a coordinator too, Rosa leaves for good."""
    pen = assembly().write(DAY_MS, "RolesSet", member="inti", roles=[], by="carmen")
    pen.write(2 * DAY_MS, "RolesSet", member="luz", roles=["coordinator", "maker"], by="carmen")
    pen.write(3 * DAY_MS, "RolesSet", member="inti", roles=["maker"], by="carmen")
    pen.write(4 * DAY_MS, "RolesSet", member="rosa", roles=[], by="carmen")
    assert asked(told(tmp_path, pen), "SELECT member, roles, to_ms FROM members ORDER BY member") == [
        ("carmen", "coordinator", None),
        ("inti", "maker", None),
        ("luz", "coordinator maker", None),
        ("rosa", "", NOON_MS + 4 * DAY_MS),
    ]


def test_a_member_who_leaves_and_returns_between_two_looks_is_one(tmp_path: Path) -> None:
    """The lab knew Inti before; both facts come in one piece, and the later one counts."""
    pen = assembly()
    store = told(tmp_path, pen)
    pen.write(DAY_MS, "RolesSet", member="inti", roles=[], by="carmen")
    send(store, pen.write(2 * DAY_MS, "RolesSet", member="inti", roles=["maker"], by="carmen").facts)
    fold(store)
    since = "SELECT roles, from_ms, to_ms FROM members WHERE member = 'inti'"
    assert asked(store, since) == [("maker", NOON_MS + 2 * DAY_MS, None)]


def test_turns_are_counted_by_who_did_them(tmp_path: Path) -> None:
    """Luz fills the machine, Inti passes her turn on and Luz counts."""
    pen = assembly().write(0, "TurnTaken", work="restock", number=1, member="luz")
    pen.write(0, "TurnPassed", work="count", number=1, by="inti", to="luz")
    pen.write(0, "TurnTaken", work="count", number=1, member="luz")
    turns = "SELECT member, passed, count(*) FROM turns GROUP BY member, passed ORDER BY member"
    assert asked(told(tmp_path, pen), turns) == [("inti", 1, 1), ("luz", 0, 2)]


def test_an_open_vote_counts_people_not_votes(tmp_path: Path) -> None:
    """Luz votes, thinks again and votes once more; Inti votes: two of four have voted, and nobody can read how."""
    pen = proposes(assembly())
    for member, choice in (("luz", "no"), ("luz", "yes"), ("inti", "abstain")):
        pen.write(DAY_MS, "Voted", proposal_id=1, member=member, choice=choice)
    store = told(tmp_path, pen)
    assert asked(store, "SELECT kind, voters, quorum, voted, outcome, to_ms FROM proposals") == [
        ("price", 4, 2, 2, "", None)
    ]
    assert "abstain" not in str(everything(store))


def test_a_decision_says_how_many_took_part_and_whether_it_came_true(tmp_path: Path) -> None:
    """Three of four voted and it passed; a week later it is so. Another one was taken back."""
    pen = proposes(proposes(assembly()), 2).write(0, "ProposalWithdrawn", proposal_id=2, by="luz")
    pen.write(2 * DAY_MS, "ProposalDecided", proposal_id=1, outcome="passed", yes=2, no=0, abstain=1)
    pen.write(9 * DAY_MS, "DecisionCarriedOut", proposal_id=1, by="", hindered="")
    rows = asked(
        told(tmp_path, pen), "SELECT proposal_id, outcome, voted, yes, carried, to_ms FROM proposals ORDER BY seq"
    )
    assert rows == [(1, "passed", 3, 2, "done", NOON_MS + 2 * DAY_MS), (2, "withdrawn", 0, 0, "", NOON_MS)]
