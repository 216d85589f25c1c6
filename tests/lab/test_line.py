"""Each case of `docs/sync.md`, and then whatever comes in whatever order: a line becomes the books of an honest machine."""

import random
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from labbooks import Books, cut

from controller.domain.chain import GENESIS, Row
from controller.protocols.sync.letter import Letter
from lab.line import Known, Line, Scar, Stray, Verdict, Why, judge


@dataclass
class Desk:
    """A lab with one machine, in memory: what the stores do with verdicts, as short as it can be said."""

    line: Line = field(default_factory=Line)
    facts: dict[int, tuple[Row, bytes]] = field(default_factory=dict)
    lost: list[tuple[Row, bytes]] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    scars: list[Scar] = field(default_factory=list)
    aside: list[Letter] = field(default_factory=list)
    aside_max: int = 10_000

    def known(self, seq: int) -> Known:
        own = self.facts[seq][1] if seq in self.facts else None
        lost = (link for row, link in self.lost if row.seq == seq)
        return Known(own, (*lost, *(stray.hash for stray in self.strays if stray.last == seq)))

    def hear(self, *letters: Letter) -> None:
        for letter in letters:
            waiting, self.aside = [*self.aside, letter], []
            while waiting:
                line = self.line
                self._judge(waiting.pop())
                if self.line != line:
                    waiting, self.aside = waiting + self.aside, []

    def _judge(self, letter: Letter) -> None:
        verdict = judge(self.line, letter, self.known, may_wait=len(self.aside) < self.aside_max)
        assert never_blocked(self.line, letter, verdict)
        if verdict.early:
            self.aside.append(letter)
            return
        if verdict.lost_from is not None:
            self.lost += [self.facts.pop(seq) for seq in sorted(self.facts) if seq >= verdict.lost_from]
        for row, link in zip(verdict.accepted, verdict.hashes, strict=True):
            assert row.seq not in self.facts, "a fact that was accepted is changed"
            self.facts[row.seq] = row, link
        self.strays += [verdict.stray] if verdict.stray else []
        self.scars += [verdict.scar] if verdict.scar else []
        self.line = verdict.line

    @property
    def books(self) -> list[tuple[Row, bytes]]:
        return [self.facts[seq] for seq in sorted(self.facts)]


def never_blocked(line: Line, letter: Letter, verdict: Verdict) -> bool:
    """Whatever begins at the line's end or before, of its epoch, leaves the line at its own end or beyond."""
    can_follow = letter.epoch == line.epoch and letter.first <= line.seq + 1
    return not can_follow or (verdict.line.seq >= letter.last and not verdict.early)


def heard(books: Books) -> Desk:
    """A lab that has everything of these books."""
    desk = Desk()
    desk.hear(*books.post())
    return desk


def sold(count: int) -> Books:
    books = Books()
    books.sell(count)
    return books


def test_facts_that_follow_are_added() -> None:
    """Two letters in order make a line of nine facts, whose end is the machine's own head."""
    books = sold(9)
    desk = Desk()
    desk.hear(*books.post(1, 4), *books.post(5, 9))
    assert desk.books == books.facts
    assert desk.line == Line(1, 9, books.head)


def test_a_repetition_changes_nothing() -> None:
    """The same facts again, in the same or in other letters, leave the line and nothing beside it."""
    books = sold(9)
    desk = heard(books)
    desk.hear(*books.post(), *books.post(3, 7), *books.post(most=1))
    assert (desk.books, desk.strays, desk.scars) == (books.facts, [], [])


def test_what_comes_too_early_waits() -> None:
    """Facts 5 to 9 wait until 1 to 4 are there, and follow at once."""
    books = sold(9)
    desk = Desk()
    desk.hear(*books.post(5, 9))
    assert (desk.books, desk.line) == ([], Line())
    desk.hear(*books.post(1, 4))
    assert desk.books == books.facts


def test_a_letter_that_begins_before_the_end_adds_what_is_new() -> None:
    """Of facts 4 to 9 a line of six takes 7, 8 and 9."""
    books = sold(9)
    desk = Desk()
    desk.hear(*books.post(1, 6), *books.post(4, 9))
    assert (desk.books, desk.strays) == (books.facts, [])


def test_a_restore_takes_the_place_of_what_it_lost() -> None:
    """A machine restored after fact 5 goes on in epoch 2; facts 6 to 9 of epoch 1 stay, and are off the line."""
    books = sold(9)
    desk = heard(books)
    restored = books.copy(5, epoch=2)
    restored.sell(2)
    desk.hear(*restored.post(6))
    assert desk.books == restored.facts
    assert desk.lost == books.facts[5:]
    assert desk.line == Line(2, 7, restored.head)


def test_an_old_database_put_back_overwrites_nothing() -> None:
    """Books copied back without a restore use numbers again: those are strays, and what lies beyond goes on with a scar."""
    books = sold(9)
    desk = heard(books)
    copied = books.copy(5, teller="-again")
    copied.sell(7)
    desk.hear(*copied.post(6))
    assert desk.strays == [Stray(1, 6, 9, copied.facts[8][1], Why.REUSED)]
    assert desk.scars == [Scar(1, 9, copied.facts[8][1])]
    assert desk.books == books.facts + copied.facts[9:]


def test_reused_numbers_are_refused_letter_by_letter_too() -> None:
    """The same, a fact a letter: each stray follows from the one before, and the first one beyond the end has the scar."""
    books = sold(9)
    desk = heard(books)
    copied = books.copy(7, teller="-again")
    copied.sell(4)
    desk.hear(*copied.post(8, most=1))
    assert [(stray.first, stray.last, stray.why) for stray in desk.strays] == [(8, 8, Why.REUSED), (9, 9, Why.REUSED)]
    assert desk.books == books.facts + copied.facts[9:]
    assert len(desk.scars) == 1


def test_late_facts_of_an_ended_epoch_are_refused() -> None:
    """What the lab never got before a restore comes after it: refused as late, also when it goes on from itself."""
    books = sold(9)
    restored = books.copy(5, epoch=2)
    restored.sell(1)
    desk = Desk()
    desk.hear(*books.post(1, 5), *restored.post(6), *books.post(6, 7), *books.post(8, 9))
    assert [(stray.first, stray.last, stray.why) for stray in desk.strays] == [(6, 7, Why.LATE), (8, 9, Why.LATE)]
    assert desk.books == restored.facts


def test_facts_that_follow_from_nothing_block_nothing() -> None:
    """A letter with a byte changed is broken: the line passes over it with a scar, and the next letter is added."""
    books = sold(9)
    desk = heard(books.copy(3))
    (letter,) = books.post(4, 6)
    bent = replace(letter, rows=(letter.rows[0]._replace(body='{"price_cents":1}'), *letter.rows[1:]))
    desk.hear(bent, *books.post(7, 9))
    assert desk.strays == [Stray(1, 4, 6, letter.hash, Why.BROKEN)]
    assert desk.scars == [Scar(1, 6, letter.hash, passed=3)]
    assert desk.books == books.facts[:3] + books.facts[6:]


def test_no_hash_a_stranger_claims_stops_a_line() -> None:
    """A late message that claims the hash of a fact to come is kept aside, and that fact is added when it comes."""
    books = sold(5)
    restored = books.copy(5, epoch=2)
    restored.sell(3)
    desk = heard(books)
    desk.hear(*restored.post(6, 6))
    liar = Letter(books.machine, (books.facts[4][0]._replace(seq=7),), restored.facts[6][1])
    desk.hear(liar, *restored.post(7))
    assert desk.books == restored.facts


def test_a_new_machine_under_an_old_name_is_kept_apart() -> None:
    """Books that begin at 1 again are strays as far as the old ones reach."""
    books = sold(6)
    desk = heard(books)
    other = Books(teller="-other")
    other.sell(4)
    desk.hear(*other.post())
    assert desk.books == books.facts
    assert desk.strays == [Stray(1, 1, 4, other.head, Why.REUSED)]


seeds = st.integers(0, 2**32)


@given(seeds)
def test_whatever_the_network_does_an_honest_line_is_the_books(seed: int) -> None:
    """Letters of any length, lost, doubled and in any order, and then all of them once more: the line is the books."""
    rng = random.Random(seed)
    books = sold(rng.randint(1, 40))
    stream = [letter for _ in range(3) for letter in cut(rng, books) if rng.random() < 0.7]
    rng.shuffle(stream)
    desk = Desk()
    desk.hear(*stream, *cut(rng, books))
    assert desk.books == books.facts
    assert (desk.line.head, desk.strays, desk.scars, desk.aside) == (books.head, [], [], [])


@given(seeds)
def test_a_machine_that_was_restored_again_and_again_ends_as_its_books(seed: int) -> None:
    """Between restores anything may be lost, doubled or late; when the last books are sent whole, the line is they."""
    rng = random.Random(seed)
    books, stream = sold(rng.randint(1, 20)), []
    for epoch in range(2, 2 + rng.randint(0, 3)):
        stream += [letter for letter in cut(rng, books) if rng.random() < 0.7]
        books = books.copy(rng.randint(0, len(books.facts)), epoch=epoch)
        books.sell(rng.randint(1, 9))
    swaps = [rng.randrange(len(stream)) for _ in range(rng.randint(0, 5)) if stream]
    for place in swaps:
        stream[place], stream[-1] = stream[-1], stream[place]
    desk = Desk()
    desk.hear(*stream, *cut(rng, books))
    assert desk.books == books.facts
    assert (desk.line.head, desk.scars) == (books.head, [])
    assert {stray.why for stray in desk.strays} <= {Why.LATE, Why.BROKEN}


@given(seeds)
def test_what_is_accepted_is_never_changed_and_nothing_blocks(seed: int) -> None:
    """Forks, copies put back, bent bytes and false hashes in any order: every fact accepted once stays as it was."""
    rng = random.Random(seed)
    lives = [sold(rng.randint(1, 20))]
    for number in range(rng.randint(0, 4)):
        source = rng.choice(lives)
        life = source.copy(rng.randint(0, len(source.facts)), rng.choice([1, 1, 2, 3]), teller=f"-{number}")
        life.sell(rng.randint(1, 9))
        lives.append(life)
    stream = [letter for life in lives for letter in cut(rng, life)]
    stream += [replace(letter, hash=rng.choice([letter.hash, GENESIS, rng.randbytes(32)])) for letter in stream]
    rng.shuffle(stream)
    desk, accepted = Desk(aside_max=rng.choice([0, 3, 10_000])), dict[bytes, Row]()
    for letter in stream:
        desk.hear(letter)
        now = {link: row for row, link in [*desk.books, *desk.lost]}
        assert accepted.items() <= now.items()
        accepted = now
