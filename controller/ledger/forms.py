"""The form of a fact on disk: its words as JSON."""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from controller.domain import facts
from controller.domain.cycle import Cycle
from controller.domain.facts import Fact


def read_fact(kind: str, body: str) -> Fact:
    """A fact from its row. Raises ValueError for a type or form this Minga does not know."""
    fact: Fact = _form(kind).validate_json(body)
    return fact


@cache
def _form(kind: str) -> TypeAdapter[Any]:
    """Made when first needed: all of them at once would take longer than the rest of a start."""
    found = getattr(facts, kind, None)
    if not (isinstance(found, type) and issubclass(found, Fact) and found is not Fact):
        raise ValueError(f"no fact is called {kind!r}")
    return TypeAdapter(found)


def plain(value: Fact | Cycle) -> str:
    """A frozen value as JSON, its fields by name."""
    return _WRITER.encode(value)


def _fields(value: object) -> dict[str, Any]:
    """A frozen value's fields by name; three times as fast as `dataclasses.asdict`, which copies what cannot change."""
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_fields)
