"""The outbox: what goes next, what an answer of the lab means, and that nothing is ever left behind."""

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.outbox import ALONE_MAX, BATCH_FACTS, PATIENCE_MS, PATIENCE_MS_MAX, WINDOW, Aside, Outbox

BROKEN = Aside(81, 90, 1, "5a" * 32, "broken")


def all_sent(outbox: Outbox, now_ms: int = 0) -> tuple[Outbox, list[range]]:
    """The outbox once nothing more may go, and the messages that went."""
    went = []
    while numbers := outbox.following():
        went.append(numbers)
        outbox = outbox.posted(numbers[-1], now_ms)
    return outbox, went


def test_a_few_facts_go_one_by_one() -> None:
    """Whoever reads along sees each sale by its own name."""
    _, went = all_sent(Outbox(end=ALONE_MAX))
    assert went == [range(n, n + 1) for n in range(1, ALONE_MAX + 1)]


def test_many_facts_go_a_hundred_at_a_time_and_the_rest_one_by_one() -> None:
    """Two hundred and three facts are two batches and three messages."""
    _, went = all_sent(Outbox(end=203))
    assert went == [range(1, 101), range(101, 201), range(201, 202), range(202, 203), range(203, 204)]


def test_no_more_than_the_window_is_under_way() -> None:
    """A month of facts waits behind twenty messages until the lab answers one of them."""
    outbox, went = all_sent(Outbox(end=50_000))
    assert (len(went), outbox.sent) == (WINDOW, WINDOW * BATCH_FACTS)

    _, more = all_sent(outbox.answered(BATCH_FACTS, (), 10))
    assert more == [range(2_001, 2_101)]


def test_an_answer_moves_the_cursor_and_what_it_covers_is_never_sent_again() -> None:
    """After fact 100 is held, silence begins again at 101."""
    outbox, _ = all_sent(Outbox(end=250))
    outbox = outbox.answered(100, (), 1_000)
    outbox = outbox.after_silence(1_000 + PATIENCE_MS)
    assert outbox.following() == range(101, 201)


def test_silence_is_borne_twice_as_long_each_time_up_to_five_minutes() -> None:
    """A lab that is away for a week is asked about three hundred times a day, and at once when it answers."""
    outbox, now_ms, waits_ms = Outbox(end=3), 0, []
    for _ in range(9):
        outbox, _ = all_sent(outbox, now_ms)
        assert outbox.due_ms is not None
        waits_ms.append(outbox.due_ms - now_ms)
        now_ms = outbox.due_ms
        assert outbox.after_silence(now_ms - 1) is outbox
        outbox = outbox.after_silence(now_ms)
    assert waits_ms == [
        5_000,
        10_000,
        20_000,
        40_000,
        80_000,
        160_000,
        PATIENCE_MS_MAX,
        PATIENCE_MS_MAX,
        PATIENCE_MS_MAX,
    ]

    assert outbox.answered(1, (), now_ms).patience_ms == PATIENCE_MS


def test_nothing_is_waited_for_once_everything_is_held() -> None:
    """An idle machine has no clock running."""
    outbox, _ = all_sent(Outbox(end=5))
    assert outbox.answered(5, (), 9).due_ms is None


def test_a_new_connection_begins_at_once_after_the_last_answer() -> None:
    """What the old connection had under way may be lost."""
    outbox, _ = all_sent(Outbox(end=250))
    assert outbox.answered(100, (), 0).begun_again().following() == range(101, 201)


def test_a_lower_answer_starts_nothing_by_itself_and_silence_then_sends_what_the_lab_lost() -> None:
    """It may be an old answer that comes late; or the lab was put back to an older copy."""
    outbox, _ = all_sent(Outbox(end=200))
    outbox = outbox.answered(200, (), 0).answered(150, (), 1_000)
    assert not outbox.following()
    assert outbox.due_ms == 1_000 + PATIENCE_MS
    assert outbox.answered(200, (), 2_000).due_ms is None

    assert outbox.after_silence(1_000 + PATIENCE_MS).following() == range(151, 200 + 1)


def test_an_answer_above_what_was_sent_is_believed() -> None:
    """The machine's memory was lost, the lab's was not."""
    outbox = Outbox(end=900).answered(890, (), 0)
    assert (outbox.waits, outbox.first_waiting, outbox.following()) == (10, 891, range(891, 901))


def test_a_replay_sets_it_back_to_that_fact() -> None:
    """Also below what was held: the lab knows better what it lacks."""
    outbox, _ = all_sent(Outbox(end=200))
    outbox = outbox.answered(150, (), 0).asked_again(41)
    assert (outbox.following(), outbox.waits) == (range(41, 141), 160)


def test_the_same_replay_twice_sends_nothing_twice() -> None:
    """Twenty letters out of order make a hub ask twenty times for the same."""
    outbox, _ = all_sent(Outbox(end=500))
    outbox, went = all_sent(outbox.asked_again(101))
    assert went[0].start == 101
    assert outbox.asked_again(101) is outbox
    assert outbox.answered(200, (), 0).asked_again(101).following().start == 101


def test_a_replay_of_what_was_never_sent_changes_nothing() -> None:
    """It comes in its turn."""
    outbox = Outbox(end=500)
    assert outbox.asked_again(1) is outbox
    assert outbox.asked_again(0) is outbox


def test_what_was_refused_is_passed_over_and_counted() -> None:
    """Facts 81 to 90 stay aside; everything before and after them goes."""
    outbox = Outbox(end=100, asides=(BROKEN,))
    _, went = all_sent(outbox)
    assert went == [range(1, 81), range(91, 101)]
    assert (outbox.waits, outbox.quarantined) == (90, 10)


def test_a_refusal_is_news_and_frees_its_place_in_the_window() -> None:
    """The machine does not wait for an answer to what was answered by no."""
    outbox, _ = all_sent(Outbox(end=90, acked=80, sent=80))
    outbox = outbox.answered(80, [Aside(81, 90, 1, "5a" * 32, "reused")], 50)
    assert (outbox.flying, outbox.due_ms, outbox.waits, outbox.first_waiting) == ((), None, 0, None)


def test_what_the_lab_asks_for_by_number_it_no_longer_refuses() -> None:
    """A lab that was put back to an older copy has forgotten what it refused, and would wait for ever."""
    outbox = Outbox(end=100, acked=80, sent=100, asides=(BROKEN,))
    assert outbox.asked_again(81).following() == range(81, 101)


def test_what_the_lab_no_longer_names_as_refused_goes_again() -> None:
    """It holds up to 70 and has forgotten that it refused 81 to 90: they would be missing for ever."""
    outbox = Outbox(end=100, acked=100, sent=100, asides=(BROKEN,))
    assert outbox.answered(100, (), 0).asides == (BROKEN,)
    assert outbox.answered(70, (BROKEN,), 0).asides == (BROKEN,)
    forgotten = outbox.answered(70, (), 0)
    assert (forgotten.asides, forgotten.after_silence(PATIENCE_MS).following()) == ((), range(71, 101))


class Lab:
    """An honest hub behind a bad network: it holds a gapless prefix, and refuses what it was told to, passing over it."""

    def __init__(self, refuses: set[int]) -> None:
        self.held, self.refuses, self.asides = 0, refuses, list[Aside]()
        self.came: set[int] = set()

    def takes(self, numbers: range) -> int | None:
        """A message arrives; the number to send again from, if it does not follow."""
        self.came |= set(numbers)
        if numbers.start > self.held + 1:
            return self.held + 1
        if self.refuses & set(numbers) and numbers.start == self.held + 1:
            self.asides.append(Aside(numbers.start, numbers[-1], 1, f"{numbers[-1]:064x}", "broken"))
        self.held = max(self.held, numbers[-1])
        return None


Step = Callable[[Outbox, Lab, random.Random, int], Outbox]


def sends(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    """Messages go; some are lost, and what arrives may be answered or not."""
    while numbers := outbox.following():
        assert len(outbox.flying) < WINDOW
        assert len(numbers) <= BATCH_FACTS
        assert numbers[-1] <= outbox.end
        assert not any(a.first <= n <= a.last for a in outbox.asides for n in numbers), "a refused fact goes again"
        outbox = outbox.posted(numbers[-1], now_ms)
        if rng.random() < 0.7:
            again = lab.takes(numbers)
            if again and rng.random() < 0.5:
                outbox = outbox.asked_again(again)
            elif rng.random() < 0.5:
                outbox = outbox.answered(lab.held, lab.asides[-20:], now_ms)
        if rng.random() < 0.1:
            break
    return outbox


def answers_late(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    """An old answer, of any time before."""
    return outbox.answered(rng.randint(0, lab.held), lab.asides[: rng.randint(0, len(lab.asides))], now_ms)


def asks_nonsense(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    return outbox.asked_again(rng.randint(-3, outbox.end + 3))


def loses_its_line(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    return outbox.begun_again()


def is_silent(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    return outbox.after_silence(now_ms)


def grows(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    return outbox.grown(outbox.end + rng.choice((1, 3, 40, 250)))


def loses_its_disk(outbox: Outbox, lab: Lab, rng: random.Random, now_ms: int) -> Outbox:
    """The lab is put back to an older copy of itself, and says so."""
    lab.held = rng.randint(0, lab.held)
    lab.asides = [aside for aside in lab.asides if aside.last <= lab.held]
    return outbox.answered(lab.held, lab.asides[-20:], now_ms).asked_again(lab.held + 1)


STEPS: tuple[Step, ...] = (sends, answers_late, asks_nonsense, loses_its_line, is_silent, grows, loses_its_disk)


@given(
    steps=st.lists(st.sampled_from(STEPS), max_size=40),
    refuses=st.sets(st.integers(1, 400), max_size=3),
    seed=st.integers(0, 2**32),
)
def test_whatever_happens_on_the_way_an_honest_lab_ends_with_everything(
    steps: list[Step], refuses: set[int], seed: int
) -> None:
    """Lost messages, late and repeated answers, replays of anything, refusals, silences, a lab that lost its newest days:
    when the network is good again, every fact arrives or stands aside, and never more than the window was under way."""
    rng, lab, now_ms = random.Random(seed), Lab(refuses), 0
    outbox = Outbox(end=rng.randint(0, 300))
    for step in steps:
        now_ms += rng.choice((0, 10, PATIENCE_MS, PATIENCE_MS_MAX))
        outbox = step(outbox, lab, rng, now_ms)
        assert 0 <= outbox.waits <= outbox.end
        assert len(outbox.flying) <= WINDOW

    outbox = outbox.answered(lab.held, lab.asides[-20:], now_ms)
    for _ in range(200):
        outbox = _good_network(outbox, lab, now_ms)
        now_ms += PATIENCE_MS_MAX
        outbox = outbox.after_silence(now_ms)
        if lab.held == outbox.end == outbox.acked:
            break
    assert (lab.held, outbox.acked, outbox.waits, outbox.due_ms) == (outbox.end, outbox.end, 0, None)
    assert set(range(1, outbox.end + 1)) <= lab.came


def _good_network(outbox: Outbox, lab: Lab, now_ms: int) -> Outbox:
    """Everything arrives in order and is answered."""
    while numbers := outbox.following():
        outbox = outbox.posted(numbers[-1], now_ms)
        again = lab.takes(numbers)
        outbox = outbox.asked_again(again) if again else outbox.answered(lab.held, lab.asides[-20:], now_ms)
    return outbox
