"""A message that follows from nothing: once it may be the line's fault and is asked for again, twice it is the machine's."""

from dataclasses import replace

from labbooks import MACHINE, Books
from test_store import as_rows, lie, mail, sold

from controller.protocols.sync.letter import Letter
from lab.looking import refusals, standings
from lab.store import Store


def bent(books: Books, first: int, last: int) -> Letter:
    """These facts with one letter changed on the way."""
    (letter,) = books.post(first, last)
    return replace(letter, rows=(letter.rows[0]._replace(body='{"vend_id":0}'), *letter.rows[1:]))


def test_a_bit_that_turned_on_the_way_costs_a_repetition(store: Store) -> None:
    """The machine is asked to send again; then the line is its books, with no scar and nothing refused."""
    books = sold(30)
    store.take(mail(*books.post(1, 10)))
    taken = store.take(mail(bent(books, 11, 20)))
    assert taken.gaps == {MACHINE: 11}
    assert "asked for again" in taken.told[0]
    taken = store.take(mail(*books.post(11)))
    assert (taken.gaps, lie(store)) == ({}, as_rows(books))
    with store.reading() as reading:
        (one,) = standings(reading)
        assert (one.refused, one.scars, one.unread) == (0, 0, 1)


def test_a_repetition_that_was_bent_alarms_nobody(store: Store) -> None:
    """What the lab holds already needs no second copy, least of all a wrong one."""
    books = sold(20)
    store.take(mail(*books.post()))
    store.take(mail(bent(books, 5, 9)))
    assert lie(store) == as_rows(books)
    with store.reading() as reading:
        assert refusals(reading) == []


def test_the_same_fault_again_is_the_machines(store: Store) -> None:
    """Its card has changed a fact: refused with a scar, and what follows is not blocked, whatever message it comes in."""
    books = sold(30)
    store.take(mail(*books.post(1, 10)))
    store.take(mail(bent(books, 11, 20)))
    taken = store.take(mail(bent(books, 11, 15), *books.post(16)))
    assert taken.gaps == {}
    assert lie(store) == as_rows(books)[:10] + as_rows(books)[15:]
    with store.reading() as reading:
        assert [(one.first, one.last, one.why) for one in refusals(reading)] == [(11, 15, "broken")]
        assert standings(reading)[0].scars == 1
