"""A host and a simulated acceptor joined in memory: the order of the start, credits, resets, noise, and the end."""

import random
from collections.abc import Iterator

import fuzz_cctalk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.protocols.cctalk import (
    POSITIONS,
    CrcFrame,
    Found,
    Frame,
    Header,
    Host,
    Lost,
    Noted,
    Ready,
    Remembered,
    Stopped,
    WasReset,
)
from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.joined import Joined, clean, noisy

COINS = {1: "US005A", 3: "US025A", 4: "EC050A", 16: "TK001A"}
DIME, QUARTER, SUCRE = 2, 3, 4


def wanting(**settings: object) -> Host:
    """A host that wants all coins from the start."""
    host = Host(**settings)  # type: ignore[arg-type]
    host.accept(POSITIONS)
    return host


def joined(host: Host | None = None, acceptor: AcceptorFirmware | None = None, **line: object) -> Joined:
    return Joined(host or wanting(), acceptor or AcceptorFirmware(COINS), **line)  # type: ignore[arg-type]


def ready(host: Host | None = None, acceptor: AcceptorFirmware | None = None, **line: object) -> Joined:
    """A line on which the acceptor is open."""
    both = joined(host, acceptor, **line)
    both.run_until(Ready)
    return both


class Tap:
    """A line that writes down every header the host asks for, in order and without repetitions."""

    def __init__(self) -> None:
        self.headers: list[int] = []

    def __call__(self, data: bytes) -> bytes:
        if data[:1] == b"\x02" and (not self.headers or self.headers[-1] != data[3]):
            self.headers.append(data[3])
        return data


def test_the_start_goes_in_the_order_of_the_standard() -> None:
    """Contact, identity, closing, pace, self-check, coin table, counter and buffer as they are, then the inhibits."""
    tap = Tap()
    ready(spoil=tap)
    assert tap.headers == [254, 245, 246, 244, 192, 242, 241, 4, 228, 249, 232, 184, 225, 229, 225, 231, 228]


def test_the_host_finds_out_who_is_there_and_what_it_takes() -> None:
    """Maker, serial number and the coin at each position are told before the first credit."""
    both = joined()
    found = both.run_until(Found)
    assert isinstance(found, Found)
    assert (found.identity.manufacturer, found.identity.serial) == ("Minga Simulators", 12_345_678)
    assert {position: coin.text for position, coin in found.coins.items()} == COINS


@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.parametrize("frames", [Frame, CrcFrame])
def test_a_coin_is_told_with_any_adapter_and_checksum(echo: bool, frames: type[Frame]) -> None:
    """With or without an echo, with the simple checksum or the CRC, a coin is one coin."""
    both = ready(wanting(frames=frames), AcceptorFirmware(COINS, frames=frames), echo=echo)
    assert both.insert(SUCRE)
    both.run(400)
    assert both.till.booked == [SUCRE]
    assert both.host.echo is echo


def test_no_coin_is_let_in_before_somebody_wants_it() -> None:
    """After the start the acceptor is closed, and opens within one poll of the wish."""
    both = ready(Host())
    assert not both.insert(QUARTER)
    both.host.accept(POSITIONS)
    both.run(100)
    assert both.insert(QUARTER)
    both.host.accept(())
    both.run(100)
    assert not both.insert(QUARTER)


def test_only_chosen_positions_are_let_in() -> None:
    """A token nobody gave a value falls through."""
    both = ready(wanting(choose=lambda coins: [p for p, coin in coins.items() if not coin.token]))
    assert both.insert(SUCRE)
    assert not both.insert(16)


@pytest.mark.parametrize(
    ("units", "value", "kept_ms"),
    [
        (1, 50, 50),
        (2, 4, 40),
        (2, 20, 150),
        (3, 1, 150),
        (0, 0, 150),
        (0, 255, 150),
        (4, 1, 150),
        (1, 0, 150),
        (1, 1, 5),
    ],
)
def test_an_acceptor_may_ask_to_be_polled_more_often_and_never_less(units: int, value: int, kept_ms: int) -> None:
    """Header 249 lowers the 150 ms of the configuration; a longer time, or a special one, changes nothing."""
    acceptor = AcceptorFirmware(COINS)
    acceptor.poll_units, acceptor.poll_value = units, value
    assert ready(acceptor=acceptor).host.poll_ms == kept_ms


def test_coins_that_were_taken_before_we_came_are_no_money() -> None:
    """An acceptor with a history gives a baseline, and its next coin is money."""
    acceptor = AcceptorFirmware(COINS)
    joined(acceptor=acceptor).run_until(Ready)
    both = ready(acceptor=acceptor)
    acceptor._remember(SUCRE, 1)
    stranger = ready(acceptor=acceptor, now_ms=both.now_ms)
    assert stranger.till.booked == []
    assert stranger.insert(QUARTER)
    stranger.run(400)
    assert stranger.till.booked == [QUARTER]


def test_coins_taken_while_the_host_was_away_are_booked_by_the_mark() -> None:
    """With the books' own mark, what happened between two hosts is money."""
    both = ready()
    both.insert(QUARTER)
    both.run(400)
    both.insert(SUCRE)
    both.restart(wanting())
    both.run_until(Ready)
    assert both.till.booked == [QUARTER, SUCRE]


def test_two_hundred_and_sixty_coins_pass_the_wrap_of_the_counter() -> None:
    """The counter goes from 255 to 1 without a coin lost or doubled."""
    both = ready()
    for _ in range(260):
        assert both.insert(QUARTER)
        both.run(300)
    assert both.till.booked == [QUARTER] * 260
    assert both.till.alarms == []


def test_a_change_is_believed_only_when_it_was_read_twice() -> None:
    """The first answer with a coin in it is told after the second one that says the same."""
    both = ready()
    both.run(1_000)
    asked = both.exchanges
    both.insert(QUARTER)
    both.run_until(Remembered)
    assert both.exchanges - asked >= 2


def test_one_false_answer_with_a_right_checksum_is_not_believed() -> None:
    """A sealed lie that comes once gives no credit and no alarm."""
    both = ready()
    both.run(500)
    lies = iter([Frame.build(1, 0, bytes((1, SUCRE, 1, *[0] * 8)), source=2)])
    both.spoil = lambda data: next(lies, data) if len(data) == 16 else data
    both.run(2_000)
    assert next(lies, None) is None
    assert (both.till.booked, both.till.alarms) == ([], [])


@pytest.mark.parametrize(
    ("header", "lie"),
    [(Header.REQUEST_SERIAL_NUMBER, b"\x07\0\0"), (Header.REQUEST_MANUFACTURER_ID, b"Nobody"), (184, b"US100A")],
)
@pytest.mark.parametrize("which", [1, 2])
def test_one_false_answer_changes_neither_the_name_nor_a_coin(header: int, lie: bytes, which: int) -> None:
    """Who the acceptor is and what its coins are worth is read until two answers agree."""
    acceptor = AcceptorFirmware({1: "US005A"})
    honest, asked = acceptor._answers[header], iter(range(1, 1_000))
    acceptor._answers[header] = lambda data: lie if next(asked) == which else honest(data)
    found = joined(acceptor=acceptor).run_until(Found)
    assert isinstance(found, Found)
    assert (found.identity.manufacturer, found.identity.serial) == ("Minga Simulators", 12_345_678)
    assert found.coins[1].text == "US005A"


def test_an_unexpected_rejection_makes_the_host_open_the_acceptor_again() -> None:
    """An acceptor that forgot that it is open rejects one coin, and takes the next."""
    both = ready()
    both.run(300)
    both.acceptor._open = False
    assert not both.insert(QUARTER)
    both.run(400)
    assert both.insert(QUARTER)


def test_a_reset_is_told_and_the_acceptor_is_opened_again() -> None:
    """After a power failure the alarm is raised once, nothing is booked twice, and the next coin counts."""
    both = ready()
    both.insert(QUARTER)
    both.run(400)
    both.acceptor.power_up(both.now_ms)
    both.run_until(WasReset)
    both.run_until(Ready)
    assert (both.till.booked, both.till.alarms) == ([QUARTER], ["reset"])
    assert both.insert(SUCRE)
    both.run(400)
    assert (both.till.booked, both.till.alarms) == ([QUARTER, SUCRE], ["reset"])


def test_a_null_event_after_power_up_does_not_hide_the_reset() -> None:
    """An acceptor that shows its 0 only once is still known to have been reset."""
    both = ready()
    both.acceptor.null_event_first = True
    both.insert(QUARTER)
    both.run(400)
    both.acceptor.power_up(both.now_ms)
    both.run_until(WasReset)
    both.run_until(Ready)
    assert both.till.alarms == ["reset"]
    assert both.till.booked == [QUARTER]


def test_a_reset_before_the_first_coin_is_found_by_asking() -> None:
    """With the counter at 0 before and after, only the forgotten inhibits show the reset; they are sent again."""
    both = ready()
    both.run(1_000)
    both.acceptor.power_up(both.now_ms)
    both.run(1_000)
    assert not both.acceptor.open_for(QUARTER, both.now_ms)
    both.run(6_000)
    assert both.insert(QUARTER)


def test_an_acceptor_that_knows_no_inhibit_questions_is_left_in_peace() -> None:
    """Headers that get no answer are not asked for ever."""
    acceptor = AcceptorFirmware(COINS)
    for header in (Header.REQUEST_MASTER_INHIBIT_STATUS, Header.REQUEST_INHIBIT_STATUS):
        del acceptor._answers[header]
    tap = Tap()
    both = ready(acceptor=acceptor, spoil=tap)
    both.run(30_000)
    assert tap.headers.count(227) == tap.headers.count(230) == 1
    assert both.insert(QUARTER)


def test_a_rejected_coin_is_noted_and_no_money() -> None:
    """An error event has a name, and opens no purse."""
    both = ready()
    both.acceptor.reject()
    noted = both.run_until(Noted)
    assert isinstance(noted, Noted)
    assert noted.name == "reject coin"
    assert both.till.booked == []


def test_an_acceptor_that_falls_silent_is_lost_in_about_a_second() -> None:
    """A second without a credit answer means that it has closed itself."""
    both = ready()
    both.run(1_000)
    both.acceptor.power_up(both.now_ms + 1_000_000)
    silent_ms = both.now_ms
    lost = both.run_until(Lost)
    assert isinstance(lost, Lost)
    assert "silent" in lost.reason
    assert 900 <= both.now_ms - silent_ms <= 1_400


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "Payout"}, "'Payout', not a coin acceptor"),
        ({"fault": 3}, "self-check: credit sensor"),
        ({"coins": {}}, "no coin of known value"),
    ],
)
def test_a_device_that_cannot_be_used_says_why(change: dict[str, object], reason: str) -> None:
    """A hopper at the address, a broken sensor, an empty coin table: each is refused in words."""
    acceptor = AcceptorFirmware(COINS)
    for name, value in change.items():
        setattr(acceptor, name, value)
    lost = joined(acceptor=acceptor).run_until(Lost)
    assert isinstance(lost, Lost)
    assert reason in lost.reason


def test_an_acceptor_without_a_serial_number_still_works() -> None:
    """Header 242 is not in every acceptor; then there is none, and the rest goes on."""
    acceptor = AcceptorFirmware(COINS)
    del acceptor._answers[Header.REQUEST_SERIAL_NUMBER]
    found = joined(acceptor=acceptor).run_until(Found)
    assert isinstance(found, Found)
    assert found.identity.serial is None


def test_stopping_closes_the_acceptor_and_waits_for_coins_on_their_way() -> None:
    """A coin that passes the sensor just after the closing is still told, and then the host ends."""
    both = ready()
    both.host.stop()
    both.run(100)
    assert not both.acceptor.open_for(QUARTER, both.now_ms)
    both.acceptor._remember(QUARTER, 1)
    stopped_ms = both.now_ms
    both.run_until(Stopped)
    assert both.till.booked == [QUARTER]
    assert 2_000 <= both.now_ms - stopped_ms <= 4_500


def test_stopping_a_closed_acceptor_takes_no_time() -> None:
    """Nothing is on its way when nothing was let in for two seconds."""
    both = ready(Host())
    both.run(3_000)
    before_ms = both.now_ms
    both.host.stop()
    both.run_until(Stopped)
    assert both.now_ms - before_ms < 100


def test_stopping_in_the_middle_of_the_start_ends_it() -> None:
    """A host that has not found its acceptor yet stops all the same."""
    both = joined()
    both.run(100)
    both.host.stop()
    both.run_until(Stopped, 1_000)


def _work_through_noise(line: Joined, chance: random.Random, rounds: int) -> Iterator[int]:
    """Coins fall while the line is bad; a host that gave up is followed by another. Yields the accepted coins."""
    for _ in range(rounds):
        line.run(chance.randint(20, 400))
        if line.host.ended:
            line.restart(wanting())
        position = chance.choice(tuple(COINS))
        unseen = (line.acceptor.counter - (line.till.mark or 0)) % 255
        if unseen < 5 and line.acceptor.open_for(position, line.now_ms) and line.insert(position):
            yield position


@settings(max_examples=60)
@given(
    st.integers(0, 2**32),
    st.floats(0, 0.2),
    st.floats(0, 0.1),
    st.floats(0, 0.05),
    st.booleans(),
)
def test_no_coin_is_lost_or_invented_on_a_bad_line(
    seed: int, changed: float, lost: float, repeated: float, echo: bool
) -> None:
    """Bytes are changed, lost and repeated, hosts give up and come back: the books equal the cash box, in its order."""
    chance = random.Random(seed)
    acceptor = AcceptorFirmware(COINS)
    del acceptor._answers[
        Header.RESET_DEVICE
    ]  # noise can make a sound reset of another request: then coins are forgotten
    line = ready(acceptor=acceptor, echo=echo)
    line.spoil = noisy(chance, changed, lost, repeated)
    accepted = list(_work_through_noise(line, chance, 40))

    line.spoil = clean
    line.restart(wanting())
    line.run_until(Ready)
    assert line.till.booked == accepted
    assert line.till.alarms == []
    assert {event.identity.serial for event in line.events if isinstance(event, Found)} == {12_345_678}


def test_fifty_thousand_malformed_replies_give_no_false_credit() -> None:
    """Whatever replies are replaced by, the books end up equal to the cash box, and nothing crashes."""
    result = fuzz_cctalk.fuzz_host(replies=50_000, seed=2026)
    assert result["false_credits"] == 0
    assert result["hidden"] == 0
    assert result["same_order"]
    assert not result["alarms"]
    assert result["coins"] > 1_000


def test_malformed_streams_never_fill_the_decoder() -> None:
    """Whatever comes, less than one frame is kept, and what is found was proved."""
    result = fuzz_cctalk.fuzz_decoder(frames=4_000, seed=11)
    assert result["kept_max"] < 260
    assert result["found"] > 500
