"""The people who own the machine, by their opaque ids: who is a member, who took turns, what was decided and how many voted.

Who voted for what is not kept: the questions are about how many take part.
"""

from lab.model.draft import Columns, Draft, at
from lab.model.memory import MOST, room
from lab.model.tables import MEMBERS, PROPOSALS, TURNS
from lab.model.told import Told


def maker_joined(draft: Draft, told: Told) -> None:
    """A maker is a member from the day she joins, unless something was decided about her already."""
    maker = told.text("maker")
    if maker not in draft.memory.members:
        _joins(draft, told, maker, ["maker"])


def roles_set(draft: Draft, told: Told) -> None:
    """What she may do from now on; without any role she has left, and may come back."""
    member, roles = told.text("member"), told.texts("roles")
    if not draft.memory.members.get(member) and roles:
        _joins(draft, told, member, roles)
    elif member in draft.memory.members:
        left = at("to", told.when) if not roles else {"to_ms": None, "to_loose": 0}
        draft.memory.members[member] = roles
        draft.change(MEMBERS, member, roles=" ".join(roles), **left)


def _joins(draft: Draft, told: Told, member: str, roles: list[str]) -> None:
    room(draft.memory.members, member)
    draft.memory.members[member] = roles
    since: Columns = {"seq": told.seq, **at("from", told.when), "to_ms": None, "to_loose": 0}
    draft.put(MEMBERS, member, roles=" ".join(roles), **since)


def turn_taken(draft: Draft, told: Told) -> None:
    draft.put(TURNS, told.seq, **at("at", told.when), work=told.text("work"), member=told.text("member"), passed=0)


def turn_passed(draft: Draft, told: Told) -> None:
    """Whose turn it was let somebody else have it."""
    draft.put(TURNS, told.seq, **at("at", told.when), work=told.text("work"), member=told.text("by"), passed=1)


def opened(draft: Draft, told: Told) -> None:
    """A vote is open, about what kind of thing, and how many may vote."""
    proposal_id, kind = told.whole("proposal_id"), told.under("terms").text("kind")
    voters, quorum = len(told.texts("voters")), told.cents("quorum")
    room(draft.memory.proposals, str(proposal_id))
    draft.memory.proposals[str(proposal_id)] = []
    counts: Columns = dict.fromkeys(("voted", "yes", "no", "abstain"), 0)
    row: Columns = {
        "kind": kind,
        "voters": voters,
        "quorum": quorum,
        "outcome": "",
        "carried": "",
        "to_ms": None,
        "to_loose": 0,
    }
    draft.put(PROPOSALS, proposal_id, seq=told.seq, **at("from", told.when), **row, **counts)


def voted(draft: Draft, told: Told) -> None:
    """A member voted; she may change her mind, and counts once."""
    proposal_id, member = told.whole("proposal_id"), told.text("member")
    voters = draft.memory.proposals.get(str(proposal_id))
    if voters is not None and member not in voters and len(voters) < MOST:
        voters.append(member)
        draft.change(PROPOSALS, proposal_id, voted=len(voters))


def decided(draft: Draft, told: Told) -> None:
    proposal_id, outcome = told.whole("proposal_id"), told.text("outcome")
    counts = {name: told.cents(name) for name in ("yes", "no", "abstain")}
    draft.memory.proposals.pop(str(proposal_id), None)
    draft.change(PROPOSALS, proposal_id, outcome=outcome, voted=sum(counts.values()), **counts, **at("to", told.when))


def withdrawn(draft: Draft, told: Told) -> None:
    proposal_id = told.whole("proposal_id")
    draft.memory.proposals.pop(str(proposal_id), None)
    draft.change(PROPOSALS, proposal_id, outcome="withdrawn", **at("to", told.when))


def carried_out(draft: Draft, told: Told) -> None:
    """What was decided is true from now on, or cannot be any more."""
    hindered = told.text("hindered", "")
    draft.change(PROPOSALS, told.whole("proposal_id"), carried="hindered" if hindered else "done")
