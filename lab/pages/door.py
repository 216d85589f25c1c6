"""Who may look: everybody at this computer, or, where a pass phrase is set, whoever has given it.

Every page stands in a room that says whether it is open to all; a route without a room is a fault at the start, so nothing is
open by forgetting. A pass phrase is known only by its argon2id hash; a session is a random cookie that lives in this
process's memory, so that a new start, or a new phrase, ends them all.
"""

import hashlib
import math
import secrets
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from controller.errors import MingaError

COOKIE = "minga-lab"
SESSION_S = 12 * 3_600
"""A working day; then the phrase is asked for again."""
TRIES_FREE, WAIT_S, WAIT_S_MAX = 5, 10, 600
"""After the fifth wrong phrase from one address it waits ten seconds, then twenty, up to ten minutes."""
MOST = 1_000
"""Of sessions, and of addresses that have tried: the oldest are forgotten."""
LETTERS_MIN = 12


class SignIn(Exception):
    """This page is not for whoever has not given the phrase."""


class Keeper:
    """Knows the phrase by its hash, and who has given it. Without a hash everybody is in. `now_s` never goes back.

    Raises MingaError for a hash that is none.
    """

    def __init__(self, phrase_hash: str, now_s: Callable[[], float]) -> None:
        self._hash, self._now_s = phrase_hash, now_s
        self._sessions: dict[bytes, float] = {}
        self._tries: dict[str, tuple[int, float]] = {}
        self._lock, self._hashing = Lock(), BoundedSemaphore(2)
        if phrase_hash:
            _check(phrase_hash)

    @property
    def asks(self) -> bool:
        """Whether a phrase is asked for at all."""
        return bool(self._hash)

    def knows(self, token: str) -> bool:
        """Whether whoever brings this token may look."""
        return not self.asks or self._sessions.get(_digest(token), 0) > self._now_s()

    def enter(self, phrase: str, asker: str) -> str | int:
        """A token for the right phrase; for a wrong one the seconds to wait, 0 for none, without looking while they last."""
        wait_s = self._count(asker)
        if wait_s:
            return wait_s
        if not self._fits(phrase):
            return self._left_s(asker)
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tries.pop(asker, None)
            _bounded(self._sessions)[_digest(token)] = self._now_s() + SESSION_S
        return token

    def leave(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(_digest(token), None)

    def _count(self, asker: str) -> int:
        """Count one more try before anybody looks at it; the seconds that are left to wait instead."""
        with self._lock:
            if left_s := self._left_s(asker):
                return left_s
            tries = self._tries.get(asker, (0, 0.0))[0] + 1
            over = tries - TRIES_FREE
            wait_s = 0 if over < 0 else min(WAIT_S * 2 ** min(over, 10), WAIT_S_MAX)
            _bounded(self._tries)[asker] = tries, self._now_s() + wait_s
            return 0

    def _left_s(self, asker: str) -> int:
        return max(0, math.ceil(self._tries.get(asker, (0, 0.0))[1] - self._now_s()))

    def _fits(self, phrase: str) -> bool:
        with self._hashing:
            try:
                return PasswordHasher().verify(self._hash, phrase)
            except Argon2Error:
                return False


def hashed(phrase: str) -> str:
    """What stands in hub.toml. Raises MingaError for a phrase that is too short to be one."""
    if len(phrase) < LETTERS_MIN:
        raise MingaError(
            f"a pass phrase has at least {LETTERS_MIN} letters: take four words that do not belong together"
        )
    return PasswordHasher().hash(phrase)


class Door:
    """Lets in whoever the keeper knows; `everybody` says that it asks nobody."""

    def __init__(self, everybody: bool = False) -> None:
        self.everybody = everybody

    def __call__(self, request: Request) -> None:
        """Raises SignIn."""
        if not self.everybody and not keeper(request).knows(request.cookies.get(COOKIE, "")):
            raise SignIn


def room(everybody: bool = False) -> APIRouter:
    """A router for pages that stand behind one door."""
    return APIRouter(dependencies=[Depends(Door(everybody))])


def keeper(request: Request) -> Keeper:
    found: Keeper = request.app.state.keeper
    return found


def doors(app: FastAPI) -> Iterator[tuple[str, str, Door]]:
    """Every route as method, path and its door. Raises LookupError for a route without exactly one."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            asked = (dependency.dependency for dependency in route.dependencies)
            found = [door for door in asked if isinstance(door, Door)]
            if len(found) != 1:
                raise LookupError(f"{route.path} has {len(found)} doors: put it into a room")
            for method in sorted(route.methods or ()):
                yield method, route.path or "", found[0]


def _check(phrase_hash: str) -> None:
    try:
        extract_parameters(phrase_hash)
    except InvalidHashError:
        raise MingaError("`web_phrase` is no hash of a pass phrase: `minga hub phrase` makes one") from None


def _bounded(kept: dict) -> dict:  # type: ignore[type-arg]  # of either kind
    while len(kept) >= MOST:
        del kept[next(iter(kept))]
    return kept


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
