"""When something was, as people say it: `hoy 11:20`, `ayer 16:05`, `vie 20 nov 16:05`; and what time the machine has."""

import time
from datetime import date, datetime, timedelta
from sqlite3 import Connection

from babel import Locale
from babel.dates import format_skeleton, format_time
from fastapi import Request

from admin_web.phone.place import place
from admin_web.words import Words
from controller.ledger.running import zone_of


def now_ms(request: Request) -> int:
    """The wall clock of the machine, as its newest picture has it; without one, this process's own."""
    gateway = place(request).gateway
    if gateway.picture is None or gateway.stale:
        return time.time_ns() // 1_000_000
    return gateway.picture.wall_ms + (gateway.age_ms or 0)


def today(request: Request, db: Connection) -> date:
    """The day it is where the machine stands, by the zone of the books."""
    return datetime.fromtimestamp(now_ms(request) // 1_000, zone_of(db)).date()


def told(at: datetime | None, day: date, words: Words) -> str:
    """A local moment, told on this day; empty for one that no calendar reaches."""
    if at is None:
        return ""
    locale = Locale.parse(words.mostly, sep="-")
    hour = format_time(at, "HH:mm", locale=locale)
    if at.date() == day:
        return words.say("when.today", hour=hour)
    if at.date() == day - timedelta(days=1):
        return words.say("when.yesterday", hour=hour)
    skeleton = "MMMEd" if at.year == day.year else "yMMMd"
    return words.say("when.day", day=format_skeleton(skeleton, at, locale=locale), hour=hour)
