"""Which coins an acceptor lets in: coin by coin, with the fewest questions, whatever it forgets."""

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.protocols.cctalk import Frame, Header, Host, Ready, Stopped
from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.joined import Joined, clean

COINS = {1: "US005A", 3: "US025A", 4: "EC050A", 5: "US100A"}
NICKEL, QUARTER, SUCRE, DOLLAR = 1, 3, 4, 5
MASK, MASTER = Header.MODIFY_INHIBIT_STATUS, Header.MODIFY_MASTER_INHIBIT_STATUS


class Line(Joined):
    """A line with an acceptor that is ready, and what it was told about its inhibits since."""

    def __init__(self, *wanted: int) -> None:
        super().__init__(Host(), AcceptorFirmware(COINS), spoil=self._overhear)
        self.told: list[tuple[int, bytes]] = []
        self._echo = False
        self.host.accept(wanted)
        self.run_until(Ready)
        self.run(500)
        self.told.clear()

    def _overhear(self, data: bytes) -> bytes:
        """Both what the acceptor hears and the echo come by; one of them counts."""
        if data[:1] == b"\x02" and data[3] in (MASK, MASTER):
            self._echo = not self._echo
            self.told += [(data[3], Frame(data).data)] if self._echo else []
        return data

    def wish(self, *wanted: int) -> None:
        self.host.accept(wanted)
        self.run(200)

    @property
    def open_for(self) -> set[int]:
        return {position for position in COINS if self.acceptor.open_for(position, self.now_ms)}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((QUARTER,), (SUCRE,), [(MASK, b"\x08\0")]),
        ((QUARTER,), (), [(MASTER, b"\0")]),
        ((), (), []),
        ((QUARTER, SUCRE), (SUCRE, QUARTER), []),
        ((NICKEL, QUARTER), (NICKEL, QUARTER, DOLLAR), [(MASK, b"\x15\0")]),
        ((), (QUARTER,), [(MASK, b"\x04\0"), (MASTER, b"\x01")]),
    ],
)
def test_a_change_costs_the_fewest_questions(
    before: Collection[int], after: Collection[int], told: list[tuple[int, bytes]]
) -> None:
    """Another choice of coins is one new mask, closing for all is one master inhibit, no change is nothing."""
    line = Line(*before)
    line.wish(*after)
    assert line.told == told
    assert line.open_for == set(after) == line.host.let_in


def test_opening_again_for_the_same_coins_is_one_question() -> None:
    """A closed acceptor keeps its mask; only another one is sent, and always before it opens."""
    line = Line(QUARTER)
    line.wish()
    line.told.clear()
    line.wish(QUARTER)
    assert line.told == [(MASTER, b"\x01")]
    line.wish()
    line.told.clear()
    line.wish(DOLLAR)
    assert line.told == [(MASK, b"\x10\0"), (MASTER, b"\x01")]


def test_an_unwanted_coin_falls_through_and_a_wanted_one_counts() -> None:
    """With quarters only, a dollar goes back to the visitor; with dollars only, a quarter does."""
    line = Line(QUARTER)
    assert not line.insert(DOLLAR)
    assert line.insert(QUARTER)
    line.wish(DOLLAR)
    assert not line.insert(QUARTER)
    assert line.insert(DOLLAR)
    line.run(400)
    assert line.till.booked == [QUARTER, DOLLAR]


def test_a_coin_past_the_gate_counts_although_it_is_wanted_no_more() -> None:
    """It fell into the box after its mask was taken away: it is money all the same."""
    line = Line(QUARTER, DOLLAR)
    line.wish(QUARTER)
    line.acceptor._remember(DOLLAR, 1)
    line.run(400)
    assert line.till.booked == [DOLLAR]


def test_the_choice_is_kept_through_a_reset() -> None:
    """Its power fails after the first coin: found and told anew, it lets in what it let in before."""
    line = Line(QUARTER, SUCRE)
    line.insert(QUARTER)
    line.run(400)
    line.acceptor.power_up(line.now_ms)
    assert line.open_for == set()
    line.run(6_000)
    assert line.open_for == {QUARTER, SUCRE}


@pytest.mark.parametrize("wanted", [(QUARTER,), ()])
def test_what_it_was_told_is_asked_for_and_put_right(wanted: Collection[int]) -> None:
    """Its mask and its master inhibit changed behind our back: the next audit finds it, open or closed."""
    line = Line(*wanted)
    line.acceptor._mask, line.acceptor._open = 0xFFFF, True
    line.run(6_000)
    assert line.open_for == set(wanted)
    assert line.host.let_in == set(wanted)


def test_a_coin_that_was_rightly_refused_is_no_reason_to_tell_it_again() -> None:
    """An acceptor that names the coin it refused is told nothing new, unless that coin should have come in."""
    line = Line(QUARTER)
    line.acceptor.names_inhibited = True
    assert not line.insert(DOLLAR)
    line.run(400)
    assert line.told == []
    line.acceptor._mask = 0
    assert not line.insert(QUARTER)
    line.run(400)
    assert line.told == [(MASK, b"\x04\0"), (MASTER, b"\x01")]
    assert line.insert(QUARTER)


def test_stopping_in_the_middle_of_opening_leaves_it_closed() -> None:
    """The word to open was heard, and the end comes before the answer: it is taken back."""
    line = Line(QUARTER)
    line.wish()
    line.spoil = lambda data: b"" if data[:1] == b"\x01" else data
    line.wish(QUARTER)
    assert line.acceptor._open
    line.spoil = clean
    line.host.stop()
    line.run_until(Stopped)
    assert not line.acceptor._open


@pytest.mark.parametrize("wanted", [(), (DOLLAR,)])
def test_an_acceptor_that_is_still_open_takes_no_coin_during_the_start(wanted: Collection[int]) -> None:
    """It kept its inhibits from the last time and would open at the first credit poll: it is closed before that."""
    acceptor = AcceptorFirmware(COINS)
    acceptor._mask, acceptor._open = 0xFFFF, True
    line = Joined(Host(), acceptor)
    line.host.accept(wanted)
    open_for: set[int] = set()
    while not any(isinstance(event, Ready) for event in line.events):
        line.run(1)
        open_for |= {position for position in COINS if acceptor.open_for(position, line.now_ms)}
    assert open_for <= set(wanted)


WISHES = st.lists(st.tuples(st.frozensets(st.sampled_from([1, 2, 3, 4, 5, 16])), st.integers(0, 120)), max_size=12)


@settings(max_examples=80)
@given(WISHES, st.integers(0, 400))
def test_the_last_wish_holds_however_wishes_change(
    wishes: list[tuple[frozenset[int], int]], reset_after_ms: int
) -> None:
    """Wishes come in the middle of questions, and the acceptor is reset among them: in the end it does the last one."""
    line = Line()
    for wanted, then_ms in [*wishes, (frozenset({NICKEL, DOLLAR}), reset_after_ms)]:
        line.host.accept(wanted)
        line.run(then_ms)
    line.acceptor.power_up(line.now_ms)
    line.run(10_000)
    assert line.open_for == {NICKEL, DOLLAR}
    line.wish()
    assert line.open_for == set()
