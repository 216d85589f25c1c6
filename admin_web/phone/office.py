"""What the coordinator's rooms share: who is who, sums with the notes and coins that make them, and numbers for wishes."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from sqlite3 import Connection

from babel import Locale
from babel.dates import format_interval, format_skeleton
from fastapi import Request
from starlette.exceptions import HTTPException

from admin_web.money import Pile, piles
from admin_web.phone.door import at
from admin_web.phone.people import Member, people
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain.accounts import COINBOX, STACKER
from controller.domain.assembly import Role

CASH_CENTS = (2_000, 1_000, 500, 100, 50, 25, 10, 5, 1)
"""Notes and coins that people pay with here; a dollar is a coin."""
HANDS = frozenset({Role.MAKER, Role.COORDINATOR, Role.TECHNICIAN})
"""Who may stand beside a count, a payment or a close."""
TUBE = re.compile(r"(hopper|tube):([0-9]{1,4})")
WISH = re.compile(r"[a-zA-Z0-9-]{1,64}")
TAKEN_FROM = ("safe", "coinbox", "bank")
"""Where people are paid from."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in words, and its notes and coins; none are drawn for what nobody can hold, such as less than nothing."""

    cents: int
    money: str
    piles: tuple[Pile, ...]


def amount(cents: int, words: Words) -> Amount:
    return Amount(cents, words.money(cents), piles(cents, coins_cents=CASH_CENTS) if cents > 0 else ())


def members(request: Request) -> dict[str, Member]:
    """Everybody who may do anything here, by id."""
    return dict(people(place(request).database).members)


def called(known: dict[str, Member], member: str) -> str:
    """Her name, or her id once nobody knows her any more."""
    return known[member].name if member in known else member


def others(request: Request) -> list[Member]:
    """Those who may be the second person."""
    return [who for who in members(request).values() if who.roles & HANDS and who.member != at(request).member]


def new_wish() -> str:
    """A number for a wish that a form carries along, so that a finger that comes down twice does nothing twice."""
    return secrets.token_hex(8)


def wish_of(text: str) -> str:
    """The number that a form has carried. Raises HTTPException 400 for anything that is none."""
    if not WISH.fullmatch(text):
        raise HTTPException(400)
    return text


def cash_places(db: Connection) -> tuple[str, ...]:
    """What can be counted: the cash box, the stacker once a note was in it, every hopper and tube."""
    known = {account for (account,) in db.execute("SELECT account FROM balances")}
    stacker = (STACKER,) if STACKER in known else ()
    tubes = sorted((name for name in known if TUBE.fullmatch(name)), key=lambda name: (name[0], coin_of(name)))
    return (COINBOX, *stacker, *tubes)


def coin_of(name: str) -> int:
    """The coin of a hopper or tube, in cents; 0 for any other place."""
    found = TUBE.fullmatch(name)
    return int(found[2]) if found else 0


def called_place(name: str, words: Words) -> str:
    """A place for money in words: `la caja de monedas`, `los sueltos de 25¢`, `fondo común`."""
    family, _, of = name.partition(":")
    if coin := coin_of(name):
        return words.say("where.tube", coin=words.face(coin))
    return words.about("fund" if family == "fund" else "where", of if family == "fund" else family, name=of)


def called_period(label: str, words: Words) -> str:
    """A period as people call it: `noviembre de 2026`, `Semana 47, 16 – 22 nov`."""
    locale = Locale.parse(words.mostly, sep="-")
    year, _, part = label.partition("-")
    if not part.startswith("W"):
        return format_skeleton("yMMMM", date(int(year), int(part), 1), locale=locale)
    monday = date.fromisocalendar(int(year), int(part[1:]), 1)
    days = format_interval(monday, monday + timedelta(days=6), "MMMd", locale=locale)
    return f"{words.say('period.week', n=int(part[1:]))}, {days}"
