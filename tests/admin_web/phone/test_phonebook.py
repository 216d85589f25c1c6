"""The book of phones: what is kept of a secret, and how long wrong PINs make a phone wait, whatever clocks and kills do."""

import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from admin_web.phone.phonebook import HASHES_MAX, OPEN_S, TRIES_FREE, Phonebook, Wrong
from controller.errors import MingaError

NOON_S = 1_795_275_000.0
PIN, WRONG = "739164", "000007"


class Clock:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.s = NOON_S

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phonebook(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phonebook]:
    """With Rosa's and Luz's phones in it."""
    made = Phonebook(tmp_path, clock)
    for phone in ("rosa0001", "luz00001"):
        made.bind(phone, made.hashed(phone, PIN))
    yield made
    made.close()


def fails(phonebook: Phonebook, times: int, phone: str = "rosa0001") -> list[int]:
    """The waits that this many wrong PINs bring, one after another."""
    waits = [phonebook.open(phone, WRONG) for _ in range(times)]
    return [wrong.wait_s for wrong in waits if isinstance(wrong, Wrong)]


# What is kept


def test_nothing_that_opens_anything_lies_in_the_files(tmp_path: Path, phonebook: Phonebook) -> None:
    """Neither a key, nor an opening, nor a PIN: only their hashes; and only this machine's own user may read them."""
    key = phonebook.bind("carmen01", phonebook.hashed("carmen01", "482917"))
    token = phonebook.open("carmen01", "482917")
    assert isinstance(token, str)
    phonebook.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("phones.*"))
    assert b"carmen01" in kept
    for secret in (key, token, "482917"):
        assert secret.encode() not in kept
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("phones.*")} == {0o600}


def test_keys_and_openings_have_256_bits_and_come_once(phonebook: Phonebook) -> None:
    """43 letters of base64 each, and the key of a phone that is bound again is another."""
    keys = {phonebook.bind("rosa0001", "x") for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {43}
    assert [phonebook.phone(key) for key in keys].count("rosa0001") == 1


def test_the_same_pin_is_kept_differently_for_each_phone(phonebook: Phonebook) -> None:
    """And means nothing without the pepper, or on another phone."""
    one, other = phonebook.hashed("rosa0001", PIN), phonebook.hashed("luz00001", PIN)
    assert one != other
    phonebook.bind("luz00001", one)
    assert isinstance(phonebook.open("luz00001", PIN), Wrong)


def test_a_pepper_is_whole_or_not_there(tmp_path: Path, phonebook: Phonebook, clock: Clock) -> None:
    """A power cut at the first start leaves no short one; a damaged one is told, and never taken for a new one."""
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "phones.new").write_bytes(b"half")
    Phonebook(folder, clock).close()
    assert len((folder / "phones.key").read_bytes()) == 32
    (folder / "phones.key").write_bytes(b"")
    with pytest.raises(MingaError, match=r"phones\.key: is damaged"):
        Phonebook(folder, clock)


# A phone


def test_a_forgotten_phone_is_dead_at_once(phonebook: Phonebook) -> None:
    """Its key, its opening and its PIN."""
    key = phonebook.bind("rosa0001", phonebook.hashed("rosa0001", PIN))
    token = phonebook.open("rosa0001", PIN)
    assert isinstance(token, str)
    assert phonebook.phone(key) == "rosa0001"
    assert phonebook.is_open("rosa0001", token)
    phonebook.forget("rosa0001")
    assert phonebook.phone(key) is None
    assert not phonebook.is_open("rosa0001", token)
    assert phonebook.open("rosa0001", PIN) == Wrong()
    assert phonebook.phones() == {"luz00001"}


def test_an_opening_is_one_phones_and_ends(phonebook: Phonebook, clock: Clock) -> None:
    """Not another phone's, not after ten minutes, not when the clock was set back, and not after the next PIN."""
    token = phonebook.open("rosa0001", PIN)
    assert isinstance(token, str)
    assert not phonebook.is_open("luz00001", token)
    for drift_s, is_open in ((OPEN_S, True), (OPEN_S + 1, False), (-1, False)):
        clock.s = NOON_S + drift_s
        assert phonebook.is_open("rosa0001", token) is is_open, drift_s
    clock.s = NOON_S
    assert isinstance(phonebook.open("rosa0001", PIN), str)
    assert not phonebook.is_open("rosa0001", token)


# Wrong PINs


def test_the_fifth_wrong_pin_brings_a_minute_and_each_more_doubles_it(phonebook: Phonebook, clock: Clock) -> None:
    """Up to an hour; a right one afterwards begins anew."""
    assert fails(phonebook, TRIES_FREE) == [0, 0, 0, 0, 60]
    waits = []
    for _ in range(8):
        clock.s += 3_600
        waits += fails(phonebook, 1)
    assert waits == [120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]
    clock.s += 3_600
    assert isinstance(phonebook.open("rosa0001", PIN), str)
    assert fails(phonebook, TRIES_FREE) == [0, 0, 0, 0, 60]


def test_a_waiting_phone_is_not_even_looked_at(phonebook: Phonebook, clock: Clock) -> None:
    """The right PIN is as good as a wrong one until the minute is over, and asking does not make it longer."""
    fails(phonebook, TRIES_FREE)
    for second in range(60):
        clock.s = NOON_S + second
        assert phonebook.open("rosa0001", PIN) == Wrong(60 - second)
    clock.s = NOON_S + 60
    assert isinstance(phonebook.open("rosa0001", PIN), str)


def test_one_phones_wrong_pins_make_no_other_wait(phonebook: Phonebook) -> None:
    """Rosa's child plays with her phone; Luz pays out."""
    fails(phonebook, TRIES_FREE)
    assert isinstance(phonebook.open("luz00001", PIN), str)


def test_a_hundred_guesses_at_the_same_moment_count_each(phonebook: Phonebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only five of them are looked at, however many threads ask at once."""
    looked = []
    fits = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *told: looked.append(told) or fits(*told))
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda guess: phonebook.open("rosa0001", f"{guess:06d}"), range(100)))
    assert all(isinstance(answer, Wrong) for answer in answers)
    assert len(looked) == TRIES_FREE


def test_a_restart_of_the_process_keeps_the_wait(tmp_path: Path, phonebook: Phonebook, clock: Clock) -> None:
    """It stands on the disk before the PIN is looked at."""
    fails(phonebook, TRIES_FREE)
    phonebook.close()
    again = Phonebook(tmp_path, clock)
    assert again.open("rosa0001", PIN) == Wrong(60)
    again.close()


@pytest.mark.parametrize("years", [-30, -1])
def test_a_clock_that_is_set_back_locks_for_no_longer_than_the_wait(
    phonebook: Phonebook, clock: Clock, years: int
) -> None:
    """A Pi without a battery starts in the past: she waits her minute anew, and not until the date comes round again."""
    fails(phonebook, TRIES_FREE)
    clock.s += years * 365 * 86_400
    assert phonebook.open("rosa0001", PIN) == Wrong(60)
    clock.s += 60
    assert isinstance(phonebook.open("rosa0001", PIN), str)


def test_whoever_stands_at_the_machine_ends_all_waits(phonebook: Phonebook) -> None:
    """The service button: two phones that wait may try again, and have their five tries."""
    for phone in ("rosa0001", "luz00001"):
        fails(phonebook, TRIES_FREE, phone)
    phonebook.clear_waits()
    assert isinstance(phonebook.open("rosa0001", PIN), str)
    assert fails(phonebook, TRIES_FREE, "luz00001") == [0, 0, 0, 0, 60]


def test_at_most_two_pins_are_hashed_at_a_time(phonebook: Phonebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads are in; the other six stand before the door until one comes out."""
    inside, most, lock = 0, 0, threading.Lock()
    both_in = threading.Barrier(HASHES_MAX)
    fits = PasswordHasher.hash

    def hashed(*told: object) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        both_in.wait(10)  # so that two are inside together, and a third could be
        with lock:
            inside -= 1
        return fits(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(PasswordHasher, "hash", hashed)
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda one: phonebook.hashed(f"phone{one:04d}", PIN), range(8)))
    assert most == HASHES_MAX


def test_a_hundred_thousand_guesses_on_phones_that_nobody_paired_open_nothing(phonebook: Phonebook) -> None:
    """No guess is looked at, nobody waits for them, and the book does not grow."""
    assert all(phonebook.phone(f"key-{guess}") is None for guess in range(100_000))
    assert {phonebook.open("stranger", f"{guess:06d}") for guess in range(1_000)} == {Wrong(0)}
    assert phonebook.phones() == {"rosa0001", "luz00001"}
    assert isinstance(phonebook.open("rosa0001", PIN), str)
