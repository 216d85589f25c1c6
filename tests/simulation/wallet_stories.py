"""The scripted stories of a wallet town, and how one is played with a knife at exact places.

A story is what people do and what the providers suffer; it says nothing of crashes. Played once without a cut it tells all
the places where it could be cut; `worth_a_cut` leaves out those that are the same place again: the same step between the
same two facts of the books, such as the twentieth look at a payment that nobody makes.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from wallet_oracle import check
from wallet_people import People
from wallet_town import WalletTown
from wallet_wire import DAY_MS, HOUR_MS, Place

Act = Callable[[People], object]


def asks(provider: str, slot: str) -> Act:
    return lambda people: people.wants(provider, slot)


def pays(cents: int | None = None, after_ms: int = 0, phones: int = 1) -> Act:
    return lambda people: people.pays(cents, after_ms, phones)


def inserts(*cents: int) -> Act:
    return lambda people: people.inserts(*cents)


def shows(voucher_id: str, cents: int) -> Act:
    return lambda people: people.shows(voucher_id, cents)


def waits(ms: int) -> Act:
    return lambda people: people.town.wait(ms)


def turns(*how: str) -> Act:
    """How the next turns of motors go."""
    return lambda people: people.town.hardware.turns.extend(how)


def suffers(provider: str, **knobs: Any) -> Act:
    return lambda people: people.town.providers[provider].faults.set(**knobs)


def repaired(provider: str) -> Act:
    return lambda people: people.town.providers[provider].faults.repair()


def returns(people: People) -> None:
    """Somebody presses the return button."""
    people.press_return()


STORIES: dict[str, tuple[Act, ...]] = {
    "Deuna, and the piece falls": (asks("deuna", "B1"), pays(), waits(5_000)),
    "Pix, and the piece falls": (asks("pix", "B2"), pays(), waits(5_000)),
    "a jam, and Deuna gives back": (turns("jams"), asks("deuna", "B1"), pays(), waits(60_000)),
    "two jams, and Pix gives back": (turns("jams", "jams"), asks("pix", "A1"), pays(), waits(60_000)),
    "a jam, and the twin sells": (turns("jams", "falls"), asks("deuna", "A1"), pays(), waits(5_000)),
    "nobody knows whether it fell": (turns("unseen"), asks("deuna", "A3"), pays(), waits(5_000)),
    "paid when nobody waits": (asks("deuna", "A3"), pays(after_ms=130_000), waits(200_000)),
    "paid in time, known too late": (suffers("pix", late_ms=150_000), asks("pix", "A3"), pays(), waits(200_000)),
    "she changes her mind, and pays": (asks("deuna", "B2"), returns, pays(), waits(30_000)),
    "another amount": (asks("deuna", "B1"), pays(700), waits(60_000)),
    "another amount at Pix": (asks("pix", "B1"), pays(100), waits(60_000)),
    "a refund that is none, then one": (
        suffers("deuna", refund_asks=2),
        turns("jams"),
        asks("deuna", "B1"),
        pays(),
        waits(HOUR_MS),
    ),
    "a refund that fails, then works": (
        suffers("deuna", refund="fails", reversal_ms=30_000),
        *(asks("deuna", "B2"), pays(100), waits(200_000)),
        *(repaired("deuna"), waits(HOUR_MS)),
    ),
    "a refund under way for hours": (
        suffers("pix", reversal_ms=5 * HOUR_MS),
        asks("pix", "B1"),
        pays(100),
        waits(HOUR_MS),
    ),
    "a refund's answer is lost": (
        suffers("deuna", lost_replies=1, lost_on="refund"),
        *(asks("deuna", "B1"), pays(100), waits(60_000)),
    ),
    "an outage over the deadline": (
        suffers("deuna", refund="refused"),
        *(asks("deuna", "B1"), pays(100), waits(60_000)),
        *(suffers("deuna", down=True), waits(DAY_MS), repaired("deuna"), waits(HOUR_MS)),
    ),
    "the answer to asking is lost": (
        suffers("deuna", lost_replies=1, lost_on="request"),
        *(asks("deuna", "B1"), waits(30_000), asks("deuna", "B1"), pays(), waits(5_000)),
    ),
    "the answer to asking is lost at Pix": (
        suffers("pix", lost_replies=1, lost_on="PUT"),
        *(asks("pix", "B1"), pays(), waits(5_000)),
    ),
    "two in a row": (*(asks("deuna", "B1"), pays(), waits(2_000)), *(asks("pix", "B2"), pays(), waits(5_000))),
    "two phones scan": (asks("deuna", "B1"), pays(phones=2), waits(5_000)),
    "coins first": (inserts(100, 100), asks("deuna", "A1"), pays(), waits(5_000)),
    "coins first, then a jam": (turns("jams"), inserts(100), asks("pix", "B1"), pays(), waits(30_000), returns),
    "a voucher first": (shows("v-1", 100), asks("pix", "B1"), pays(), waits(5_000)),
    "a voucher twice, and a late payment": (
        *(shows("v-1", 350), shows("v-1", 350)),
        *(asks("deuna", "B1"), pays(after_ms=150_000), waits(200_000)),
    ),
}


def played(name: str, folder: Path, blank: Path, at: Collection[int] = (), seed: int = 0) -> list[Place]:
    """Play this story, cut at these places, until all is quiet; the oracle looks at it. All places it came by."""
    town = WalletTown(seed, folder, blank, at=at)
    people = People(town)
    town.storm.counts = True
    for act in STORIES[name]:
        act(people)
    town.calm_down()
    try:
        check(town, people.vouchers)
    finally:
        town.close()
    return town.storm.places


def worth_a_cut(places: list[Place]) -> list[int]:
    """The numbers of the places that are different: of the same one the first and the last."""
    first, last = dict[Place, int](), dict[Place, int]()
    for number, place in enumerate(places, start=1):
        first.setdefault(place, number)
        last[place] = number
    return sorted({*first.values(), *last.values()})
