"""What every fact is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """The base of all facts."""
